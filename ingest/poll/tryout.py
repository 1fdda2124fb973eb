"""`wiredesk try feed`: one feed's bytes in, its entries out, as JSON. Pure."""

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from typing import Any

from atlas.agencies import agencies
from ingest.poll.dates import Zones
from ingest.poll.entries import ParsedEntry
from ingest.poll.parse import NoFeedError, parse_feed


def try_feed(request: Mapping[str, Any]) -> dict[str, Any]:
    """Parse `{"url", "content_b64", "content_type"?, "headers"?}`.

    Returns `{"url", "entries", "error"}`; each entry has at least title, link, guid, published and
    updated (ISO, UTC), author, authors, summary, content, content_is_full, categories, language.
    `error` says what is wrong; a broken feed may have entries and an error.
    """
    url = request.get("url")
    url = url if isinstance(url, str) else ""
    result: dict[str, Any] = {"url": url, "entries": [], "error": None}
    try:
        body = base64.b64decode(str(request.get("content_b64", "")), validate=True)
        feed = parse_feed(body, url=url, headers=_headers(request), zones=zones_of(None, url))
    except binascii.Error as error:
        return {**result, "error": f"content_b64 is not base64: {error}"}
    except NoFeedError as error:
        return {**result, "error": f"{error.kind}: {error}"}
    return {
        **result,
        "title": feed.title,
        "version": feed.version,
        "flags": list(feed.flags),
        "entries": [as_json(entry) for entry in feed.entries],
        "error": feed.trouble,
    }


def as_json(entry: ParsedEntry) -> dict[str, Any]:
    """Return an entry as `try feed` prints it.

    An entry that only says when it was updated was published then, as in the Entry that poll makes.
    """
    published = entry.published_at or entry.updated_at
    return {
        "title": entry.title,
        "headline": entry.headline,
        "link": entry.link,
        "guid": entry.guid,
        "published": published.isoformat() if published else None,
        "published_raw": entry.published_raw,
        "updated": entry.updated_at.isoformat() if entry.updated_at else None,
        "updated_raw": entry.updated_raw,
        "author": entry.author,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "language": entry.language,
        "summary": entry.summary,
        "content": entry.content_html,
        "content_is_full": entry.content_is_full,
    }


def zones_of(agency_id: str | None, url: str) -> Zones:
    """Return how dates of this agency's feed are read; without an id, of the agency of the host."""
    known = agencies()
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    agency = known.get(agency_id) or known.by_host(host)
    if agency is None:
        return Zones(abbreviations=known.zones(None))
    return Zones(agency.tz, known.zones(agency.id), dt.timedelta(hours=agency.feed_shift_hours))


def _headers(request: Mapping[str, Any]) -> dict[str, str]:
    given = request.get("headers")
    headers = (
        {str(k).lower(): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    )
    if isinstance(request.get("content_type"), str):
        headers["content-type"] = request["content_type"]
    return headers
