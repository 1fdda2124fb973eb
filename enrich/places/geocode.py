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
from functools import cache
from typing import Final

from atlas.gazetteer import Gazetteer, Place, fold
from enrich.entities.lexicon import lexicon
from enrich.places.inflected import nominatives

# A country's or region's name is meant as such unless the story says otherwise.
_KIND: Final[Mapping[str, float]] = {"country": 2.0, "region": -0.7, "capital": 1.0, "city": 0.0}
# A place is meant by the name it goes by rather than by one of its other names.
_OWN_NAME: Final = 0.5
# A town that few have heard of is not meant unless the story has another sign of its country.
_UNHEARD: Final = 15_000
# Less than this is no sign: many names have one small bearer somewhere in every country.
_WHISPER: Final = 0.25
# Copy leaves it to the reader which of the two it means.
_SHARED: Final[Mapping[str, tuple[str, ...]]] = {"congo": ("CD", "CG"), "korea": ("KR", "KP")}
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
    found = (
        _shared(name, places)
        or _inflected(name, places)
        or places.find(name)
        or places.regions(name)
        or _plainer(name, places)
    )
    if within and (inside := _inside(found, within, places)):
        return inside[:_MOST]
    return found[:_MOST]


@cache
def _wide() -> frozenset[str]:
    return frozenset(fold(name) for name in lexicon().wide_places)


def _shared(name: str, places: Gazetteer) -> Sequence[Place]:
    codes = _SHARED.get(fold(name), ())
    return [found.place for code in codes if (found := places.country(code))]


def _plainer(name: str, places: Gazetteer) -> Sequence[Place]:
    """`Rapides Parish` by `Rapides`, `Greater Manchester` by its city."""
    words = name.split()
    if len(words) > 1 and words[-1].lower() in lexicon().area_kinds:
        return places.find(" ".join(words[:-1]))
    if len(words) > 1 and words[0].lower() in ("greater", "downtown", "central"):
        return places.find(" ".join(words[1:]))
    return ()


def _inflected(name: str, places: Gazetteer) -> Sequence[Place]:
    """`Багдаде` by `Багдад`, where no place of some size is called `Багдаде`."""
    forms = list(nominatives(name))
    if not forms or any(p.population >= _UNHEARD for p in places.find(name)):
        return ()
    found = (places.find(form) for form in forms)
    return next((p for p in found if p and p[0].population >= _UNHEARD), ())


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
    scores = weighed(toponym, around, found)
    best = scores.index(max(scores))
    unheard = found[best].kind == "city" and found[best].population < _UNHEARD
    alone = around.countries.get(found[best].country, 0.0) <= _shares(found)[best] + _WHISPER
    return None if unheard and alone and not toponym.within else found[best]


def weighed(toponym: Toponym, around: Company, found: Sequence[Place]) -> list[float]:
    """Return what speaks for each of a name's candidates, as one number."""
    return [
        _score(one, share, toponym.name, around)
        for one, share in zip(found, _shares(found), strict=True)
    ]


def _score(candidate: Place, share: float, name: str, around: Company) -> float:
    """A place's people on a logarithmic scale, plus the signs for its country and region."""
    # what this very name said for the candidate is no second witness
    country = max(0.0, around.countries.get(candidate.country, 0.0) - share)
    region = 0.0
    if candidate.admin1:
        key = (candidate.country, candidate.admin1)
        region = max(0.0, around.regions.get(key, 0.0) - share)
    return (
        math.log10(candidate.population + 1_000)
        + _OWN_NAME * (fold(candidate.name) == fold(name))
        + _KIND[candidate.kind]
        + _COUNTRY_SIGN * math.log2(1 + country)
        + _REGION_SIGN * math.log2(1 + region)
    )
