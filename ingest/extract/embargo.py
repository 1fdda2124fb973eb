"""When an embargo ends: the time in `Embargoed until 0001 GMT March 7`, in any house's words. Pure.

A time without zone is the agency's; a clock without day is the next one after the story came, as is
a day of the week; a day without clock ends as it begins. What can't be read is None, and stays
withheld: guessing would publish too early.
"""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from babel import Locale

from ingest.extract.dates import parse_stamp
from ingest.extract.datewords import LANGUAGES, find_clock, find_zone, fold, resolve_zone

# A story is not embargoed for longer; a later reading is a misreading.
_LONGEST: Final = dt.timedelta(days=366)


def read_embargo(
    text: str,
    *,
    tz: dt.tzinfo,
    language: str | None,
    abbreviations: Mapping[str, dt.tzinfo],
    filed_at: dt.datetime,
) -> dt.datetime | None:
    """Return the moment in UTC at which `text` lets a story go, None where it says none.

    `filed_at` is when the story was published, or received: days without year, weekdays and bare
    clocks are those next to it.
    """
    stamp = parse_stamp(
        text, tz=tz, language=language, abbreviations=abbreviations, reference=filed_at
    )
    if stamp is not None:
        return stamp.at if stamp.at - filed_at < _LONGEST else None
    return _next(fold(text[:200]), tz, abbreviations, filed_at)


def _next(
    text: str, tz: dt.tzinfo, abbreviations: Mapping[str, dt.tzinfo], filed_at: dt.datetime
) -> dt.datetime | None:
    """Return the next such clock, on the weekday that is named, if one is."""
    clock = find_clock(text)
    weekday = _weekday(text)
    if clock is None and weekday is None:
        return None
    zone = resolve_zone(find_zone(text, abbreviations)) or tz
    local = filed_at.astimezone(zone)
    try:
        hour, minute = (clock.hour, clock.minute) if clock else (0, 0)
        moment = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        return None
    if weekday is not None:
        moment += dt.timedelta(days=(weekday - moment.weekday()) % 7)
    if moment < local:
        moment += dt.timedelta(days=1 if weekday is None else 7)
    return moment.astimezone(dt.UTC)


def _weekday(text: str) -> int | None:
    names = _weekdays()
    found = (names.get(word.lower()) for word in re.findall(r"[^\W\d_]{3,}", text))
    return next((day for day in found if day is not None), None)


@lru_cache(maxsize=1)
def _weekdays() -> Mapping[str, int]:
    """Return the full names of weekdays in every language, Monday 0; clashes left out."""
    table: dict[str, int] = {}
    clashes: set[str] = set()
    for code in LANGUAGES:
        for day, name in Locale.parse(code).days["format"]["wide"].items():
            word = str(name).lower()
            if table.setdefault(word, day) != day:
                clashes.add(word)
    return {word: day for word, day in table.items() if word not in clashes}
