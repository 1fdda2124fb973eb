"""Counts that are kept beside what they count: brought up to date now and then, not for each story.

A counter updated with every story would be the one row that all writers wait for. The keeper counts
what the latest changes touched; `article_count` and `size` say how it was at that time.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.changes import counter
from store.engine import run
from store.schema import Counter

# The counter that says up to which change all is counted.
COUNTED: Final = "counted"
# Changes looked at in one call.
_CHANGES: Final = 5_000

_TOUCHED: Final = """
SELECT DISTINCT coalesce(e.merged_into, e.id) FROM wire_data.changes c
JOIN wire_data.articles a ON a.id = c.article_id
JOIN wire_data.mentions m ON m.article_nr = a.nr
JOIN wire_data.entities e ON e.nr = m.entity_nr
WHERE c.seq > :after AND c.seq <= :last
"""
# What was merged into an entity counts with it.
_ENTITIES: Final = """
WITH meant AS (
  SELECT nr, id FROM wire_data.entities WHERE id = ANY(:ids)
  UNION ALL SELECT nr, merged_into FROM wire_data.entities WHERE merged_into = ANY(:ids)),
counted AS (
  SELECT meant.id, count(DISTINCT a.nr) AS n FROM meant
  LEFT JOIN wire_data.mentions m ON m.entity_nr = meant.nr
  LEFT JOIN wire_data.articles a ON a.nr = m.article_nr AND a.revision = m.revision
    AND a.pub_status = 'usable'
  GROUP BY meant.id)
UPDATE wire_data.entities e SET article_count = counted.n FROM counted
WHERE e.id = counted.id AND e.article_count <> counted.n
"""


def recount(connection: sa.Connection, ids: Sequence[UUID]) -> None:
    """Count the articles of these entities anew."""
    connection.execute(sa.text(_ENTITIES), {"ids": list(ids)})


def count(engine: sa.Engine) -> int:
    """Count anew what the changes since the last call touched; return how many changes."""

    def work(connection: sa.Connection) -> int:
        after = counter(connection, COUNTED)
        newest = sa.text("SELECT max(seq) FROM wire_data.changes WHERE seq <= :most")
        last = connection.scalar(newest, {"most": after + _CHANGES}) or 0
        if last <= after:
            return 0
        touched = connection.scalars(sa.text(_TOUCHED), {"after": after, "last": last})
        recount(connection, touched.all())
        insert = pg.insert(Counter).values(name=COUNTED, value=last)
        connection.execute(
            insert.on_conflict_do_update(index_elements=[Counter.name], set_={"value": last})
        )
        return last - after

    return run(engine, work)
