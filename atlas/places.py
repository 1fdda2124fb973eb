"""What a place and a country are: frozen values that every stage passes on. No logic, no state."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["city", "capital", "region", "country"]


@dataclass(frozen=True, slots=True)
class Place:
    """A city, a first-level region or a country, as the gazetteer knows it.

    `geoname_id` is GeoNames' number (regions outside the United States have none here), `country`
    ISO 3166-1 alpha-2 (XK for Kosovo), `admin1` GeoNames' first-level code (the postal code in the
    United States). Coordinates are WGS 84 degrees, of a region or country those of its middle.
    `capital` is the capital of a country.
    """

    geoname_id: int | None
    name: str
    country: str
    admin1: str | None
    lat: float
    lon: float
    population: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory of ISO 3166-1: `languages` are ISO 639-1 codes, the first the main."""

    code: str
    name: str
    geoname_id: int
    capital_id: int | None
    population: int
    lat: float
    lon: float
    languages: tuple[str, ...]

    @property
    def place(self) -> Place:
        """The country as a place."""
        return Place(
            self.geoname_id, self.name, self.code, None, self.lat, self.lon, self.population,
            "country",
        )  # fmt: skip
