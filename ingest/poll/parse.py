"""Feeds read: bytes to frozen entries, by feedparser. Pure; called in threads and processes.

It raises nothing but `NoFeedError`, which says why there is no feed, and gives what a broken feed
has, flagged. Dates become instants, relative links absolute, text clean.
"""

import datetime as dt
import io
import re
import xml.sax
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import urljoin, urlsplit

import feedparser

from ingest.poll.dates import Zones, read_date
from ingest.poll.fullness import cut_alike, is_full
from ingest.poll.hints import Hints, read_hints
from ingest.poll.prepare import Prepared, prepare
from ingest.poll.text import one_line, plain
from wire.text import clean

# feedparser looks for a parser of this name at each feed, through the whole import path: nobody
# has had it for years, and the search took a tenth of the time of a feed (measured).
feedparser.api.PREFERRED_XML_PARSERS.clear()

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
# Longer names are lists or accidents, and slow to match.
_LONGEST_AUTHOR: Final = 200
_MAIL_AND_NAME = re.compile(r"\s*(?:\S+@\S+\s*\(([^()]+)\)|([^<>@]+?)\s*<\S+@\S+>)\s*$")

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
class ParsedEntry:
    """One entry as the feed has it; text clean, links absolute, dates in UTC."""

    guid: str | None  # as feedparser gives it: resolved where it looks like a relative link
    raw_guid: str | None  # as the feed has it: what an entry is known by
    link: str | None
    title: str  # as feedparser gives it: may hold markup
    headline: str  # the title as a reader sees it
    summary: str  # plain text
    content_html: str
    content_is_full: bool
    author: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    language: str | None
    published_at: dt.datetime | None
    published_raw: str | None
    updated_at: dt.datetime | None
    updated_raw: str | None
    text: str  # the content as a reader sees it: for fingerprints
    flags: tuple[str, ...] = ()


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
        result = feedparser.parse(
            io.BytesIO(ready.body), response_headers={**ready.headers, "content-location": base}
        )
        return _feed(result, ready, url, zones or Zones())
    except NoFeedError:
        raise
    except _UNREADABLE as error:
        raise NoFeedError("parse", f"unreadable: {type(error).__name__}: {error}") from error


def _feed(result: Any, ready: Prepared, url: str, zones: Zones) -> ParsedFeed:
    trouble = _trouble(result)
    if not result.entries and (not result.version or trouble):
        if _HTML.match(ready.body[:2000]):
            raise NoFeedError("html", "a web page, not a feed")
        raise NoFeedError("parse", trouble or "no feed of any known kind")
    feed = result.feed
    language = _text(feed, "language") or None
    entries = [_entry(e, url, language, zones) for e in result.entries[:MOST_ENTRIES]]
    entries = _with_raw_guids(entries, url, ready.body)
    flags = [
        ("broken", bool(trouble)),
        ("mojibake", ready.mojibake),
        ("too-many", len(result.entries) > MOST_ENTRIES),
    ]
    return ParsedFeed(
        title=one_line(_text(feed, "title")) or None,
        link=_absolute(url, _text(feed, "link")),
        language=language,
        version=result.version,
        hints=read_hints(feed, ready.body),
        entries=_distrust_cuts(entries),
        flags=tuple(name for name, holds in flags if holds),
        trouble=trouble,
    )


def _entry(entry: Any, url: str, feed_language: str | None, zones: Zones) -> ParsedEntry:
    title = _text(entry, "title")
    summary_html = _text(entry, "summary")
    content_html, content_language = _content(entry)
    # feedparser shows the content as summary where there is no other
    summary = "" if summary_html == content_html else plain(summary_html)
    text = plain(content_html) if content_html else ""
    full = is_full(text or summary, summary if text else "", has_content=bool(text))
    published_raw, updated_raw = (clean(_text(entry, k)) or None for k in ("published", "updated"))
    guid = _text(entry, "id").strip() or None
    return ParsedEntry(
        guid=guid,
        raw_guid=guid,
        link=_absolute(url, _text(entry, "link")),
        title=title,
        headline=_headline(entry, title),
        summary=summary or text,
        content_html=content_html or summary_html,
        content_is_full=full,
        author=_text(entry, "author"),
        authors=_authors(entry),
        categories=_categories(entry),
        language=content_language or _text(entry, "language") or feed_language,
        published_at=read_date(published_raw, _get(entry, "published_parsed"), zones),
        published_raw=published_raw,
        updated_at=read_date(updated_raw, _get(entry, "updated_parsed"), zones),
        updated_raw=updated_raw,
        text=text or summary,
    )


