"""The names that the world knows before any story is read: places and curated organisations.

`find` gives them where they stand in a text, `label` says what one name is. Confidence tells how
far the name alone decides: a country's or a body's does (0.9 and more), a town's may be anybody's.
In scripts without capitals only names of countries, capitals and large cities are looked for.
Read-only after it is built; safe to share.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, Final

import ahocorasick

from atlas.gazetteer import Gazetteer, Place, fold, gazetteer
from atlas.organisations import Organisation
from enrich.entities.features import word_places
from enrich.entities.lexicon import lexicon
from enrich.entities.organisations import bodies, printed
from enrich.entities.tagger import Span
from wire.messages import Label

# The longest known name, in words: `Organization for Security and Co-operation in Europe` has ten.
_LONGEST: Final = 10
# Cities with as many people are known the world over.
_WORLD_CITY: Final = 500_000
_WORLD_REGION: Final = 3_000_000
# Smaller ones count where a tagger has nothing better to go by.
_TOWN: Final = 20_000
# In scripts without capitals every word may be a name: only the largest are looked for.
_CASELESS_CITY: Final = 1_000_000
_SURE: Final = 0.95
_LIKELY: Final = 0.6
# `US`, `UK`, `UAE`: abbreviations of countries count as printed, in capitals.
_SHORT: Final = 4
_CODE: Final = 2
# Characters: what is longer is a sentence in capitals.
_LONGEST_NAME: Final = 80


class Known:
    """Known names over one gazetteer and one list of bodies."""

    def __init__(self, places: Gazetteer, organisations: Mapping[str, Organisation]) -> None:
        self._places = places
        self._organisations = organisations
        self._wide = frozenset(fold(name) for name in lexicon().wide_places)
        # names repeat from story to story; this many are some 20 MB
        self._kind = lru_cache(maxsize=100_000)(self._kind_of)

    def label(self, name: str) -> Label | None:
        """What the world says `name` is, if it knows."""
        kind = self._kind(name)
        return kind[0] if kind else None

    def is_country(self, name: str) -> bool:
        """Whether `name` is a country's."""
        return self._places.country(name) is not None

    def find(self, text: str) -> list[Span]:
        """Return the known names of `text`, the longest first at each place, none overlapping."""
        found = word_places(text)
        spans = list(self._cased(text, found))
        if any(ord(c) > 0x590 for c in text[:200]):
            spans += self._caseless_spans(text)
        return sorted(spans)

    def _cased(self, text: str, found: Sequence[tuple[int, int]]) -> Iterator[Span]:
        # looked at from each of the words before: worth knowing once
        ends = [end if _ends_name(text, start, end) else 0 for start, end in found]
        number = 0
        while number < len(found):
            start, end = found[number]
            taken = 1
            if text[start].isupper() and not _opens(text, start, end, found[number + 1 :][:1]):
                # no name goes on in another line
                furthest = start + _LONGEST_NAME
                if (line := text.find("\n", start, furthest)) >= 0:
                    furthest = line
                for count in range(min(_LONGEST, len(found) - number), 0, -1):
                    last = ends[number + count - 1]
                    if 0 < last <= furthest and (kind := self._kind(text[start:last])):
                        yield Span(start, last + _dotted(text, text[start:last], last), *kind)
                        taken = count
                        break
            number += taken

    def _kind_of(self, name: str) -> tuple[Label, float] | None:
        if "\n" in name or len(name) > _LONGEST_NAME:
            return None
        if (body := self._organisations.get(fold(name))) and printed(body, name):
            return "ORG", _SURE
        if fold(name) in self._wide:
            return "LOC", 0.9
        return self._place_kind(name)

    def _place_kind(self, name: str) -> tuple[Label, float] | None:
        plain = fold(name)
        country = self._places.country(name) if len(plain) > 1 else None
        if len(plain) == _CODE and plain.isascii() and plain not in ("us", "uk"):
            return None  # `MP` and `IQ` are codes of countries to machines alone
        if len(plain) < _SHORT and plain.isascii():
            return ("LOC", _SURE) if country and name.replace(".", "").isupper() else None
        if plain in lexicon().openers or plain in lexicon().never:
            return None
        doubtful = plain.replace(" ", "_") in lexicon().doubtful_places
        if country:
            return "LOC", _LIKELY if doubtful else _SURE
        found = self._places.find(name)
        return _of_place(plain, found[0], doubtful=doubtful) if found else None

    def _caseless_spans(self, text: str) -> Iterator[Span]:
        folded = text.lower()
        last = 0
        for end, name in self._caseless.iter_long(folded):
            start = end + 1 - len(name)
            if start >= last and (_unspaced(name) or _stands_alone(folded, start, end + 1)):
                yield Span(start, end + 1, self._caseless_label(name), _SURE)
                last = end + 1

    def _caseless_label(self, name: str) -> Label:
        return "ORG" if name in self._organisations else "LOC"

    @cached_property
    def _caseless(self) -> Any:
        """A matcher of the names of bodies and large places in scripts without capitals."""
        matcher = ahocorasick.Automaton()
        for name in self._organisations:
            if not name.isascii() and len(name) > 1 and name.upper() == name.lower():
                matcher.add_word(name, name)
        for name, bearers in self._places.names():
            if not name.isascii() and len(name) > 1 and name.upper() == name.lower():
                largest = max(bearers, key=lambda p: p.population)
                if largest.kind in ("country", "capital") or largest.population >= _CASELESS_CITY:
                    matcher.add_word(name, name)
        matcher.make_automaton()
        return matcher


def _of_place(plain: str, place: Place, *, doubtful: bool) -> tuple[Label, float] | None:
    if place.kind == "region" and fold(place.name).startswith(f"{plain} "):
        return None  # `Rivers` is a word before it is Rivers State
    if place.population < _TOWN and place.kind == "city":
        return None
    sure = place.kind == "capital" or place.population >= (
        _WORLD_REGION if place.kind == "region" else _WORLD_CITY
    )
    return "LOC", _SURE if sure and not doubtful else _LIKELY


def _ends_name(text: str, start: int, end: int) -> bool:
    """A name ends in a letter or digit, and never in its possessive."""
    possessive = text[start:end] in ("s", "S") and text[start - 1] in "'’"
    return text[start].isalnum() and not possessive


def _opens(text: str, start: int, end: int, following: Sequence[tuple[int, int]]) -> bool:
    """`The` in `The Bank of Korea`, where no name is known by its article."""
    if text[start:end] != "The":
        return False
    return not following or f"The {text[following[0][0] : following[0][1]]}" not in (
        lexicon().articled
    )


def _dotted(text: str, name: str, end: int) -> int:
    """The full stop of `U.S.` belongs to it."""
    return int("." in name and " " not in name and text[end : end + 1] == ".")


def _unspaced(name: str) -> bool:
    """Chinese, Japanese and Thai part no words."""
    return any("\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\u9fff" for c in name)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


@cache
def known() -> Known:
    """Return the process's known names."""
    return Known(gazetteer(), bodies())
