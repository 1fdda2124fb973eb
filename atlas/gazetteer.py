"""The gazetteer: countries, first-level regions and cities by every name that copy prints.

Loaded once a process in about half a second, some 40 MB; read-only and safe to share between
threads. Facts come from atlas/data (its README names the sources); what desks abbreviate and what
places were once called are data files there too.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from anyascii import anyascii

from atlas.cities import Cities
from atlas.names import fold
from atlas.places import Country, Place

__all__ = ["Country", "Gazetteer", "Place", "fold", "gazetteer"]

_DATA: Final = files("atlas") / "data"
# Shorter names of countries (`us`, `sa`) are words or other abbreviations where no country is
# asked for.
_SHORTEST: Final = 4
# One word for another, as signs and desks write it.
_VARIANTS: Final = {
    "saint": "st", "st": "saint", "sainte": "ste", "ste": "sainte", "fort": "ft", "ft": "fort",
    "mount": "mt", "mt": "mount", "sankt": "st",
}  # fmt: skip
Names = dict[str, tuple[Place, ...]]


class Gazetteer:
    """Places by name. Every look-up folds its argument: case, accents and dots do not matter."""

    def __init__(
        self, cities: Cities, regions: Names, countries: Mapping[str, Country], names: Names
    ) -> None:
        """Take the loaded tables; `names` are names of countries and former names of cities."""
        self._cities = cities
        self._regions = regions
        self._countries = countries
        self._names = names
        self._find = lru_cache(maxsize=8192)(self._find_folded)

    def find(self, name: str) -> tuple[Place, ...]:
        """Return the places of that name, of any kind, the largest first (a region by a tenth).

        Abbreviations of countries and regions are not looked at: `or` is no Oregon. Where a name
        in another script is unknown, its romanisation is tried.
        """
        return self._find(fold(name))

    def country(self, name_or_code: str) -> Country | None:
        """Return the country of that code (two capitals), name, abbreviation or former name."""
        if name_or_code in self._countries:
            return self._countries[name_or_code]
        for place in self._names.get(fold(name_or_code), ()):
            if place.kind == "country":
                return self._countries[place.country]
        return None

    def union(self, name: str) -> tuple[str, ...]:
        """Return the codes of the countries where a state that is no more lay, main heir first."""
        return _unions().get(fold(name), ())

    def formerly(self, name: str) -> tuple[Place, ...]:
        """Return the cities of today that bore the name: their state may have been another then."""
        return tuple(p for p in self._names.get(fold(name), ()) if p.kind in ("city", "capital"))

    def countries(self) -> tuple[Country, ...]:
        """Return all countries, by code."""
        return tuple(self._countries.values())

    def region(self, name: str, country: str | None = None) -> Place | None:
        """Return the largest first-level region of that name or abbreviation."""
        return next(iter(self.regions(name, country)), None)

    def regions(self, name: str, country: str | None = None) -> tuple[Place, ...]:
        """Return the first-level regions of that name or abbreviation, the largest first."""
        found = self._regions.get(fold(name), ())
        return tuple(place for place in found if country in (None, place.country))

    def names(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """Yield each folded name of a city or country with its places, for building matchers.

        A name may come twice: once for its cities, once for its country or former name.
        """
        yield from self._cities.names()
        yield from self._names.items()

    def area_names(self) -> Iterator[tuple[str, Place]]:
        """Yield each name of a country or region as it is written, with the country or region."""
        for country, printed in _country_rows():
            for name in (*printed, *_toml("country_names.toml").get(country.code, ())):
                yield name, country.place
        for place, known in _regions():
            for name in (place.name, *known):
                yield name, place

    def region_names(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """Yield each folded name and abbreviation of a region with its regions."""
        yield from self._regions.items()

    def _find_folded(self, folded: str) -> tuple[Place, ...]:
        found = self._exactly(folded)
        variant = " ".join(_VARIANTS.get(word, word) for word in folded.split())
        if variant != folded:
            found = _largest_first((*found, *self._exactly(variant)))
        if not found and not folded.isascii():
            return self._exactly(fold(anyascii(folded)))
        return found

    def _exactly(self, folded: str) -> tuple[Place, ...]:
        short = len(folded) < _SHORTEST and folded.isascii()
        others = () if short else (*self._names.get(folded, ()), *self._named_regions(folded))
        return _largest_first((*self._cities.find(folded), *others))

    def _named_regions(self, folded: str) -> tuple[Place, ...]:
        """Return regions by their names alone, abbreviations left out."""
        found = self._regions.get(folded, ())
        told = len(folded) > _SHORTEST or not folded.isascii()
        return tuple(p for p in found if told or folded == fold(p.name))


def _largest_first(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(dict.fromkeys(places), key=_size, reverse=True))


def _size(place: Place) -> float:
    """A region counts a tenth of its people: `Nairobi` and `New York` mean the city first."""
    return place.population / 10 if place.kind == "region" else place.population


@cache
def gazetteer() -> Gazetteer:
    """Return the process's gazetteer, loaded at the first call."""
    countries = {country.code: country for country, _ in _country_rows()}
    capitals = frozenset(c.capital_id for c in countries.values() if c.capital_id is not None)
    cities = Cities((_DATA / "cities.bin").read_bytes(), capitals)
    names = _country_names(countries)
    for name, place in _former_names(cities):
        names[name] = _largest_first((*names.get(name, ()), place))
    return Gazetteer(cities, _region_names(), countries, names)


