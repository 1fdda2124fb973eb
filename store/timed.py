"""What time does to stories: embargoes end, texts reach the end of their keep. Keeper's duties.

Each call is one short transaction under the writer's lock, over a bounded number of stories, so
that the writer never waits long.
"""

import datetime as dt

import sqlalchemy as sa

from store import chains, load
from store.engine import run
from store.locks import Lock, lock_transaction
from store.save import Changed, save, save_changes
from store.schema import Article
from store.story import change


def release_embargoes(engine: sa.Engine, now: dt.datetime, limit: int = 200) -> int:
    """Let stories be seen whose embargo has ended; return how many were looked at."""
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
        stories = load.stories(connection, ids)
        changes = []
        for story in stories.values():
            before = story.view()
            story.settle(now)
            kind = change(before, story.view(), story.row, new_text=False)
            if kind is not None:
                changes.append(Changed(story.id, story.row["revision"], kind))
        released = len(changes)
        changes += chains.join(connection, stories, ())
        save(connection, list(stories.values()), {}, now)
        save_changes(connection, changes, now)
        return released

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
