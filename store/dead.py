"""Dead letters as rows: written once each, listed, shown, replayed, dropped.

A dead letter is known by the broker's id of its topic, partition, offset and stage: offsets start
again when a broker is wiped. The message's bytes are in the row, so that it can be replayed when
the topic has long expired.
"""

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.arrays import any_of
from store.engine import run
from store.schema import DeadLetter, Pending
from wire.messages import DeadLetterRecord

# One statement holds some of these; a dead letter may carry 8 MiB.
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class DeadRow:
    """A dead letter in a list: all but its bytes."""

    id: int
    stage: str
    topic: str
    partition: int
    offset: int
    reason: str
    error_class: str
    error: str
    url: str | None
    story_id: UUID | None
    at: dt.datetime
    replayed_at: dt.datetime | None


_LISTED: Final = tuple(getattr(DeadLetter, name) for name in DeadRow.__dataclass_fields__)


def record(engine: sa.Engine, letters: Sequence[DeadLetterRecord]) -> int:
    """Write dead letters that are not there yet, and return how many were new.

    Their stories are no longer awaited: what became of them is known.
    """
    rows = [_row(letter) for letter in sorted(letters, key=_place)]
    stories = sorted({letter.story_id for letter in letters if letter.story_id})

    def work(connection: sa.Connection) -> int:
        new = 0
        for start in range(0, len(rows), _BATCH):
            insert = pg.insert(DeadLetter).values(rows[start : start + _BATCH])
            written = insert.on_conflict_do_nothing().returning(DeadLetter.id)
            new += len(connection.execute(written).all())
        if stories:
            connection.execute(sa.delete(Pending).where(any_of(Pending.story_id, stories, sa.Uuid)))
        return new

    return run(engine, work)


def listed(
    engine: sa.Engine, *, stage: str | None = None, reason: str | None = None, limit: int = 100
) -> list[DeadRow]:
    """Return dead letters that were neither replayed nor dropped, newest first."""
    query = (
        _waiting(sa.select(*_LISTED), stage, reason)
        .order_by(DeadLetter.at.desc(), DeadLetter.id.desc())
        .limit(limit)
    )
    return [
        DeadRow(*row) for row in run(engine, lambda connection: connection.execute(query).all())
    ]


def shown(engine: sa.Engine, letter_id: int) -> DeadLetterRecord | None:
    """Return a dead letter whole, with the bytes of its message; None where there is none."""
    query = sa.select(DeadLetter.__table__).where(DeadLetter.id == letter_id)
    row = run(engine, lambda connection: connection.execute(query).one_or_none())
    return None if row is None else _letter(row)


def numbers(engine: sa.Engine, *, stage: str | None = None, reason: str | None = None) -> list[int]:
    """Return the ids of all dead letters that wait for a person, oldest first."""
    query = _waiting(sa.select(DeadLetter.id), stage, reason).order_by(DeadLetter.id)
    return run(engine, lambda connection: list(connection.scalars(query)))


def _waiting(query: sa.Select[Any], stage: str | None, reason: str | None) -> sa.Select[Any]:
    query = query.where(DeadLetter.replayed_at.is_(None), DeadLetter.dropped_at.is_(None))
    if stage is not None:
        query = query.where(DeadLetter.stage == stage)
    if reason is not None:
        query = query.where(DeadLetter.reason == reason)
    return query


def mark_replayed(engine: sa.Engine, ids: Sequence[int], now: dt.datetime) -> int:
    """Note that these were published again; call it once that is acknowledged."""
    return _mark(engine, ids, {"replayed_at": now})


def drop(engine: sa.Engine, ids: Sequence[int], now: dt.datetime) -> int:
    """Put these aside for good: their bytes go, the fact that they were stays."""
    gone: dict[str, Any] = {
        "dropped_at": now,
        "message_value": None,
        "message_key": None,
        "headers": [],
    }
    return _mark(engine, ids, gone)


def _mark(engine: sa.Engine, ids: Sequence[int], values: dict[str, Any]) -> int:
    change = (
        sa.update(DeadLetter)
        .where(any_of(DeadLetter.id, ids, sa.BigInteger), DeadLetter.dropped_at.is_(None))
        .values(values)
    )
    return run(engine, lambda connection: connection.execute(change).rowcount)


def _place(letter: DeadLetterRecord) -> tuple[str, int, int, str]:
    return letter.topic_id or letter.topic, letter.partition, letter.offset, letter.stage


def _row(letter: DeadLetterRecord) -> dict[str, Any]:
    return {
        "stage": letter.stage,
        "topic": letter.topic,
        "topic_id": letter.topic_id or letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "reason": letter.reason,
        "error_class": letter.error_class,
        "error": letter.error,
        "stacktrace": letter.stacktrace,
        "url": letter.url,
        "story_id": letter.story_id,
        "message_key": letter.key,
        "message_value": letter.value,
        "headers": [[name, base64.b64encode(value).decode()] for name, value in letter.headers],
        "at": letter.at,
    }


def _letter(row: Any) -> DeadLetterRecord:
    return DeadLetterRecord(
        stage=row.stage,
        topic=row.topic,
        topic_id=row.topic_id,
        partition=row.partition,
        offset=row.offset,
        reason=row.reason,
        error_class=row.error_class,
        error=row.error,
        stacktrace=row.stacktrace,
        url=row.url,
        story_id=row.story_id,
        key=row.message_key,
        value=row.message_value,
        headers=tuple((name, base64.b64decode(value)) for name, value in row.headers),
        at=row.at,
    )
