"""One label for all mentions of a name in a story: everything that speaks is weighed. Pure.

The tagger's own word counts by its confidence; the world's, where the name is known; a title before
it or an age after it; the full name of which it is a surname; the long form of which it is short.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from enrich.entities.known import Known
from enrich.entities.lexicon import lexicon
from enrich.entities.names import folded, initials
from enrich.entities.othernames import abbreviates
from enrich.entities.tagger import Span
from wire.messages import Label

# What the world's word counts beside a tagger's, mention by mention.
_WORLD: Final = 0.4
_WORLD_SURE: Final = 1.0
# Letters beyond it are of other scripts than the Latin one.
_LATIN: Final = 0x24F
# Shorter names of countries are abbreviations of other things too.
_CODE: Final = 3
# `Ambassador Arkady Belozerov`, `Minister to Serbia …`: only people bear titles.
_TITLED: Final = 1.0
# `Ana Kos, 51,`
_AGED: Final = 0.8
_TITLE_BEFORE: Final = re.compile(
    r"(?P<title>[^\W\d_]+)\.?[ \u00a0]"
    # `Ambassador to Serbia`, `President of the Republic of Korea`
    r"(?:(?:to|of|for) (?:the )?(?:[A-Z][\w.]* |of ){1,4})?$"
)
_AGE_AFTER: Final = re.compile(r", (?:aged )?\d{1,3}[,.]")
# `USI`, `DAB`: an acronym that is no known place is a body's.
_ACRONYM: Final = re.compile(r"[A-Z]{3,6}")

Votes = Mapping[Label, float]


def one_label(text: str, spans: Sequence[Span], known: Known) -> list[Span]:
    """Return the spans, all those of one name with one label."""
    labels: dict[str, Label] = {}
    for name, votes in _votes(text, spans, known).items():
        labels[name] = max(votes, key=lambda label: votes[label])
    labels.update(_surnames(text, spans, labels, known))
    labels.update(_acronyms(text, spans, labels, known))
    labels.update(_short_forms(text, spans, labels))
    return [replace(span, label=labels[folded(text[span.start : span.end])]) for span in spans]


def _votes(text: str, spans: Sequence[Span], known: Known) -> dict[str, dict[Label, float]]:
    votes: dict[str, dict[Label, float]] = defaultdict(lambda: defaultdict(float))
    for span in spans:
        name = text[span.start : span.end]
        counted = votes[folded(name)]
        counted[span.label] += span.confidence
        if told := known.label(name):
            counted[told] += _world(name, known)
        elif is_titled(text, span):
            counted["PER"] += _TITLED
        elif _AGE_AFTER.match(text, span.end):
            counted["PER"] += _AGED
    return votes


def _world(name: str, known: Known) -> float:
    """How far the world's word counts: a country's name is hardly ever another's.

    Nor is any name that it knows in a script of which a tagger read little.
    """
    told = known.is_country(name) or (not name[0].isascii() and ord(name[0]) > _LATIN)
    return _WORLD_SURE if told and len(name) > _CODE else _WORLD


def is_titled(text: str, span: Span) -> bool:
    """Whether a title stands right before the span."""
    match = _TITLE_BEFORE.search(text, max(0, span.start - 60), span.start)
    return match is not None and match["title"].lower() in lexicon().titles


def _surnames(
    text: str, spans: Sequence[Span], labels: Mapping[str, Label], known: Known
) -> Iterator[tuple[str, Label]]:
    """`Montalvo` beside `Daniel Montalvo` is he, unless a country is called so."""
    people = {
        words[-1]
        for span in spans
        if len(words := folded(name := text[span.start : span.end]).split()) > 1
        and labels[folded(name)] == "PER"
    }
    for span in spans:
        name = text[span.start : span.end]
        if folded(name) in people and not known.is_country(name):
            yield folded(name), "PER"


def _acronyms(
    text: str, spans: Sequence[Span], labels: Mapping[str, Label], known: Known
) -> Iterator[tuple[str, Label]]:
    """An acronym is of the kind of the name whose initials it is, else no place or person."""
    long = {
        short: labels[folded(name)]
        for span in spans
        if " " in (name := text[span.start : span.end])
        for short in initials(name)
    }
    for span in spans:
        name = text[span.start : span.end]
        if not _ACRONYM.fullmatch(name) or not _in_mixed_case(text, span):
            continue
        key = folded(name)
        if key in long:
            yield key, long[key]
        elif labels[key] in ("LOC", "PER") and known.label(name) is None:
            yield key, "ORG"


def _in_mixed_case(text: str, span: Span) -> bool:
    """Whether capitals mean something on this line: in a headline of capitals they don't."""
    line = text[text.rfind("\n", 0, span.start) + 1 :].partition("\n")[0]
    return not line.isupper()


def _short_forms(
    text: str, spans: Sequence[Span], labels: Mapping[str, Label]
) -> Iterator[tuple[str, Label]]:
    """`Kosovo Force (KFOR)`: the short form is of the long one's kind."""
    for long, short in pairwise(spans):
        between = text[long.end : short.start]
        name = text[short.start : short.end]
        if between in (" (", ", (") and abbreviates(name, text[long.start : long.end]):
            yield folded(name), labels[folded(text[long.start : long.end])]
