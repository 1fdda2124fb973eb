"""How a place's name is compared: one folding for the gazetteer's tables and for what copy prints.

Case, accents, dots, apostrophes, hyphens and spacing differ from desk to desk and are levelled;
letters stay in their script. Pure, no state but a bounded cache.
"""

import unicodedata
from functools import lru_cache
from typing import Final

# Letters that no decomposition turns into their plain form.
_PLAIN: Final = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe",
        "ŋ": "n", "ə": "a", "ʻ": None, "ʼ": None,
    }
)  # fmt: skip
# Written inside a name by one desk and left out by the next.
_DROPPED: Final = frozenset(".'’‘`´ʿʾʻʼ·ʹ′")
_ASCII: Final = {
    code: (None if chr(code) in _DROPPED else chr(code).lower() if chr(code).isalnum() else " ")
    for code in range(128)
}


@lru_cache(maxsize=16384)
def fold(name: str) -> str:
    """Return `name` as the gazetteer compares it: `St. Gallen` → `st gallen`, `KÖLN` → `koln`."""
    if name.isascii():
        return " ".join(name.translate(_ASCII).split())
    level = unicodedata.normalize("NFKD", name).casefold()
    plain = unicodedata.normalize("NFKD", level).translate(_PLAIN)
    kept = "".join(
        character if character.isalnum() else ("" if character in _DROPPED else " ")
        for character in plain
        if unicodedata.category(character) not in ("Mn", "Cf")
    )
    return unicodedata.normalize("NFC", " ".join(kept.split()))
