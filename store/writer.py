"""The writer: a batch of tagged stories becomes rows, in one transaction under the writer's lock.

The lock is taken first, as its own statement, and held to the commit, so that `changes.seq` is
commit order and no two transactions decide about the same story at once; all that can be done
before it is done before it. Writing the same batch again changes nothing. Runs in whatever thread
calls it; one writer a process is enough, several processes queue at the lock.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from store.batch import Batch, WriteOutcome
from store.engine import first_line, run, sqlstate
from store.locks import Lock, lock_transaction
from store.rows import TaggedStory
from wire.errors import DeadLetter

# SQLSTATE classes of what a row itself is to blame for: data (22), integrity (23), too large (54).
_ROW_ERRORS: Final = ("22", "23", "54")


class Writer:
    """Writes batches; `clock` says when things are stored and which embargoes have passed."""

    def __init__(
        self,
        engine: sa.Engine,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        revisit_after_s: Sequence[float] = (),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._revisit_after_s = tuple(revisit_after_s)

    def write(self, batch: Sequence[TaggedStory]) -> list[WriteOutcome]:
        """Write a batch and return what became of each story, in order.

        A batch that the database refuses is written one story at a time, so that one bad row
        costs one row.

        Raises:
            Wait: the database is away.
        """
        if not batch:
            return []
        try:
            return self._write(batch)
        except DBAPIError as error:
            if not _is_a_rows_fault(error):
                raise
        return [self.write_one(tagged) for tagged in batch]

    def write_one(self, tagged: TaggedStory) -> WriteOutcome:
        """Write one story in a transaction of its own; one that is refused is `dead`.

        Raises:
            Wait: the database is away.
        """
        try:
            (outcome,) = self._write([tagged])
        except DBAPIError as error:
            if not _is_a_rows_fault(error):
                raise
            refused = DeadLetter("enrich", "refused-by-database", first_line(error))
            return WriteOutcome(tagged.story.id, "dead", error=refused)
        return outcome

    def _write(self, batch: Sequence[TaggedStory]) -> list[WriteOutcome]:
        now = self._clock()

        def work(connection: sa.Connection) -> list[WriteOutcome]:
            lock_transaction(connection, Lock.WRITER)
            return Batch(connection, now, self._revisit_after_s).write(batch)

        return run(self._engine, work)


def _is_a_rows_fault(error: DBAPIError) -> bool:
    return (sqlstate(error) or "").startswith(_ROW_ERRORS)
