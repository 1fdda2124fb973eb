"""Why each name of a story is what it is: the same functions asked again, with their reasons. Pure.

Nothing is decided here: spans are mended, joined, geocoded and linked by the functions that do it
in the stage, and what they said on the way is kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from atlas.gazetteer import Place, gazetteer
from enrich import analysis
from enrich.analysis import Reading, Setting
from enrich.entities import aliases, labels, wire
from enrich.entities.known import known
from enrich.entities.tagger import Span, Tagger
from enrich.places.geocode import Company, Toponym, candidates, weighed
from enrich.worker import joined, setting_of, sheet_of
from wire.messages import Story

# Candidates of a place's name that are shown, the likeliest first.
_SHOWN: Final = 3
_KINDS: Final[Mapping[str, str]] = {
    "country": "a country, by its ISO 3166-1 code",
    "region": "a first-level region, by its code",
    "geoname": "a place, by its GeoNames id",
    "org:curated": "a body of seeds/organisations.toml",
    "org": "an organisation, by its name",
    "per": "a person, by the name as its transliterations agree",
    "loc": "a place that no gazetteer knows, by its name",
    "misc": "by its name",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A mention: where it stands, why it is marked so, which entity it is, and why."""

    start: int
    text: str
    label: str
    marked: str
    name: str
    key: str
    entity: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name might be, with what speaks for it."""

    name: str
    kind: str
    country: str
    region: str
    population: int
    points: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that was decided of a story's names."""

    mentions: tuple[Told, ...]
    dropped: tuple[tuple[str, str], ...]  # what a tagger gave and the desk left out, and why
    places: Mapping[str, tuple[Candidate, ...]]  # by the name that was asked
    signs: tuple[tuple[str, float], ...]  # countries that the story speaks of, weighed
    reading: Reading


def explain(text: str, tagged: Sequence[Span], setting: Setting) -> Explanation:
    """Read a story as the stage does, and say why: `tagged` are a tagger's spans in its text."""
    context = wire.Context(setting.language, setting.own_names)
    spans = wire.mended(text, tagged, known(), context)
    reading = analysis.resolve(text, spans, setting)
    names = [analysis.named(text, span) for span in spans]
    grounds = aliases.grounds(names, text)
    groups: dict[int, list[Span]] = defaultdict(list)
    for span, number in zip(spans, aliases.entities(names, text), strict=True):
        groups[number].append(span)
    toponyms = list(analysis.toponyms_of(text, groups).values())
    around = analysis.surroundings(text, toponyms, setting)
    return Explanation(
        tuple(_told(text, tagged, spans, reading, grounds)),
        tuple(_dropped(text, tagged, spans)),
        {toponym.name: _candidates(toponym, around) for toponym in toponyms},
        tuple(sorted(around.countries.items(), key=lambda pair: -pair[1])),
        reading,
    )


def explain_story(story: Story, with_tagger: Tagger) -> Explanation | None:
    """Explain a story as the stage would read it; None where it has nothing that is read."""
    sheet = sheet_of(story)
    if not sheet.lines:
        return None
    tagged = with_tagger.tag(sheet.lines, [story.language] * len(sheet.lines))
    return explain(sheet.text, joined(sheet.lines, tagged), setting_of(sheet))


def _told(
    text: str,
    tagged: Sequence[Span],
    spans: Sequence[Span],
    reading: Reading,
    grounds: Sequence[str | None],
) -> Iterator[Told]:
    first: dict[int, str] = {}
    for span, mention, ground in zip(spans, reading.mentions, grounds, strict=True):
        entity = reading.entities[mention.entity]
        printed = text[span.start : span.end]
        earlier = first.setdefault(mention.entity, printed)
        why = f"{ground} ({earlier})" if ground else _kind(entity.key)
        marked = _marked(text, tagged, span)
        yield Told(span.start, printed, entity.label, marked, entity.name, entity.key, why)


def _kind(key: str) -> str:
    kind = "org:curated" if key.startswith("org:curated:") else key.partition(":")[0]
    return _KINDS[kind]


def _marked(text: str, tagged: Sequence[Span], span: Span) -> str:
    """Why this is marked: the tagger's word, the world's, a title's, or the rest of the story's."""
    over = [s for s in tagged if s.start < span.end and span.start < s.end]
    if over:
        given = max(over, key=lambda s: s.confidence)
        whole = text[given.start : given.end]
        form = "" if (given.start, given.end) == (span.start, span.end) else f" as {whole!r}"
        turned = "" if given.label == span.label else f", {span.label} by the rest of the story"
        return f"tagged {given.label} {given.confidence:.2f}{form}{turned}"
    if known().label(text[span.start : span.end]) == span.label:
        return "known to the world"
    if labels.is_titled(text, span):
        return "a title stands before it"
    return "named elsewhere in the story"


def _dropped(text: str, tagged: Sequence[Span], spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    for given in tagged:
        if not any(s.start < given.end and given.start < s.end for s in spans):
            yield text[given.start : given.end], _why_not(text, given)


def _why_not(text: str, span: Span) -> str:
    if wire.is_no_name(text, span):
        return "no name: a nationality, a people, a day, a creed"
    if span.confidence < wire.LEAST:
        return f"doubtful: tagged {span.label} {span.confidence:.2f}"
    return "the agency's own name or credit"


def _candidates(toponym: Toponym, around: Company) -> tuple[Candidate, ...]:
    found = candidates(toponym.name, toponym.within, gazetteer())
    scored = zip(weighed(toponym, around, found), found, strict=True)
    best = sorted(scored, key=lambda pair: -pair[0])[:_SHOWN]
    return tuple(_candidate(place, points) for points, place in best)


def _candidate(place: Place, points: float) -> Candidate:
    return Candidate(
        place.name, place.kind, place.country, place.admin1 or "", place.population, points
    )
