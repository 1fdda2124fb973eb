"""The head of a page: the lines between the headline and the story's first paragraph. Pure.

The body's scope begins below them, so they are looked up here: section, stamp, byline,
sub-headline. Only what is recognised is used; the rest is left where it is. Of sub-headlines only
those count that say of themselves they are: `lead` and `intro` are the first paragraph on as many
sites, and a story must not lose that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from ingest.extract.render import Line, render
from ingest.extract.text import key, tidy

# Lines looked at below the headline: more, and it is no head but another layout.
_LINES: Final = 16
# Elements looked at for a sub-headline.
_ELEMENTS: Final = 60
# A longer text is a summary or the story itself.
_SUBHEADLINE: Final = 320
_SAYS: Final = re.compile(
    r"sub-?_?(?:title|head(?:line|ing)?|hed)\b|standfirst|(?:^|[\s_-])(?:dek|deck|strapline|tagline)"
    r"(?:$|[\s_-])|headline__sub|article-?_*sub(?:title|head)|title__sub|alternativeheadline"
    r"|header_{0,2}-?(?:lead|lede|description|intro|summary)|second-?title"
    r"|entradilla|subt[ií]tulo|sottotitolo|(?:^|[\s_-])chap(?:o|eau)(?:$|[\s_-])|unter(?:titel|zeile)",
    re.IGNORECASE,
)
_TAGS: Final = ("h2", "h3", "p", "div", "span", "strong", "em")
# Blocks above the headline that may carry section and stamp.
_ABOVE: Final = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The lines of a page's head, and those of them that are marked as sub-headlines."""

    lines: tuple[Line, ...] = ()
    subheadlines: tuple[str, ...] = ()


def read_head(tree: HtmlElement, titles: frozenset[str], first: str) -> Head:
    """Return the lines around the headline, above the line `first` that begins the body.

    `titles` are the keys of the page's headlines. Empty where the headline is not on the page.
    """
    headline = _headline(tree, titles)
    if headline is None:
        return Head()
    return Head(tuple(_lines(headline, first)), tuple(_subheadlines(headline)))


def _lines(headline: HtmlElement, first: str) -> list[Line]:
    found = [line for element in _above(headline) for line in render(element, _LINES)][-_ABOVE:]
    stop = key(first)
    for element in _below(headline):
        for line in render(element, _LINES):
            if (stop and key(line.text) == stop) or len(found) >= _LINES:
                return found
            found.append(line)
    return found


def _subheadlines(headline: HtmlElement) -> Iterator[str]:
    """Yield the texts below the headline that are marked as sub-headlines."""
    below = (e for block in _below(headline) for e in block.iter(*_TAGS))
    for element in islice(below, _ELEMENTS):
        said = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if _SAYS.search(said):
            text = tidy(str(element.text_content()))
            if 0 < len(text) <= _SUBHEADLINE:
                yield text


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
