"""In whose company a story names a person: what tells namesakes apart (store/namesakes.py). Pure.

Company is the keys of the story's people and bodies, its countries, and the field that the words
right before and after the name speak of: `Bulgarian Finance Minister Ivan Petrov` is in politics,
`Ivan Petrov, 24, a goalkeeper,` in sport.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from atlas.demonyms import spoken_of
from store.rows import EntityDraft

_TABLE: Final = Path(__file__).with_name("fields.toml")

Places = Sequence[tuple[int, int]]
# Words looked at on each side of a name: a role has no more with its country and its house.
_WORDS: Final = 6
_BEFORE: Final = re.compile(rf"(?:[^\W\d_][\w'’-]*\.?\s+){{1,{_WORDS}}}$")
# `, 51, a midwife from Leeds,`
_AFTER: Final = re.compile(
    rf",\s+(?:aged\s+)?(?:\d{{1,3}},\s+)?(?P<role>(?:[\w'’-]+\s*){{1,{_WORDS}}})"
)
_WORD: Final = re.compile(r"[^\W\d_][\w-]*")
# A stem is no longer than this: what is looked up of a word.
_STEM: Final = 12


def in_company(
    text: str, entities: Sequence[EntityDraft], where: Mapping[int, Places]
) -> tuple[EntityDraft, ...]:
    """Return a story's entities, people with their company; `where` says where each is named."""
    around = {f"country:{country}" for country in spoken_of(text)}
    around |= {told for one in entities if (told := _tells(one))}
    people = [end for n, one in enumerate(entities) if one.label == "PER" for _, end in where[n]]

    def met(number: int, one: EntityDraft) -> tuple[str, ...]:
        own = {f"field:{field}" for field in fields(text, where[number], people)}
        return tuple(sorted(around - {one.key} | own))

    return tuple(
        replace(one, company=met(number, one)) if one.label == "PER" else one
        for number, one in enumerate(entities)
    )


def _tells(one: EntityDraft) -> str | None:
    """What an entity says of those beside it: a place its country; a surname alone nothing.

    Nor does a body of the whole world.
    """
    if one.label == "LOC":
        return f"country:{one.country}" if one.country else None
    full = one.label == "PER" and " " in one.key
    of_somewhere = one.label == "ORG" and (one.country is not None or not one.curated)
    return one.key if full or of_somewhere else None


@cache
def _fields() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the field of each word, and of each stem."""
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    words = {word: name for name, listed in table.items() for word in listed.split()}
    stems = {word[:-1]: name for word, name in words.items() if word.endswith("-")}
    return {word: name for word, name in words.items() if not word.endswith("-")}, stems


def fields(text: str, named: Places, people: Iterable[int]) -> set[str]:
    """Return the fields of one person, `named` there; `people` are where any person's name ends."""
    ends = frozenset(people)
    return {
        field
        for start, end in named
        for words in (_before(text, start, ends), _after(text, end))
        for word in _WORD.findall(words.lower())
        if (field := _field(word))
    }


def _before(text: str, start: int, ends: frozenset[int]) -> str:
    """The words before a name, from the last other person or mark on."""
    opened = max(0, start - 80)
    match = _BEFORE.search(text, opened, start)
    if match is None:
        return ""
    begin = max((end for end in ends if match.start() < end < start), default=match.start())
    return text[begin:start]


def _after(text: str, end: int) -> str:
    match = _AFTER.match(text, end, end + 100)
    return match["role"] if match else ""


def _field(word: str) -> str | None:
    words, stems = _fields()
    return words.get(word) or next((stems[stem] for stem in _stems(word) if stem in stems), None)


def _stems(word: str) -> Iterator[str]:
    return (word[:length] for length in range(min(len(word), _STEM), 2, -1))
