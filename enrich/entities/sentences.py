"""Where a sentence ends, in any language the wire is written in. Pure, no state.

A paragraph is cut after a full stop, question or exclamation mark (Western, CJK, Arabic,
Devanagari) with its closing quotes, where what follows can open a sentence and what precedes is no
abbreviation or initial. Two sentences taken for one cost a tagger little, one cut in two may cost
a name: in doubt nothing is cut.
"""

import re
from collections.abc import Iterator
from typing import Final

from enrich.entities.lexicon import lexicon

_END: Final = re.compile(
    r"""(?P<western>[.!?…]+["'”’»)\]]*)(?=\s+["'“‘«(\[—–-]*[\w¿¡])|[。！？]+[」』”’）]*|[؟।۔]+""",
)
_LAST_WORD: Final = re.compile(r"[^\s(\"'“‘«\[]+$")
_INITIALS: Final = re.compile(r"(?:[^\W\d_]\.)+|[^\W\d_]\.?", re.UNICODE)


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, in order, without white space around them."""
    return [span for line in _lines(text) for span in _cut(text, *line)]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    opened = start
    for match in _END.finditer(text, start, end):
        if match["western"] is None or _ends(text, opened, match):
            yield from _trimmed(text, opened, match.end())
            opened = match.end()
    yield from _trimmed(text, opened, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if stripped := piece.strip():
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(stripped)


def _ends(text: str, opened: int, match: re.Match[str]) -> bool:
    following = text[match.end() :].lstrip().lstrip("\"'“‘«([—–-")[:1]
    if following.islower() or not match.group().startswith("."):
        return not following.islower()
    word = _LAST_WORD.search(text, opened, match.start())
    if word is None or len(match.group()) > 1:
        return True
    last = word.group()
    if last.lower() in lexicon().abbreviations:
        return False
    # `J. Smith`, `U.S. President`: an initial ends a sentence too seldom to cut there
    return not (_INITIALS.fullmatch(last + ".") and last[-1:].isupper())
