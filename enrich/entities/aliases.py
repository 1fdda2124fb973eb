"""Which mentions of a story are one entity: sieves, the surest first. Pure, no state.

exact name → `Long (SHORT)` and `also known as` (after Schwartz and Hearst, 2003) → initials →
a person's shorter name (unique, else the nearest full name before it) → the beginning or end of a
longer organisation's or place's name. Two people with different given names stay apart whatever
surname they share. Every mention ends in exactly one entity.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from atlas.gazetteer import fold, gazetteer
from enrich.entities.lexicon import lexicon
from enrich.entities.names import folded, initials, person_words, tokens, uninflected, without_form
from enrich.entities.organisations import bodies
from wire.messages import Label

# What may stand between a name and its other form.
_BRACKET: Final = re.compile(r"\s*[,]?\s*[\(（\[]\s*[\"“«']?(?:the |or |now |formerly )?\s*")
_KNOWN_AS: Final = re.compile(
    r"[\"”»]?\s*[,(]?\s*(?:(?:which is |who is )?"
    r"(?:also |better |formerly |commonly |otherwise )*known"
    r"(?: in short| locally| simply)? as|a\.?k\.?a\.?|abbreviated(?: as| to)?|or simply|formerly)"
    r"\s+(?:the\s+)?[\"“«']?",
    re.IGNORECASE,
)


# `the alliance, which is better known in short as the` and no longer.
_LONGEST_GAP: Final = 60
# `UNAMID`, `ASEAN`; a longer one is a name of its own.
_LONGEST_SHORT: Final = 7


@dataclass(frozen=True, slots=True)
class Name:
    """A mention as the sieves see it: what it says, its kind, where it stands in the story."""

    text: str
    label: Label
    start: int
    end: int


def entities(names: Sequence[Name], text: str) -> list[int]:
    """Return for each name the number of its entity, 0 upwards in order of first mention.

    `names` stand in the order of the story; their offsets are those of `text`.
    """
    work = _Work(names, text)
    for sieve in (_exact, _bracketed, _by_initials, _people, _organisations, _places):
        sieve(work)
    return work.numbers()


class _Work:
    """Union-find over the mentions."""

    def __init__(self, names: Sequence[Name], text: str) -> None:
        self.names = names
        self.text = text
        self.words = [
            (person_words if n.label == "PER" else tokens)(uninflected(n.text)) for n in names
        ]
        self._parent = list(range(len(names)))
        self.people: dict[tuple[str, ...], list[int]] = {}
        for number in self.of("PER"):
            if self.words[number]:
                self.people.setdefault(self.words[number], []).append(number)

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first

    def of(self, label: Label) -> list[int]:
        """The mentions of one label, in order."""
        return [n for n, name in enumerate(self.names) if name.label == label]

    def numbers(self) -> list[int]:
        order: dict[int, int] = {}
        return [order.setdefault(self.root(n), len(order)) for n in range(len(self.names))]


def _exact(work: _Work) -> None:
    """Join equal names; a person's shorter name waits for its sieve: two may share a surname."""
    waiting = {n for n in work.of("PER") if _longer(work, n)}
    by_name: dict[tuple[str, Label], int] = {}
    for number, name in enumerate(work.names):
        if number not in waiting:
            key = (" ".join(without_form(work.words[number])) or name.text, name.label)
            work.join(number, by_name.setdefault(key, number))


def _bracketed(work: _Work) -> None:
    """`Kosovo Force, also known as KFOR`; `Kosovo Force (KFOR)`; `KFOR (Kosovo Force)`."""
    for number in range(len(work.names) - 1):
        one, other = work.names[number], work.names[number + 1]
        between = work.text[one.end : other.start]
        if len(between) > _LONGEST_GAP or {one.label, other.label} == {"PER", "LOC"}:
            continue
        opened = _BRACKET.fullmatch(between) is not None
        if _KNOWN_AS.fullmatch(between) or (opened and _is_short_form(one, other)):
            work.join(number, number + 1)


def _is_short_form(one: Name, other: Name) -> bool:
    """Letters agree; or it is an organisation's own: `Social Democrats (SPD)`, from the German."""
    if abbreviates(other.text, one.text) or abbreviates(one.text, other.text):
        return True
    own = one.label == other.label == "ORG" and " " in one.text
    return own and other.text.isupper() and 2 <= len(other.text) <= _LONGEST_SHORT


