"""Entries of a feed, from what feedparser made of them to frozen ones. Pure.

Fields are taken without feedparser's fallbacks from one to another; dates become instants, relative
links absolute, text clean, and guids get back the form that the feed gave them.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from ingest.poll.dates import Zones, read_date
from ingest.poll.fullness import is_full
from ingest.poll.text import one_line, plain
from wire.text import clean

# Longer names are lists or accidents, and slow to match.
LONGEST_AUTHOR: Final = 200
_MAIL_AND_NAME = re.compile(r"\s*(?:\S+@\S+\s*\(([^()]+)\)|([^<>@]+?)\s*<\S+@\S+>)\s*$")


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


def read_entry(entry: Any, url: str, feed_language: str | None, zones: Zones) -> ParsedEntry:
    """Return an entry of feedparser's; `url` is what its links are relative to."""
    title = text_of(entry, "title")
    summary_html = text_of(entry, "summary")
    content_html, content_language = _content(entry)
    # feedparser shows the content as summary where there is no other
    summary = "" if summary_html == content_html else plain(summary_html)
    text = plain(content_html) if content_html else ""
    full = is_full(text or summary, summary if text else "", has_content=bool(text))
    published_raw, updated_raw = (
        clean(text_of(entry, k)) or None for k in ("published", "updated")
    )
    guid = text_of(entry, "id").strip() or None
    return ParsedEntry(
        guid=guid,
        raw_guid=guid,
        link=absolute(url, text_of(entry, "link")),
        title=title,
        headline=_headline(entry, title),
        summary=summary or text,
        content_html=content_html or summary_html,
        content_is_full=full,
        author=text_of(entry, "author"),
        authors=_authors(entry),
        categories=_categories(entry),
        language=content_language or text_of(entry, "language") or feed_language,
        published_at=read_date(published_raw, _get(entry, "published_parsed"), zones),
        published_raw=published_raw,
        updated_at=read_date(updated_raw, _get(entry, "updated_parsed"), zones),
        updated_raw=updated_raw,
        text=text or summary,
    )


def with_raw_guids(entries: list[ParsedEntry], url: str, body: bytes) -> list[ParsedEntry]:
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


def _get(entry: Any, name: str) -> Any:
    """Return what feedparser stored, without its fallbacks from one field to another."""
    return dict.get(entry, name)


def text_of(entry: Any, name: str) -> str:
    """Return a field as clean text, empty where it is none."""
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
    names = [text_of(a, "name") or text_of(a, "email") for a in _get(entry, "authors") or ()]
    if len(names) < 2 and (mail := _MAIL_AND_NAME.match(text_of(entry, "author")[:LONGEST_AUTHOR])):
        # RSS writes `mail (name)`; feedparser knows only the mail domains of its day
        names = [mail[1] or mail[2]]
    names = [one_line(name) for name in (names or [text_of(entry, "author")])]
    return tuple(dict.fromkeys(name for name in names if name))


def _categories(entry: Any) -> tuple[str, ...]:
    terms = [one_line(text_of(t, "term") or text_of(t, "label")) for t in _get(entry, "tags") or ()]
    return tuple(dict.fromkeys(term for term in terms if term))


def absolute(base: str, link: str) -> str | None:
    """Return `link` on its own, resolved against `base`; None where there is none."""
    link = link.strip()
    if not link:
        return None
    try:
        return urljoin(base, link) if not urlsplit(link).scheme else link
    except ValueError:
        return link
