"""Which of the places of one name is meant: by region, standing list, agency, language and story.

Each candidate gets points on one scale, the decimal logarithm of its population; what else speaks
for it adds to that. Pure; the gazetteer is the only thing read.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from atlas.gazetteer import gazetteer, word_list
from atlas.names import fold
from atlas.places import Place

# Points, in powers of ten of population. A capital is named bare where another city of its size
# is not; an agency's own country outweighs thirty times the people; a standing list decides.
_CAPITAL: Final = 1.0
# Under another name a capital is less sure to be meant: Amman was Philadelphia, Jerusalem Salem.
_ALIAS: Final = 0.4
_OWN_NAME: Final = 0.5
_HOME: Final = 1.5
_STANDING: Final = 6.0
_LANGUAGE: Final = 0.5
_TOLD: Final = 1.2
_TOLD_REGION: Final = 1.5
# Another region of its country is named.
_TOLD_NEIGHBOUR: Final = 0.3
# A region or country is filed from seldom: where a city of the name is known it is meant.
_AREA: Final = -1.5
_COUNTRY: Final = -1.2
# How much of a story is read for what it names; the first paragraphs tell.
_CONTEXT: Final = 1_000
# A candidate ahead by this much is meant, whatever else the story names: London, not Ontario's.
_CLEAR: Final = 2.4
# A word that begins with a capital, or with a letter of a script that has none.
# The look-behind stands second: so only capitals are looked behind, at half the time.
_WORD: Final = re.compile(
    r"[^\W\d_a-zß-öø-ÿа-яё](?<![^\W_].)[^\W\d_]*(?:['’.][^\W\d_]+)*", re.DOTALL
)
# Shorter names of areas are abbreviations that running text uses for other things.
_SHORTEST: Final = 4
# Words around a place's own name: `NEAR BAGHDAD`, `BRISTOL AIRPORT`.
_AROUND: Final = frozenset(word_list("around"))


def resolve(
    place: str,
    region: str | None = None,
    *,
    agency_country: str | None = None,
    standalone: Mapping[str, str] | None = None,
    language: str | None = None,
    context: str = "",
    beside: Sequence[str] = (),
) -> Place | None:
    """Return the place that a dateline's `place` means, or None where it is not known.

    Args:
        place: as printed, without country or state.
        region: state or country as printed; parts may be joined by commas.
        agency_country: ISO 3166-1 code of the agency's country.
        standalone: cities the agency prints bare, in capitals, to ISO 3166 (`US-GA` or `GB`).
        language: ISO 639-1 code of the copy.
        context: the story; its first paragraphs are asked for countries and regions.
        beside: ISO 3166-1 codes of the places printed with it: `MADRID/VALENCIA` is in Spain.
    """
    standing = ""
    if standalone and not region:
        standing = standalone.get(place.upper()) or standalone.get(fold(place).upper(), "")
    ranked = _ranked(place, region, agency_country, standing, language)
    if not ranked:
        return None
    best, lead = ranked[0][1], ranked[0][0] - ranked[1][0] if len(ranked) > 1 else _CLEAR
    if region or not (context or beside) or lead >= _CLEAR:
        return best
    told = told_of(context, besides=place)
    told.update((country, None) for country in beside)
    if not told:
        return best
    reach = ranked[0][0] - _CLEAR
    rivals = [(points + _told(place, told), place) for points, place in ranked if points > reach]
    return max(rivals, key=lambda pair: pair[0])[1]


@lru_cache(maxsize=8192)
def _ranked(
    name: str,
    region: str | None,
    agency_country: str | None,
    standing: str,
    language: str | None,
) -> tuple[tuple[float, Place], ...]:
    """Return what bears the name, with its points, the likeliest first."""
    candidates = named(name)
    within = (areas(region) or _around(region)) if region else ()
    if within:
        inside = tuple(c for c in candidates if _lies_in(c, within))
        # `BRESLAU, Germany`: what bore the name then lies in another state today
        candidates = inside or gazetteer().formerly(name)
    folded = fold(name)
    ranked = [
        (
            _points(place, folded)
            + (_HOME if place.country == agency_country else 0)
            + (_STANDING if _stands(place, standing) else 0)
            + (_LANGUAGE if _speaks(place, language) else 0),
            place,
        )
        for place in candidates
    ]
    return tuple(sorted(ranked, key=lambda pair: -pair[0]))


def country_of(region: str, agency_country: str | None = None) -> str | None:
    """Return the country that a printed region lies in or is; the agency's own goes first."""
    found = areas(region)
    countries = [country for country, _ in found]
    heirs = gazetteer().union(region)
    if agency_country in countries and not heirs:
        return agency_country
    if heirs:
        return heirs[0]
    return countries[0] if countries else None


