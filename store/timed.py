"""What time does to stories: embargoes end, texts reach the end of their keep. Keeper's duties.

Each call is one short transaction under the writer's lock, over a bounded number of stories, so
that the writer never waits long.
"""

import datetime as dt

import sqlalchemy as sa

from store import load
from store.amend import amend
from store.engine import run
from store.locks import Lock, lock_transaction
from store.save import Changed, save_changes
from store.schema import Article


def release_embargoes(engine: sa.Engine, now: dt.datetime, limit: int = 200) -> int:
    """Let stories be seen whose embargo has ended; return how many were released."""
    due = (
        sa.select(Article.id)
        .where(Article.pub_status == "withheld", Article.embargoed_until <= now)
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


def retain(engine: sa.Engine, now: dt.datetime, limit: int = 200) -> int:
    """Take away stories that were kept as long as their rights allow; return how many.

    Killed ones too. Their names stay known, so that a feed which still lists them brings nothing
    back.
    """
    age = sa.func.make_interval(0, 0, 0, Article.keep_days)
    over = (
        sa.select(Article.nr, Article.id, Article.revision)
        .where(Article.keep_days.is_not(None), Article.first_seen_at + age <= now)
        .order_by(Article.first_seen_at)
        .limit(limit)
    )

    def work(connection: sa.Connection) -> int:
        lock_transaction(connection, Lock.WRITER)
        rows = connection.execute(over).all()
        if not rows:
            return 0
        nrs = [row.nr for row in rows]
        connection.execute(sa.delete(Article).where(load.any_of(Article.nr, nrs, sa.BigInteger)))
        gone = [Changed(row.id, row.revision, "retained") for row in rows]
        save_changes(connection, gone, now)
        return len(rows)

    return run(engine, work)
