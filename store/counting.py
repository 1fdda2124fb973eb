"""Counts that are kept beside what they count: brought up to date now and then, not for each story.

A counter updated with every story would be the one row that all writers wait for. The keeper counts
what the latest changes touched; `article_count` and `size` say how it was at that time.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.changes import counter
from store.engine import run
from store.schema import Counter

# The counter that says up to which change all is counted.
COUNTED: Final = "counted"
# Changes looked at in one call.
_CHANGES: Final = 5_000

_ENTITIES: Final = """
WITH touched AS (
  SELECT DISTINCT m.entity_nr FROM wire_data.changes c
  JOIN wire_data.articles a ON a.id = c.article_id
  JOIN wire_data.mentions m ON m.article_nr = a.nr
  WHERE c.seq > :after AND c.seq <= :last),
counted AS (
  SELECT t.entity_nr, count(DISTINCT a.nr) AS n FROM touched t
  LEFT JOIN wire_data.mentions m ON m.entity_nr = t.entity_nr
  LEFT JOIN wire_data.articles a ON a.nr = m.article_nr AND a.revision = m.revision
    AND a.pub_status = 'usable'
  GROUP BY t.entity_nr)
UPDATE wire_data.entities e SET article_count = counted.n FROM counted
WHERE e.nr = counted.entity_nr AND e.article_count <> counted.n
"""


def count(engine: sa.Engine) -> int:
    """Count anew what the changes since the last call touched; return how many changes."""

    def work(connection: sa.Connection) -> int:
        after = counter(connection, COUNTED)
        newest = sa.text("SELECT max(seq) FROM wire_data.changes WHERE seq <= :most")
        last = connection.scalar(newest, {"most": after + _CHANGES}) or 0
        if last <= after:
            return 0
        connection.execute(sa.text(_ENTITIES), {"after": after, "last": last})
        insert = pg.insert(Counter).values(name=COUNTED, value=last)
        connection.execute(
            insert.on_conflict_do_update(index_elements=[Counter.name], set_={"value": last})
        )
        return last - after

    return run(engine, work)
