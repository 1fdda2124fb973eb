"""The words of words.toml and ordinary.txt, read once a process. Read-only, no other state."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from atlas.names import fold


@dataclass(frozen=True, slots=True)
class Words:
    """What datelines are made of besides places, dates and credits; the file says what is what."""

    links: frozenset[str]
    articles: frozenset[str]
    eras: frozenset[str]
    day_tails: frozenset[str]
    joins: frozenset[str]
    particles: frozenset[str]
    bylines: frozenset[str]
    correspondents: frozenset[str]
    reporters: frozenset[str]
    vessels: tuple[str, ...]
    generic: frozenset[str]
    endings: tuple[str, ...]
    ordinary: frozenset[str]
    weekdays: frozenset[str]
    months: dict[str, int]
    month_tails: frozenset[str]
    islamic_months: frozenset[str]
    islamic_links: frozenset[str]
    days: dict[str, int]


@cache
def words() -> Words:
    """Return the words, read at the first call."""
    here = files("ingest.extract.dateline")
    raw = tomllib.loads((here / "words.toml").read_text(encoding="utf-8"))
    ordinary = (here / "ordinary.txt").read_text(encoding="utf-8").splitlines()
    return Words(
        links=frozenset(raw["links"]),
        articles=frozenset(raw["articles"]),
        eras=frozenset(raw["eras"]),
        day_tails=frozenset(raw["day_tails"]),
        joins=frozenset(raw["joins"]),
        particles=frozenset(raw["particles"]),
        bylines=frozenset(raw["bylines"]),
        correspondents=frozenset(raw["correspondents"]),
        reporters=frozenset(raw["reporters"]),
        vessels=tuple(fold(vessel) for vessel in raw["vessels"]),
        generic=frozenset(raw["generic"]),
        endings=tuple(raw["endings"]),
        ordinary=frozenset(
            fold(word) for line in ordinary if not line.startswith("#") for word in line.split()
        ),
        weekdays=frozenset(fold(day) for day in raw["weekdays"]),
        months=raw["months"],
        month_tails=frozenset(raw["month_tails"]),
        islamic_months=frozenset(fold(month) for month in raw["islamic_months"]),
        islamic_links=frozenset(raw["islamic_links"]),
        days={fold(word): number for word, number in raw["days"].items()},
    )
