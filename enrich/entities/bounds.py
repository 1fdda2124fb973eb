"""Where a name begins and ends: a tagger's spans mended by what the wire prints around names. Pure.

Pieces of one name are joined, two names in one span are parted, what stands around a name comes
off: quotes, article, titles, possessive, `-led`, a conjunction. Each function takes spans of one
text and returns spans of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from enrich.entities.known import Known
from enrich.entities.lexicon import lexicon
from enrich.entities.tagger import Span

_EDGES: Final = " \t\n\"“”„‘’'«»()[],;:–—-*|"
_ARTICLE: Final = re.compile(r"(?:the|The|THE)\s+")
_POSSESSIVE: Final = re.compile(r"['’][sS]$")
_FIRST_WORD: Final = re.compile(r"(?P<word>[^\W\d]+(?:-[^\W\d]+)*\.?)\s+")
_LAST_WORD: Final = re.compile(r"\s+(?P<word>[^\W\d_]+)$")
_HYPHENED: Final = re.compile(r"(?:-(?P<tail>[^\W\d_]+))+")
_LETTERS: Final = re.compile(r"\b[A-Z]\.[A-Z]$")
# Between the pieces of one organisation's name: `National Museum of` the `U.S. Air Force`.
_WITHIN: Final = re.compile(r" (?:the |la |las |los )?")
_AND: Final = re.compile(r"\s+(?:and|und|et|y|e|и)\s+")
# `Governor of Washington Chris Gregoire`, `Ambassador to Serbia Alexander Kharchenko`
_OF_A_PLACE: Final = re.compile(r"\b(?:of|to|for|from)\s+$")
# `Parlement de Monaco`, `Government of Nepal`: the state's own, as `the French parliament` is.
_OF_A_COUNTRY: Final = re.compile(
    r"(?P<body>(?:Parlement|Gouvernement|Sénat|Parlamento|Gobierno|Governo|Senado|Congreso"
    r"|Parliament|Government|Senate))\s+(?:de|du|des|del|do|della|d|of)\s*(?:la |l|the )?['’]?"
    r"(?P<country>[^\W\d_].*)"
)
# Languages in which any noun after a place's name looks like more of it.
_NOUNS_CAPITALISED: Final = frozenset({"de", "lb"})
# The longest place's name before a person's, in words.
_PLACE_WORDS: Final = 3


def mended(text: str, spans: Iterable[Span], known: Known, language: str | None) -> list[Span]:
    """Return the spans with their bounds mended, in order, none overlapping."""
    grown = _apart(_grown(text, span) for span in _joined(text, sorted(spans)))
    parted = [part for span in grown for part in _parted(text, span, known)]
    if language in _NOUNS_CAPITALISED:
        parted = [_without_noun(text, span, known) for span in parted]
    return [cut for span in parted if (cut := _trimmed(text, span, language))]


def is_title(word: str) -> bool:
    """Whether a word stands before people's names and outside them."""
    return word.lower().rstrip(".") in lexicon().titles | lexicon().title_parts


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Join what a tagger took for two names side by side: `Dries` `Mertens`."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and _is_one(text, last, span):
            joined[-1] = replace(last, end=span.end)
        elif last is None or span.start >= last.end:
            joined.append(span)
    return joined


def _is_one(text: str, last: Span, span: Span) -> bool:
    between = text[last.end : span.start]
    if last.label == span.label == "PER":
        return between == " "
    if last.label != "ORG" or span.label not in ("ORG", "LOC"):
        return False
    tail = _LAST_WORD.search(text, last.start, last.end)
    hangs = tail is not None and tail["word"] in lexicon().connectors
    return hangs and _WITHIN.fullmatch(between) is not None


