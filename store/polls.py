"""What polls leave behind: the feed's row, its seen-set, and what is on its way.

Entries are acknowledged by Kafka before their feed is saved. Many polls are saved in one
transaction of few statements, whatever their number.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import aliased

from store.arrays import any_of, rows
from store.engine import run
from store.feeds import Health, State
from store.schema import Feed, Pending, Seen


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
    health: Health
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


# What is saved of a poll as it stands, and the type of each; the address and the memory are apart.
_SAVED: Final[Mapping[str, sa.types.TypeEngine[Any]]] = {
    name: Feed.__table__.c[name].type
    for name in (
        "state",
        "health",
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
}


def seen(engine: sa.Engine, feed_ids: Iterable[int]) -> dict[int, dict[str, SeenState]]:
    """Return what each feed showed before, by key."""
    ids = list(feed_ids)
    query = sa.select(Seen.feed_id, Seen.key, Seen.fingerprint, Seen.gone_at).where(
        any_of(Seen.feed_id, ids, sa.BigInteger)
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
        kept = _save_feeds(connection, ordered)
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


def _save_feeds(connection: sa.Connection, results: Sequence[PollResult]) -> list[PollResult]:
    """Write the feeds' rows; return the results whose lease was still ours."""
    given = rows(
        feed_id=(sa.BigInteger(), [result.feed_id for result in results]),
        token=(sa.Uuid(), [result.lease_token for result in results]),
        # JSON in an array is text to the driver
        memory=(sa.Text(), [json.dumps(dict(result.memory)) for result in results]),
        **{name: (type_, [getattr(r, name) for r in results]) for name, type_ in _SAVED.items()},
    )
    save = (
        sa.update(Feed)
        .where(Feed.id == given.c.feed_id, Feed.lease_token == given.c.token)
        .values(
            **{name: given.c[name] for name in _SAVED},
            memory=sa.cast(given.c.memory, pg.JSONB),
            lease_token=None,
            lease_until=None,
        )
        .returning(given.c.token, Feed.url)
    )
    ours = {row.token: row.url for row in connection.execute(save)}
    kept = [result for result in results if result.lease_token in ours]
    for result in kept:
        if result.url != ours[result.lease_token]:
            _move(connection, result)
    return kept


def _move(connection: sa.Connection, result: PollResult) -> None:
    """Let a feed have another address; one that is a feed already stays that one's."""
    other = aliased(Feed)
    taken = sa.exists().where(other.url == result.url)
    move = sa.update(Feed).where(Feed.id == result.feed_id, ~taken).values(url=result.url)
    connection.execute(move)


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
    arrived = sorted(
        {(r.feed_id, entry.key): entry for r in results for entry in r.arrived}.items()
    )
    if arrived:
        _upsert_seen(connection, arrived, now)
    latest = {entry.story_id: entry.entry for _, entry in arrived if entry.entry is not None}
    if latest:
        _upsert_pending(connection, sorted(latest.items()), now)
    _mark(connection, [(r.feed_id, key) for r in results for key in r.gone], now)
    _mark(connection, [(r.feed_id, key) for r in results for key in r.returned], None)


def _upsert_seen(
    connection: sa.Connection,
    arrived: Sequence[tuple[tuple[int, str], SeenEntry]],
    now: dt.datetime,
) -> None:
    given = rows(
        feed_id=(sa.BigInteger(), [feed_id for (feed_id, _), _ in arrived]),
        key=(sa.Text(), [key for (_, key), _ in arrived]),
        fingerprint=(sa.Text(), [entry.fingerprint for _, entry in arrived]),
        story_id=(sa.Uuid(), [entry.story_id for _, entry in arrived]),
    )
    columns = ["feed_id", "key", "fingerprint", "story_id", "first_seen_at"]
    insert = pg.insert(Seen).from_select(columns, sa.select(*given.c, _at(now)))
    changed = {name: insert.excluded[name] for name in ("fingerprint", "story_id")}
    upsert = insert.on_conflict_do_update(
        index_elements=[Seen.feed_id, Seen.key], set_={**changed, "gone_at": None}
    )
    connection.execute(upsert)


def _upsert_pending(
    connection: sa.Connection, latest: Sequence[tuple[uuid.UUID, bytes]], now: dt.datetime
) -> None:
    given = rows(
        story_id=(sa.Uuid(), [story_id for story_id, _ in latest]),
        entry=(pg.BYTEA(), [entry for _, entry in latest]),
    )
    columns = ["story_id", "entry", "published_at"]
    insert = pg.insert(Pending).from_select(columns, sa.select(*given.c, _at(now)))
    changed = {name: insert.excluded[name] for name in ("entry", "published_at")}
    upsert = insert.on_conflict_do_update(index_elements=[Pending.story_id], set_=changed)
    connection.execute(upsert)


def _mark(
    connection: sa.Connection, keys: Sequence[tuple[int, str]], gone_at: dt.datetime | None
) -> None:
    if not keys:
        return
    given = rows(
        feed_id=(sa.BigInteger(), [feed_id for feed_id, _ in keys]),
        key=(sa.Text(), [key for _, key in keys]),
    )
    mark = sa.update(Seen).where(
        Seen.feed_id == given.c.feed_id,
        Seen.key == given.c.key,
        Seen.gone_at.is_(None) if gone_at else Seen.gone_at.is_not(None),
    )
    connection.execute(mark.values(gone_at=gone_at))


def _at(now: dt.datetime) -> sa.ColumnElement[dt.datetime]:
    return sa.literal(now, sa.TIMESTAMP(timezone=True))
