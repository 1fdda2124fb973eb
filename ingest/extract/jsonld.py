"""What a page says of its story in JSON-LD (schema.org), read leniently. Pure.

Pages carry several blocks, graphs within blocks, lists for single values, HTML in strings; what is
taken here is the one node that is the article. A block that is no JSON is passed over: the page
has other sources.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Final

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

# A block larger than this is an application's state, not a description.
_LARGEST: Final = 1_000_000
# Graphs nest a few levels; more is an accident or an attack.
_DEEPEST: Final = 6
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|Review|PressRelease)$")
_LIVE: Final = "LiveBlogPosting"
_BREAKS: Final = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote)\b[^<>]{0,200}>", re.IGNORECASE
)
_TAGS: Final = re.compile(r"<[^<>]{1,200}>")


def articles(blocks: list[str]) -> list[dict[str, Json]]:
    """Return the nodes of `blocks` that describe an article, the fullest first."""
    found = [node for block in blocks for node in _nodes(_load(block), 0) if _is_article(node)]
    return sorted(found, key=lambda node: -sum(key in node for key in _TELLING))


_TELLING: Final = ("headline", "datePublished", "author", "articleBody", "articleSection")


def types(node: dict[str, Json]) -> list[str]:
    """Return the types of a node, without the vocabulary's address."""
    return [kind.rsplit("/", 1)[-1] for kind in strings(node.get("@type"))]


def is_live(node: dict[str, Json]) -> bool:
    """Tell a live blog."""
    return _LIVE in types(node)


def string(value: Json) -> str | None:
    """Return the text of a value that may be text, a list of texts or a node with a name."""
    return next(iter(strings(value)), None)


def strings(value: Json) -> list[str]:
    """Return the texts of a value: names of nodes, members of lists, no markup, no blanks."""
    if isinstance(value, str):
        text = _TAGS.sub("", html.unescape(value)).strip()
        return [text] if text else []
    if isinstance(value, list):
        return [text for member in value for text in strings(member)]
    if isinstance(value, dict):
        return strings(value.get("name") or value.get("@value") or value.get("@id"))
    return []


def text(value: Json) -> str | None:
    """Return a text whose markup, where it has any, is its paragraphs: parted by newlines."""
    if not isinstance(value, str):
        return string(value)
    plain = _TAGS.sub("", _BREAKS.sub("\n", html.unescape(value))).strip()
    return plain or None


def _load(block: str) -> Json:
    if len(block) > _LARGEST:
        return None
    text = block.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    try:
        loaded: Json = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return loaded


def _nodes(value: Json, depth: int) -> Iterator[dict[str, Json]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for member in value:
            yield from _nodes(member, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            yield from _nodes(value.get(key), depth + 1)


def _is_article(node: dict[str, Json]) -> bool:
    return any(_ARTICLE.search(kind) for kind in types(node))
