"""Text to a tree: one parse for everything that reads the page. Pure, no state.

What is no HTML at all (an image, a PDF, JSON, nothing) is a dead letter with its reason; so is
nesting so deep that no page means it. Old pages that never close a <font> are read all the same.
"""

import re
from functools import cache
from typing import Final

from lxml import etree, html

from wire.errors import DeadLetter

STAGE: Final = "extract"
# What a topic takes (wire.pages): larger bytes can only come by hand.
MAX_BYTES: Final = 8 * 2**20
# Deeper than this after inline tags are flattened, and trafilatura's recursion is at risk.
MAX_DEPTH: Final = 400

_MAGIC: Final = (
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"RIFF", "an image or sound (RIFF)"),
    (b"BM", "an image (BMP)"),
    (b"\x00\x00\x01\x00", "an image (ICO)"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "an archive (ZIP)"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
    (b"ID3", "sound (MP3)"),
    (b"OggS", "sound (Ogg)"),
)
_MEDIA: Final = re.compile(r"(?:image|audio|video|font)/|application/(?:pdf|zip|octet-stream)")
_TAG: Final = re.compile(r"<[a-zA-Z!/?]")
# Not in XML 1.0: libxml2 stops at NUL and refuses the others.
_INVALID: Final = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
# Never text, never metadata: gone before anything is copied or measured.
_DEAD_WEIGHT: Final = (
    "style", "svg", "noscript", "template", "iframe", "canvas", "object", "embed", "applet",
    "video", "audio", "map", "math-renderer",
)  # fmt: skip
_INLINE: Final = (
    "font", "center", "b", "i", "u", "em", "strong", "big", "small", "span", "tt", "nobr",
)  # fmt: skip


@cache
def _parser(*, huge: bool) -> html.HTMLParser:
    """Return the parser, made once: this process reads pages in one thread."""
    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=huge,
    )
    # One class for every element: the default lookup asks Python for each, 7 % of all time.
    parser.set_element_class_lookup(
        etree.ElementDefaultClassLookup(element=html.HtmlElement, comment=html.HtmlComment)
    )
    return parser


def empty_page() -> html.HtmlElement:
    """Return a page that is an empty article: html, body, and a block marked as its body."""
    source = b"<html><body><div itemprop='articleBody'></div></body></html>"
    return html.document_fromstring(source, parser=_parser(huge=False))


def refuse_what_is_no_page(content: bytes, media_type: str | None) -> None:
    """Raise for bytes that can't be a page.

    Raises:
        DeadLetter: `empty`, `too-large` or `not-html`.
    """
    if not content.strip():
        raise DeadLetter(STAGE, "empty", "the page has no bytes; nothing to read")
    if len(content) > MAX_BYTES:
        raise DeadLetter(STAGE, "too-large", f"{len(content)} bytes, {MAX_BYTES} are read at most")
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise DeadLetter(STAGE, "not-html", f"the page is {what}")
    if media_type and _MEDIA.match(media_type.lower()) and b"<" not in content[:1_000]:
        raise DeadLetter(STAGE, "not-html", f"the page says it is {media_type}")


def parse(text: str) -> html.HtmlElement:
    """Return the page's tree, without comments, styles and what else is never text.

    Plain text is read as paragraphs parted by blank lines.

    Raises:
        DeadLetter: `not-html` where there is no element, `too-deep` where nesting has no end.
    """
    if not _TAG.search(text):
        text = _as_html(text)
    source = text.encode("utf-8", "replace").translate(None, _INVALID)
    parser = _parser(huge=False)
    tree = _document(source, parser)
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        tree = _flattened(source)
    etree.strip_elements(tree, *_DEAD_WEIGHT, with_tail=False)
    return tree


def _document(source: bytes, parser: html.HTMLParser) -> html.HtmlElement:
    try:
        return html.document_fromstring(source, parser=parser)
    except etree.XMLSyntaxError as error:
        # libxml2 reports a failed allocation as a mistake in the page
        if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
            raise MemoryError from error
        raise DeadLetter(STAGE, "not-html", f"the page can't be parsed: {error}") from error
    except etree.ParserError as error:
        raise DeadLetter(STAGE, "not-html", f"no element in the page: {error}") from error


def _flattened(source: bytes) -> html.HtmlElement:
    """Parse anew what nests deep, and take out the inline tags that were never closed."""
    parser = _parser(huge=True)
    tree = _document(source, parser)
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise DeadLetter(STAGE, "too-deep", "elements nest beyond 2,048; no page means that")
    etree.strip_tags(tree, *_INLINE)
    deepest = depth(tree)
    if deepest > MAX_DEPTH:
        raise DeadLetter(STAGE, "too-deep", f"elements nest {deepest} deep, {MAX_DEPTH} at most")
    return tree


def depth(tree: html.HtmlElement) -> int:
    """Return how deep the elements of `tree` nest; the root alone is 1."""
    deepest = level = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def _as_html(text: str) -> str:
    if text.lstrip()[:1] in ("{", "["):
        raise DeadLetter(STAGE, "not-html", "the page is JSON")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", escaped))
    return "<html><body><article>" + "".join(f"<p>{p}</p>" for p in paragraphs if p)