@lru_cache(maxsize=2048)
def areas(region: str) -> tuple[tuple[str, str | None], ...]:
    """Return the (country, first-level code) pairs that a printed region may mean.

    A country named beside a state narrows the state: `Punjab, India`.
    """
    places = gazetteer()
    parts = [part for part in re.split(r"\s*,\s*|\s+/\s+", region) if part.strip()]
    parts = [part for part in (region, *parts) if part.strip(" .,")]
    states = {(p.country, p.admin1) for part in parts for p in places.regions(part)}
    countries = {p.country for part in parts for p in _countries_named(part)}
    countries.update(country for part in parts for country in places.union(part))
    if len(parts) > 2 and countries and any(country in countries for country, _ in states):
        states = {state for state in states if state[0] in countries}
    whole: set[tuple[str, str | None]] = {(country, None) for country in countries}
    return tuple(sorted(whole | states, key=lambda area: _weight(area, states)))


def _countries_named(part: str) -> tuple[Place, ...]:
    """Return the country of that name or abbreviation; a bare code (`PK`) is none."""
    name = part.strip(" ,")
    country = gazetteer().country(name if len(name) > 2 else f"{name} ")
    return (country.place,) if country else ()


def _weight(area: tuple[str, str | None], states: set[tuple[str, str | None]]) -> tuple[int, str]:
    """Order areas: a state of the United States, then countries, then other regions."""
    country, code = area
    return (0 if country == "US" and area in states else 1 if code is None else 2, country)


@lru_cache(maxsize=4096)
def named(place: str) -> tuple[Place, ...]:
    """Return what bears the name, or the name less the words around it: `NEAR BAGHDAD`."""
    places = gazetteer()
    if found := places.find(place):
        return found
    if country := _countries_named(place):
        return country
    words = place.split()
    while words and fold(words[-1]) in _AROUND:
        words.pop()
        if found := places.find(" ".join(words)):
            return found
    while words and fold(words[0]) in _AROUND:
        words.pop(0)
        if found := places.find(" ".join(words)):
            return found
    return ()


def _around(region: str) -> tuple[tuple[str, str | None], ...]:
    """Return the first-level regions of a county or large city: `NEWARK, Essex`."""
    return tuple({(place.country, place.admin1) for place in gazetteer().find(region)})


def _lies_in(place: Place, within: tuple[tuple[str, str | None], ...]) -> bool:
    return any(
        place.country == country and code in (None, place.admin1) for country, code in within
    )


def _points(place: Place, folded: str) -> float:
    points = math.log10(place.population + 1)
    if place.kind == "region":
        return points + _AREA
    if place.kind == "country":
        return points + _COUNTRY
    own = fold(place.name) == folded
    if place.kind == "capital":
        points += _CAPITAL if own else _ALIAS
    return points + (_OWN_NAME if own else 0)


def _stands(place: Place, standing: str) -> bool:
    """Say whether the list means this place; its divisions are GeoNames' in the US alone."""
    country, _, division = standing.partition("-")
    if place.country != country or place.kind in ("region", "country"):
        return False
    return country != "US" or not division or place.admin1 == division


def _speaks(place: Place, language: str | None) -> bool:
    """Say whether the copy's language is the main one there; English is written everywhere."""
    if language in (None, "en"):
        return False
    country = gazetteer().country(place.country)
    return country is not None and country.languages[:1] == (language,)


def told_of(text: str, *, besides: str = "") -> Counter[tuple[str, str | None]]:
    """Return how often the beginning of a text names each country and first-level region.

    `besides` is a name that tells nothing: the one in question.
    """
    asked = besides.lower()
    told: Counter[tuple[str, str | None]] = Counter()
    beginning = text[:_CONTEXT]
    first_words = _first_words().intersection(_WORD.findall(beginning))
    if not first_words:
        return told
    known = _areas_by_first_word()
    for match in _WORD.finditer(beginning):
        if match.group() not in first_words:
            continue
        for name, told_areas in known[match.group().lower()]:
            rest = beginning[match.start() : match.start() + len(name) + 1].lower()
            if rest[: len(name)] == name and not rest[len(name) :].isalpha():
                if name != asked:
                    told.update(told_areas)
                break
    return told


@cache
def _areas_by_first_word() -> dict[str, tuple[tuple[str, tuple[tuple[str, str | None], ...]], ...]]:
    """Return names of countries and regions by their first word, the longest name first."""
    found: dict[str, dict[str, set[tuple[str, str | None]]]] = defaultdict(lambda: defaultdict(set))
    for name, place in gazetteer().area_names():
        word = _WORD.match(name)
        if word and len(name) >= _SHORTEST:
            found[word.group().lower()][name.lower()].add((place.country, place.admin1))
    return {
        word: tuple(
            (name, tuple(told)) for name, told in sorted(names.items(), key=lambda n: -len(n[0]))
        )
        for word, names in found.items()
    }


@cache
def _first_words() -> frozenset[str]:
    """Return the first words of those names as copy prints them: with a capital or in capitals."""
    known = _areas_by_first_word()
    return frozenset(form for word in known for form in (word, word.capitalize(), word.upper()))


def _told(place: Place, told: Mapping[tuple[str, str | None], int]) -> float:
    named_country = told.get((place.country, None), 0)
    named_region = told.get((place.country, place.admin1), 0) if place.admin1 else 0
    points = _TOLD * min(named_country, 2) + _TOLD_REGION * min(named_region, 1)
    if not points and any(country == place.country for country, _ in told):
        return _TOLD_NEIGHBOUR
    return points
