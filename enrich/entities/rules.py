"""The tagger by rules: capitals, titles, the words that tell a kind, and the names known already.

It needs no model and learns nothing; the statistical tagger leans on nothing here. Runs of
capitalised words are gathered, trimmed (titles, openers, demonyms) and given a kind by the first
sign that speaks. In headlines set in title case, and in scripts without capitals, only known names
are tagged. Pure, thread-safe.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from atlas.demonyms import demonyms
from enrich.entities.features import Word, words
from enrich.entities.known import Known
from enrich.entities.lexicon import lexicon
from enrich.entities.sentences import sentences
from enrich.entities.tagger import Span
from wire.messages import Label

# German prints every noun with a capital: a capital says nothing there.
_CAPITALS_SAY_NOTHING: Final = frozenset({"de", "lb"})
# Above this share of capitalised words a line is a headline in title case.
_TITLE_CASE: Final = 0.85
_OPENING: Final = frozenset('"“”‘«„(:—–')
_JOINTS: Final = frozenset("-'’.&")


class RulesTagger:
    """Rules and gazetteer behind the tagger's protocol."""

    def __init__(self, known: Known) -> None:
        self._known = known

    @property
    def version(self) -> str:
        return "rules-1"

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Span]]:
        return [self._tag(t, g) for t, g in zip(texts, languages, strict=True)]

    def _tag(self, text: str, language: str | None) -> list[Span]:
        found = self._known.find(text)
        if language in _CAPITALS_SAY_NOTHING:
            return found
        guesses = [
            span
            for start, end in sentences(text)
            for span in _Sentence(text, words(text, start, end), self._known).spans()
        ]
        return merged(found, guesses)


def merged(known: Sequence[Span], guesses: Sequence[Span]) -> list[Span]:
    """Join two layers: a guess that holds a known name wins over it, else the known name stands."""
    kept = [g for g in guesses if not any(_cuts(k, g) for k in known)]
    rest = [k for k in known if not any(k.start < g.end and g.start < k.end for g in kept)]
    return sorted(kept + rest)


def _cuts(known: Span, guess: Span) -> bool:
    """A known name that the guess overlaps without holding it whole, or equals."""
    overlap = known.start < guess.end and guess.start < known.end
    holds = guess.start <= known.start and known.end <= guess.end
    return overlap and (not holds or (known.start, known.end) == (guess.start, guess.end))