def _country_rows() -> Iterator[tuple[Country, list[str]]]:
    for line in (_DATA / "countries.tsv").read_text(encoding="utf-8").splitlines():
        code, name, geoname, capital, people, lat, lon, languages, names = line.split("\t")
        country = Country(
            code,
            name,
            int(geoname),
            int(capital) if capital else None,
            int(people),
            float(lat or 0),
            float(lon or 0),
            tuple(languages.split(",")) if languages else (),
        )
        yield country, [name, *names.split("|")]


def _country_names(countries: Mapping[str, Country]) -> Names:
    found: dict[str, list[Place]] = defaultdict(list)
    # Hand-kept names come first: where two countries share one, it is theirs.
    for code, names in _toml("country_names.toml").items():
        for name in names:
            found[fold(str(name))].append(countries[code].place)
    for country, printed in _country_rows():
        for name in printed:
            found[fold(name)].append(country.place)
    found.pop("", None)
    return {name: tuple(dict.fromkeys(places)) for name, places in found.items()}


def _regions() -> Iterator[tuple[Place, Iterable[str]]]:
    """Yield each region and area with what it is printed as besides its name."""
    aliases = _toml("region_names.toml")
    for line in (_DATA / "regions.tsv").read_text(encoding="utf-8").splitlines():
        country, code, name, geoname, lat, lon, people = line.split("\t")
        region = Place(
            int(geoname) if geoname else None,
            name, country, code, float(lat), float(lon), int(people), "region",
        )  # fmt: skip
        yield region, aliases.get(country, {}).get(name, ())
    for country, areas in _toml("areas.toml").items():
        for name, area in areas.items():
            place = Place(
                None, name, country, area["code"], area["lat"], area["lon"], area["population"],
                "region",
            )  # fmt: skip
            yield place, area["names"]


def _region_names() -> Names:
    kinds = frozenset(word_list("kinds"))
    found: dict[str, list[Place]] = defaultdict(list)
    for region, known in _regions():
        for printed in dict.fromkeys((region.name, _without_kind(region.name, kinds), *known)):
            found[fold(printed)].append(region)
    found.pop("", None)
    return {name: _largest_first(regions) for name, regions in found.items()}


def _without_kind(name: str, kinds: frozenset[str]) -> str:
    """Return `Tver` for `Tver Oblast`."""
    words = name.split()
    return " ".join(words[:-1]) if words[-1].lower() in kinds else name


def _former_names(cities: Cities) -> Iterator[tuple[str, Place]]:
    for printed, target in _toml("historic.toml").items():
        country, _, name = str(target).partition("/")
        bearers = (place for place in cities.find(fold(name)) if place.country == country)
        place = next(bearers, None)
        if place is None:
            raise LookupError(f"historic.toml: no {name} in {country}, which {printed!r} points to")
        yield fold(printed), place


@cache
def _unions() -> dict[str, tuple[str, ...]]:
    return {
        fold(name): tuple(union["countries"])
        for union in _toml("unions.toml")["union"]
        for name in union["names"]
    }


def word_list(name: str) -> tuple[str, ...]:
    """Return a list of atlas/data/words.toml."""
    return tuple(_toml("words.toml")[name])


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))
