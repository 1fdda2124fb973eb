"""Feeds read: bytes to frozen entries, by feedparser. Pure; called in threads and processes.

It raises nothing but `NoFeedError`, which says why there is no feed, and gives what a broken feed
has, flagged. Dates become instants, relative links absolute, text clean.
"""

import io
import re
import xml.sax
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import urljoin

import feedparser
from feedparser.mixin import _FeedParserMixin as _Mixin

from ingest.poll.dates import Zones
from ingest.poll.embedded import is_plain
from ingest.poll.entries import (
    LONGEST_AUTHOR,
    ParsedEntry,
    absolute,
    read_entry,
    text_of,
    with_raw_guids,
)
from ingest.poll.fullness import cut_alike
from ingest.poll.hints import Hints, read_hints
from ingest.poll.prepare import Prepared, prepare
from ingest.poll.text import one_line
from wire.text import clean

# feedparser looks for a parser of this name at each feed, through the whole import path: nobody
# has had it for years, and the search took a tenth of the time of a feed (measured).
feedparser.api.PREFERRED_XML_PARSERS.clear()

_split_author = _Mixin._sync_author_detail


def _split_short_author(parser: _Mixin, key: str = "author") -> None:
    """Let feedparser look for a mail address where a name is short enough to be one.

    Its expression takes the square of the name's length: minutes for one of 100 KB, and no other
    thread runs meanwhile.
    """
    if len(parser._get_context().get(key) or "") <= LONGEST_AUTHOR:
        _split_author(parser, key)


_Mixin._sync_author_detail = _split_short_author

# A feed with more entries than this is an archive or an attack: the first ones are the newest.
MOST_ENTRIES: Final = 20_000
# What feedparser has been seen to raise on broken bytes; anything it cannot read is no feed.
_UNREADABLE: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    xml.sax.SAXException,
)
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S
)
NoFeedKind = Literal["html", "parse"]


class NoFeedError(ValueError):
    """The bytes are no feed; `kind` tells a web page from what cannot be read."""

    def __init__(self, kind: NoFeedKind, reason: str) -> None:
        # both arguments, so that it crosses from a process as it is
        super().__init__(kind, reason)
        self.kind: NoFeedKind = kind
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as its bytes have it."""

    title: str | None
    link: str | None
    language: str | None
    version: str
    hints: Hints
    entries: tuple[ParsedEntry, ...]
    flags: tuple[str, ...] = ()  # `broken`, `mojibake`, `too-many`
    trouble: str | None = None  # what the parser says of a broken feed


def parse_feed(
    body: bytes, *, url: str, headers: Mapping[str, str] | None = None, zones: Zones | None = None
) -> ParsedFeed:
    """Read a feed of any version that feedparser knows.

    Args:
        body: the decompressed bytes.
        url: the feed's final URL: relative links are resolved against it.
        headers: of the answer, lower-case names.
        zones: how the agency's dates are read.

    Raises:
        NoFeedError: there is nothing in it, or it is a web page.
    """
    if not body.strip(b"\x00 \t\r\n"):
        raise NoFeedError("parse", "an empty body")
    ready = prepare(body, headers or {})
    base = _base(url, ready.headers)
    try:
        return _feed(_parsed(ready, base), ready, base, zones or Zones())
    except NoFeedError:
        raise
    except _UNREADABLE as error:
        raise NoFeedError("parse", f"unreadable: {type(error).__name__}: {error}") from error


def _parsed(ready: Prepared, base: str) -> Any:
    """Return what feedparser makes of a feed, by the cheap way where that gives the same."""
    if is_plain(ready.body):
        # the header stays, empty: feedparser guesses charsets otherwise where there is none at all
        headers = {**ready.headers, "content-location": ""}
        result = feedparser.parse(
            io.BytesIO(ready.body),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
        if all(_is_whole(text_of(entry, "link")) for entry in result.entries):
            return result
    return feedparser.parse(
        io.BytesIO(ready.body), response_headers={**ready.headers, "content-location": base}
    )


def _is_whole(link: str) -> bool:
    return not link or link.startswith(("http://", "https://"))


def _feed(result: Any, ready: Prepared, url: str, zones: Zones) -> ParsedFeed:
    trouble = _trouble(result)
    if not result.entries and (not result.version or trouble):
        if _HTML.match(ready.body[:2000]):
            raise NoFeedError("html", "a web page, not a feed")
        raise NoFeedError("parse", trouble or "no feed of any known kind")
    feed = result.feed
    language = text_of(feed, "language") or None
    entries = [read_entry(e, url, language, zones) for e in result.entries[:MOST_ENTRIES]]
    entries = with_raw_guids(entries, url, ready.body)
    flags = [
        ("broken", bool(trouble)),
        ("mojibake", ready.mojibake),
        ("too-many", len(result.entries) > MOST_ENTRIES),
    ]
    return ParsedFeed(
        title=one_line(text_of(feed, "title")) or None,
        link=absolute(url, text_of(feed, "link")),
        language=language,
        version=result.version,
        hints=read_hints(feed, ready.body),
        entries=_distrust_cuts(entries),
        flags=tuple(name for name, holds in flags if holds),
        trouble=trouble,
    )


def _distrust_cuts(entries: list[ParsedEntry]) -> tuple[ParsedEntry, ...]:
    """Call nothing full in a feed whose texts were all cut at one length."""
    full = [len(entry.text) for entry in entries if entry.content_is_full]
    if not cut_alike(full):
        return tuple(entries)
    return tuple(replace(entry, content_is_full=False) for entry in entries)


def _base(url: str, headers: Mapping[str, str]) -> str:
    """Return what relative links are relative to: Content-Location (RFC 9110), else the URL."""
    try:
        return urljoin(url, headers.get("content-location", ""))
    except ValueError:
        return url


def _trouble(result: Any) -> str | None:
    """Return what makes the feed broken; a wrong media type or charset alone does not."""
    error = result.get("bozo_exception")
    harmless = feedparser.exceptions.ThingsNobodyCaresAboutButMe
    if not result.get("bozo") or isinstance(error, harmless):
        return None
    return clean(f"{type(error).__name__}: {error}")[:300]
