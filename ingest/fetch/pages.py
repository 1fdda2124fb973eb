"""From an answer, or from the feed's own text, to a message on wire.pages. Pure."""

import html
from collections.abc import Mapping
from datetime import datetime
from email.message import Message as MimeMessage
from hashlib import sha256
from typing import Final

from wire.bus import Outgoing
from wire.messages import Entry, Page
from wire.topics import Topics

# Headers of a page that later stages read.
KEPT_HEADERS: Final = (
    "content-type",
    "content-language",
    "etag",
    "last-modified",
    "link",
    "x-robots-tag",
    "tdm-reservation",
    "tdm-policy",
)
# A header is a line of text; what is longer is an attack or a mistake.
_MAX_HEADER: Final = 2_000
# What the `page` header of a message may hold, so that the message stays within its topic.
MAX_PAGE_HEADER: Final = 256 * 1024
# Texts of an entry that is too large for the header are cut to this.
_MAX_TEXT: Final = 8_000
_MAX_NAME: Final = 200
_MAX_NAMES: Final = 20


def web_page(
    entry: Entry,
    *,
    final_url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    flags: tuple[str, ...] = (),
) -> tuple[Page, bytes]:
    """Return the page that the web gave for an entry, obtained `now`."""
    kept = {name: headers[name][:_MAX_HEADER] for name in KEPT_HEADERS if name in headers}
    page = Page(
        url=entry.url,
        final_url=final_url,
        status=status,
        headers=kept,
        charset=charset(headers.get("content-type", "")),
        observed_at=now,
        page_sha256=sha256(body).hexdigest(),
        flags=flags,
        entry=_slim(entry),
    )
    return page, body


def feed_page(entry: Entry, *flags: str) -> tuple[Page, bytes]:
    """Return the feed's own text as a page; it was obtained when the feed was."""
    body = feed_html(entry).encode()
    page = Page(
        url=entry.url,
        final_url=entry.url,
        status=200,
        charset="utf-8",
        observed_at=entry.observed_at,
        page_sha256=sha256(body).hexdigest(),
        source="feed",
        flags=flags,
        entry=_slim(entry),
    )
    return page, body


def has_text(entry: Entry) -> bool:
    """Tell whether the feed carries anything of the story beyond its headline."""
    return bool(entry.content_html.strip() or entry.summary.strip())


def feed_html(entry: Entry) -> str:
    """Return what the feed carries of the story as HTML."""
    if entry.content_html.strip():
        return entry.content_html
    paragraphs = (line.strip() for line in entry.summary.split("\n"))
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in paragraphs if line)


def charset(content_type: str) -> str | None:
    """Return the charset that a Content-Type names, in lower case."""
    message = MimeMessage()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    return message.get_content_charset()


def outgoing(topics: Topics, page: Page, body: bytes) -> Outgoing:
    """Return the message: the bytes as value, the page as JSON in the header `page`."""
    header = page.to_json()
    if len(header) > MAX_PAGE_HEADER:
        header = page.model_copy(update={"entry": _shortest(page.entry)}).to_json()
    key = str(page.entry.story_id).encode()
    return Outgoing(topics.pages, key, body, (("page", header),))


def _slim(entry: Entry) -> Entry:
    """Drop what the page's value carries already, or what the page itself says better."""
    return entry.model_copy(update={"content_html": ""})


def _shortest(entry: Entry) -> Entry:
    texts = {"title": entry.title[:_MAX_TEXT], "summary": entry.summary[:_MAX_TEXT]}
    lists = {
        "authors": tuple(name[:_MAX_NAME] for name in entry.authors[:_MAX_NAMES]),
        "categories": tuple(name[:_MAX_NAME] for name in entry.categories[:_MAX_NAMES]),
    }
    return entry.model_copy(update=texts | lists)
