"""From what the grammar read to a dateline: places found on the map, date whole, agency named.

Pure; look-ups of places with a state or country are cached.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from atlas.agencies import agencies
from atlas.places import Place
from atlas.resolve import country_of, resolve
from ingest.extract.dateline.credits import sharing
from ingest.extract.dateline.opening import Opening, Spot
from ingest.extract.dateline.years import full_date
from wire.messages import Dateline, DatelinePlace


class Desk(NamedTuple):
    """What is known of a story besides its text: stamp, language, and agency by feed or host."""

    published_at: dt.datetime | None = None
    language: str | None = None
    agency: str | None = None


class Located(NamedTuple):
    """What the gazetteer makes of a place."""

    name: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    geoname_id: int | None = None


_NOWHERE: Final = Located()


def build(line: str, opening: Opening, desk: Desk, context: str) -> Dateline:
    """Return the dateline that `opening` of `line` is; `context` is the story's beginning."""
    warnings: list[str] = []
    credited = opening.agencies[0] if opening.agencies else None
    date = _dated(opening, desk, warnings)
    filer = credited or desk.agency
    found = _locate_all(opening.spots, filer, desk.language, context)
    head = next((place for place in found if place.country), _NOWHERE)
    if found and not head.country:
        warnings.append("place-unknown")
    return Dateline(
        raw=line[opening.start : opening.end],
        place=opening.place,
        region=opening.region,
        name=head.name,
        country=head.country,
        lat=head.lat,
        lon=head.lon,
        geoname_id=head.geoname_id,
        date=date,
        agency=_whose(opening, credited, head.country, desk.agency),
        agencies=opening.agencies if len(opening.agencies) > 1 else (),
        places=_all(opening.spots, found) if len(found) > 1 else (),
        warnings=tuple(warnings),
    )


def _dated(opening: Opening, desk: Desk, warnings: list[str]) -> dt.date | None:
    if opening.date is None:
        return None
    date, trusted = full_date(opening.date, desk.published_at)
    if not trusted:
        warnings.append("date-distrusted")
    if date is None:
        warnings.append("date-unknown")
    return date


def _whose(
    opening: Opening, credited: str | None, country: str | None, agency: str | None
) -> str | None:
    """Return whose a credit is that several agencies use: the feed's, else the one at home there.

    `NAIROBI, March 7 (KNA)` is Kenya's agency, `BONN (KNA)` the Catholic one.
    """
    if credited is None or len(opening.agencies) > 1:
        return credited
    sharers = sharing(opening.credits[-1].text)
    if agency in sharers:
        return agency
    desk = agencies().get(credited)
    if desk is None or desk.country == country:
        return credited
    return next((s for s in sharers if _home(s) == country and country), credited)


def _home(agency: str | None) -> str | None:
    desk = agencies().get(agency)
    return desk.country if desk else None


def _all(spots: tuple[Spot, ...], found: list[Located]) -> tuple[DatelinePlace, ...]:
    return tuple(
        DatelinePlace(place=spot.words, region=spot.region, **located._asdict())
        for spot, located in zip(spots, found, strict=True)
    )


def _locate_all(
    spots: tuple[Spot, ...], agency: str | None, language: str | None, context: str
) -> list[Located]:
    """Locate each place by itself, then those in several countries by where the others are.

    What lies in the agency's own country says nothing of the others: `LONDON/PERTH (Reuters)`.
    """
    unsaid = (None, _home(agency))
    found = [_locate(spot, agency, language, context) for spot in spots]
    countries = [place.country for place in found]
    if len(set(countries)) < 2:
        return found
    return [
        _locate(spot, agency, language, context, tuple(c for c in others if c not in unsaid))
        for n, spot in enumerate(spots)
        for others in [countries[:n] + countries[n + 1 :]]
    ]


def _locate(
    spot: Spot,
    agency: str | None,
    language: str | None,
    context: str,
    beside: tuple[str, ...] = (),
) -> Located:
    if spot.region is not None:
        return _by_region(spot.words, spot.region, agency, language)
    place = resolve(
        spot.words,
        agency_country=_home(agency),
        standalone=_standing(agency),
        language=language,
        context=context,
        beside=beside,
    )
    return _located(place, None)


@lru_cache(maxsize=4096)
def _by_region(name: str, region: str, agency: str | None, language: str | None) -> Located:
    home = _home(agency)
    place = resolve(name, region, agency_country=home, language=language)
    return _located(place, country_of(region, home))


def _located(place: Place | None, country: str | None) -> Located:
    if place is None:
        return _NOWHERE._replace(country=country)
    return Located(place.name, place.country, place.lat, place.lon, place.geoname_id)


@lru_cache(maxsize=512)
def _standing(agency: str | None) -> Mapping[str, str]:
    desk = agencies().get(agency)
    return agencies().standalone(agency) if desk and desk.standalone else {}