def abbreviates(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in order, the first at a word's beginning."""
    letters = [c for c in folded(short) if c.isalnum()]
    words = folded(long).split()
    if not letters or len(words) < 2 or len(letters) > 12 or len(letters) >= len("".join(words)):
        return False
    return _stands_in(letters, words, 0, 0)


def _stands_in(letters: Sequence[str], words: Sequence[str], taken: int, word: int) -> bool:
    """Each word in turn gives a beginning of itself, or, for small words, nothing."""
    if taken == len(letters):
        return word == len(words) or all(len(w) < 4 for w in words[word:])
    if word == len(words):
        return False
    most = 0
    while (
        most < len(words[word])
        and taken + most < len(letters)
        and letters[taken + most] == words[word][most]
    ):
        most += 1
    rest = (most_taken for most_taken in range(most, 0, -1))
    if any(_stands_in(letters, words, taken + n, word + 1) for n in rest):
        return True
    return word > 0 and len(words[word]) < 4 and _stands_in(letters, words, taken, word + 1)


def _by_initials(work: _Work) -> None:
    longer: dict[str, set[int]] = defaultdict(set)
    for number, name in enumerate(work.names):
        if name.label != "PER" and len(work.words[number]) > 1:
            for short in initials(name.text):
                longer[short].add(work.root(number))
    for number, name in enumerate(work.names):
        short = folded(name.text).replace(" ", "")
        compact = name.text.replace(".", "").replace(" ", "")
        if name.label != "PER" and 2 <= len(short) <= 7 and compact.isupper():
            found = {
                work.root(n) for n in longer.get(short, ()) if work.names[n].label == name.label
            }
            if len(found) == 1:
                work.join(number, found.pop())


def _people(work: _Work) -> None:
    """Give each shorter name of a person its full name: the only one, else the likeliest."""
    held: dict[tuple[str, ...], int] = {}
    for number in sorted(work.of("PER"), key=lambda n: (-len(work.words[n]), n)):
        found = _longer(work, number)
        if len({work.root(n) for n in found}) > 1:
            found = [_likeliest(work, number, found, held.get(work.words[number]))]
        if found:
            work.join(number, found[0])
            held.setdefault(work.words[number], found[0])


def _likeliest(work: _Work, number: int, found: Sequence[int], held: int | None) -> int:
    """Of several who bear the name: one named in full just before, else who bore it alone so far.

    Wire copy that speaks of two Kurtis names one in full again before it says `Kurti` of her.
    """
    before = [n for n in found if n < number]
    if not before:
        return found[0]
    if held is None or _near(work, before[-1], number):
        return before[-1]
    return held


def _near(work: _Work, one: int, other: int) -> bool:
    return "\n" not in work.text[work.names[one].end : work.names[other].start]


def _longer(work: _Work, number: int) -> list[int]:
    """The mentions that give a longer name of this person, by the surest way that finds any."""
    words = work.words[number]
    for fits in (_is_turned, _is_initialled, _is_surname, _is_part, _is_given):
        longer = [full for full in work.people if words and full != words and fits(words, full)]
        if longer:
            return sorted(n for full in longer for n in work.people[full])
    return []


def _is_turned(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`Higuchi Ichiyo` of `Ichiyo Higuchi`."""
    return 1 < len(words) == len(full) and sorted(words) == sorted(full)


def _is_initialled(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`A. Kurti` of `Albin Kurti`."""
    if len(words) != 2 or len(words[0]) != 1 or len(full[0]) == 1:
        return False
    return words[-1] == full[-1] and full[0].startswith(words[0])


def _is_surname(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    return len(words) < len(full) and full[-len(words) :] == words


def _is_part(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`Vladimir Putin` of `Vladimir Vladimirovich Putin`."""
    return 1 < len(words) < len(full) and words[0] == full[0] and words[-1] == full[-1]


def _is_given(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`Daniel` of `Daniel Montalvo`, `Kim` of `Kim Jong-un`."""
    return len(words) < len(full) and full[: len(words)] == words


def _organisations(work: _Work) -> None:
    """`Toyota` of `Toyota Motor`, `Security Council` of `UN Security Council`."""
    _shortened(work, "ORG", lambda short, full: full[: len(short)] == short)
    _shortened(work, "ORG", lambda short, full: full[-len(short) :] == short)


def _places(work: _Work) -> None:
    """`New York` of `New York City`, `Washington` of `Washington D.C.`."""
    _shortened(work, "LOC", _is_plainer_place)


def _is_plainer_place(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`New York` for `New York City`; `Guatemala` is not Guatemala City."""
    extra = set(full) - set(short)
    if not set(short) <= set(full) or not extra <= lexicon().place_extras:
        return False
    return "city" not in extra or gazetteer().country(" ".join(short)) is None


def _shortened(
    work: _Work, label: Label, fits: Callable[[tuple[str, ...], tuple[str, ...]], bool]
) -> None:
    """Join each name with the one entity whose longer name it fits; doubt joins nothing."""
    there = [n for n in work.of(label) if work.words[n]]
    for number in there:
        short = work.words[number]
        found = {
            work.root(n)
            for n in there
            if len(work.words[n]) > len(short)
            and fits(short, work.words[n])
            and not _apart(work, number, n)
        }
        if len(found) == 1:
            work.join(number, found.pop())


def _apart(work: _Work, short: int, full: int) -> bool:
    """Two curated bodies (UN, UN Security Council), or a bare `Navy` before any `Royal Navy`."""
    one, other = (bodies().get(fold(work.names[n].text)) for n in (short, full))
    if one is not None and other is not None and one.id != other.id:
        return True
    words = work.words[short]
    return short < full and len(words) == 1 and words[0] in lexicon().organisation_tails
