"""A page's bytes, read: what it says of itself, its lines, and what was doubtful. Pure.

Whether the bytes are a page or a feed's own text, what comes out has one form, so that everything
after goes the same way for both.
"""

from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from ingest.extract.body import Body, or_told, read_body, without_scripts
from ingest.extract.charset import decode
from ingest.extract.head import Head, read_head
from ingest.extract.markup import parse, refuse_what_is_no_page
from ingest.extract.metadata import Metadata, read_metadata
from ingest.extract.render import Line, render
from ingest.extract.text import key, tidy
from wire.messages import Page

# Letters of a headline that do not meet by chance.
_TELLING: Final = 16
# Feeds cut their texts off with these.
_CUT_OFF: Final = ("...", "…", "[…]", "[...]", "(…)")


@dataclass(frozen=True, slots=True)
class Source:
    """What a story is read from."""

    lines: tuple[Line, ...]
    metadata: Metadata
    way: str
    head: Head  # between the headline and the first line
    warnings: tuple[str, ...] = ()


def read_source(page: Page, content: bytes) -> Source:
    """Return what the bytes of `page` hold.

    Raises:
        DeadLetter: `empty`, `too-large`, `not-html`, `too-deep`.
    """
    return read_feed_text(page, content) if page.source == "feed" else _read_page(page, content)


def _read_page(page: Page, content: bytes) -> Source:
    refuse_what_is_no_page(content, page.headers.get("content-type"))
    decoded = decode(content, page.charset)
    tree = parse(decoded.text)
    metadata = read_metadata(tree, page.final_url, page.headers.items())
    without_scripts(tree)
    body = read_body(tree, metadata.body)
    if metadata.free is not False:  # what is sold is not taken from behind the counter
        body = or_told(body, metadata.body)
    lines = () if _is_dump(body, metadata) else body.lines
    return Source(
        lines=lines,
        metadata=metadata,
        way=body.way,
        head=_head(tree, metadata, lines),
        warnings=decoded.warnings,
    )


def _is_dump(body: Body, metadata: Metadata) -> bool:
    """Tell a page without a story, whose whole text came back as one line: an alert has no body.

    Such a line has the menu before the headline; a paragraph does not quote its own headline.
    """
    if len(body.lines) != 1:
        return False
    text = key(body.lines[0].text)
    return any(
        len(title) >= _TELLING and text.find(title) > 0 for title in map(key, metadata.titles)
    )


def _head(tree: HtmlElement, metadata: Metadata, lines: tuple[Line, ...]) -> Head:
    titles = frozenset(map(key, metadata.titles)) - {""}
    return read_head(tree, titles, lines[0].text if lines else "")


def read_feed_text(page: Page, content: bytes) -> Source:
    """Return the feed's own text: its HTML in `content`, or what the entry carries."""
    entry = page.entry
    html = decode(content, "utf-8").text if content.strip() else entry.content_html
    lines = _lines_of(html or entry.summary)
    return Source(lines=lines, metadata=Metadata(), way="feed", head=Head())


def _lines_of(html: str) -> tuple[Line, ...]:
    if not html.strip():
        return ()
    if "<" not in html:
        return tuple(Line(text) for part in html.split("\n") if (text := tidy(part)))
    tree: HtmlElement = parse(f"<html><body><div>{html}</div></body></html>")
    without_scripts(tree)
    return tuple(render(tree))


def is_cut_off(lines: tuple[Line, ...]) -> bool:
    """Tell whether the last line breaks off, as feeds and teasers do."""
    return bool(lines) and lines[-1].text.endswith(_CUT_OFF)
