"""Scores of the dateline reader on the shared corpus and on lines of our own.

    python -m tests.quality.dateline_scores [--misses] [--baseline]

A line is right where place (its state or country joined on), date and agency are all right. Words
are compared, not punctuation. Dirty lines have only `raw` in their gold: they count as right where
the place's words stand right; those that are no datelines (tables of prices) are left out by
`NO_DATELINE`. The set `paragraphs` is what follows the first paragraph on all pages of the corpus:
text that opens no story, so that a dateline read there is a false alarm.
"""

import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dateutil import parser as dateparser

from atlas.agencies import agencies
from ingest.extract.dateline import read_dateline
from ingest.extract.dateline.months import month_of
from wire.messages import Dateline
from wire.settings import Settings

HERE = Path(__file__).parent
BASELINE = HERE / "baselines" / "dateline.json"
COUNTRIES = HERE / "data" / "dateline_countries.jsonl"
# A line without a stamp is read as of this day.
STAMP = dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC)
_WORDS = re.compile(r"[^\W_]+")
# Raw texts of the dirty set that open no story: quotations, tables, notes.
NO_DATELINE = re.compile(
    r"^(?:--|\d|us |jun |mar |mar8|may |may7|fob |silver -|overnight|deliverable|as of|"
    r"new zealand exchs|april \d+ -)",
    re.I,
)
# Where the place's words end in a raw text of the dirty set: at a month or the first dash.
_PLACE_END = re.compile(
    r"[\s,.]*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,? (?:\d.*|-.*)|,?\s+--?.*",
    re.I,
)

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    """Return the rows of a set of the corpus."""
    path = Settings().corpus / "datelines.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["set"] == name]


def country_rows() -> list[Row]:
    """Return our own lines whose country is marked."""
    return [json.loads(line) for line in COUNTRIES.read_text(encoding="utf-8").splitlines()]


def read(row: Row) -> Dateline | None:
    """Read a row as extract would."""
    stamp = row.get("published_at")
    return read_dateline(
        row["text"],
        published_at=dateparser.parse(stamp) if stamp else STAMP,
        language=row.get("language"),
        agency=row.get("agency"),
    )[0]


def word_list(text: str | None) -> list[str]:
    """Return the words of a text without case and punctuation."""
    return [word.casefold() for word in _WORDS.findall(text or "")]


def place_is_right(found: Dateline, place: str | None) -> bool:
    """Say whether place and region, joined, are the gold's words."""
    return word_list(f"{found.place or ''} {found.region or ''}") == word_list(place)


def date_is_right(found: Dateline, printed: str | None) -> bool:
    """Say whether day and month are the printed ones."""
    if printed is None:
        return found.date is None
    if found.date is None:
        return False
    numbers = [int(n) for n in re.findall(r"\d+", printed) if len(n) < 3]
    months = {m for w in re.findall(r"[^\W\d_]{2,}", printed) for m in month_of(w, fuzzy=True)}
    return found.date.day in numbers and (found.date.month in months or found.date.month in numbers)


def agency_is_right(found: Dateline, printed: str | None) -> bool:
    """Say whether the agency is the one that the printed credit belongs to."""
    if printed is None:
        return found.agency is None
    owner = agencies().by_credit(printed)
    return owner is not None and owner.id == found.agency


def is_right(row: Row) -> bool:
    """Say whether a row of a clean set is read all right."""
    found, gold = read(row), row["gold"]
    return (
        found is not None
        and place_is_right(found, gold["place"])
        and date_is_right(found, gold["date"])
        and agency_is_right(found, gold["agency"])
    )


def is_right_dirty(row: Row) -> bool:
    """Say whether the place's words of a dirty row stand right."""
    found = read(row)
    wanted = word_list(_PLACE_END.sub("", row["gold"]["raw"], count=1))
    return found is not None and word_list(f"{found.place or ''} {found.region or ''}") == wanted


def is_right_negative(row: Row) -> bool:
    """Say whether no dateline is read where none is."""
    return read(row) is None


def paragraphs() -> Iterator[Row]:
    """Yield the paragraphs of the corpus' pages but the first of each."""
    with (Settings().corpus / "pages.jsonl").open(encoding="utf-8") as file:
        for line in file:
            body = json.loads(line)["gold"].get("body") or ""
            yield from ({"text": text} for text in body.split("\n")[1:] if text.strip())


def is_right_country(row: Row) -> bool:
    """Say whether the country is the one marked."""
    found = read(row)
    return found is not None and found.country == row["country"]


def judged() -> Iterator[tuple[str, list[Row], list[bool]]]:
    """Yield each set with its rows and whether each is right."""
    for name in ("real", "reuters", "agnews"):
        chosen = rows(name)
        yield name, chosen, [is_right(row) for row in chosen]
    dirty = [r for r in rows("reuters-dirty") if not NO_DATELINE.match(r["gold"]["raw"])]
    yield "reuters-dirty", dirty, [is_right_dirty(row) for row in dirty]
    negative = rows("negative")
    yield "negative", negative, [is_right_negative(row) for row in negative]
    following = list(paragraphs())
    yield "paragraphs", following, [is_right_negative(row) for row in following]
    own = country_rows()
    yield "countries", own, [is_right_country(row) for row in own]


def scores() -> dict[str, float]:
    """Return the share of right rows for each set."""
    return {name: round(sum(right) / len(right), 4) for name, _, right in judged()}


def main() -> None:
    """Print the scores; `--misses` adds every row that is not right, `--baseline` keeps them."""
    kept: dict[str, float] = {}
    for name, chosen, right in judged():
        kept[name] = round(sum(right) / len(right), 4)
        print(f"{name:14} {sum(right) / len(right):.4f}  {sum(right)} of {len(right)}")
        if "--misses" in sys.argv:
            for row, good in zip(chosen, right, strict=True):
                if not good:
                    print("   ", _shown(row))
    if "--baseline" in sys.argv:
        BASELINE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _shown(row: Row) -> str:
    found = read(row)
    got = found and (
        found.raw,
        found.place,
        found.region,
        str(found.date),
        found.agency,
        found.country,
    )
    return f"{row['text'][:90]!r} wanted {row.get('gold', row.get('country'))} got {got}"


if __name__ == "__main__":
    main()
