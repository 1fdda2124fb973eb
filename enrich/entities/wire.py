"""What a desk knows of names, laid over any tagger's spans: wire.py mends them, story by story.

Titles and leading articles come off, possessives and `-led` too; demonyms and the agency's own
credit are no entities; names that the world knows are what they are; a name tagged once is tagged
throughout the story, with one label. Pure: spans of one text in, spans of that text out.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from atlas.demonyms import demonyms
from enrich.entities import bounds, han, labels, roles
from enrich.entities.known import Known
from enrich.entities.lexicon import lexicon
from enrich.entities.names import folded
from enrich.entities.tagger import Span

# Languages that write the article as one with the name after it.
_ELIDING: Final = frozenset({"fr", "it", "ca"})
_ELISION: Final = re.compile(r"(?:[LlDd]|[Dd]ell|[Aa]ll|[Nn]ell|[Dd]all|[Ss]ull)['’](?=\w)")
_HAN: Final = re.compile("[\u4e00-\u9fff·]{2,}")
_NEXT_NAME: Final = re.compile(r" [A-Z]\w+")
# `/TASS/.`, `(Reuters) -`, `(AP) —`: how a credit stands in a dateline.
_CREDIT: Final = re.compile(r"(?:\(|/)(?P<name>[^()/\n]{2,40})(?:\)\s*[-–—]|/\s*[.,-–—])")
_COLON: Final = re.compile(r"\s?: ")
# A dateline is over by then.
_DATELINE: Final = 160
# A bare word is taken for a name tagged elsewhere only where it is longer than this.
_SHORTEST: Final = 3
_SURE: Final = 0.9
# Up to here a tagger's word gives way to a role that introduces a person.
_CONTESTED: Final = 0.75
# Below it a tagger's label is a guess.
_DOUBTED: Final = 0.6
# A name less sure than this is wrong more often than right (F1 on the development news: 0.774
# without, 0.781 with); a title before it, the world or the rest of the story bring it back.
LEAST: Final = 0.55


@dataclass(frozen=True, slots=True)
class Context:
    """What the story tells beside its text: language, and how its agency calls itself."""

    language: str | None = None
    own_names: frozenset[str] = frozenset()


def mended(text: str, spans: Iterable[Span], known: Known, context: Context) -> list[Span]:
    """Return the spans of one story's whole text as the desk would mark them, in order."""
    whole = bounds.mended(text, spans, known, context.language)
    kept = [s for s in whole if not is_no_name(text, s) and not _is_topic(text, s, known)]
    kept = _believed(text, kept, known)
    if context.language in _ELIDING:
        kept = [_without_elision(text, span, known) for span in kept]
    if context.language == "zh":
        kept = _with_people(kept, han.people(text))
    elif context.language in roles.LANGUAGES:
        kept = _with_introduced(kept, roles.people(text, known))
    kept = _with_known(text, kept, known)
    kept = _without_credit(text, kept, context.own_names)
    kept = labels.one_label(text, kept, known)
    return _throughout(text, kept)


def _believed(text: str, spans: Sequence[Span], known: Known) -> list[Span]:
    """Leave out what a tagger doubts, but where a title, the world or its neighbour speak for it.

    `Dover and Calais`: of two names side by side, one surely a place, so is the other.
    """
    sure = [s.confidence >= LEAST or labels.is_titled(text, s) for s in spans]
    return [
        span
        for number, span in enumerate(spans)
        if sure[number]
        or known.label(text[span.start : span.end]) == span.label
        or any(
            sure[other] and _are_listed(text, *sorted((span, spans[other])))
            for other in (number - 1, number + 1)
            if 0 <= other < len(spans)
        )
    ]


def _are_listed(text: str, one: Span, other: Span) -> bool:
    between = text[one.end : other.start]
    return one.label == other.label and between in (" and ", ", ", ", and ", " y ", " et ", " und ")


def _with_introduced(spans: Sequence[Span], people: Iterable[Span]) -> list[Span]:
    """Add people who are introduced by a role where a tagger is silent or doubts."""
    kept = list(spans)
    for person in people:
        over = [s for s in kept if person.start < s.end and s.start < person.end]
        if all(s.confidence < _CONTESTED or s.label == "PER" for s in over):
            kept = [s for s in kept if s not in over] + [person]
    return sorted(kept)


def _without_elision(text: str, span: Span, known: Known) -> Span:
    """`Espagne` of `L’Espagne`; `L’Aquila` is called so."""
    name = text[span.start : span.end]
    match = _ELISION.match(name)
    label = known.label(name[match.end() :]) if match else None
    if match is None or label is None or known.label(name):
        return span
    return replace(span, start=span.start + match.end(), label=label)


