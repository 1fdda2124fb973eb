"""A story's way as the topics have it: each message that carried it, in words. Reads Kafka.

No text of a story is told, as it may have been withdrawn since: only what kind of thing passed.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from store.tracing import Trace
from wire import dead
from wire.bus import Record, lags, search
from wire.ends import attempts
from wire.messages import Article, Entry, Page, Story
from wire.settings import KafkaSettings
from wire.topics import Topics

# A story's first message may have reached the broker before our clock says that it was seen.
_BEFORE: Final = dt.timedelta(minutes=5)


# Who publishes an entry for that reason; all others come from poll.
_PUBLISHERS: Final = {"revisit": "keeper", "missing": "keeper", "backfill": "backfill"}


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way: when, which stage, what came of it; `where` names the message."""

    at: dt.datetime
    stage: str
    outcome: str
    detail: str = ""
    where: str = ""
    waits: str | None = None  # which stage has not done this message yet, and what is before it


@dataclass(frozen=True, slots=True)
class Way:
    """The hops that the topics still hold; `complete` is false where the time did not do."""

    hops: tuple[Hop, ...]
    complete: bool


def on_topics(kafka: KafkaSettings, topics: Topics, story: Trace, *, within_s: float) -> Way:
    """Search the topics for a story, the live ones and a backfill's.

    Raises:
        Wait: the broker is away.
    """
    ways = [_on(kafka, each, story, within_s) for each in (topics, topics.backfill)]
    hops = tuple(hop for way in ways for hop in way.hops)
    return Way(hops, all(way.complete for way in ways))


def _on(kafka: KafkaSettings, topics: Topics, story: Trace, within_s: float) -> Way:
    since = (story.known_since or dt.datetime.fromtimestamp(0, dt.UTC)) - _BEFORE
    ids = [str(each).encode() for each in (story.story_id, *story.merged_from)]
    hosts = [host.encode() for host in story.hosts]
    keys = {
        **dict.fromkeys([topics.pages, topics.stories, topics.articles], ids),
        **dict.fromkeys([topics.entries, *topics.retries], hosts),
        topics.dead: [*ids, *hosts],
    }
    since_ms = max(0, int(since.timestamp() * 1000))
    found = search(kafka, topics, keys, since_ms, within_s=within_s)
    ours = {story.story_id, *story.merged_from}
    undone = _undone(kafka, topics) if found.records else {}
    told = (_hop(topics, record, ours, undone) for record in found.records)
    return Way(tuple(hop for hop in told if hop is not None), found.complete)


def _undone(kafka: KafkaSettings, topics: Topics) -> dict[tuple[str, int], tuple[str, int]]:
    """Return, for each partition that is read by a stage, the stage and its committed offset."""
    reads = {
        "fetch": [topics.entries, *topics.retries],
        "extract": [topics.pages],
        "enrich": [topics.stories],
        "dead-letters": [topics.dead],
    }
    found = lags(kafka, {topics.group(stage): each for stage, each in reads.items()})
    return {
        (lag.partition.topic, lag.partition.number): (
            stage,
            lag.start if lag.committed is None else lag.committed,
        )
        for stage in reads
        for lag in found[topics.group(stage)]
    }


def _hop(
    topics: Topics,
    record: Record,
    ours: set[UUID],
    undone: Mapping[tuple[str, int], tuple[str, int]],
) -> Hop | None:
    try:
        told = _told(topics, record, ours)
    except ValidationError as error:
        told = ("?", "unreadable", f"{error.error_count()} errors")
    if told is None:
        return None
    stage, committed = undone.get((record.topic, record.partition), ("", record.offset + 1))
    before = record.offset - committed
    return Hop(
        dt.datetime.fromtimestamp(record.timestamp_ms / 1000, dt.UTC),
        *told,
        where=f"{record.topic}/{record.partition}@{record.offset}",
        waits=f"{stage}, {before} before it" if before >= 0 else None,
    )


def _told(topics: Topics, record: Record, ours: set[UUID]) -> tuple[str, str, str] | None:
    """Return stage, outcome and detail of a message; None where it is another story's."""
    value = record.value or b""
    if record.topic == topics.dead:
        letter = dead.read(record)
        mine = letter.story_id in ours
        return (letter.stage, "dead", f"{letter.reason}: {letter.error}") if mine else None
    if record.topic == topics.entries or record.topic in topics.retries:
        return _entry(topics, record, Entry.model_validate_json(value), ours)
    if record.topic == topics.pages:
        page = Page.model_validate_json(record.header("page") or b"")
        kind = "feed's own text" if page.source == "feed" else f"page, status {page.status}"
        return "fetch", "fetched", f"{kind}, {len(value):,} bytes"
    if record.topic == topics.stories:
        story = Story.model_validate_json(value)
        more = (story.signals.kind, story.language, *story.warnings)
        return "extract", "extracted", ", ".join([f"text {story.body_kind}", *filter(None, more)])
    if not value:
        return "keeper", "relayed", "that there is no such article any more"
    article = Article.model_validate_json(value)
    return "keeper", "relayed", f"{article.change}, change {article.seq}"


def _entry(
    topics: Topics, record: Record, entry: Entry, ours: set[UUID]
) -> tuple[str, str, str] | None:
    if entry.story_id not in ours:
        return None
    if record.topic == topics.entries:
        by = _PUBLISHERS.get(entry.reason, "poll")
        return by, "published", f"{entry.reason}, from {entry.feed_url}"
    due_at = dt.datetime.fromtimestamp(record.timestamp_ms / 1000, dt.UTC)
    due_at += topics.retries[record.topic]
    return "fetch", "retried", f"failed {attempts(record)} times, due {due_at:%H:%M:%S}"


def outcomes(hops: Sequence[Hop]) -> set[str]:
    """Return what came of the story at its hops."""
    return {hop.outcome for hop in hops}