@dataclass(frozen=True)
class _Sentence:
    text: str
    words: list[Word]
    known: Known

    def spans(self) -> list[Span]:
        if not self.words or self._title_case:
            return []
        return [span for run in self._runs() if (span := self._read(*run)) is not None]

    def _at(self, number: int) -> str:
        if not 0 <= number < len(self.words):
            return ""
        word = self.words[number]
        return self.text[word.start : word.end]

    @cached_property
    def _title_case(self) -> bool:
        long = [w for n in range(1, len(self.words)) if len(w := self._at(n)) > 3 and w.isalpha()]
        return len(long) > 3 and sum(w[0].isupper() for w in long) / len(long) > _TITLE_CASE

    def _glued(self, number: int) -> bool:
        return (
            0 < number < len(self.words) and self.words[number - 1].end == self.words[number].start
        )

    def _capital(self, number: int) -> bool:
        word = self._at(number)
        return bool(word) and (word[0].isupper() or (word[0].isdigit() and word[-1].isupper()))

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Yield runs of capitalised words, with the joints and particles between them."""
        number = 0
        while number < len(self.words):
            if self._capital(number):
                end = self._run_end(number)
                yield number, end
                number = end
            else:
                number += 1

    def _run_end(self, start: int) -> int:
        end = start + 1
        while end < len(self.words):
            if self._capital(end):
                end += 1
            elif self._at(end) in _JOINTS and self._glued(end) and self._joins(end):
                end += 2 if self._glued(end + 1) and self._at(end + 1).isalnum() else 1
            elif self._at(end) in lexicon().particles and self._bridges(start, end):
                end += 2 if self._capital(end + 1) else 3
            else:
                break
        return end

    def _joins(self, joint: int) -> bool:
        mark, after = self._at(joint), self._at(joint + 1)
        if mark == ".":
            before = self._at(joint - 1).lower()
            return len(before) == 1 or before in lexicon().titles | lexicon().legal_forms
        if mark == "&":
            return self._capital(joint + 1)
        if after in lexicon().hyphen_tails or after in ("s", "S", "t", "re"):
            return False
        return self._glued(joint + 1) and after[:1].isalpha()

    def _bridges(self, start: int, particle: int) -> bool:
        """`Ministry of Defence`, `Ursula von der Leyen`; never `Kurti and Vucic`."""
        after = 1 if self._capital(particle + 1) else 2
        if after == 2 and self._at(particle + 1) not in lexicon().particles:
            return False
        if not self._capital(particle + after):
            return False
        word = self._at(particle)
        if word in ("of", "for", "and", "the"):
            opened = {self._at(n).lower() for n in range(start, particle)}
            heads = lexicon().organisation_heads | lexicon().place_heads
            return bool(opened & (heads | lexicon().organisation_tails if word == "of" else heads))
        return True

    def _read(self, start: int, end: int) -> Span | None:
        """Trim the run and give it a kind, or drop it."""
        titled = False
        while start < end:
            word = self._at(start).lower()
            opens = self._opens(start) and word in lexicon().openers
            if (word in lexicon().titles and not self._heads_organisation(start, end)) or (
                word in lexicon().title_parts and self._title_follows(start, end)
            ):
                titled = True
            elif not (
                opens
                or word in lexicon().never
                or self._demonym_before(start, end)
                or self._country_before(start, end)
            ):
                break
            start += 1
            while start < end and not self._at(start)[0].isalnum():
                start += 1
        while end > start and (
            not self._at(end - 1)[0].isalnum() and not self._abbreviated(end - 1)
        ):
            end -= 1
        if start >= end:
            return None
        label = self._kind(start, end, titled=titled)
        first, last = self.words[start], self.words[end - 1]
        return Span(first.start, last.end, label, 0.6) if label else None

    def _opens(self, number: int) -> bool:
        """Whether a sentence or a quotation opens here: a capital then says nothing."""
        return self._at(number - 1) in _OPENING or not any(
            self._at(before)[0].isalnum() for before in range(number)
        )

    def _abbreviated(self, number: int) -> bool:
        before = self._at(number - 1)
        return self._at(number) == "." and (
            len(before) == 1 or before.lower() in ("inc", "corp", "ltd", "co")
        )

    def _heads_organisation(self, start: int, end: int) -> bool:
        return self._at(start + 1) == "of" or self._tail(end) in lexicon().organisation_tails

    def _title_follows(self, start: int, end: int) -> bool:
        return any(self._at(n).lower() in lexicon().titles for n in range(start + 1, end))

    def _demonym_before(self, start: int, end: int) -> bool:
        if self._at(start) not in demonyms():
            return False
        return end - start == 1 or self._tail(end) not in lexicon().organisation_tails

    def _country_before(self, start: int, end: int) -> bool:
        """`Ambassador to Serbia Alexander Botsan-Kharchenko`: the country is a name of its own."""
        tails = lexicon().organisation_tails | lexicon().place_tails | lexicon().legal_forms
        if end - start < 3 or self._tail(end) in tails:
            return False
        return len(self._at(start)) > 2 and self.known.is_country(self._at(start))

    def _tail(self, end: int) -> str:
        return self._at(end - 1).lower()

    def _kind(self, start: int, end: int, *, titled: bool) -> Label | None:
        name = self.text[self.words[start].start : self.words[end - 1].end]
        plain = [w for n in range(start, end) if (w := self._at(n).lower()).isalnum()]
        if known := self.known.label(name):
            return known
        if not titled and (by_word := _by_words(plain)):
            return by_word
        return self._by_place(start, end, plain, titled=titled)

    def _by_place(
        self, start: int, end: int, plain: Sequence[str], *, titled: bool
    ) -> Label | None:
        name = self._at(start)
        if titled:
            return "PER"
        if end - start == 1 and name.isupper() and 2 <= len(name) <= 6:
            return "ORG"
        before, after = self._at(start - 1).lower(), self._at(end)
        if after in lexicon().says or (after == "," and self._at(end + 1).isdigit()):
            return "PER" if start > 0 or len(plain) > 1 or name.lower() not in self._lower else None
        if before in ("in", "near", "at", "from", "outside") and len(plain) < 3:
            return "LOC"
        if len(plain) in (2, 3) and all(len(w) > 1 or w for w in plain):
            return "PER"
        return None if self._opens(start) else "ORG" if len(plain) > 3 else "PER"

    @cached_property
    def _lower(self) -> frozenset[str]:
        return lexicon().openers | lexicon().never


def _by_words(plain: Sequence[str]) -> Label | None:
    """`Ministry of …`, `… Bank`, `… Ltd` are organisations; `Lake …`, `… Airport` places."""
    if not plain:
        return None
    words_ = lexicon()
    if len(plain) > 1 and (
        plain[-1] in words_.legal_forms or plain[-1] in words_.organisation_tails
    ):
        return "ORG"
    if len(plain) > 1 and plain[0] in words_.organisation_heads:
        return "ORG"
    if len(plain) > 1 and (plain[-1] in words_.place_tails or plain[0] in words_.place_heads):
        return "LOC"
    return None
