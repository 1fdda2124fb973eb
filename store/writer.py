"""The writer: a batch of tagged stories becomes rows, in one transaction under the writer's lock.

The lock is taken first, as its own statement, and held to the commit, so that `changes.seq` is
commit order and no two transactions decide about the same story at once. All that asks nothing of
other stories is done before: rights obeyed, signatures, search vectors. Writing the same batch
again changes nothing. Runs in whatever thread calls it; one writer a process is enough, several
processes queue at the lock.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from store import rights
from store.batch import Batch, WriteOutcome
from store.drafts import Draft, draft
from store.engine import first_line, run, sqlstate
from store.locks import Lock, lock_transaction
from store.rows import TaggedStory
from store.search import vectors
from store.similarity import Signature, signature
from wire.errors import DeadLetter
from wire.settings import PollSettings

# SQLSTATE classes of what a row itself is to blame for: data (22), integrity (23), too large (54).
_ROW_ERRORS: Final = ("22", "23", "54")


class Writer:
    """Writes batches; `clock` says when things are stored and which embargoes have passed.

    A story's page is asked for again `revisit_after_s` after its first sight.
    """

    def __init__(
        self,
        engine: sa.Engine,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        revisit_after_s: Sequence[float] = PollSettings().revisit_after_s,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._revisit_after_s = tuple(revisit_after_s)

    def write(self, batch: Sequence[TaggedStory]) -> list[WriteOutcome]:
        """Write a batch and return what became of each story, in order.

        Nothing of a batch that the database refuses is written: its caller redoes it one story at
        a time, so that one bad row costs one row.

        Raises:
            Wait: the database is away.
            DeadLetter: the database refuses a row of the batch.
        """
        try:
            return self._write(batch) if batch else []
        except DBAPIError as error:
            if not (sqlstate(error) or "").startswith(_ROW_ERRORS):
                raise
            raise DeadLetter("enrich", "refused-by-database", first_line(error)) from error

    def _write(self, batch: Sequence[TaggedStory]) -> list[WriteOutcome]:
        now = self._clock()
        signatures = _signatures(batch)
        drafts = run(self._engine, lambda connection: _drafts(connection, batch, now))

        def work(connection: sa.Connection) -> list[WriteOutcome]:
            lock_transaction(connection, Lock.WRITER)
            return Batch(connection, now, self._revisit_after_s, signatures).write(drafts)

        return run(self._engine, work)


def _drafts(
    connection: sa.Connection, batch: Sequence[TaggedStory], now: dt.datetime
) -> list[Draft]:
    """Return the batch as the rows it would be, with rights obeyed and search vectors made."""
    book = rights.load(connection)
    drafts = []
    for tagged in batch:
        story = tagged.story
        feeds = [story.feed_url] if story.feed_url else []
        kept = book.of(story.agency, feeds, noarchive=story.noarchive)
        drafts.append(draft(tagged, kept, now))
    made = vectors(connection, [drafted.text for drafted in drafts])
    for drafted, vector in zip(drafts, made, strict=True):
        drafted.text["tsv"] = vector
    return drafts


def _signatures(batch: Sequence[TaggedStory]) -> dict[bytes, Signature]:
    """Return each text's signature, by its content_sha256: made before the lock is taken."""
    texts = {tagged.story.content_sha256: tagged.story.body for tagged in batch}
    made = {bytes.fromhex(content): signature(body) for content, body in texts.items()}
    return {content: each for content, each in made.items() if each is not None}
