"""Which place a name in a story is: the story's own company of places decides. Pure, thread-safe.

Each name has candidates in the gazetteer. What is printed beside it (`Alexandria, Louisiana`)
decides alone; else a place gains by its people, and by each sign that the story is about its
country or region: countries named, demonyms, the dateline, the towns that exist in one country
only. The name as printed is kept by the caller; codes are data (docs/entities.md on disputed ones).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from atlas.gazetteer import Gazetteer, Place, fold
from enrich.entities.lexicon import lexicon

# A country's or region's name is meant as such unless the story says otherwise.
_KIND: Final[Mapping[str, float]] = {"country": 2.0, "region": 0.3, "capital": 1.0, "city": 0.0}
# What the first sign of a country, and of a first-level region, adds; the second half, and so on.
_COUNTRY_SIGN: Final = 1.5
_REGION_SIGN: Final = 1.0
# Candidates of one name that are looked at, the largest first.
_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Company:
    """What a story says of where it plays, beside the name at hand: weights, by code."""

    countries: Mapping[str, float] = field(default_factory=dict)
    regions: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Toponym:
    """A place's name, and what is printed right after it between commas (`Louisiana`), if any."""

    name: str
    within: str | None = None


def company(toponyms: Sequence[Toponym], signs: Mapping[str, float], places: Gazetteer) -> Company:
    """Gather what a story's names say together; `signs` are countries known otherwise, weighed."""
    countries = defaultdict(float, signs)
    regions: dict[tuple[str, str], float] = defaultdict(float)
    for name, within in {(t.name, t.within) for t in toponyms}:
        found = candidates(name, within, places)
        shares = _shares(found)
        for place, share in zip(found, shares, strict=True):
            countries[place.country] += share
            if place.admin1:
                regions[place.country, place.admin1] += share
    return Company(countries, regions)


def _shares(found: Sequence[Place]) -> list[float]:
    """How far a name speaks for each of its candidates: wholly where there is one."""
    weights = [math.sqrt(p.population + 100) * (4 if p.kind == "country" else 1) for p in found]
    return [weight / sum(weights) for weight in weights]


def candidates(name: str, within: str | None, places: Gazetteer) -> Sequence[Place]:
    """Return the places that `name` may be, the largest first; those in `within`, if any are."""
    if fold(name) in _wide():
        return ()
    if len(fold(name)) < 4 and (country := places.country(name)):
        return (country.place,)
    found = places.find(name) or places.regions(name) or _plainer(name, places)
    if within and (inside := _inside(found, within, places)):
        return inside[:_MOST]
    return found[:_MOST]


def _wide() -> frozenset[str]:
    return frozenset(fold(name) for name in lexicon().wide_places)


def _plainer(name: str, places: Gazetteer) -> Sequence[Place]:
    """`Rapides Parish` by `Rapides`, `city of Luhansk` by `Luhansk`."""
    words = name.split()
    if len(words) > 1 and words[-1].lower() in lexicon().place_tails | {"city"}:
        return places.find(" ".join(words[:-1]))
    if len(words) > 1 and words[0].lower() in ("greater", "downtown", "central", "old", "new"):
        return places.find(" ".join(words[1:])) if words[0].lower() != "new" else ()
    return ()


def _inside(found: Sequence[Place], within: str, places: Gazetteer) -> Sequence[Place]:
    country = places.country(within)
    regions = {(r.country, r.admin1) for r in places.regions(within)}
    return [
        p
        for p in found
        if (p.country, p.admin1) in regions or (country and p.country == country.code)
    ]


def place(toponym: Toponym, around: Company, places: Gazetteer) -> Place | None:
    """Return the place that `toponym` most likely is in that company, None where none is known."""
    found = candidates(toponym.name, toponym.within, places)
    if not found:
        return None
    shares = _shares(found)
    return max(zip(found, shares, strict=True), key=lambda one: _score(one[0], one[1], around))[0]


def _score(candidate: Place, share: float, around: Company) -> float:
    """A place's people on a logarithmic scale, plus the signs for its country and region."""
    # what this very name said for the candidate is no second witness
    country = max(0.0, around.countries.get(candidate.country, 0.0) - share)
    region = 0.0
    if candidate.admin1:
        key = (candidate.country, candidate.admin1)
        region = max(0.0, around.regions.get(key, 0.0) - share)
    return (
        math.log10(candidate.population + 1_000)
        + _KIND[candidate.kind]
        + _COUNTRY_SIGN * math.log2(1 + country)
        + _REGION_SIGN * math.log2(1 + region)
    )
