"""Entries that are awaited: published, and not yet an article or a dead letter.

poll keeps each published entry here until the writer stores its story or a dead letter names it.
What is still awaited after a day is published anew: that is what makes "nothing lost" checkable.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from store.arrays import any_of
from store.engine import run
from store.schema import Pending


@dataclass(frozen=True, slots=True)
class Overdue:
    """An entry that came to nothing so far, as JSON; `attempts` counts how often it was resent."""

    story_id: UUID
    entry: bytes
    attempts: int


# A retained story has no row and a merged one has another's; both are known all the same.
_SETTLED = """
DELETE FROM wire_data.pending p WHERE p.published_at < :before AND (
  EXISTS (SELECT FROM wire_data.articles a WHERE a.id = p.story_id)
  OR EXISTS (SELECT FROM wire_data.merged_stories m WHERE m.id = p.story_id)
  OR EXISTS (SELECT FROM wire_data.changes c WHERE c.article_id = p.story_id)
  OR EXISTS (SELECT FROM wire_data.dead_letters d WHERE d.story_id = p.story_id))
"""


def overdue(engine: sa.Engine, before: dt.datetime, limit: int) -> list[Overdue]:
    """Return entries published before then that came to nothing; forget those that came to some."""
    query = (
        sa.select(Pending.story_id, Pending.entry, Pending.attempts)
        .where(Pending.published_at < before)
        .order_by(Pending.published_at)
        .limit(limit)
    )

    def work(connection: sa.Connection) -> list[Overdue]:
        connection.execute(sa.text(_SETTLED), {"before": before})
        return [Overdue(*row) for row in connection.execute(query)]

    return run(engine, work)


def resent(engine: sa.Engine, story_ids: Sequence[UUID], now: dt.datetime) -> None:
    """Note that entries were published anew; call it once that is acknowledged."""
    again = (
        sa.update(Pending)
        .where(any_of(Pending.story_id, sorted(story_ids), sa.Uuid))
        .values(published_at=now, attempts=Pending.attempts + 1)
    )
    run(engine, lambda connection: connection.execute(again))
