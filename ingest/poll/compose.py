"""The Entry that poll publishes: what the feed says of a story, with its id. Pure."""

import datetime as dt
from typing import Final

from ingest.poll.dates import is_future
from ingest.poll.identify import Identified
from store.aliases import Resolved
from store.leases import LeasedFeed
from wire.messages import Entry, EntryReason

# The topic takes 2 MiB; what the feed carries of the body is the part that can be long.
_LONGEST_CONTENT: Final = 2**20
# Longer titles and summaries are bodies in the wrong place.
_LONGEST_TITLE: Final = 2_000
_LONGEST_SUMMARY: Final = 20_000
# More of either is a feed that lists all its tags.
_MOST_NAMES: Final = 50


def compose(
    one: Identified,
    feed: LeasedFeed,
    resolved: Resolved,
    *,
    observed_at: dt.datetime,
    reason: EntryReason,
    language: str | None = None,
) -> Entry:
    """Return the entry as it goes to Kafka; dates that can't be are left out and flagged."""
    entry = one.entry
    published = _believed(entry.published_at or entry.updated_at, observed_at)
    fits = len(entry.content_html.encode("utf-8", "replace")) <= _LONGEST_CONTENT
    return Entry(
        story_id=resolved.story_id,
        url=one.url,
        canonical_url=one.canonical,
        host=one.host,
        feed_url=feed.url,
        agency=feed.agency,
        guid=entry.raw_guid,
        title=entry.headline[:_LONGEST_TITLE],
        summary=entry.summary[:_LONGEST_SUMMARY],
        content_html=entry.content_html if fits else "",
        # an entry without address has no page to be asked for
        content_is_full=(entry.content_is_full and fits) or "no-link" in one.flags,
        authors=entry.authors[:_MOST_NAMES],
        categories=entry.categories[:_MOST_NAMES],
        section=feed.section,
        language=entry.language or language,
        published_at=published,
        published_raw=entry.published_raw or entry.updated_raw,
        updated_at=_believed(entry.updated_at, observed_at),
        observed_at=observed_at,
        discovered_at=resolved.first_seen_at,
        fingerprint=one.fingerprint,
        reason=reason,
        flags=(
            *one.flags,
            *_date_flags(one, observed_at),
            *(() if fits else ("content-too-long",)),
        ),
    )


def _believed(moment: dt.datetime | None, observed_at: dt.datetime) -> dt.datetime | None:
    return None if is_future(moment, observed_at) else moment


def _date_flags(one: Identified, observed_at: dt.datetime) -> tuple[str, ...]:
    entry = one.entry
    if is_future(entry.published_at or entry.updated_at, observed_at):
        return ("date-future",)
    if (entry.published_raw and not entry.published_at) or (
        entry.updated_raw and not entry.updated_at
    ):
        return ("date-unread",)
    return ()
