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
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
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
    try:
        root = lxml.html.fromstring(f"<div>{broken}</div>")
    except (lxml.etree.ParserError, ValueError):
        return ""
    lxml.etree.strip_elements(root, "script", "style", with_tail=False)
    return squeeze(str(root.xpath("string()")))


def squeeze(text: str) -> str:
    """Return `text` cleaned, with single spaces and single newlines."""
    return _BREAKS.sub("\n", _SPACES.sub(" ", clean(text))).strip()


def one_line(markup: str) -> str:
    """Return `plain(markup)` as one line: titles and names."""
    return plain(markup).replace("\n", " ")
