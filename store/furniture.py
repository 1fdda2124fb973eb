"""What the keeper knows of hosts' furniture: which hosts to learn from, and what was learned.

How lines are found to be furniture is extract's knowledge; here are the stories to learn from and
the rows that hold the result. A host's epoch grows whenever its lines change, and with it the
rules_version of what is read from then on.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.engine import run
from store.schema import Furniture

# A site's template changes now and then; a day's delay costs a line under a story.
_EVERY: Final = dt.timedelta(days=1)
# The stories of this long show the template of today.
_WINDOW: Final = dt.timedelta(days=14)
# Fewer stories of a host teach nothing; more than this teach nothing more.
_LEAST: Final = 12
_MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a host's furniture; epoch 0 before the first learning."""

    host: str
    epoch: int
    lines: tuple[str, ...]
    stories: int


# Learned anew once a day, or when there is twice as much to learn from.
_DUE: Final = """
SELECT t.host, coalesce(f.epoch, 0) AS epoch, coalesce(f.lines, '{}') AS lines, t.stories
FROM (
  SELECT a.host, count(*)::int AS stories FROM wire_data.articles a
  WHERE a.first_seen_at > :since AND a.source = 'page' AND a.body_kind = 'full'
  GROUP BY a.host HAVING count(*) >= :least
) t LEFT JOIN wire_data.furniture f ON f.host = t.host
WHERE f.host IS NULL OR f.learned_at < :before OR t.stories >= 2 * f.stories
ORDER BY f.learned_at NULLS FIRST, t.host LIMIT :limit
"""
_BODIES: Final = """
SELECT v.body FROM wire_data.articles a
JOIN wire_data.article_versions v ON v.article_nr = a.nr AND v.revision = a.revision
WHERE a.host = :host AND a.source = 'page' AND a.body_kind = 'full' AND v.body IS NOT NULL
  AND a.pub_status = 'usable' AND a.first_seen_at > :since
ORDER BY a.nr DESC LIMIT :most
"""


def due(engine: sa.Engine, now: dt.datetime, limit: int) -> list[Known]:
    """Return hosts to learn from now, those never learned from first."""
    values = {"since": now - _WINDOW, "before": now - _EVERY, "least": _LEAST, "limit": limit}
    rows = run(engine, lambda connection: connection.execute(sa.text(_DUE), values).all())
    return [Known(row.host, row.epoch, tuple(row.lines), row.stories) for row in rows]


def bodies(engine: sa.Engine, host: str, now: dt.datetime) -> list[list[str]]:
    """Return the lines of the host's newest stories, one list a story."""
    values = {"host": host, "since": now - _WINDOW, "most": _MOST}
    rows = run(engine, lambda connection: connection.scalars(sa.text(_BODIES), values).all())
    return [body.split("\n") for body in rows]


def learned(engine: sa.Engine, known: Known, lines: Sequence[str], now: dt.datetime) -> Known:
    """Save what was learned and return it; the epoch grows where the lines are others."""
    epoch = known.epoch + (tuple(lines) != known.lines)
    insert = pg.insert(Furniture).values(
        host=known.host, epoch=epoch, lines=list(lines), stories=known.stories, learned_at=now
    )
    fields = {name: insert.excluded[name] for name in ("epoch", "lines", "stories", "learned_at")}
    upsert = insert.on_conflict_do_update(index_elements=[Furniture.host], set_=fields)
    run(engine, lambda connection: connection.execute(upsert))
    return Known(known.host, epoch, tuple(lines), known.stories)


def unpublished(engine: sa.Engine) -> list[Known]:
    """Return what was learned and is not on wire.furniture yet."""
    query = (
        sa.select(Furniture.host, Furniture.epoch, Furniture.lines, Furniture.stories)
        .where(Furniture.published_epoch < Furniture.epoch)
        .order_by(Furniture.host)
    )
    rows = run(engine, lambda connection: connection.execute(query).all())
    return [Known(row.host, row.epoch, tuple(row.lines), row.stories) for row in rows]


def published(engine: sa.Engine, known: Sequence[Known]) -> None:
    """Note what was published; call it once that is acknowledged."""

    def work(connection: sa.Connection) -> None:
        for each in sorted(known, key=lambda each: each.host):
            connection.execute(
                sa.update(Furniture)
                .where(Furniture.host == each.host, Furniture.published_epoch < each.epoch)
                .values(published_epoch=each.epoch)
            )

    run(engine, work)
