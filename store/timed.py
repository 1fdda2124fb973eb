"""What time does to stories: embargoes end, rights change, keeping ends. Keeper's duties.

Each call is one short transaction under the writer's lock, over a bounded number of stories, so
that the writer never waits long.
"""

import datetime as dt
from typing import Final

import sqlalchemy as sa

from store import clusters, rights
from store.amend import amend
from store.arrays import any_of
from store.engine import run
from store.locks import Lock, lock_transaction
from store.save import Changed, save_changes
from store.schema import Article, Counter, Withdrawal


def release_embargoes(engine: sa.Engine, now: dt.datetime, limit: int = 200) -> int:
    """Let stories be seen whose embargo has ended; return how many were released."""
    # what is on hold beside its embargo waits for who holds it, and would fill every look
    held = sa.exists().where(
        Withdrawal.article_id == Article.id,
        Withdrawal.kind == "hold",
        Withdrawal.lifted_at.is_(None),
    )
    due = (
        sa.select(Article.id)
        .where(Article.pub_status == "withheld", Article.embargoed_until <= now, ~held)
        .order_by(Article.embargoed_until)
        .limit(limit)
    )

    def work(connection: sa.Connection) -> int:
        lock_transaction(connection, Lock.WRITER)
        ids = connection.scalars(due).all()
        if not ids:
            return 0
        # settling a story is all that is asked: its embargo is measured against `now`
        return amend(connection, ids, lambda _: None, now).told

    return run(engine, work)


def obey_rights(engine: sa.Engine, now: dt.datetime, limit: int = 1_000) -> int:
    """Make stored stories obey rights that were changed since; return how many were looked at.

    What was kept wider than is allowed now is cut; what was cut can't be brought back, and only
    what comes later is kept wider.
    """

    def work(connection: sa.Connection) -> int:
        if not connection.scalar(sa.select(Counter.value.is_not(None)).where(_SWEEPING)):
            return 0
        lock_transaction(connection, Lock.WRITER)
        rows, last = rights.unswept(connection, limit)
        book = rights.load(connection)
        kept = {row["id"]: book.of(row["agency"], row["feeds"], noarchive=False) for row in rows}
        over = [row["id"] for row in rows if _exceeds(row, kept[row["id"]])]
        amend(connection, over, lambda story: story.obey(kept[story.id]), now)
        rights.swept(connection, last)
        return len(rows)

    return run(engine, work)


_SWEEPING: Final = Counter.name == rights.SWEPT


def _exceeds(row: sa.RowMapping, kept: rights.Rights) -> bool:
    """Say whether a story's rights are others than `kept`, or wider."""
    store = rights.least(row["store"], kept.store)
    stored = (row["store"], row["keep_days"], row["terms_url"])
    return stored != (store, kept.keep_days, kept.terms_url)


# The oldest stories of each length of keep: lengths are few, and each is one look into the index.
_OVER: Final = """
WITH RECURSIVE lengths AS (
  SELECT min(keep_days) AS days FROM wire_data.articles WHERE keep_days IS NOT NULL
  UNION ALL
  SELECT (SELECT min(keep_days) FROM wire_data.articles WHERE keep_days > days)
  FROM lengths WHERE days IS NOT NULL)
SELECT over.* FROM lengths, LATERAL (
  SELECT a.nr, a.id, a.revision, a.cluster_id FROM wire_data.articles a
  WHERE a.keep_days = lengths.days
    AND a.first_seen_at <= CAST(:now AS timestamptz) - make_interval(days => lengths.days)
  ORDER BY a.first_seen_at LIMIT :limit) over
LIMIT :limit
"""


def retain(engine: sa.Engine, now: dt.datetime, limit: int = 200) -> int:
    """Take away stories that were kept as long as their rights allow; return how many.

    Killed ones too. Their names stay known, so that a feed which still lists them brings nothing
    back.
    """

    def work(connection: sa.Connection) -> int:
        lock_transaction(connection, Lock.WRITER)
        rows = connection.execute(sa.text(_OVER), {"now": now, "limit": limit}).all()
        if not rows:
            return 0
        nrs = [row.nr for row in rows]
        connection.execute(sa.delete(Article).where(any_of(Article.nr, nrs, sa.BigInteger)))
        clusters.count(connection, (row.cluster_id for row in rows if row.cluster_id))
        gone = [Changed(row.id, row.revision, "retained") for row in rows]
        save_changes(connection, gone, now)
        return len(rows)

    return run(engine, work)
