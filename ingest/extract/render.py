"""An element to lines: paragraphs stay paragraphs, lists and tables stay readable. Pure.

Reads HTML and the simplified markup that trafilatura gives back (head, list, item, row, cell, lb).
A list item is `- …`, a table's row `a | b`; a table that is only layout is read as paragraphs.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from lxml.etree import _Element

from ingest.extract.text import tidy

LineKind = Literal["paragraph", "heading", "item", "row", "quote"]

# A cell longer than this holds prose: the table is layout.
_PROSE_CELL: Final = 300

_KINDS: Final[dict[str, LineKind]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "head"), "heading"),
    **dict.fromkeys(("li", "item", "dt", "dd"), "item"),
    **dict.fromkeys(("blockquote", "quote"), "quote"),
}
_ROWS: Final = frozenset({"tr", "row"})
_CELLS: Final = frozenset({"td", "th", "cell"})
_BREAKS: Final = frozenset({"br", "lb", "hr"})
_BLOCKS: Final = frozenset(
    {
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "figure"),
        *("figcaption", "address", "pre", "code", "ul", "ol", "dl", "list", "table", "tbody"),
        *("thead", "tfoot", "caption", "form", "fieldset", "details", "summary", "nav", "center"),
        *("body", "html", "ab"),
    }
)
_SILENT: Final = frozenset({"script", "style"})
_INSIDE: Final = frozenset({"p", "div", "span", "section", "ab"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a body, and what it was on the page."""

    text: str
    kind: LineKind = "paragraph"


def render(element: _Element, most: int = 100_000) -> list[Line]:
    """Return the lines of `element`, tidied, without empty ones; its own tail is not its text.

    With `most` lines found the rest is not looked at.
    """
    writer = _Writer(most)
    _walk(element, writer, "paragraph")
    writer.flush()
    return writer.lines[:most]


@dataclass(slots=True)
class _Writer:
    most: int
    lines: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    kind: LineKind = "paragraph"

    def add(self, text: str | None) -> None:
        if text and (self.pieces or not text.isspace()):
            self.pieces.append(text)

    def flush(self, kind: LineKind = "paragraph") -> None:
        """End the line; what comes next is of `kind`."""
        text = tidy("".join(self.pieces)) if self.pieces else ""
        self.pieces.clear()
        if self.kind == "item":
            text = text.lstrip("-•·*–— ")
        if text:
            self.lines.append(Line(f"- {text}" if self.kind == "item" else text, self.kind))
        self.kind = kind


def _walk(element: _Element, writer: _Writer, kind: LineKind) -> None:
    tag = element.tag
    if not isinstance(tag, str) or tag in _SILENT or len(writer.lines) >= writer.most:
        return
    if tag in _ROWS:
        _row(element, writer)
        return
    own = _KINDS.get(tag, kind)
    breaks = tag in _KINDS or tag in _BLOCKS or tag in _CELLS
    if breaks and kind == "item" and tag in _INSIDE:
        breaks = False
        writer.add(" ")
    if breaks or tag in _BREAKS:
        writer.flush(own)
    writer.add(element.text)
    for child in element:
        _walk(child, writer, own)
        writer.add(child.tail)
    if breaks:
        writer.flush(kind)
    elif kind == "item" and tag in _INSIDE:
        writer.add(" ")


def _row(row: _Element, writer: _Writer) -> None:
    writer.flush()
    cells = [cell for cell in row if isinstance(cell.tag, str) and cell.tag in _CELLS]
    texts = [tidy("".join(_spaced(cell))) for cell in cells]
    if any(len(text) > _PROSE_CELL for text in texts) or sum(map(bool, texts)) < 2:
        for cell in cells:
            _walk(cell, writer, "paragraph")
        return
    writer.lines.append(Line(" | ".join(text for text in texts if text), "row"))


def _spaced(element: _Element) -> list[str]:
    """Return the texts of `element`, with a space where a block or break parts them."""
    pieces = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            gap = "" if child.tag not in _BLOCKS | _BREAKS | _KINDS.keys() else " "
            pieces += [gap, *_spaced(child), gap]
        pieces.append(child.tail or "")
    return pieces
