"""Feeds as poll leases and saves them, and as the operator adds, lists and pauses them.

A lease is a random token in the feed's row: a short transaction takes it, and a save writes only
where the token is still the saver's, so that a poller that was taken for dead changes nothing when
it comes back. Entries are acknowledged by Kafka before their feed is saved.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import aliased

from store.engine import run
from store.schema import Feed, Pending, Seen

Kind = Literal["rss", "sitemap"]
State = Literal["active", "paused", "retired"]

# What a new feed is asked at until it has shown how often it brings something.
_FIRST_INTERVAL_S: Final = 300.0
# The key of `Feed.memory` under which poll keeps the weighed sum of failures.
_MEMORY_FAILURES: Final = "failures"


@dataclass(frozen=True, slots=True)
class LeasedFeed:
    """A feed that is ours to poll until its lease ends."""

    id: int
    url: str
    kind: Kind
    agency: str | None
    section: str | None
    title: str | None
    state: State
    etag: str | None
    last_modified: str | None
    body_sha256: str | None
    interval_s: float
    own_interval_s: float | None
    last_success_at: dt.datetime | None
    last_new_at: dt.datetime | None
    failures: int
    possible_gaps: int
    memory: dict[str, object]
    lease_token: uuid.UUID


@dataclass(frozen=True, slots=True)
class SeenState:
    """What is known of an entry that a feed showed before."""

    fingerprint: str
    gone: bool


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry that is new or changed: what the feed said, which story it is, the Entry as JSON.

    `entry` is None where it was never published: the tail of a long feed's first poll.
    """

    key: str
    fingerprint: str
    story_id: uuid.UUID
    entry: bytes | None


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll leaves in the database; written only where `lease_token` still holds."""

    feed_id: int
    lease_token: uuid.UUID
    url: str
    state: State
    title: str | None
    etag: str | None
    last_modified: str | None
    body_sha256: str | None
    next_poll_at: dt.datetime
    interval_s: float
    last_success_at: dt.datetime | None
    last_new_at: dt.datetime | None
    failures: int
    possible_gaps: int
    last_error: str | None
    memory: Mapping[str, object] = field(default_factory=dict)
    arrived: tuple[SeenEntry, ...] = ()
    gone: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    hasten_sitemaps: bool = False  # entries may be missing: ask the agency's news sitemaps now


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as the operator sees it."""

    id: int
    url: str
    kind: Kind
    agency: str | None
    section: str | None
    title: str | None
    state: State
    added_at: dt.datetime
    next_poll_at: dt.datetime
    interval_s: float
    own_interval_s: float | None
    last_success_at: dt.datetime | None
    last_new_at: dt.datetime | None
    failures: int
    possible_gaps: int
    last_error: str | None
    memory: dict[str, object]
    attributes: dict[str, str]
    folders: tuple[str, ...]
    store: str | None
    keep_days: int | None
    terms_url: str | None


_LEASED: Final = tuple(getattr(Feed, name) for name in LeasedFeed.__dataclass_fields__)
_LISTED: Final = tuple(getattr(Feed, name) for name in FeedRow.__dataclass_fields__)
_SAVED: Final = (
    "url",
    "state",
    "title",
    "etag",
    "last_modified",
    "body_sha256",
    "next_poll_at",
    "interval_s",
    "last_success_at",
    "last_new_at",
    "failures",
    "possible_gaps",
    "last_error",
)


