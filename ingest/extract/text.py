"""Lines of text: made tidy, and made comparable. Pure, no state.

`tidy` is what every line of a story goes through: NFC, no invisible characters, one space where
there were many. `key` is what two lines are compared by: letters and digits alone.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from wire.text import clean

# Zero-width, soft hyphen, bidi marks and isolates, word joiner, BOM, variation selectors,
# object replacement, tags: what no reader sees. ZWNJ and ZWJ are letters' business in some scripts.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\U000e0000-\U000e007f]"
)
_JOINERS: Final = re.compile("[\u200c\u200d]")
# Scripts whose spelling needs the joiners: Arabic, Indic, Sinhala, Myanmar, Mongolian; emoji too.
_JOINING: Final = re.compile(
    "[\u0600-\u077f\u08a0-\u08ff\u0900-\u0dff\u1000-\u109f\u1800-\u18af\u2600-\u27bf\U0001f000-\U0001faff]"
)
_SPACE: Final = re.compile("[\t\n\x0b\x0c\r \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_NOT_WORD: Final = re.compile(r"[\W_]+")


def tidy(text: str) -> str:
    """Return one tidy line: NFC, visible characters, single spaces, no space around it."""
    if text.isascii():
        line = " ".join(text.split())
        return line if line.isprintable() else clean(line).strip()
    text = _INVISIBLE.sub("", clean(text))
    if _JOINERS.search(text) and not _JOINING.search(text):
        text = _JOINERS.sub("", text)
    return unicodedata.normalize("NFC", _SPACE.sub(" ", text)).strip()


def keys(texts: Iterable[str | None]) -> frozenset[str]:
    """Return the keys of those of `texts` that have one."""
    return frozenset(found for text in texts if text and (found := key(text)))


def key(text: str) -> str:
    """Return what two lines are compared by: their letters and digits, case folded."""
    return _NOT_WORD.sub("", text).casefold()
