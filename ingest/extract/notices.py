"""What stands in place of a story: consent walls, logins, paywalls, pages that are not there. Pure.

`judge` says how much of the story the page gives (`BodyKind`) and takes the notices' own lines off.
The phrases are data (seeds/notices.toml). A notice counts where it stands for itself, in a title or
in a short line: a story that reports on a paywall is a story.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import ahocorasick
from pydantic import BaseModel, ConfigDict

from ingest.extract import prose
from ingest.extract.render import Line
from wire.messages import BodyKind

NoticeKind = Literal["consent", "login", "blocked", "paywall", "missing", "removed"]

# A notice begins with its phrase, or nearly; a story that quotes one does not.
_SHORT: Final = 160
# With less text than this beside the notice, there is no story on the page.
_NO_STORY: Final = 80
# A page that says of itself it is a 404, an error, a wall, and still has this much text, is not.
_STORY: Final = 600
# Text this short over a paywall is a teaser; longer, the offer stood for other things.
_TEASER: Final = 3_000
# Where JSON-LD alone says that not all is free: publishers say so of pages that they show whole.
_UNFREE: Final = 1_500


class _Notice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: NoticeKind
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """How much of the story the page gives, without the notices' lines, and what they were."""

    kind: BodyKind
    lines: tuple[Line, ...]
    notices: frozenset[NoticeKind]
    taken: tuple[str, ...] = ()


def judge(lines: Sequence[Line], titles: Iterable[str], free: bool | None) -> Judged:
    """Judge a page by its lines and titles; `free` is JSON-LD's word on whether all is shown."""
    found = [(line, _notice(line.text)) for line in lines]
    kept = tuple(line for line, notice in found if notice is None)
    said = {notice for _, notice in found if notice}
    titled = {notice for title in titles if (notice := _notice(title))}
    size = prose.size("".join(line.text for line in kept))
    notices = frozenset(said | titled)
    if size < _NO_STORY and not (kept and free is None and not notices):
        return Judged("none", (), notices, tuple(line.text for line in lines))
    if titled & {"missing", "blocked", "removed", "login"} and size < _STORY:
        return Judged("none", (), notices, tuple(line.text for line in lines))
    taken = tuple(line.text for line, notice in found if notice)
    offered = bool(said & {"paywall", "consent", "login"}) and size < _TEASER
    kind: BodyKind = "lead" if offered or (free is False and size < _UNFREE) else "full"
    return Judged(kind if kept else "none", kept, notices, taken)


def _notice(text: str) -> NoticeKind | None:
    """Return which notice the line is, None where it is the story's."""
    folded = text[: 2 * _SHORT].replace("’", "'").casefold()
    found: Iterator[tuple[int, tuple[str, re.Pattern[str] | None, NoticeKind]]]
    found = _automaton().iter(folded)
    for end, (literal, pattern, kind) in found:
        start = end - len(literal) + 1
        if start > _SHORT // 4:
            continue
        if pattern is None or pattern.search(folded):
            return kind
    return None


@cache
def _automaton() -> ahocorasick.Automaton:
    """Return an automaton over the longest literal of each phrase, with the phrase's pattern."""
    automaton = ahocorasick.Automaton()
    for notice in _notices():
        for phrase in notice.phrases:
            literal = max(phrase.casefold().split("*"), key=len).strip()
            automaton.add_word(literal, (literal, _pattern(phrase.casefold()), notice.kind))
    automaton.make_automaton()
    return automaton


def _pattern(phrase: str) -> re.Pattern[str] | None:
    """Return what must be found beside the literal: a word's beginning, and what `*` stands for."""
    # `*` stands for a number or a name: of partners, of letters left, of a site
    escaped = r"\S{1,16}".join(re.escape(part) for part in phrase.split("*"))
    if phrase[0].isalnum() and phrase[0] < "\u3000":
        return re.compile(rf"(?<!\w){escaped}")
    return re.compile(escaped) if "*" in phrase else None


@cache
def _notices() -> tuple[_Notice, ...]:
    text = files("seeds").joinpath("notices.toml").read_text("utf-8")
    return tuple(_Notice.model_validate(notice) for notice in tomllib.loads(text)["notice"])
