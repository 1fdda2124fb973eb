"""Which mentions of a story are one entity: sieves, the surest first. Pure, no state.

exact name → `Long (SHORT)` and `also known as` (after Schwartz and Hearst, 2003) → initials →
a person's shorter name (unique, else the nearest full name before it) → the beginning or end of a
longer organisation's or place's name. Two people with different given names stay apart whatever
surname they share. Every mention ends in exactly one entity.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from atlas.gazetteer import fold, gazetteer
from enrich.entities import othernames
from enrich.entities.lexicon import lexicon
from enrich.entities.names import (
    body_words,
    folded,
    initials,
    person_words,
    tokens,
    uninflected,
    without_form,
)
from enrich.entities.organisations import bodies
from wire.messages import Label

# `UNAMID`, `ASEAN`; a longer one is a name of its own.
_LONGEST_SHORT: Final = 7
# Of several longer names one is meant where it is named so many times as often as all the others.
_BY_FAR: Final = 3


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
    for sieve in _SIEVES:
        sieve(work)
    return work.numbers()


def grounds(names: Sequence[Name], text: str) -> list[str | None]:
    """Return for each name why it is one with a name before it; None where it is the first."""
    work = _Work(names, text)
    found: list[str | None] = [None] * len(names)
    for sieve, ground in _SIEVES.items():
        sieve(work)
        for number in range(len(names)):
            if found[number] is None and work.root(number) != number:
                found[number] = ground
    return found


class _Work:
    """Union-find over the mentions."""

    def __init__(self, names: Sequence[Name], text: str) -> None:
        self.names = names
        self.text = text
        self.words = [
            (person_words if n.label == "PER" else body_words)(uninflected(n.text)) for n in names
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
    waiting = {n for n in work.of("PER") if _longer(work, n) or _is_bare_role(work, n)}
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
        if {one.label, other.label} == {"PER", "LOC"}:
            continue
        if othernames.introduces(between) or (
            othernames.opens(between) and _is_short_form(one, other)
        ):
            work.join(number, number + 1)


def _is_short_form(one: Name, other: Name) -> bool:
    """Letters agree; or it is an organisation's own: `Social Democrats (SPD)`, from the German."""
    if othernames.abbreviates(other.text, one.text) or othernames.abbreviates(one.text, other.text):
        return True
    if othernames.is_of_part(other.text, one.text):
        return False
    own = one.label == other.label == "ORG" and " " in one.text
    return own and other.text.isupper() and 2 <= len(other.text) <= _LONGEST_SHORT


def _by_initials(work: _Work) -> None:
    longer: dict[str, set[int]] = defaultdict(set)
    for number, name in enumerate(work.names):
        # `U. S.` is no longer name of `US`
        spelt = any(len(word) > 1 for word in work.words[number])
        if name.label != "PER" and len(work.words[number]) > 1 and spelt:
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
    return "\n" not in _gap(work, one, other)


def _gap(work: _Work, one: int, other: int) -> str:
    return work.text[work.names[one].end : work.names[other].start]


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
    """`Vladimir Putin` of `Vladimir Vladimirovich Putin`, `Otto Kos` of `Jens Otto Kos`."""
    if not 1 < len(words) < len(full) or words[-1] != full[-1]:
        return False
    rest = iter(full)
    return all(word in rest for word in words)


def _is_given(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`Daniel` of `Daniel Montalvo`, `Kim` of `Kim Jong-un`."""
    return len(words) < len(full) and full[: len(words)] == words


def _roles(work: _Work) -> None:
    """`The Rector` is who was named last in his paragraph."""
    last: int | None = None
    for number in work.of("PER"):
        if not _is_bare_role(work, number):
            last = number
        elif last is not None and _near(work, last, number):
            work.join(last, number)


def _is_bare_role(work: _Work, number: int) -> bool:
    name = work.names[number]
    if work.text.startswith(("'s", "’s"), name.end):
        return False  # `the Sheriff's office`
    known = lexicon().titles | lexicon().title_parts | lexicon().bare_roles
    return all(word in known for word in tokens(name.text))


def _organisations(work: _Work) -> None:
    """`Toyota` of `Toyota Motor`, `Security Council` of `UN Security Council`."""
    _shortened(work, "ORG", lambda short, full: full[: len(short)] == short)
    _shortened(work, "ORG", _is_ending)


def _is_ending(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """`Security Council` of `UN Security Council`, `Scientology` of the church of that name.

    `Major League Baseball` is not `Red Sox of Major League Baseball`.
    """
    hangs = set(full[-len(short) - 1 : -len(short)]) & lexicon().connectors
    headed = full[0] in lexicon().organisation_heads
    return full[-len(short) :] == short and (headed or not hangs)


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
        if (meant := _meant(work, found)) is not None:
            work.join(number, meant)


def _meant(work: _Work, found: set[int]) -> int | None:
    """The only one, else the one that the story names by far the most."""
    if len(found) < 2:
        return next(iter(found), None)
    times = Counter(root for n in range(len(work.names)) if (root := work.root(n)) in found)
    (first, most), *others = times.most_common()
    return first if most >= _BY_FAR * sum(count for _, count in others) else None


def _apart(work: _Work, short: int, full: int) -> bool:
    """Two curated bodies (UN, UN Security Council), or a bare `Navy` before any `Royal Navy`."""
    one, other = (bodies().get(fold(work.names[n].text)) for n in (short, full))
    if one is not None and other is not None and one.id != other.id:
        return True
    words = work.words[short]
    return short < full and len(words) == 1 and words[0] in lexicon().organisation_tails


# In this order, the surest first; what each goes by, for people.
_SIEVES: Final[Mapping[Callable[[_Work], None], str]] = {
    _exact: "the same name",
    _bracketed: "given beside it as its other form",
    _by_initials: "the initials of its name",
    _roles: "a role of who was named last",
    _people: "a shorter or turned name of the same person",
    _organisations: "the beginning or end of its longer name",
    _places: "its name without what says only its kind",
}
