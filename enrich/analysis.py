"""One story read: which names stand where, which entity each is, where the story plays. Pure.

A tagger's spans go in; wire knowledge, aliases, geocoding and linking are laid over them in that
order. The text is headline, sub-headline and body joined by newlines; `Part` says where each lies.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from atlas.demonyms import spoken_of
from atlas.gazetteer import Place, gazetteer
from enrich.entities import aliases, link, wire
from enrich.entities.company import in_company
from enrich.entities.known import known
from enrich.entities.organisations import bodies
from enrich.entities.tagger import Span
from enrich.places import focus as focusing
from enrich.places.focus import Sighting, focus
from enrich.places.geocode import Company, Toponym, company, place
from store.rows import EntityDraft, Focus

# `Alexandria, Louisiana`: what stands right after a place's name, between commas.
_WITHIN: Final = re.compile(r",\s+(?P<name>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,2})")
# What the dateline's country weighs in geocoding: a full mention and a half.
_FILED: Final = 1.5
# From this share on, what the gazetteer does not know lies where the rest does.
_AT_HOME: Final = 0.7


@dataclass(frozen=True, slots=True)
class Found:
    """A mention: its span in the joined text, and the number of its entity."""

    span: Span
    entity: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one story."""

    text: str
    mentions: tuple[Found, ...]
    entities: tuple[EntityDraft, ...]
    focus: Focus


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a story beside its text.

    `body` is where the body begins in the joined text, `lead` where its first paragraph ends.
    """

    language: str | None = None
    own_names: frozenset[str] = frozenset()
    filed_from: str | None = None  # the dateline's country
    body: int = 0
    lead: int = 0


def read(text: str, spans: Iterable[Span], setting: Setting) -> Reading:
    """Read one story: its joined text, a tagger's spans in it, and its setting."""
    context = wire.Context(setting.language, setting.own_names)
    return resolve(text, wire.mended(text, spans, known(), context), setting)


def resolve(text: str, spans: Sequence[Span], setting: Setting) -> Reading:
    """Say of each span, in order and taken as it is, which entity and which place it names."""
    numbers = aliases.entities([named(text, span) for span in spans], text)
    groups: dict[int, list[Span]] = defaultdict(list)
    for span, number in zip(spans, numbers, strict=True):
        groups[number].append(span)
    places = _places(text, groups, setting)
    home = _home([(s, places[n]) for s, n in zip(spans, numbers, strict=True) if n in places])
    drafts = {
        number: link.draft(
            group[0].label,
            [text[s.start : s.end] for s in group],
            places.get(number),
            bodies(),
            home,
        )
        for number, group in groups.items()
    }
    return _joined(text, list(zip(spans, numbers, strict=True)), drafts, places, setting)


def _home(placed: Sequence[tuple[Span, Place]]) -> str | None:
    """The country in which nearly all of a story's places lie: so do those that nobody knows."""
    told = focus([Sighting(found, 1.0) for _, found in placed], {})
    return told.country if (told.confidence or 0.0) >= _AT_HOME else None


def named(text: str, span: Span) -> aliases.Name:
    """Return a mention as the sieves of aliases see it."""
    return aliases.Name(text[span.start : span.end], span.label, span.start, span.end)


def _places(text: str, groups: Mapping[int, Sequence[Span]], setting: Setting) -> dict[int, Place]:
    """Geocode each entity that is a place, in the company of the others."""
    toponyms = toponyms_of(text, groups)
    around = surroundings(text, list(toponyms.values()), setting)
    return {
        number: found
        for number, toponym in toponyms.items()
        if (found := place(toponym, around, gazetteer()))
    }


def toponyms_of(text: str, groups: Mapping[int, Sequence[Span]]) -> dict[int, Toponym]:
    """Return the name of each entity that is a place."""
    return {n: _toponym(text, spans) for n, spans in groups.items() if spans[0].label == "LOC"}


def surroundings(text: str, toponyms: Sequence[Toponym], setting: Setting) -> Company:
    """Return what a story says of where it plays: its places, demonyms and dateline."""
    signs: dict[str, float] = defaultdict(float)
    for country, times in spoken_of(text).items():
        signs[country] += times * focusing.DEMONYM
    if setting.filed_from:
        signs[setting.filed_from] += _FILED
    return company(toponyms, signs, gazetteer())


def _toponym(text: str, spans: Sequence[Span]) -> Toponym:
    """The entity's longest name, and what is printed after any of its mentions."""
    longest = max((text[s.start : s.end] for s in spans), key=len)
    for span in spans:
        if match := _WITHIN.match(text, span.end):
            return Toponym(longest, match["name"])
    return Toponym(longest)


def _joined(
    text: str,
    mentions: Sequence[tuple[Span, int]],
    drafts: Mapping[int, EntityDraft],
    places: Mapping[int, Place],
    setting: Setting,
) -> Reading:
    """Bring entities of one key together, and number them anew in order of appearance."""
    order: dict[str, int] = {}
    merged: list[EntityDraft] = []
    found = []
    for span, number in mentions:
        one = drafts[number]
        if one.key not in order:
            order[one.key] = len(merged)
            merged.append(one)
        else:
            merged[order[one.key]] = _merged(merged[order[one.key]], one)
        found.append(Found(replace(span, label=one.label), order[one.key]))
    sightings = [
        Sighting(places[number], _weight(span, setting))
        for span, number in mentions
        if number in places
    ]
    signs = _signs(text, mentions, drafts, setting)
    where: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for mention in found:
        where[mention.entity].append((mention.span.start, mention.span.end))
    told = in_company(text, merged, where)
    return Reading(text, tuple(found), told, focus(sightings, signs))


def _merged(one: EntityDraft, other: EntityDraft) -> EntityDraft:
    names = dict.fromkeys((*one.aliases, *other.aliases, other.name))
    return replace(one, aliases=tuple(name for name in names if name != one.name))


def _weight(span: Span, setting: Setting) -> float:
    if span.start < setting.body:
        return focusing.HEADLINE
    return focusing.LEAD if span.start < setting.lead else focusing.BODY


def _signs(
    text: str,
    mentions: Sequence[tuple[Span, int]],
    drafts: Mapping[int, EntityDraft],
    setting: Setting,
) -> dict[str, float]:
    """Countries spoken of without a place's name: demonyms, bodies of a country, the dateline."""
    signs: dict[str, float] = defaultdict(float)
    for country, times in spoken_of(text).items():
        signs[country] += times * focusing.DEMONYM
    for _, number in mentions:
        one = drafts[number]
        if one.label == "ORG" and one.country:
            signs[one.country] += focusing.ORGANISATION
    if setting.filed_from:
        signs[setting.filed_from] += focusing.DATELINE
    return dict(signs)
