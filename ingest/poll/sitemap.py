"""News sitemaps (sitemap-news 0.9) read as feeds: the same entries from another form. Pure.

XML with a document type is refused: no sitemap needs one, and entities are what attacks are made
of. A sitemap of the plain kind, without news elements, is no feed.
"""

import datetime as dt
import re
from typing import Final
from urllib.parse import urljoin

from lxml import etree

from ingest.poll.dates import Zones, read_date
from ingest.poll.entries import ParsedEntry
from ingest.poll.hints import Hints
from ingest.poll.parse import MOST_ENTRIES, NoFeedError, ParsedFeed
from ingest.poll.text import squeeze
from wire.text import clean

_DOCTYPE = re.compile(rb"<!DOCTYPE\s+([\w.:-]+)", re.IGNORECASE)
_URLSET: Final = "urlset"
_INDEX: Final = "sitemapindex"


def parse_sitemap(body: bytes, *, url: str, zones: Zones | None = None) -> ParsedFeed:
    """Read a news sitemap.

    Raises:
        NoFeedError: it is no XML, has a document type, or has no news in it.
    """
    root = _root(body)
    name = etree.QName(root).localname if isinstance(root.tag, str) else ""
    if name == _INDEX:
        raise NoFeedError(
            "parse", f"an index of sitemaps: add its parts: {', '.join(_parts(root))}"
        )
    if name != _URLSET:
        raise NoFeedError("html" if name.lower() == "html" else "parse", f"no sitemap: <{name}>")
    entries = [entry for item in root if (entry := _entry(item, url, zones or Zones())) is not None]
    if not entries and len(root):
        raise NoFeedError("parse", "a sitemap without news: nothing in it names a story")
    return ParsedFeed(
        title=entries[0].author or None if entries else None,
        link=None,
        language=entries[0].language if entries else None,
        version="sitemap-news",
        hints=Hints(),
        entries=tuple(entries[:MOST_ENTRIES]),
        flags=("too-many",) if len(entries) > MOST_ENTRIES else (),
    )


def sitemap_entries(body: bytes, *, url: str, zones: Zones | None = None) -> list[ParsedEntry]:
    """Return what a sitemap of either kind lists; nothing where it is an index.

    Raises:
        NoFeedError: it is no XML, or has a document type.
    """
    root = _root(body)
    name = etree.QName(root).localname if isinstance(root.tag, str) else ""
    if name == _INDEX:
        return []
    if name != _URLSET:
        raise NoFeedError("parse", f"no sitemap: <{name}>")
    zones = zones or Zones()
    return [
        _entry(item, url, zones) or _plain(item, link, url, zones)
        for item in root
        if (link := _child(item, "loc"))
    ]


def _plain(item: etree._Element, link: str, url: str, zones: Zones) -> ParsedEntry:
    raw = _child(item, "lastmod") or None
    return plain_entry(_absolute(url, link), "", updated=(_moment(raw, zones), raw))


def plain_entry(
    link: str,
    title: str,
    *,
    published: tuple[dt.datetime | None, str | None] = (None, None),
    updated: tuple[dt.datetime | None, str | None] = (None, None),
) -> ParsedEntry:
    """Return the entry of which no more is said than an address, and perhaps a title and times."""
    return ParsedEntry(
        guid=None,
        raw_guid=None,
        link=link,
        title=title,
        headline=title,
        summary="",
        content_html="",
        content_is_full=False,
        author="",
        authors=(),
        categories=(),
        language=None,
        published_at=published[0],
        published_raw=published[1],
        updated_at=updated[0],
        updated_raw=updated[1],
        text="",
    )


def index_parts(body: bytes) -> list[str]:
    """Return the addresses that a sitemap index lists; raises `NoFeedError` where it is none."""
    root = _root(body)
    if not isinstance(root.tag, str) or etree.QName(root).localname != _INDEX:
        raise NoFeedError("parse", "no index of sitemaps")
    return _parts(root)


def _root(body: bytes) -> etree._Element:
    doctype = _DOCTYPE.search(body)
    if doctype is not None:
        is_page = doctype[1].lower() == b"html"
        raise NoFeedError("html" if is_page else "parse", "a document type, which no sitemap needs")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NoFeedError("parse", f"no XML: {error}") from error
    if root is None:
        raise NoFeedError("parse", "no XML")
    return root


def _parts(root: etree._Element) -> list[str]:
    return [loc for item in root if (loc := _child(item, "loc"))]


def _entry(item: etree._Element, url: str, zones: Zones) -> ParsedEntry | None:
    link = _child(item, "loc")
    news = next((child for child in item if _name(child) == "news"), None)
    if news is None or not link:
        return None
    publication = next((child for child in news if _name(child) == "publication"), None)
    published_raw = _child(news, "publication_date") or None
    updated_raw = _child(item, "lastmod") or None
    title = _child(news, "title")
    keywords = [squeeze(word) for word in _child(news, "keywords").split(",")]
    return ParsedEntry(
        guid=None,
        raw_guid=None,
        link=_absolute(url, link),
        title=title,
        headline=title,
        summary="",
        content_html="",
        content_is_full=False,
        author=_child(publication, "name"),
        authors=(),
        categories=tuple(word for word in keywords if word),
        language=_child(publication, "language") or None,
        published_at=_moment(published_raw, zones),
        published_raw=published_raw,
        updated_at=_moment(updated_raw, zones),
        updated_raw=updated_raw,
        text="",
    )


def _absolute(url: str, link: str) -> str:
    try:
        return urljoin(url, link)
    except ValueError:
        return link


def _moment(raw: str | None, zones: Zones) -> dt.datetime | None:
    return read_date(raw, None, zones)


def _name(element: etree._Element) -> str:
    # comments and processing instructions have no tag of text
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(element: etree._Element | None, name: str) -> str:
    """Return the text of the child called `name`, whatever its namespace: several are in use."""
    if element is None:
        return ""
    child = next((c for c in element if _name(c) == name), None)
    return "" if child is None else squeeze(clean(child.text or ""))
