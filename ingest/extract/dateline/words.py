"""The words of words.toml, read once a process. Read-only, no state beyond that."""

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


@cache
def words() -> Words:
    """Return the words, read from words.toml at the first call."""
    path = files("ingest.extract.dateline") / "words.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
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
        ordinary=frozenset(fold(word) for word in raw["ordinary"]),
        weekdays=frozenset(fold(day) for day in raw["weekdays"]),
        months=raw["months"],
    )
