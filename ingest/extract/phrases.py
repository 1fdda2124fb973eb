"""The phrases of seeds/furniture.toml, made ready for looking up. Pure; read once a process.

A line is looked up in a few microseconds: whole lines in a dictionary, beginnings and ends by one
call of `startswith` and `endswith` over all phrases, and only a hit is looked at closely.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, field_validator

Effect = Literal["drop", "block", "cut", "credit"]
Place = Literal["anywhere", "tail"]

# What stands around a phrase without being part of it: bullets, brackets, arrows, emoji.
_AROUND: Final = re.compile(
    r"^[\s\-–—•·*|>›»→▶►▸◆■□●○※☞👉🔴⚡\[【(（<〈\u2190-\u21ff]+"
    r"|[\s\-–—•·*|>›»→▶►▸…\]】)）<〉.。!！\u2190-\u21ff]+$"
)
_BEFORE: Final = re.compile(r"^[\s\-–—•·*|>›»→▶►▸◆■●○☞👉🔴⚡\[【(（<〈\u2190-\u21ff]+")


class Group(BaseModel):
    """A group of seeds/furniture.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    effect: Effect
    place: Place = "anywhere"
    titles: bool = False
    longest: int
    phrases: Mapping[str, tuple[str, ...]]

    @field_validator("phrases")
    @classmethod
    def _anchored(cls, value: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        loose = [p for given in value.values() for p in given if p[:1] == "*" and p[-1:] == "*"]
        if loose:
            raise ValueError(f"{loose}: a phrase begins or ends the line, or is the whole of it")
        return value


@dataclass(frozen=True, slots=True)
class Found:
    """What a line is, and what is done with it."""

    kind: str
    effect: Effect
    place: Place = "anywhere"
    titles: bool = False


class Phrases:
    """All phrases, by the way they are compared."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self._whole: dict[str, Found] = {}
        self._open: dict[str, list[tuple[re.Pattern[str] | None, int, Found]]] = {}
        self._end: dict[str, list[tuple[int, Found]]] = {}
        for group, phrase in _each(groups):
            self._add(group, phrase, Found(group.kind, group.effect, group.place, group.titles))
        self._starts = _by_start(self._open)
        self._ends = tuple(self._end)

    def _add(self, group: Group, phrase: str, found: Found) -> None:
        if phrase.startswith("*"):
            self._end.setdefault(phrase[1:], []).append((group.longest, found))
        elif "*" in phrase:
            first, _, rest = phrase.partition("*")
            inner = ".*".join(map(re.escape, rest.strip("*").split("*"))) if rest else None
            pattern = re.compile(inner) if inner else None
            self._open.setdefault(first, []).append((pattern, group.longest, found))
        else:
            self._whole.setdefault(phrase, found)

    def find(self, line: str) -> Found | None:
        """Return what the line is, None where it is the story's."""
        folded = fold(line).strip()
        bare = _AROUND.sub("", folded)
        if found := self._whole.get(folded) or self._whole.get(bare):
            return found
        for text in dict.fromkeys((folded, _BEFORE.sub("", folded))):
            opens = self._starts.get(text[:1], ())
            if text.startswith(opens) and (found := self._begun(text, opens)):
                return found
        for text in dict.fromkeys((folded, bare)):
            if text.endswith(self._ends) and (found := self._ended(text)):
                return found
        return None

    def _begun(self, text: str, opens: tuple[str, ...]) -> Found | None:
        for first in opens:
            if not text.startswith(first) or _goes_on(text, first):
                continue
            for inner, longest, found in self._open[first]:
                if len(text) <= longest and (not inner or inner.search(text, len(first))):
                    return found
        return None

    def _ended(self, text: str) -> Found | None:
        for last, meanings in self._end.items():
            if text.endswith(last):
                for longest, found in meanings:
                    if len(text) <= longest:
                        return found
        return None


def _by_start(phrases: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the phrases by their first letter."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        found[phrase[:1]].append(phrase)
    return {start: tuple(members) for start, members in found.items()}


def fold(text: str) -> str:
    """Return text as it is compared: case folded, the Turkish dotted I a plain one."""
    return text.replace("’", "'").casefold().replace("i\u0307", "i")


def _goes_on(text: str, first: str) -> bool:
    """Tell whether the phrase's last word goes on (`share` in `shareholders`)."""
    after = text[len(first) : len(first) + 1]
    return first[-1].isalpha() and after.isalpha() and first[-1] < "\u3000"


def _each(groups: tuple[Group, ...]) -> Iterator[tuple[Group, str]]:
    for group in groups:
        for phrases in group.phrases.values():
            for phrase in phrases:
                yield group, fold(phrase)


def load_groups() -> tuple[Group, ...]:
    """Read seeds/furniture.toml.

    Raises:
        pydantic.ValidationError: the file does not have the form that its head describes.
    """
    text = files("seeds").joinpath("furniture.toml").read_text("utf-8")
    return tuple(Group.model_validate(group) for group in tomllib.loads(text)["group"])


@cache
def phrases() -> Phrases:
    """Return the phrases of seeds/furniture.toml, read once."""
    return Phrases(load_groups())