def is_no_name(text: str, span: Span) -> bool:
    """A demonym, a people, a day, `the West`."""
    name = text[span.start : span.end]
    if name.lower() in lexicon().peoples:
        return True
    return (
        name.lower() in lexicon().never
        or name in demonyms()
        or (name.isupper() and name.title() in demonyms())
    )


def _is_topic(text: str, span: Span, known: Known) -> bool:
    """`Pêche : les ministres…`: a word that opens a headline, which the story never says again."""
    name = text[span.start : span.end]
    opens = span.start == 0 or text[span.start - 1] == "\n"
    return (
        opens
        and " " not in name
        and _COLON.match(text, span.end) is not None
        and known.label(name) is None
        and text.count(name) == 1
    )


def _with_known(text: str, spans: Sequence[Span], known: Known) -> list[Span]:
    """Add what the world knows where the tagger is silent; it never overrules a longer name."""
    kept = list(spans)
    for sure in known.find(text):
        if sure.confidence < _SURE:
            continue
        over = [s for s in kept if sure.start < s.end and s.start < sure.end]
        if all(_is_part(s, sure) for s in over):
            kept = [s for s in kept if s not in over] + [sure]
    return sorted(kept)


def _with_people(spans: Sequence[Span], people: Iterable[Span]) -> list[Span]:
    """Put people whose role is told in the place of what a tagger guessed there."""
    told = list(people)
    kept = [s for s in spans if not any(p.start < s.end and s.start < p.end for p in told)]
    return sorted([*kept, *told])


def _is_part(span: Span, sure: Span) -> bool:
    """`Kosovo` in `Kosovo and Metohija`; `U.S.` in `U.S. State Department` is a name of its own."""
    inside = sure.start <= span.start and span.end <= sure.end
    shorter = span.end - span.start < sure.end - sure.start
    return inside and shorter and (span.label == sure.label or span.confidence < _DOUBTED)


def _without_credit(text: str, spans: Sequence[Span], own: Collection[str]) -> list[Span]:
    """Drop the agency's own name wherever it stands, and the credit of a dateline."""
    printed = [m.span("name") for m in _CREDIT.finditer(text, 0, _DATELINE)]
    names = {folded(name) for name in own} | {folded(text[a:b]) for a, b in printed}
    return [
        s
        for s in spans
        if folded(text[s.start : s.end]) not in names
        and not any(a <= s.start and s.end <= b for a, b in printed)
    ]


def _throughout(text: str, spans: Sequence[Span]) -> list[Span]:
    """Tag each tagged name wherever else it stands, and people's surnames with them."""
    names: dict[str, Span] = {}
    for span in spans:
        name = text[span.start : span.end]
        names.setdefault(name, span)
        if name.isupper() and " " in name:
            names.setdefault(name.title(), span)
        if span.label == "PER" and " " in name:
            names.setdefault(name.split()[-1], span)
    wanted = sorted((n for n in names if _may_recur(n)), key=len, reverse=True)
    if not wanted:
        return list(spans)
    pattern = re.compile("|".join(map(_as_printed, wanted)))
    taken = sorted((s.start, s.end) for s in spans)
    added = [
        replace(names[match.group()], start=match.start(), end=match.end(), confidence=0.7)
        for match in pattern.finditer(text)
        if not _is_taken(taken, *match.span()) and not _continues(text, match)
    ]
    return sorted([*spans, *added])


def _is_taken(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the spans, sorted and none overlapping, reaches into [start, end)."""
    following = bisect_left(taken, (end, 0))
    return following > 0 and taken[following - 1][1] > start


def _may_recur(name: str) -> bool:
    return (len(name) >= _SHORTEST and name[0].isupper()) or _HAN.fullmatch(name) is not None


def _as_printed(name: str) -> str:
    """The name as a pattern: between other words, but in Chinese, which parts none.

    It begins with its first letter, and looks back from behind that: patterns that all begin with a
    letter are searched for ten times as fast.
    """
    if _HAN.fullmatch(name):
        return re.escape(name)
    first = re.escape(name[0])
    return rf"{first}(?<![\w-]{first}){re.escape(name[1:])}(?!\w)"


def _continues(text: str, match: re.Match[str]) -> bool:
    """The word stands within another name: a capitalised word is beside it (`Trump Tower`)."""
    after = _NEXT_NAME.match(text, match.end())
    before = re.search(r"(?:^|[\s(])([A-Z]\w+)[ ]$", text[: match.start()][-40:])
    alone = " " not in match.group()
    return alone and bool(after or (before and not bounds.is_title(before[1])))