def _grown(text: str, span: Span) -> Span:
    """Take in the rest of a name cut at its hyphen (`Wong Kwok-kin`) or last stop (`D.C.`)."""
    end = span.end - text[span.start : span.end].endswith("-")
    if span.label == "PER" and (match := _HYPHENED.match(text, end)):
        end = end if match["tail"] in lexicon().hyphen_tails else match.end()
    elif _LETTERS.search(text, span.start, end) and text[end : end + 1] == ".":
        end += 1
    return replace(span, end=end)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Drop what another span before it has grown into."""
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _parted(text: str, span: Span, known: Known) -> Iterator[Span]:
    """Part two names in one span: `Dover and Calais`, `Parlement de Monaco`."""
    name = text[span.start : span.end]
    if span.label in ("PER", "LOC") and (match := _AND.search(name)):
        ends = (name[: match.start()], name[match.end() :])
        if _are_two(span, name, ends, known):
            yield replace(span, end=span.start + match.start())
            yield from _parted(text, replace(span, start=span.start + match.end()), known)
            return
    match = _OF_A_COUNTRY.fullmatch(name) if span.label == "ORG" else None
    if match and known.is_country(match["country"]):
        yield replace(span, end=span.start + match.end("body"))
        yield replace(span, start=span.start + match.start("country"), label="LOC")
        return
    yield from _without_place(text, span, known)


def _are_two(span: Span, name: str, ends: tuple[str, str], known: Known) -> bool:
    if span.label == "PER":
        return all(end[:1].isupper() for end in ends)
    return known.label(name) is None and all(known.label(end) == "LOC" for end in ends)


def _without_place(text: str, span: Span, known: Known) -> Iterator[Span]:
    """Part the place that a person's office is of from his name."""
    words = text[span.start : span.end].split(" ")
    if span.label == "PER" and len(words) > 2 and _OF_A_PLACE.search(text, 0, span.start):
        for count in range(min(_PLACE_WORDS, len(words) - 2), 0, -1):
            place = " ".join(words[:count])
            if known.label(place) == "LOC":
                yield replace(span, end=span.start + len(place), label="LOC")
                yield replace(span, start=span.start + len(place) + 1)
                return
    yield span


def _without_noun(text: str, span: Span, known: Known) -> Span:
    """Take off the noun after a place: `in Göttingen Kaffee`."""
    name = text[span.start : span.end]
    words = name.split(" ")
    if span.label == "LOC" and len(words) > 1 and known.label(name) is None:
        for count in range(len(words) - 1, 0, -1):
            place = " ".join(words[:count])
            if known.label(place) == "LOC":
                return replace(span, end=span.start + len(place))
    return span


def _trimmed(text: str, span: Span, language: str | None) -> Span | None:
    """Take off what stands around a name: quotes, article, titles, possessive, `-led`."""
    start, end = span.start, span.end
    while True:
        before = (start, end)
        while start < end and text[start] in _EDGES:
            start += 1
        while end > start and text[end - 1] in _EDGES:
            end -= 1
        name = text[start:end]
        if (match := _ARTICLE.match(name)) and name not in lexicon().articled:
            start += match.end()
        elif match := _POSSESSIVE.search(name):
            end -= len(match.group())
        elif (cut := _hyphened(name)) is not None:
            end = start + cut
        elif (match := _LAST_WORD.search(name)) and _hangs(match["word"], span, language):
            end = start + match.start()
        elif (match := _FIRST_WORD.match(name)) and _stands_before(match["word"], span):
            start += match.end()
        if (start, end) == before:
            break
    return replace(span, start=start, end=end) if start < end else None


def _hangs(word: str, span: Span, language: str | None) -> bool:
    """Say whether a last word is none of the name: `Dover and`, in English `Reykjavik city`."""
    if not word.islower():
        return False
    return word in lexicon().connectors or (language == "en" and span.label in ("LOC", "PER"))


def _stands_before(word: str, span: Span) -> bool:
    """Say whether a first word is none of the name: a person's title, a conjunction."""
    return (span.label == "PER" and is_title(word)) or word in ("and", "und", "et", "of")


def _hyphened(name: str) -> int | None:
    """Where `NATO-led` is to be cut."""
    head, hyphen, tail = name.rpartition("-")
    return len(head) if hyphen and tail in lexicon().hyphen_tails else None