def _with_raw_guids(entries: list[ParsedEntry], url: str, body: bytes) -> list[ParsedEntry]:
    """Give guids back their form where feedparser resolved them against the feed's address.

    A guid is opaque: made part of an address it would change with each move of the feed. It also is
    no link then. One guid of a feed tells for all.
    """
    try:
        base = urljoin(url, "./")
    except ValueError:
        return entries
    resolved = next((e.guid for e in entries if e.guid and base and e.guid.startswith(base)), None)
    if resolved is None or _stands_in(resolved, body):
        return entries
    if not _stands_in(resolved.removeprefix(base), body):
        # neither form is there to be seen, as in UTF-16: nothing is known
        return entries
    return [_with_raw_guid(entry, base) for entry in entries]


def _with_raw_guid(entry: ParsedEntry, base: str) -> ParsedEntry:
    if entry.guid is None or not entry.guid.startswith(base):
        return entry
    link = None if entry.link == entry.guid else entry.link
    return replace(entry, raw_guid=entry.guid.removeprefix(base), link=link)


def _stands_in(text: str, body: bytes) -> bool:
    """Tell whether `text` stands in the feed, escaped as XML or not."""
    forms = (text, text.replace("&", "&amp;"))
    return any(form.encode("utf-8", "replace") in body for form in forms)


def _distrust_cuts(entries: list[ParsedEntry]) -> tuple[ParsedEntry, ...]:
    """Call nothing full in a feed whose texts were all cut at one length."""
    full = [len(entry.text) for entry in entries if entry.content_is_full]
    if not cut_alike(full):
        return tuple(entries)
    return tuple(replace(entry, content_is_full=False) for entry in entries)


def _get(entry: Any, name: str) -> Any:
    """Return what feedparser stored, without its fallbacks from one field to another."""
    return dict.get(entry, name)


def _text(entry: Any, name: str) -> str:
    value = _get(entry, name)
    return clean(value) if isinstance(value, str) else ""


def _headline(entry: Any, title: str) -> str:
    detail = _get(entry, "title_detail")
    if detail is not None and _get(detail, "type") == "text/plain":
        return " ".join(title.split())
    return one_line(title)


def _content(entry: Any) -> tuple[str, str | None]:
    """Return the longest content as HTML, and its language."""
    found = [c for c in _get(entry, "content") or () if isinstance(_get(c, "value"), str)]
    if not found:
        return "", None
    longest = max(found, key=lambda c: len(c["value"]))
    value = clean(longest["value"])
    if _get(longest, "type") == "text/plain":
        value = _as_html(value)
    language = _get(longest, "language")
    return value, language if isinstance(language, str) else None


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<p>{line}</p>" for line in escaped.split("\n") if line.strip())


def _authors(entry: Any) -> tuple[str, ...]:
    names = [_text(a, "name") or _text(a, "email") for a in _get(entry, "authors") or ()]
    if len(names) < 2 and (mail := _MAIL_AND_NAME.match(_text(entry, "author")[:_LONGEST_AUTHOR])):
        # RSS writes `mail (name)`; feedparser knows only the mail domains of its day
        names = [mail[1] or mail[2]]
    names = [one_line(name) for name in (names or [_text(entry, "author")])]
    return tuple(dict.fromkeys(name for name in names if name))


def _categories(entry: Any) -> tuple[str, ...]:
    terms = [one_line(_text(t, "term") or _text(t, "label")) for t in _get(entry, "tags") or ()]
    return tuple(dict.fromkeys(term for term in terms if term))


def _absolute(base: str, link: str) -> str | None:
    """Return `link` on its own, resolved against `base`; None where there is none."""
    link = link.strip()
    if not link:
        return None
    try:
        return urljoin(base, link) if not urlsplit(link).scheme else link
    except ValueError:
        return link


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
