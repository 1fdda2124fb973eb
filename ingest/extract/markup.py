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
_BLANK_LINE: Final = re.compile(r"\n\s*\n")
# Not in XML 1.0: libxml2 stops at NUL and refuses the others.
_INVALID: Final = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
# Never text, never metadata: gone before anything is copied or measured.
_DEAD_WEIGHT: Final = (
    "style", "svg", "noscript", "template", "iframe", "canvas", "object", "embed", "applet",
    "video", "audio", "map", "math-renderer",
)  # fmt: skip
_INLINE_TAGS: Final = frozenset(
    {"font", "span", "center", "b", "i", "u", "em", "strong", "big", "small"}
)
# Shorter text beside paragraphs is a label.
_LOOSE: Final = 80
_INLINE: Final = re.compile(
    rb"</?(?:font|center|b|i|u|em|strong|big|small|span|tt|nobr|a|blink)(?:\s[^<>]{0,2000})?>",
    re.IGNORECASE,
)


@cache
def _parser() -> html.HTMLParser:
    """Return the parser, made once: this process reads pages in one thread."""
    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    # One class for every element: the default lookup asks Python for each, 7 % of all time.
    parser.set_element_class_lookup(
        etree.ElementDefaultClassLookup(element=html.HtmlElement, comment=html.HtmlComment)
    )
    return parser


def empty_page() -> html.HtmlElement:
    """Return a page that is an empty article: html, body, and a block marked as its body."""
    source = b"<html><body><div itemprop='articleBody'></div></body></html>"
    return html.document_fromstring(source, parser=_parser())


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
    tree, deep = _parsed(source)
    if deep:
        tree = _flattened(source)
    etree.strip_elements(tree, *_DEAD_WEIGHT, with_tail=False)
    _part_preformatted(tree)
    _contain_loose_text(tree)
    return tree


def _part_preformatted(tree: html.HtmlElement) -> None:
    """Make paragraphs of preformatted text that blank lines part, as plain wires print it."""
    for block in list(tree.iter("pre")):
        parts = _BLANK_LINE.split(block.text or "")
        if len(block) or len(parts) < 2:
            continue
        block.tag, block.text = "div", None
        for part in filter(str.strip, parts):
            etree.SubElement(block, "p").text = part


def _contain_loose_text(tree: html.HtmlElement) -> None:
    """Put blocks around text that stands beside paragraphs in the body itself or in inline tags.

    Old pages open `<font>` or `<p>` and close neither: their first paragraph stands bare, and is
    read beside its fellows only in a block.
    """
    for parent in {parent for p in tree.iter("p") if (parent := p.getparent()) is not None}:
        if parent.tag in _INLINE_TAGS:
            parent.tag = "div"
        elif parent.tag == "body" and _has_loose_text(parent):
            block = etree.Element("div")
            block.text, parent.text = parent.text, None
            block.extend(list(parent))
            parent.append(block)


def _has_loose_text(parent: html.HtmlElement) -> bool:
    return any(
        text is not None and len(text.strip()) >= _LOOSE
        for text in (parent.text, *(child.tail for child in parent))
    )


def _parsed(source: bytes) -> tuple[html.HtmlElement, bool]:
    """Return the tree, and whether libxml2 gave up because elements nest too deep for it."""
    parser = _parser()
    try:
        tree = html.document_fromstring(source, parser=parser)
    except etree.XMLSyntaxError as error:
        # libxml2 reports a failed allocation as a mistake in the page
        if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
            raise MemoryError from error
        raise DeadLetter(STAGE, "not-html", f"the page can't be parsed: {error}") from error
    except etree.ParserError as error:
        raise DeadLetter(STAGE, "not-html", f"no element in the page: {error}") from error
    return tree, any("Excessive depth" in entry.message for entry in parser.error_log)


def _flattened(source: bytes) -> html.HtmlElement:
    """Parse anew without the inline tags: old pages open them for every line and close none."""
    tree, deep = _parsed(_INLINE.sub(b"", source))
    if deep:
        raise DeadLetter(STAGE, "too-deep", "elements nest more than 256 deep; no page means that")
    return tree


def _as_html(text: str) -> str:
    if text.lstrip()[:1] in ("{", "["):
        raise DeadLetter(STAGE, "not-html", "the page is JSON")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    paragraphs = (part.strip() for part in _BLANK_LINE.split(escaped))
    return "<html><body><article>" + "".join(f"<p>{p}</p>" for p in paragraphs if p)