def lease_feeds(
    engine: sa.Engine, limit: int, lease_s: float, now: dt.datetime
) -> list[LeasedFeed]:
    """Lease up to `limit` feeds that are due, longest due first."""
    due = (
        sa.select(Feed.id)
        .where(
            Feed.state == "active",
            Feed.next_poll_at <= now,
            sa.or_(Feed.lease_until.is_(None), Feed.lease_until <= now),
        )
        .order_by(Feed.next_poll_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    take = (
        sa.update(Feed)
        .where(Feed.id.in_(due.scalar_subquery()))
        .values(
            lease_token=sa.func.gen_random_uuid(), lease_until=now + dt.timedelta(seconds=lease_s)
        )
        .returning(*_LEASED)
    )
    rows = run(engine, lambda connection: connection.execute(take).all())
    return [LeasedFeed(*row) for row in rows]


def extend_leases(
    engine: sa.Engine, leases: Sequence[tuple[int, uuid.UUID]], lease_s: float, now: dt.datetime
) -> None:
    """Keep leases that are still ours for `lease_s` from now: the heartbeat of a slow poll."""
    if not leases:
        return
    keep = (
        sa.update(Feed)
        .where(sa.tuple_(Feed.id, Feed.lease_token).in_(list(leases)))
        .values(lease_until=now + dt.timedelta(seconds=lease_s))
    )
    run(engine, lambda connection: connection.execute(keep))


def release_leases(engine: sa.Engine, leases: Sequence[tuple[int, uuid.UUID]]) -> None:
    """Give leases back at once, for another poller to take: what SIGTERM does."""
    if not leases:
        return
    free = (
        sa.update(Feed)
        .where(sa.tuple_(Feed.id, Feed.lease_token).in_(list(leases)))
        .values(lease_token=None, lease_until=None)
    )
    run(engine, lambda connection: connection.execute(free))


def seen(engine: sa.Engine, feed_ids: Iterable[int]) -> dict[int, dict[str, SeenState]]:
    """Return what each feed showed before, by key."""
    ids = list(feed_ids)
    query = sa.select(Seen.feed_id, Seen.key, Seen.fingerprint, Seen.gone_at).where(
        Seen.feed_id == sa.any_(sa.cast(ids, pg.ARRAY(sa.BigInteger)))
    )
    found: dict[int, dict[str, SeenState]] = {feed_id: {} for feed_id in ids}
    for row in run(engine, lambda connection: connection.execute(query).all()):
        found[row.feed_id][row.key] = SeenState(row.fingerprint, row.gone_at is not None)
    return found


def save_polls(engine: sa.Engine, results: Sequence[PollResult], now: dt.datetime) -> list[bool]:
    """Save what polls found, in one transaction, and give their leases back.

    Returns, for each result, whether its lease was still ours; where it was not, nothing of it is
    written.
    """
    if not results:
        return []
    ordered = sorted(results, key=lambda result: result.feed_id)

    def work(connection: sa.Connection) -> set[uuid.UUID]:
        kept = [result for result in ordered if _save_feed(connection, result)]
        _save_seen(connection, kept, now)
        for result in kept:
            if result.hasten_sitemaps:
                _hasten_sitemaps(connection, result.feed_id, now)
        return {result.lease_token for result in kept}

    saved = run(engine, work)
    return [result.lease_token in saved for result in results]


def prune_seen(engine: sa.Engine, before: dt.datetime, limit: int = 10_000) -> int:
    """Forget entries that left their feed's window before then; say how many, at most `limit`."""
    old = (
        sa.select(Seen.feed_id, Seen.key)
        .where(Seen.gone_at < before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = sa.delete(Seen).where(sa.tuple_(Seen.feed_id, Seen.key).in_(old))
    return run(engine, lambda connection: connection.execute(gone).rowcount)


def add_feed(
    engine: sa.Engine,
    url: str,
    *,
    kind: Kind = "rss",
    agency: str | None = None,
    section: str | None = None,
    title: str | None = None,
    own_interval_s: float | None = None,
    attributes: Mapping[str, str] | None = None,
    folders: Sequence[str] = (),
    next_poll_at: dt.datetime,
) -> bool:
    """Add a feed; say whether it is new. One that is there already is left as it is."""
    insert = (
        pg.insert(Feed)
        .values(
            url=url,
            kind=kind,
            agency=agency,
            section=section,
            title=title,
            own_interval_s=own_interval_s,
            interval_s=own_interval_s or _FIRST_INTERVAL_S,
            attributes=dict(attributes or {}),
            folders=list(folders),
            added_at=sa.func.now(),
            next_poll_at=next_poll_at,
        )
        .on_conflict_do_nothing(index_elements=[Feed.url])
        .returning(Feed.id)
    )
    return run(engine, lambda connection: connection.scalar(insert)) is not None


def list_feeds(engine: sa.Engine) -> list[FeedRow]:
    """Return all feeds, by address."""
    query = sa.select(*_LISTED).order_by(Feed.url)
    rows = run(engine, lambda connection: connection.execute(query).all())
    return [FeedRow(**{**row._mapping, "folders": tuple(row.folders)}) for row in rows]


def set_state(engine: sa.Engine, url: str, state: State, now: dt.datetime) -> bool:
    """Pause, retire or set going a feed; say whether there is such a feed.

    One that is set going starts with a clean slate: no failures, polled at once.
    """
    values: dict[str, Any] = {"state": state}
    if state == "active":
        values |= {
            "failures": 0,
            "last_error": None,
            "next_poll_at": now,
            "memory": Feed.memory.op("-")(_MEMORY_FAILURES),
        }
    change = sa.update(Feed).where(Feed.url == url).values(**values)
    return run(engine, lambda connection: connection.execute(change).rowcount) == 1


def make_all_due(engine: sa.Engine, now: dt.datetime) -> int:
    """Let every active feed be due now: what `run --once` asks for; say how many."""
    due = (
        sa.update(Feed)
        .where(Feed.state == "active", Feed.next_poll_at > now)
        .values(next_poll_at=now)
    )
    return run(engine, lambda connection: connection.execute(due).rowcount)


def count_due(engine: sa.Engine, now: dt.datetime) -> int:
    """Count the active feeds that were due at `now`, whoever holds their leases."""
    due = sa.select(sa.func.count()).where(Feed.state == "active", Feed.next_poll_at <= now)
    return run(engine, lambda connection: connection.scalar(due)) or 0


def _save_feed(connection: sa.Connection, result: PollResult) -> bool:
    values = {name: getattr(result, name) for name in _SAVED}
    # a move to an address that is a feed already keeps the old one: two rows can't poll one feed
    taken = sa.exists().where(Feed.url == result.url, Feed.id != result.feed_id)
    values["url"] = sa.case((taken, Feed.url), else_=result.url)
    save = (
        sa.update(Feed)
        .where(Feed.id == result.feed_id, Feed.lease_token == result.lease_token)
        .values(**values, memory=dict(result.memory), lease_token=None, lease_until=None)
    )
    return connection.execute(save).rowcount == 1


def _hasten_sitemaps(connection: sa.Connection, feed_id: int, now: dt.datetime) -> None:
    """Let the sitemaps beside a feed be polled now: its agency's, or its host's without one."""
    feed = aliased(Feed)
    host = "^[a-z]+://([^/]+)"
    beside = sa.or_(
        Feed.agency == feed.agency,
        sa.and_(
            feed.agency.is_(None),
            sa.func.substring(Feed.url, host) == sa.func.substring(feed.url, host),
        ),
    )
    hasten = (
        sa.update(Feed)
        .where(feed.id == feed_id, Feed.id != feed_id, beside)
        .where(Feed.kind == "sitemap", Feed.state == "active", Feed.next_poll_at > now)
        .values(next_poll_at=now)
    )
    connection.execute(hasten)


def _save_seen(connection: sa.Connection, results: Sequence[PollResult], now: dt.datetime) -> None:
    arrived = {(r.feed_id, entry.key): entry for r in results for entry in r.arrived}
    if arrived:
        _upsert_seen(connection, arrived, now)
        _upsert_pending(connection, list(arrived.values()), now)
    _mark(connection, [(r.feed_id, key) for r in results for key in r.gone], now)
    _mark(connection, [(r.feed_id, key) for r in results for key in r.returned], None)


def _upsert_seen(
    connection: sa.Connection, arrived: Mapping[tuple[int, str], SeenEntry], now: dt.datetime
) -> None:
    insert = pg.insert(Seen)
    upsert = insert.on_conflict_do_update(
        index_elements=[Seen.feed_id, Seen.key],
        set_={
            "fingerprint": insert.excluded.fingerprint,
            "story_id": insert.excluded.story_id,
            "gone_at": None,
        },
    )
    rows = [
        {
            "feed_id": feed_id,
            "key": key,
            "fingerprint": entry.fingerprint,
            "story_id": entry.story_id,
            "first_seen_at": now,
        }
        for (feed_id, key), entry in sorted(arrived.items())
    ]
    connection.execute(upsert, rows)


def _upsert_pending(
    connection: sa.Connection, entries: Sequence[SeenEntry], now: dt.datetime
) -> None:
    insert = pg.insert(Pending)
    upsert = insert.on_conflict_do_update(
        index_elements=[Pending.story_id],
        set_={"entry": insert.excluded.entry, "published_at": insert.excluded.published_at},
    )
    latest = {e.story_id: e.entry for e in entries if e.entry is not None}
    if not latest:
        return
    rows = [
        {"story_id": story_id, "entry": entry, "published_at": now}
        for story_id, entry in sorted(latest.items())
    ]
    connection.execute(upsert, rows)


def _mark(
    connection: sa.Connection, keys: Sequence[tuple[int, str]], gone_at: dt.datetime | None
) -> None:
    if not keys:
        return
    mark = sa.update(Seen).where(
        sa.tuple_(Seen.feed_id, Seen.key).in_(sorted(keys)),
        Seen.gone_at.is_(None) if gone_at else Seen.gone_at.is_not(None),
    )
    connection.execute(mark.values(gone_at=gone_at))
