"""Bytes of a feed made plain for the parser: charset, entities, character references. Pure.

What comes out is ASCII-compatible, names its true charset in the headers, and declares no entity
that could grow. One bad reference in one title then costs that character and not the feed.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Under a charset of many bytes a short text may be UTF-8 by accident; this many characters are not.
_NO_ACCIDENT: Final = 8
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*['\"]([A-Za-z0-9._-]+)['\"]")
_HTTP_CHARSET = re.compile(r"charset\s*=\s*['\"]?\s*([A-Za-z0-9._-]+)", re.IGNORECASE)
# UTF-16 and UTF-32 by their marks, or by how `<?` looks in them; the longer marks first.
_WIDE: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)

# The document type stands before the first element.
_FIRST_ELEMENT = re.compile(rb"<\w")
# feedparser looks for declarations from the start of each line through all white space behind it.
_BLANKS = re.compile(rb"\s{2,}")
_ENTITY = re.compile(rb"<!ENTITY\b[^>]*>", re.IGNORECASE)
# What may stay: a name for one character or a few, as `nbsp`. Entities made of entities grow
# without end, long ones by their number, external ones read files.
_HARMLESS = re.compile(
    rb"<!ENTITY\s+[\w.-]+\s+(?:\"(?:&#\w+;|[^&\"]{0,40})\"|'(?:&#\w+;|[^&']{0,40})')\s*>"
)
_REFERENCE = re.compile(rb"&(?:amp;)?#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,10}));?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Bytes and headers for the parser; `mojibake` tells that a false charset was overruled."""

    body: bytes
    headers: Mapping[str, str]
    mojibake: bool


def prepare(body: bytes, headers: Mapping[str, str]) -> Prepared:
    """Return what the parser is to be given; `headers` have lower-case names."""
    body, given = _narrow(body, dict(headers))
    given, mojibake = _true_charset(body, given)
    body = _without_growth(body)
    if b"#" in body:
        body = _REFERENCE.sub(_kept_reference, body)
    return Prepared(body, given, mojibake)


def _narrow(body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return UTF-16 and UTF-32 as UTF-8."""
    name = next((name for mark, name in _WIDE if body.startswith(mark)), None)
    if name is None:
        return body, headers
    try:
        text = body.decode(name)
    except UnicodeDecodeError:
        return body, headers
    headers["content-type"] = "application/xml; charset=utf-8"
    return text.encode("utf-8", "replace"), headers


def _true_charset(body: bytes, headers: dict[str, str]) -> tuple[dict[str, str], bool]:
    """Return the headers to believe, and whether a false charset was overruled.

    feedparser takes the BOM, the HTTP header, the XML declaration, then guesses. A charset of
    single bytes decodes anything, so UTF-8 under its name becomes mojibake unseen; valid UTF-8 with
    characters beyond ASCII is UTF-8 whatever the label says.
    """
    declared = _declared(body, headers.get("content-type", ""))
    if declared is None or declared == "utf-8" or body.isascii():
        return headers, False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return headers, False
    single = declared.startswith(("iso8859", "cp125", "koi8", "latin"))
    if not single and len(_MULTIBYTE.findall(body[:200_000])) < _NO_ACCIDENT:
        return headers, False
    return {**headers, "content-type": "application/xml; charset=utf-8"}, True


def _declared(body: bytes, content_type: str) -> str | None:
    """Return Python's name of the charset that header or declaration names, the header first."""
    if body.startswith(codecs.BOM_UTF8):
        return None
    http, declaration = _HTTP_CHARSET.search(content_type), _XML_ENCODING.match(body[:500])
    name = http[1] if http else declaration[1].decode("ascii") if declaration else None
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None


def _without_growth(body: bytes) -> bytes:
    """Take out the declarations of entities that are more than a name for a few characters.

    White space before the first element is made short: what the parser does is quadratic in it.
    """
    first = _FIRST_ELEMENT.search(body)
    end = first.start() if first else len(body)
    head = _BLANKS.sub(b"\n", body[:end])
    head = _ENTITY.sub(lambda found: found[0] if _HARMLESS.fullmatch(found[0]) else b"", head)
    return head + body[end:]


def _kept_reference(found: re.Match[bytes]) -> bytes:
    """Return a character reference, or nothing where it names no character of XML."""
    code = int(found[1], 16) if found[1] else int(found[2])
    legal = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return found[0] if legal else b""
