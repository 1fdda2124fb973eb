"""The body of a page: trafilatura's fast mode over the story's scope, more where that is thin.

Fast mode looks for the story in the whole page and takes the first container whose name fits: it
misses stories that stand in pieces, and brings boxes that stand beside them. So it is given the
scope that `prose` found, and its result is believed where it holds most of the prose; else it
reads the whole page; else trafilatura's default does, which asks two more extractors. Where the
page carries its text in JSON-LD, that is the referee between them. Pure; trafilatura keeps caches,
which the worker resets.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from ingest.extract import prose
from ingest.extract.markup import empty_page
from ingest.extract.render import Line, render
from ingest.extract.text import tidy

# Share of the page's prose that an extraction must hold: calibrated on 513 pages, flat from 0.5
# to 0.8, below it every other candidate was better.
_ENOUGH: Final = 0.6
# Prose below this says too little to find the scope by: notes, flashes, pages without <p>.
_FEW: Final = 250
# Text in JSON-LD shorter than this is a summary, whatever the field is called.
_TOLD: Final = 500
# What JSON-LD tells is no story's text below this.
_NOTE: Final = 120
# A scope that is little but prose may be taken as it stands: its lines hold all of the prose and
# not much beside. On the corpus those of pages that trafilatura misread have 1.1 times their prose,
# and pages with boxes among their paragraphs twice as much.
_ALL: Final = 0.9
_PURE: Final = 1.3
# One paragraph may well be a line; this many are not.
_PARAGRAPHS: Final = 2
# An extraction this many times the text in JSON-LD has swallowed other stories.
_SWALLOWED: Final = 1.5

# `xml` leaves trafilatura's own rendering of text out: ours is in render.py.
_FAST: Final = Extractor(output_format="xml", fast=True, comments=False)
_DEFAULT: Final = Extractor(output_format="xml", comments=False)


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of a page's text, by which way they were found, and the prose of the page."""

    lines: tuple[Line, ...]
    way: str  # scoped, fast, default, rendered, told
    prose: int

    @property
    def size(self) -> int:
        """The length of the text, dense scripts counted for what they say."""
        return sum(prose.size(line.text) for line in self.lines)


def read_body(tree: HtmlElement, told: str | None = None) -> Body:
    """Return the body of the page; `told` is its text as JSON-LD has it. `tree` stays as it is."""
    held = prose.measure(tree)
    wanted = prose.size(told or "")
    tried: list[Body] = []
    for body in _candidates(tree, held):
        if body.size >= held.total * _ENOUGH and body.size >= _FEW and not _swallows(body, wanted):
            return _parted(body, held)
        tried.append(body)
    own = Body(_rendered(held), "rendered", held.total)
    if held.total * _ALL < own.size < held.total * _PURE:
        tried.append(own)
    return _parted(_best(tried, wanted), held)


def _rendered(held: prose.Prose, within: str | None = None) -> tuple[Line, ...]:
    """Return the scope's own lines, from its first paragraph to its last: all that it holds.

    Where trafilatura takes the story for something else, by its classes, this is what is left.
    `within` is a text that paragraphs must be part of.
    """
    lines = list(render(held.scope)) if held.scope is not None else []
    told = [
        at
        for at, line in enumerate(lines)
        if prose.size(line.text) >= prose.LENGTH and (within is None or line.text in within)
    ]
    return tuple(lines[told[0] : told[-1] + 1]) if len(told) >= _PARAGRAPHS else ()


def _parted(body: Body, held: prose.Prose) -> Body:
    """Return the body, or where it came back as one line, the lines of the scope itself.

    trafilatura's last resort is the text of the whole page: headline, menu and story in one.
    """
    if len(body.lines) != 1:
        return body
    rendered = _rendered(held, within=body.lines[0].text)
    return Body(rendered, "rendered", held.total) if rendered else body


def or_told(body: Body, told: str | None) -> Body:
    """Return the body, or the page's text in JSON-LD where the page itself shows less of it.

    Pages that a program fills in the browser hold their story nowhere else.
    """
    wanted = prose.size(told or "")
    if wanted < _NOTE or body.size >= wanted * _ENOUGH:
        return body
    lines = (Line(text) for part in (told or "").split("\n") if (text := tidy(part)))
    return Body(tuple(lines), "told", body.prose)


def _candidates(tree: HtmlElement, held: prose.Prose) -> Iterator[Body]:
    if held.scope is not None and held.total >= _FEW and held.scope.tag not in ("body", "html"):
        yield Body(_extract(_alone(held.scope), _FAST), "scoped", held.total)
    yield Body(_extract(tree, _FAST), "fast", held.total)
    yield Body(_extract(tree, _DEFAULT), "default", held.total)


def _swallows(body: Body, wanted: int) -> bool:
    return wanted >= _TOLD and body.size > wanted * _SWALLOWED


def _best(tried: list[Body], wanted: int) -> Body:
    """Return the longest of what was tried, or what is nearest to the text in JSON-LD."""
    if wanted >= _TOLD:
        return min(tried, key=lambda body: abs(body.size - wanted))
    return max(tried, key=lambda body: body.size)


def _extract(tree: HtmlElement, options: Extractor) -> tuple[Line, ...]:
    document = bare_extraction(tree, options=options)
    return tuple(render(document.body)) if isinstance(document, Document) else ()


def _alone(scope: HtmlElement) -> HtmlElement:
    """Return a page that holds a copy of `scope` alone, marked as an article's body."""
    page = empty_page()
    page[0][0].append(deepcopy(scope))
    return page


def without_scripts(tree: HtmlElement) -> None:
    """Take the scripts out of `tree`: metadata has been read, the rest is weight."""
    etree.strip_elements(tree, "script", with_tail=False)
