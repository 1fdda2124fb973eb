"""Bytes to text: which encoding a page is really in. Pure, no state.

Asked in this order: a byte order mark, escape sequences that only ISO-2022 has, the NULs of UTF-16,
UTF-8 where the bytes are valid in it, then what the HTTP header and the page's own declaration say,
believed only where the text they give is plausible, then detection over a sample. A wrong label
never costs the story: what can't be decoded is replaced and said (`charset-repaired`).
"""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

# Where a declaration may stand; browsers look at the first 1,024 bytes, real pages are later.
_PRESCAN: Final = 4_096
# Bytes given to detection: a page's script and markup are ASCII, its text is what tells.
_SAMPLE: Final = 20_000
# Share of letters beyond ASCII that stand next to another, above which Latin text is none: German,
# French, Czech, Vietnamese and Turkish stay below 0.25, Cyrillic read as Latin is over 0.6.
_FOREIGN_PAIRS: Final = 0.4
# With fewer bytes beyond ASCII detection is a guess: Western is the likeliest.
_TELLING: Final = 8
# Wide encodings were looked for before; what is left can be none.
_EXCLUDED: Final = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]
# Bad sequences for each good one below which text is UTF-8 that something has damaged; more of
# them where the page or its header says that it is UTF-8.
_DAMAGED: Final = 0.1
_DAMAGED_AS_SAID: Final = 1.0

_DECLARED: Final = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{2,40})"""
    rb"""|<\?xml[^>]{0,100}?encoding\s*=\s*["']([a-zA-Z0-9_:.-]{2,40})""",
    re.IGNORECASE,
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a label means in practice (WHATWG Encoding Standard): the larger set of the same family.
_MEANT: Final = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_ISO_2022: Final = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff][^<>]{0,40}")
_REPLACED: Final = re.compile("\ufffd+")
_BEYOND: Final = re.compile("[\x80-\ufffc\U00010000-\U0010ffff]")
_LATIN_PAIR: Final = re.compile("[\xa1-\u024f]{2}")
_LATIN_HIGH: Final = re.compile("[\xa1-\u024f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, the encoding it was read in, and what was doubtful."""

    text: str
    charset: str
    warnings: tuple[str, ...] = ()


def decode(content: bytes, declared: str | None = None) -> Decoded:
    """Return the text of `content`; `declared` is the charset of the HTTP header, if any."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _replaced(content, name)
    if _ISO_2022.search(content, 0, _SAMPLE):
        return _replaced(content, "iso2022_jp_2")
    if wide := _wide(content):
        return _replaced(content, wide)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _legacy(content, declared)


def _legacy(content: bytes, declared: str | None) -> Decoded:
    """Read what is not valid UTF-8."""
    if _is_damaged_utf8(content, declared):
        return _replaced(content, "utf-8", "charset-repaired")
    labels = [codec for label in (declared, _own_label(content)) if (codec := _codec(label))]
    for name in dict.fromkeys(labels):
        text = _strict(content, name)
        if text is not None and _plausible(text):
            warnings = () if name == labels[0] else ("charset-header-wrong",)
            return Decoded(text, name, warnings)
    return _detected(content, bool(labels))


def _detected(content: bytes, was_declared: bool) -> Decoded:
    sample = b" ".join(_BEYOND_ASCII.findall(content))[:_SAMPLE]
    few = sum(byte > 0x7F for byte in sample) < _TELLING
    best = None if few else from_bytes(sample, cp_exclusion=_EXCLUDED).best()
    warning = "charset-header-wrong" if was_declared else "charset-guessed"
    name = _codec(best.encoding if best else None) or "cp1252"
    text = _strict(content, name)
    if text is not None:
        return Decoded(text, name, (warning,))
    return _replaced(content, name, "charset-repaired")


def _replaced(content: bytes, name: str, *warnings: str) -> Decoded:
    text = content.decode(name, "replace")
    if "\ufffd" in text and not warnings:
        warnings = ("charset-repaired",)
    return Decoded(text, name, warnings)


def _strict(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        # cp1252 leaves five bytes undefined that browsers let through
        return content.decode("latin-1") if name == "cp1252" else None


def _codec(label: str | None) -> str | None:
    """Return Python's name of the encoding that `label` means, None for none we know."""
    try:
        name = codecs.lookup((label or "").strip().lower()).name
    except (LookupError, ValueError):
        return None
    # what is valid UTF-8 has been read already; a codec that is no text encoding is not for pages
    return None if name.startswith("utf-8") or name in _NOT_TEXT else _MEANT.get(name, name)


_NOT_TEXT: Final = frozenset({"base64", "hex", "rot13", "zlib", "bz2", "uu", "quopri", "idna"})


def _own_label(content: bytes) -> str | None:
    found = _DECLARED.search(content, 0, _PRESCAN)
    return (found[1] or found[2]).decode("ascii") if found else None


def _wide(content: bytes) -> str | None:
    """Return UTF-16's byte order where every other byte of the beginning is NUL."""
    head = content[:200]
    if len(head) < 8:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.6 and odd < half * 0.1 else None


def _is_damaged_utf8(content: bytes, declared: str | None) -> bool:
    """Tell UTF-8 with mistakes from another encoding, whose bytes are hardly ever valid in it."""
    text = content.decode("utf-8", "replace")
    bad = len(_REPLACED.findall(text))
    good = len(_BEYOND.findall(text))
    said = "utf" in f"{declared or ''} {_own_label(content) or ''}".lower()
    return good > 0 and bad / good < (_DAMAGED_AS_SAID if said else _DAMAGED)


def _plausible(text: str) -> bool:
    """Tell text in a Latin alphabet from another script's bytes read as Latin letters."""
    high = len(_LATIN_HIGH.findall(text))
    if high < 4:
        return "\ufffd" not in text
    return len(_LATIN_PAIR.findall(text)) * 2 / high < _FOREIGN_PAIRS
