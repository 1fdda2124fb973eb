"""Names of months in fifty languages: CLDR's (atlas/data/months.json) and those of words.toml.

Read once a process. Pure.
"""

import datetime as dt
import json
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Final

from atlas.names import fold
from ingest.extract.dateline.slips import one_slip
from ingest.extract.dateline.words import words

# Shorter words are too easily one slip away from a month.
_FUZZY_FROM: Final = 4


@cache
def months() -> dict[str, tuple[int, ...]]:
    """Return the months (1 to 12) by folded name, the likelier reading first."""
    raw = (files("atlas") / "data" / "months.json").read_text(encoding="utf-8")
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for calendar in json.loads(raw).values():
        for number, names in enumerate(calendar, 1):
            for name in names:
                found[name][number] += 1
    for name, number in words().months.items():
        found[fold(name)][number] += 1
    # A name that two languages give to two months: the more usual reading first.
    return {
        name: tuple(sorted(votes, key=lambda number: -votes[number]))
        for name, votes in found.items()
        if not name.isdigit()
    }


@cache
def opens_date() -> frozenset[str]:
    """Return the folded words that a date may begin with."""
    articles = frozenset(fold(article) for article in words().articles)
    days = frozenset(words().days)
    return frozenset(months()) | words().weekdays | words().islamic_months | days | articles


def month_of(word: str, *, fuzzy: bool = False) -> tuple[int, ...]:
    """Return the months (1 to 12) that the word names; with `fuzzy` one slip of a key is mended."""
    folded = fold(word)
    found = months().get(folded)
    if found is None and fuzzy and len(folded) >= _FUZZY_FROM:
        found = _nearly(folded)
    return found or ()


@cache
def _english() -> tuple[str, ...]:
    return tuple(fold(dt.date(2000, number, 1).strftime("%B")) for number in range(1, 13))


def _nearly(word: str) -> tuple[int, ...] | None:
    for number, month in enumerate(_english(), 1):
        if one_slip(word, month):
            return (number,)
    return None
