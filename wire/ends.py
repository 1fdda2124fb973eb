"""What a finished record becomes: the message it is retried or buried as, and its fate. Pure."""

from contextlib import suppress
from typing import Final

from wire import dead
from wire.bus.records import Outgoing, Record
from wire.errors import DeadLetter, Fatal, Retry
from wire.telemetry import Fate
from wire.topics import Topics
from wire.work import Done

# Header of a retried message: how often it failed so far.
ATTEMPTS: Final = "attempts"


def attempts(record: Record) -> int:
    """Return how often a message failed so far."""
    found = record.header(ATTEMPTS)
    with suppress(ValueError):
        return int(found or b"0")
    return 0


def retried(topics: Topics, record: Record, retry: Retry) -> Outgoing:
    """Return the message on the retry topic of the delay, its failures counted."""
    count = attempts(record) + (1 if retry.counted else 0)
    others = tuple(header for header in record.headers if header[0] != ATTEMPTS)
    return Outgoing(
        topics.retry_for(retry.delay),
        record.key or b"",
        record.value,
        (*others, (ATTEMPTS, str(count).encode())),
    )


def letter(topics: Topics, stage: str, done: Done, error: Exception) -> Outgoing:
    """Return the dead letter of a record, with what it is about.

    Raises:
        Fatal: the record is a dead letter itself; it would come back to us, for ever.
    """
    if done.record.topic == topics.dead:
        raise Fatal(f"the dead letter at {done.record.offset} can't be kept: {error}") from error
    fields = done.fate.fields if done.fate else {}
    url, story = (str(fields[name]) if name in fields else None for name in ("url", "story"))
    written = dead.dead_letter(topics.dead, done.record, stage, error)
    return dead.about(written, url=url, story=story)


def fate_of(done: Done) -> Fate | None:
    """Return the fate to count: what the stage says of it, or that it was retried or died."""
    if done.error is None:
        return done.fate
    fields = dict(done.fate.fields) if done.fate else {}
    fields |= {
        "topic": done.record.topic,
        "partition": done.record.partition,
        "offset": done.record.offset,
        "reason": getattr(done.error, "reason", type(done.error).__name__),
    }
    return Fate("retried" if isinstance(done.error, Retry) else "dead", fields)


def is_our_death(error: Exception | None) -> bool:
    """Tell whether an error may mean a bad release: neither a retry nor the outside's doing."""
    if error is None or isinstance(error, Retry):
        return False
    return not (isinstance(error, DeadLetter) and error.outside)
