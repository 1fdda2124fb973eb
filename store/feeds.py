"""Feeds as the operator adds, lists, pauses and sets them going.

Polls lease and save them elsewhere: store/leases.py and store/polls.py.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.engine import run
from store.rights import Store
from store.schema import Feed

Kind = Literal["rss", "sitemap"]
State = Literal["active", "paused", "retired"]
Health = Literal["ok", "new", "failing", "quiet", "overflowing", "paused", "retired"]

# What a new feed is asked at until it has shown how often it brings something.
_FIRST_INTERVAL_S: Final = 300.0
# The key of `Feed.memory` under which poll keeps the weighed sum of failures.
_MEMORY_FAILURES: Final = "failures"


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
    health: Health
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
    store: Store | None
    keep_days: int | None
    terms_url: str | None


_LISTED: Final = tuple(getattr(Feed, name) for name in FeedRow.__dataclass_fields__)


def add_feed(
    engine: sa.Engine,
    url: str,
    *,
    kind: Kind = "rss",
    agency: str | None = None,
    section: str | None = None,
    title: str | None = None,
    own_interval_s: float | None = None,
    store: Store | None = None,
    keep_days: int | None = None,
    terms_url: str | None = None,
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
            store=store,
            keep_days=keep_days,
            terms_url=terms_url,
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
    values: dict[str, Any] = {"state": state, "health": state}
    if state == "active":
        values |= {
            "health": sa.case((Feed.last_success_at.is_(None), "new"), else_="ok"),
            "failures": 0,
            "last_error": None,
            "next_poll_at": now,
            "memory": Feed.memory.op("-")(_MEMORY_FAILURES),
        }
    change = sa.update(Feed).where(Feed.url == url).values(**values)
    return run(engine, lambda connection: connection.execute(change).rowcount) == 1


def count_by_health(engine: sa.Engine) -> dict[str, int]:
    """Count the feeds by how they are."""
    query = sa.select(Feed.health, sa.func.count().label("feeds")).group_by(Feed.health)
    rows = run(engine, lambda connection: connection.execute(query).all())
    return {row.health: row.feeds for row in rows}


def make_all_due(engine: sa.Engine, now: dt.datetime) -> int:
    """Let every active feed be due now: what `run --once` asks for; say how many."""
    due = (
        sa.update(Feed)
        .where(Feed.state == "active", Feed.next_poll_at > now)
        .values(next_poll_at=now)
    )
    return run(engine, lambda connection: connection.execute(due).rowcount)


def next_polls(
    engine: sa.Engine, ids: Sequence[int]
) -> Sequence[tuple[int, dt.datetime, Mapping[str, object]]]:
    """Return id, time of the next poll and poll's memory of those of the feeds that are active."""
    asked = sa.select(Feed.id, Feed.next_poll_at, Feed.memory).where(
        Feed.id.in_(ids), Feed.state == "active"
    )
    return run(engine, lambda connection: list(connection.execute(asked).all()))


def count_due(engine: sa.Engine, now: dt.datetime) -> int:
    """Count the active feeds that were due at `now`, whoever holds their leases."""
    due = sa.select(sa.func.count()).where(Feed.state == "active", Feed.next_poll_at <= now)
    return run(engine, lambda connection: connection.scalar(due)) or 0
