"""OPML: lists of feeds in and out, without loss. Pure but for `add`, which writes to the store.

listparser drops every attribute that it does not know, and what goes in must come out again, so
the outlines are read here: all attributes kept, folders kept, addresses in order, each once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from lxml import etree

from store import feeds
from store.engine import Engine
from store.feeds import FeedRow
from store.rights import Store, store_named
from wire.text import clean

# What an outline says of a feed beside OPML's own attributes; ours, ignored by others.
_AGENCY: Final = "agency"
_SECTION: Final = "section"
_EVERY: Final = "every"  # the operator's own interval, seconds
_STORE: Final = "store"  # the feed's own rights: how much is kept, for how many days, which terms
_KEEP_DAYS: Final = "keepDays"
_TERMS: Final = "terms"
_SITEMAP: Final = "sitemap"  # a value of `type`
# Seconds or days: what is more is a slip, and no column takes it.
_MOST: Final = 2**31 - 1
# Folders deeper than this are a loop of some exporter.
_DEEPEST: Final = 50


class BadOpmlError(ValueError):
    """The bytes are no OPML."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list: its address and all that its outline says."""

    url: str
    title: str | None = None
    kind: Literal["rss", "sitemap"] = "rss"
    agency: str | None = None
    section: str | None = None
    own_interval_s: float | None = None
    store: Store | None = None
    keep_days: int | None = None
    terms_url: str | None = None
    folders: tuple[str, ...] = ()  # outermost first
    attributes: Mapping[str, str] = field(default_factory=dict)  # as they stand


def read(data: bytes) -> Iterator[Outline]:
    """Return the feeds of an OPML file, in order, each address once.

    Raises:
        BadOpmlError: it is no OPML, or has a document type.
    """
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise BadOpmlError("a document type: OPML needs none; take it out and try again")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadOpmlError(f"no XML: {error}") from error
    body = None if root is None else root.find("body")
    if body is None or root.tag != "opml":
        raise BadOpmlError("no OPML: <opml> with a <body> is wanted")
    return iter({outline.url: outline for outline in _outlines(body, ())}.values())


def write(outlines: Sequence[Outline], *, title: str, now: dt.datetime) -> bytes:
    """Return an OPML 2.0 file: folders first seen, first written; attributes as they came."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean(title)
    etree.SubElement(head, "dateCreated").text = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for outline in outlines:
        parent = _folder(folders, outline.folders)
        etree.SubElement(parent, "outline", _attributes(outline))
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def outline_of(row: FeedRow) -> Outline:
    """Return the outline that exports a stored feed."""
    return Outline(
        url=row.url,
        title=row.title,
        kind=row.kind,
        agency=row.agency,
        section=row.section,
        own_interval_s=row.own_interval_s,
        store=row.store,
        keep_days=row.keep_days,
        terms_url=row.terms_url,
        folders=row.folders,
        attributes=row.attributes,
    )


def add(engine: Engine, outline: Outline, now: dt.datetime) -> bool:
    """Add a feed of a list; say whether it is new."""
    return feeds.add_feed(
        engine,
        outline.url,
        kind=outline.kind,
        agency=outline.agency,
        section=outline.section,
        title=outline.title,
        own_interval_s=outline.own_interval_s,
        store=outline.store,
        keep_days=outline.keep_days,
        terms_url=outline.terms_url,
        attributes=outline.attributes,
        folders=outline.folders,
        next_poll_at=now,
    )


def _outlines(parent: etree._Element, folders: tuple[str, ...]) -> Iterator[Outline]:
    for element in parent:
        if element.tag != "outline":
            continue
        attributes = {str(k): clean(str(v)) for k, v in element.attrib.items()}
        url = next((v.strip() for k, v in attributes.items() if k.lower() == "xmlurl"), "")
        if url:
            yield _outline(url, attributes, folders)
        if len(element) and len(folders) < _DEEPEST:
            name = attributes.get("text") or attributes.get("title") or ""
            yield from _outlines(element, folders if url else (*folders, name))


def _outline(url: str, attributes: dict[str, str], folders: tuple[str, ...]) -> Outline:
    return Outline(
        url=url,
        title=attributes.get("title") or attributes.get("text"),
        kind="sitemap" if attributes.get("type", "").lower() == _SITEMAP else "rss",
        agency=attributes.get(_AGENCY) or None,
        section=attributes.get(_SECTION) or None,
        own_interval_s=_count(attributes, _EVERY),
        store=store_named(attributes.get(_STORE)),
        keep_days=_count(attributes, _KEEP_DAYS),
        terms_url=attributes.get(_TERMS) or None,
        folders=folders,
        attributes=attributes,
    )


def _count(attributes: Mapping[str, str], name: str) -> int | None:
    """Return an attribute that is a number above zero, None for all else."""
    value = attributes.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and 0 < int(value) <= _MOST else None


def _attributes(outline: Outline) -> dict[str, str]:
    """Return what is written: what came in, and what was set since."""
    attributes = dict(outline.attributes)
    url_name = next((k for k in attributes if k.lower() == "xmlurl"), "xmlUrl")
    title = outline.title or outline.url
    attributes.setdefault("text", title)
    attributes.setdefault("type", _SITEMAP if outline.kind == "sitemap" else "rss")
    attributes[url_name] = outline.url
    ours = {
        _AGENCY: outline.agency,
        _SECTION: outline.section,
        _EVERY: outline.own_interval_s and int(outline.own_interval_s),
        _STORE: outline.store,
        _KEEP_DAYS: outline.keep_days,
        _TERMS: outline.terms_url,
    }
    return attributes | {name: clean(str(value)) for name, value in ours.items() if value}


def _folder(
    folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]
) -> etree._Element:
    if path not in folders:
        parent = _folder(folders, path[:-1])
        folders[path] = etree.SubElement(parent, "outline", {"text": path[-1]})
    return folders[path]
