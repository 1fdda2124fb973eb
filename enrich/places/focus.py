"""The country and place that a story is about, with how sure that is. Pure.

Every mention of a place speaks for its country, the headline's and the first paragraph's more;
demonyms and bodies of one country speak too, the dateline only a little: it says where the reporter
sat. Doubt is reported: a tie gives a confidence of a half or less, silence gives none.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from atlas.gazetteer import Place
from store.rows import Focus

HEADLINE: Final = 2.0
LEAD: Final = 1.5
BODY: Final = 1.0
# A demonym says less than a name: `the Russian composer` in a story about Vienna.
DEMONYM: Final = 0.6
# A body that sits in a country is not always at home there.
ORGANISATION: Final = 0.4
DATELINE: Final = 0.5
# Less than one full mention in the body is no focus.
_LEAST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place that the story names, with the weight of where it stands."""

    place: Place
    weight: float


def focus(sightings: Sequence[Sighting], signs: Mapping[str, float]) -> Focus:
    """Return what the story is about; `signs` are countries spoken of without a place's name."""
    countries: dict[str, float] = defaultdict(float)
    for sighting in sightings:
        countries[sighting.place.country] += sighting.weight
    for country, weight in signs.items():
        countries[country] += weight
    if not countries or max(countries.values()) < _LEAST:
        return Focus()
    (first, most), *rest = sorted(countries.items(), key=lambda pair: -pair[1])[:2]
    second = rest[0][1] if rest else 0.0
    return Focus(first, _place(sightings, first), round(most / (most + second), 3))


def _place(sightings: Sequence[Sighting], country: str) -> str | None:
    """The city, else the region, that is named most in that country."""
    weights: dict[str, float] = defaultdict(float)
    for sighting in sightings:
        if sighting.place.country == country and sighting.place.kind != "country":
            weights[sighting.place.name] += sighting.weight
    return max(weights, key=lambda name: weights[name]) if weights else None
