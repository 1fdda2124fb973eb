"""Leases of feeds: who polls which feed now, so that any number of pollers share them.

A lease is a random token in the feed's row: a short transaction takes it, and a save writes only
where the token is still the saver's, so that a poller that was taken for dead changes nothing when
it comes back.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from store.engine import run
from store.feeds import Health, Kind, State
from store.schema import Feed

# Nobody's lease: a save with it writes nothing.
_NO_LEASE: Final = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class LeasedFeed:
    """A feed that is ours to poll until its lease ends; by default one that was never polled."""

    id: int
    url: str
    kind: Kind = "rss"
    agency: str | None = None
    section: str | None = None
    title: str | None = None
    state: State = "active"
    health: Health = "new"
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    interval_s: float = 0.0
    own_interval_s: float | None = None
    last_success_at: dt.datetime | None = None
    last_new_at: dt.datetime | None = None
    failures: int = 0
    possible_gaps: int = 0
    memory: dict[str, object] = field(default_factory=dict)
    lease_token: uuid.UUID = _NO_LEASE


_LEASED: Final = tuple(getattr(Feed, name) for name in LeasedFeed.__dataclass_fields__)


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
