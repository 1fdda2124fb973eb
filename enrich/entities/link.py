"""From the entities of one story to entities across stories: a key, an id, a name. Pure.

Countries go by ISO 3166-1 (`country:RS`), first-level regions by country and GeoNames' first-level
code (`region:US-GA`), cities by GeoNames id (`geoname:792680`), curated bodies by their id
(`org:curated:nato`), all others by their name, folded and transliterated (`per:albin kurti`). The
id is UUIDv5 of the key, so that two writers agree without asking; merges and splits by hand are the
store's business.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from atlas.gazetteer import Place, fold
from atlas.organisations import Organisation
from enrich.entities.lexicon import lexicon
from enrich.entities.names import bare, folded, person_key, sounding, without_form
from enrich.entities.organisations import bodies as known_bodies
from store.rows import EntityDraft
from wire.messages import Label

# A name for the ids of entities; never changed, or every id would.
NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://wiredesk.invalid/entities")
_COORDINATE_DIGITS: Final = 4


def entity_id(key: str) -> UUID:
    """Return the id of the entity of that key."""
    return uuid5(NAMESPACE, key)


def draft(
    label: Label,
    names: Sequence[str],
    place: Place | None,
    bodies: Mapping[str, Organisation],
    country: str | None = None,
) -> EntityDraft:
    """Return the entity that a story calls by `names` (as printed, at least one).

    `country` is where a place that no gazetteer knows must lie, by the story's other places.
    """
    forms = tuple(dict.fromkeys(bare(name) for name in names))
    if place is not None:
        return _of_place(place, forms)
    if body := _body(forms, bodies):
        return _draft(f"org:curated:{body.id}", "ORG", body.name, forms, body.country, curated=True)
    name = fullest(label, forms)
    if label != "LOC" or is_borderless(name):
        country = None
    return _draft(_key(label, name, country), label, name, forms, country, curated=False)


def named_alone(label: Label, name: str, country: str | None) -> list[EntityDraft]:
    """Return the entities that a name that no gazetteer knows would be: a place's, in a country."""
    within = [None, country] if label == "LOC" and country else [None]
    return [draft(label, [name], None, known_bodies(), each) for each in within]


def is_borderless(name: str) -> bool:
    """Whether `name` is of a sea, a range, a part of the world: it lies in no one country."""
    return name in lexicon().wide_places or bool(lexicon().borderless & set(name.lower().split()))


def _body(forms: Sequence[str], bodies: Mapping[str, Organisation]) -> Organisation | None:
    """The curated body that the longest of the names belongs to, if any name does."""
    found = [bodies[fold(form)] for form in sorted(forms, key=len) if fold(form) in bodies]
    return found[-1] if found else None


def _of_place(place: Place, forms: tuple[str, ...]) -> EntityDraft:
    if place.kind == "country":
        key = f"country:{place.country}"
    elif place.kind == "region":
        key = f"region:{place.country}-{place.admin1}"
    else:
        key = f"geoname:{place.geoname_id}"
    return EntityDraft(
        id=entity_id(key),
        key=key,
        label="LOC",
        name=place.name,
        aliases=_aliases(place.name, forms),
        country=place.country,
        lat=round(place.lat, _COORDINATE_DIGITS),
        lon=round(place.lon, _COORDINATE_DIGITS),
        geoname_id=place.geoname_id,
        curated=True,
    )


def _draft(
    key: str, label: Label, name: str, forms: tuple[str, ...], country: str | None, *, curated: bool
) -> EntityDraft:
    return EntityDraft(
        id=entity_id(key),
        key=key,
        label=label,
        name=name,
        aliases=_aliases(name, forms),
        country=country,
        curated=curated,
    )


def _aliases(name: str, forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(form for form in forms if form != name)


def fullest(label: Label, forms: Sequence[str]) -> str:
    """Return the name to show: the longest, one in mixed case before one in capitals.

    A person has no more than five words; a longer form is a tagger's slip.
    """
    likely = [f for f in forms if label != "PER" or len(f.split()) < 6] or list(forms)
    return max(likely, key=lambda form: (not form.isupper() or " " not in form, len(form)))


def _key(label: Label, name: str, country: str | None) -> str:
    if label == "PER":
        return f"per:{person_key(name) or name.lower()}"
    words = without_form(tuple(folded(name).split()))
    plain = " ".join(words) if label == "ORG" and name.isascii() else sounding(name)
    # two villages of one name in two countries are two
    within = f"{country}:" if country else ""
    return f"{label.lower()}:{within}{plain or name.lower()}"
