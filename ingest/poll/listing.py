"""Lists of stories that are to be fetched once: files of addresses, JSON lines, sitemaps. Pure.

Unlike a feed, a list has no end of its own that moves, and says little: an address, sometimes a
title and a time. A sitemap may be of the plain kind here; an index names further sitemaps.
"""

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from uuid import UUID

from ingest.poll.dates import Zones, read_date
from ingest.poll.entries import ParsedEntry
from ingest.poll.hints import Hints
from ingest.poll.identify import Identified, identify
from ingest.poll.parse import NoFeedError, ParsedFeed
from ingest.poll.sitemap import index_parts, plain_entry, sitemap_entries
from wire.messages import Entry
from wire.text import clean

# What sitemaps.org lets a sitemap have, unpacked; a list of ours may have as much.
MOST_BYTES: Final = 50 * 2**20


class BadListError(Exception):
    """It is no list of addresses and no sitemap; the message says where it fails."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a file or a sitemap names: stories, and further sitemaps."""

    entries: tuple[ParsedEntry, ...]
    parts: tuple[str, ...] = ()


def read_listing(body: bytes, url: str) -> Listing:
    """Read a file of addresses or a sitemap, packed by gzip or not.

    Raises:
        BadListError: it is neither.
    """
    body = _unpacked(body)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _sitemap(body, url)
    return Listing(tuple(_lines(body)))


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(BytesIO(body)) as packed:
            found = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadListError(f"broken gzip: {error}") from error
    if len(found) > MOST_BYTES:
        raise BadListError(f"more than {MOST_BYTES // 2**20} MiB unpacked")
    return found


def _sitemap(body: bytes, url: str) -> Listing:
    try:
        entries = sitemap_entries(body, url=url)
        return Listing(tuple(entries), () if entries else tuple(index_parts(body)))
    except NoFeedError as error:
        raise BadListError(str(error)) from error


def _lines(body: bytes) -> Iterator[ParsedEntry]:
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), 1):
        text = clean(line).strip()
        if text and not text.startswith("#"):
            yield _line(text, number)


def _line(text: str, number: int) -> ParsedEntry:
    told = {"url": text}
    if text.startswith("{"):
        try:
            told = {k: v for k, v in json.loads(text).items() if isinstance(v, str)}
        except ValueError as error:
            raise BadListError(f"line {number}: no JSON: {error}") from error
    url = told.get("url", "")
    if not url.startswith(("http://", "https://")):
        raise BadListError(f"line {number}: no http address: {text[:80]!r}")
    raw = told.get("published_at")
    return plain_entry(url, told.get("title", ""), published=(read_date(raw, None, Zones()), raw))


def between(
    entries: Sequence[ParsedEntry], since: dt.datetime | None, until: dt.datetime | None
) -> list[ParsedEntry]:
    """Return the entries of that time; of those that tell none it can't be said, so they stay."""

    def is_meant(entry: ParsedEntry) -> bool:
        at = entry.published_at or entry.updated_at
        return at is None or ((since is None or at >= since) and (until is None or at < until))

    return [entry for entry in entries if is_meant(entry)]


def identified(
    entries: Sequence[ParsedEntry], *, source: str, agency: str | None
) -> tuple[Identified, ...]:
    """Return the stories that a list names, each once."""
    feed = ParsedFeed(None, None, None, "list", Hints(), tuple(entries))
    return identify(feed, feed_url=source, agency=agency)


def backfill_entry(
    one: Identified,
    story_id: UUID,
    discovered_at: dt.datetime,
    *,
    source: str,
    agency: str | None,
    section: str | None,
    now: dt.datetime,
) -> Entry:
    """Return the entry as it goes to the backfill's own topic."""
    return Entry(
        story_id=story_id,
        url=one.url,
        canonical_url=one.canonical,
        host=one.host,
        feed_url=source,
        agency=agency,
        title=one.entry.headline,
        section=section,
        language=one.entry.language,
        published_at=one.entry.published_at,
        published_raw=one.entry.published_raw,
        updated_at=one.entry.updated_at,
        observed_at=now,
        discovered_at=discovered_at,
        fingerprint=one.fingerprint,
        reason="backfill",
        flags=one.flags,
    )
