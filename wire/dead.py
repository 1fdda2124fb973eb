"""Dead letters: the message that could not be done, bytes untouched, and why, in its headers.

The headers follow Kafka Connect's convention (`__connect.errors.*`), so that tools which know it
read ours. Pure: from a record and an error to a message, and back.
"""

import traceback
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from wire.bus.records import Headers, Outgoing, Record
from wire.errors import DeadLetter
from wire.messages import DeadLetterRecord
from wire.text import clean

PREFIX: Final = "__connect.errors."
# What the table's columns take at most, in digits: an offset is a bigint, a partition an int.
_OFFSET_DIGITS: Final = 18
_PARTITION_DIGITS: Final = 9
# An error's text is for a person: what is longer than this is a page that crept into it.
_MAX_TEXT: Final = 4_000


def dead_letter(topic: str, record: Record, stage: str, error: Exception) -> Outgoing:
    """Return the message for `topic` that tells why `record` could not be done by `stage`."""
    reason = error.reason if isinstance(error, DeadLetter) else "unexpected"
    told = {
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "stage": error.stage if isinstance(error, DeadLetter) else stage,
        "reason": reason,
        "exception.class.name": type(error).__name__,
        "exception.message": clean(str(error))[:_MAX_TEXT],
        "exception.stacktrace": _stacktrace(error),
        "at": datetime.now(UTC).isoformat(),
    }
    headers = tuple((PREFIX + name, text.encode()) for name, text in told.items() if text)
    # a record that died before keeps its first story: ours come last and are read first
    return Outgoing(topic, record.key or b"", record.value or b"", _own(record.headers) + headers)


def without_body(letter: Outgoing) -> Outgoing:
    """Return a letter too large for its topic as headers and the hash of what it carried."""
    digest = sha256(letter.value or b"").hexdigest()
    told = ((PREFIX + "value.sha256", digest.encode()), (PREFIX + "value.dropped", b"too-large"))
    small = tuple((name, value) for name, value in letter.headers if len(value) <= _MAX_TEXT)
    return Outgoing(letter.topic, letter.key, b"", small + told)


def read(record: Record) -> DeadLetterRecord:
    """Return the dead letter that a record of wire.dead is; headers it lacks become empty."""
    told = {
        name.removeprefix(PREFIX): value.decode("utf-8", "replace")
        for name, value in record.headers
        if name.startswith(PREFIX)
    }
    return DeadLetterRecord(
        stage=told.get("stage", "unknown"),
        topic=told.get("topic", record.topic),
        partition=_number(told.get("partition"), record.partition, _PARTITION_DIGITS),
        offset=_number(told.get("offset"), record.offset, _OFFSET_DIGITS),
        reason=told.get("reason", "unknown"),
        error_class=told.get("exception.class.name", "unknown"),
        error=told.get("exception.message", ""),
        stacktrace=told.get("exception.stacktrace", ""),
        url=told.get("url"),
        story_id=_uuid(told.get("story")),
        key=record.key,
        # an empty value and one that was too large to carry are two things
        value=None if "value.dropped" in told else record.value,
        headers=_own(record.headers),
        at=_time(told.get("at"), record.timestamp_ms),
    )


def about(letter: Outgoing, *, url: str | None, story: str | None) -> Outgoing:
    """Return the letter with the URL and story id it is about, where they are known."""
    told = (("url", url), ("story", story))
    more = tuple((PREFIX + name, clean(text).encode()) for name, text in told if text)
    return Outgoing(letter.topic, letter.key, letter.value, letter.headers + more)


def _own(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if not name.startswith(PREFIX))


def _stacktrace(error: Exception) -> str:
    # a DeadLetter says all in its message; only the unknown needs its trace
    if isinstance(error, DeadLetter):
        return ""
    return clean("".join(traceback.format_exception(error)))[-_MAX_TEXT:]


def _number(text: str | None, default: int, digits: int) -> int:
    fits = text is not None and text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if text and fits else default


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _time(text: str | None, timestamp_ms: int) -> datetime:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
