"""Text of feeds made plain: tags off, entities undone, spaces one. Pure."""

import html
import re
from typing import Final

import lxml.etree
import lxml.html

from wire.text import clean

# A tag that ends a line of text; a break is put in its place before all tags go.
_BLOCK = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|td|blockquote|section|article)\b|br\b)", re.I
)
# Spaces that are not one plain space already.
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
# Tags that hold nothing but text, and references that mean the same to every reader: what has no
# others is read by taking them out, ten times as fast as by a parser.
_SIMPLE = re.compile(
    r"</?(?:p|div|span|br|b|i|u|em|strong|ul|ol|li|h[1-6]|blockquote|a|img)"
    r"(?:\s[^<>\"'=]*(?:=\s*\"[^\"<>]*\"[^<>\"'=]*)*)?/?>",
    re.I,
)
_ODD_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|nbsp|#(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}));)"
)
# Longer markup is cut before it is read: it is for a summary or a comparison, never the body.
_LONGEST: Final = 2**20


def plain(markup: str) -> str:
    """Return what a reader sees of `markup` (HTML), paragraphs parted by newlines."""
    if "<" not in markup and "&" not in markup:
        return squeeze(markup)
    cut = clean(markup[:_LONGEST])
    if "<" not in cut:
        return squeeze(html.unescape(cut))
    broken = _BLOCK.sub(lambda tag: f"\n{tag[0]}", cut)
    bare = _SIMPLE.sub("", broken)
    if "<" not in bare and not _ODD_REFERENCE.search(bare):
        return squeeze(html.unescape(bare))
    return squeeze(_read(broken))


def _read(markup: str) -> str:
    """Return the text of any markup, as a parser reads it."""
    try:
        root = lxml.html.fromstring(f"<div>{markup}</div>")
    except (lxml.etree.ParserError, ValueError):
        return ""
    lxml.etree.strip_elements(root, "script", "style", with_tail=False)
    return str(root.xpath("string()"))


def squeeze(text: str) -> str:
    """Return `text` cleaned, with single spaces and single newlines."""
    lines = _SPACES.sub(" ", clean(text)).split("\n")
    return "\n".join(stripped for line in lines if (stripped := line.strip(" ")))


def one_line(markup: str) -> str:
    """Return `plain(markup)` as one line: titles and names."""
    return plain(markup).replace("\n", " ")
