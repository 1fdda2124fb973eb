"""Where the prose of a page stands: the cheap measure that decides how its body is read. Pure.

Prose is paragraphs of some length that are no links. A story's paragraphs stand in one container,
or in several pieces with one container around them; the lowest element that holds most of the
page's prose is the story's scope. Blocks that say of themselves that they are comments, footers or
teasers don't count, unless most of the page stands inside (templates write `has-sidebar` or
`no-comments` on their outermost element).
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

# A paragraph shorter than this may be a caption, a label, a teaser: it tells nothing.
LENGTH: Final = 80
# A Han character or kana says about as much as three letters.
_DENSE: Final = 3
# Links over this share of a paragraph make it a list of links.
_LINKS: Final = 0.5
# The scope holds this share of the prose: the rest are boxes beside the story.
_HOLDS: Final = 0.8
# A block that holds this share of a page is the page, whatever its class says.
_MOST: Final = 0.5
# With less prose than this the page may write its paragraphs without <p>.
_FEW: Final = 300
# So much prose in paragraphs is a story's; of less, a box may have them and the story none.
_MANY: Final = 1_500
# Text outside paragraphs counts where it is this many times that within.
_LOOSER: Final = 2

_NOT_BODY: Final = re.compile(
    r"comment|disqus|footer|(?:^|[\s_-])side-?bar(?:$|\s)|related|cookie|consent|newsletter"
    r"|subscri|promo|recommend|modal|popup|caption|about-?(?:the-?)?author|author-?(?:bio|box)"
    r"|(?:^|[\s_-])(?:image|photo|picture|imgtop)(?:$|\s)",
    re.IGNORECASE,
)
_NOT_BODY_TAGS: Final = frozenset({"footer", "aside", "nav", "form", "figure", "dialog"})
_CONTAINERS: Final = ("div", "td", "section", "article", "blockquote", "main", "span")
_CJK: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Prose:
    """How much prose a page holds, in characters, and the lowest element around most of it."""

    total: int
    scope: HtmlElement | None


def measure(tree: HtmlElement) -> Prose:
    """Return the prose of the page; nothing is changed."""
    found = _paragraphs(tree)
    raw = _held(found)
    page = sum(length for _, length in found)
    refused = {e for e, held in raw.items() if held < page * _MOST and _is_beside(e)}
    kept = [(e, n) for e, n in found if e not in refused and refused.isdisjoint(e.iterancestors())]
    kept = _of_first_article(kept)
    total = sum(length for _, length in kept)
    return Prose(total, _lowest(_held(kept), total))


def size(text: str) -> int:
    """Return the length of a text in letters, dense scripts counted for what they say."""
    if text.isascii():
        return len(text)
    return len(text) + (_DENSE - 1) * len(_CJK.findall(text))


def _paragraphs(tree: HtmlElement) -> list[tuple[HtmlElement, int]]:
    found = [(p, n) for p in tree.iter("p") if (n := _prose(p))]
    paragraphs = sum(length for _, length in found)
    if paragraphs < _MANY:
        loose = [(e, n) for e in tree.iter(*_CONTAINERS) if (n := _own_prose(e))]
        if paragraphs < _FEW or sum(length for _, length in loose) > paragraphs * _LOOSER:
            found += loose
    return found


def _prose(paragraph: HtmlElement) -> int:
    text = str(paragraph.text_content()).strip()
    length = size(text)
    if length < LENGTH:
        return 0
    links = sum(len(str(a.text_content())) for a in paragraph.iter("a"))
    return 0 if links > len(text) * _LINKS else length


def _own_prose(element: HtmlElement) -> int:
    """Return the prose that stands in `element` itself, beside its children."""
    pieces = [element.text, *(child.tail for child in element)]
    lengths = (size(piece.strip()) for piece in pieces if piece)
    return sum(length for length in lengths if length >= LENGTH)


def _of_first_article(found: list[tuple[HtmlElement, int]]) -> list[tuple[HtmlElement, int]]:
    """Leave out the further articles of a page that shows several: the first is the story."""
    homes = [next(e.iterancestors("article"), None) for e, _ in found]
    lengths: Counter[HtmlElement | None] = Counter()
    for home, (_, length) in zip(homes, found, strict=True):
        lengths[home] += length
    first = next((home for home in homes if home is not None and lengths[home] >= _FEW), None)
    if first is None or len(lengths) < 2:
        return found
    inside = {first, None, *first.iterancestors()}
    return [pair for home, pair in zip(homes, found, strict=True) if home in inside]


def _held(found: list[tuple[HtmlElement, int]]) -> Counter[HtmlElement]:
    held: Counter[HtmlElement] = Counter()
    for element, length in found:
        held[element] += length
        for ancestor in element.iterancestors():
            held[ancestor] += length
    return held


def _is_beside(element: HtmlElement) -> bool:
    if element.tag in _NOT_BODY_TAGS:
        return True
    said = f"{element.get('class') or ''} {element.get('id') or ''}"
    return _NOT_BODY.search(said) is not None


def _lowest(held: Counter[HtmlElement], total: int) -> HtmlElement | None:
    """Return the lowest element that holds enough of the prose; never a bare paragraph."""
    enough = [e for e, n in held.items() if n >= total * _HOLDS and e.tag != "p"]
    # each of them holds most, so they lie on one line from the root: the lowest holds least
    return min(enough, key=lambda e: (held[e], -_depth(e)), default=None)


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())
