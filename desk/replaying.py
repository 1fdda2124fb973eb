"""Dead letters published again to the topics they came from, a few at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from store import dead
from store.engine import Engine
from wire.bus import Outgoing, Producer
from wire.ends import ATTEMPTS
from wire.errors import WireError
from wire.settings import Settings
from wire.topics import Topics

# Letters in memory at once; each may be megabytes.
_BATCH: Final = 20


class NotAtHandError(WireError):
    """A dead letter can't be replayed: its bytes are gone, or its topic is not ours."""


def replay(settings: Settings, engine: Engine, ids: Sequence[int]) -> None:
    """Publish these dead letters again, and note that it was done.

    Raises:
        NotAtHandError: one of them can't be; what stood before it is replayed.
        Wait: Kafka or PostgreSQL is away; what was noted is done.
    """
    ours = Topics(settings.kafka.prefix)
    known = {spec.name for topics in (ours, ours.backfill) for spec in topics.specs()}
    producer = Producer(settings.kafka)
    try:
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            producer.publish([_again(known, engine, number) for number in batch])
            # only now: a replay that Kafka did not take is still to be done
            dead.mark_replayed(engine, batch, datetime.now(UTC))
    finally:
        producer.close()


def _again(known: set[str], engine: Engine, number: int) -> Outgoing:
    letter = dead.shown(engine, number)
    if letter is None:
        raise NotAtHandError(f"there is no dead letter {number}")
    if letter.topic not in known or letter.value is None:
        raise NotAtHandError(f"dead letter {number} can't be replayed: its message is not at hand")
    # a message that failed too often would fail at once again
    headers = tuple(header for header in letter.headers if header[0] != ATTEMPTS)
    return Outgoing(letter.topic, letter.key or b"", letter.value, headers)
