"""Calls to the reader: short lines made of an act, a thing and small words alone. Pure.

`Follow us on WhatsApp`, `Sign up for our newsletter`, `アプリで読む`: a grammar over the words of
seeds/calls.toml, by language, so that the next site's and the next network's calls are read too. A
line counts where all of its words are known in one language, one of them an act and another a
thing; prose has other words in it. Read once a process.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from ingest.extract.phrases import fold

# The longest call known has eleven words.
_WORDS: Final = 12
_LONGEST: Final = 90
_ACT, _THING, _SMALL = 1, 2, 4
# Common to all languages: networks and programs.
_NAMES: Final = "names"
_UNSPACED: Final = ("zh", "ja", "ko")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DENSE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER: Final = re.compile(r"[^\W\d_]")


class Words(BaseModel):
    """One language of seeds/calls.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: Literal["any", "act-first"] = "any"
    acts: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    small: tuple[str, ...] = ()

    def roles(self) -> dict[str, int]:
        """Return what each word may be, stems with their `*`."""
        found: dict[str, int] = {}
        for role, members in ((_ACT, self.acts), (_THING, self.things), (_SMALL, self.small)):
            for word in members:
                found[fold(word)] = found.get(fold(word), 0) | role
        return found


def is_call(line: str) -> bool:
    """Tell whether the line calls the reader to do something with the page, site or network."""
    if not 0 < len(line) <= _LONGEST:
        return False
    text = fold(line)
    return _is_unspaced_call(text) if _DENSE.search(text) else _is_spaced_call(text)


def _is_spaced_call(text: str) -> bool:
    words = _WORD.findall(text)
    if not 1 < len(words) <= _WORDS:
        return False
    return any(
        _fits(
            [_roles(word).get(language, 0) for word in words],
            act_first=_data()[language].order == "act-first",
        )
        for language in _roles(words[0])
    )


def _fits(roles: list[int], *, act_first: bool) -> bool:
    """Tell whether each word has a role, one is an act and another, or one behind it, a thing."""
    if not all(roles):
        return False
    acts = [at for at, role in enumerate(roles) if role & _ACT]
    things = [at for at, role in enumerate(roles) if role & _THING]
    if act_first:
        return bool(acts and things) and acts[0] < things[-1] and acts[0] <= things[0]
    return any(act != thing for act in acts for thing in things)


@lru_cache(maxsize=8192)
def _roles(word: str) -> Mapping[str, int]:
    """Return what the word may be, by language."""
    found: dict[str, int] = {}
    for language, known in _spaced().items():
        role = known.get(word, 0)
        for length in range(2, len(word) + 1):
            role |= known.get(word[:length] + "*", 0)
        if role:
            found[language] = role
    return found


def _is_unspaced_call(text: str) -> bool:
    return any(
        _fits([known[match.group()] for match in pattern.finditer(text)], act_first=False)
        and not _LETTER.search(pattern.sub("", text))
        for pattern, known in _unspaced()
    )


@cache
def _data() -> dict[str, Words]:
    text = files("seeds").joinpath("calls.toml").read_text("utf-8")
    return {name: Words.model_validate(words) for name, words in tomllib.loads(text).items()}


@cache
def _spaced() -> dict[str, dict[str, int]]:
    names = _data()[_NAMES].roles()
    return {
        language: names | words.roles()
        for language, words in _data().items()
        if language not in (*_UNSPACED, _NAMES)
    }


@cache
def _unspaced() -> tuple[tuple[re.Pattern[str], dict[str, int]], ...]:
    """Return for each language its words, the longest first, and what each may be."""
    found = []
    names = {word.rstrip("*"): role for word, role in _data()[_NAMES].roles().items()}
    for language in _UNSPACED:
        known = names | _data()[language].roles()
        longest_first = sorted(known, key=len, reverse=True)
        found.append((re.compile("|".join(map(re.escape, longest_first))), known))
    return tuple(found)
