"""The head of a page: the lines between the headline and the story's first paragraph. Pure.

The body's scope begins below them, so they are looked up here: section, stamp, byline,
sub-headline. Only what is recognised is used; the rest is left where it is.
"""

from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from ingest.extract.render import Line, render
from ingest.extract.text import key

# Lines looked at below the headline: more, and it is no head but another layout.
_LINES: Final = 16
# Blocks above the headline that may carry section and stamp.
_ABOVE: Final = 3


def head_lines(tree: HtmlElement, titles: frozenset[str], first: str) -> list[Line]:
    """Return the lines around the headline, above the line `first` that begins the body.

    `titles` are the keys of the page's headlines. Empty where the headline is not on the page.
    """
    headline = _headline(tree, titles)
    if headline is None:
        return []
    found = [line for element in _above(headline) for line in render(element)][-_ABOVE:]
    stop = key(first)
    for element in _below(headline):
        for line in render(element):
            if (stop and key(line.text) == stop) or len(found) >= _LINES:
                return found
            found.append(line)
    return found


def _headline(tree: HtmlElement, titles: frozenset[str]) -> HtmlElement | None:
    for element in tree.iter("h1", "h2"):
        if key(str(element.text_content())) in titles:
            return element
    return None


def _above(headline: HtmlElement) -> Iterator[HtmlElement]:
    before = list(headline.itersiblings(preceding=True))[:_ABOVE]
    yield from (element for element in reversed(before) if isinstance(element.tag, str))


def _below(headline: HtmlElement) -> Iterator[HtmlElement]:
    """Yield what follows the headline, in the order of the page."""
    element: HtmlElement | None = headline
    while element is not None and element.tag not in ("body", "article", "main"):
        yield from (e for e in element.itersiblings() if isinstance(e.tag, str))
        element = element.getparent()
