"""The Entry that poll publishes: what the feed says of a story, with its id. Pure."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Final

from ingest.poll.dates import is_future
from ingest.poll.identify import Identified
from store.aliases import Resolved
from store.leases import LeasedFeed
from wire.messages import Entry, EntryReason

# The topic takes 2 MiB of JSON; what the feed carries of the body is the part that can be long.
_LONGEST_CONTENT: Final = 2**20
# Longer titles and summaries are bodies in the wrong place.
_LONGEST_TITLE: Final = 2_000
_LONGEST_SUMMARY: Final = 20_000
# More of either is a feed that lists all its tags; a longer one is no name, date or language.
_MOST_NAMES: Final = 50
_LONGEST_NAME: Final = 200
_LONGEST_GUID: Final = 2_048


def compose(
    one: Identified,
    feed: LeasedFeed,
    resolved: Resolved,
    *,
    observed_at: dt.datetime,
    reason: EntryReason,
    language: str | None = None,
) -> Entry:
    """Return the entry as it goes to Kafka; dates that can't be are left out and flagged.

    It fits its topic, whatever the feed says: poll could not go on from one that does not.
    """
    entry = one.entry
    published = _believed(entry.published_at or entry.updated_at, observed_at)
    fits = _size(entry.content_html) <= _LONGEST_CONTENT
    return Entry(
        story_id=resolved.story_id,
        url=one.url,
        canonical_url=one.canonical,
        host=one.host,
        feed_url=feed.url,
        agency=feed.agency,
        guid=_short(entry.raw_guid, _LONGEST_GUID),
        title=entry.headline[:_LONGEST_TITLE],
        summary=entry.summary[:_LONGEST_SUMMARY],
        content_html=entry.content_html if fits else "",
        # an entry without address has no page to be asked for
        content_is_full=(entry.content_is_full and fits) or "no-link" in one.flags,
        authors=_names(entry.authors),
        categories=_names(entry.categories),
        section=feed.section,
        language=_short(entry.language or language, _LONGEST_NAME),
        published_at=published,
        published_raw=_short(entry.published_raw or entry.updated_raw, _LONGEST_NAME),
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


def _size(text: str) -> int:
    """Return the bytes that a text takes in JSON: quotes and backslashes take two."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))


def _short(text: str | None, longest: int) -> str | None:
    return None if text is None else text[:longest]


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[:_LONGEST_NAME] for name in names[:_MOST_NAMES])


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
