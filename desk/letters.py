"""The dead-letters stage: wire.dead into the table, each letter once.

A letter is known by its source's topic id, partition, offset and stage: the broker gives a topic
that was wiped and made anew another id, so that its offsets, which start again, are not taken
for old ones. Runs in the loop's thread.
"""

from collections.abc import Mapping, Sequence

from store import dead as table
from store.engine import Engine
from wire import dead
from wire.bus import Record, topic_ids
from wire.messages import DeadLetterRecord
from wire.settings import KafkaSettings
from wire.telemetry import Fate
from wire.work import Done


class Letters:
    """The stage's work on a batch of letters."""

    def __init__(self, engine: Engine, kafka: KafkaSettings) -> None:
        self._engine = engine
        self._kafka = kafka
        self._ids: Mapping[str, str] = {}

    def __call__(self, records: Sequence[Record]) -> list[Done]:
        """Write the letters.

        Raises:
            Wait: Kafka or PostgreSQL is away.
        """
        letters = [self._identified(dead.read(record)) for record in records]
        table.record(self._engine, letters)
        return [
            Done(record, fate=Fate("stored", _fields(letter)))
            for record, letter in zip(records, letters, strict=True)
        ]

    def _identified(self, letter: DeadLetterRecord) -> DeadLetterRecord:
        if letter.topic not in self._ids:
            self._ids = topic_ids(self._kafka)
        return letter.model_copy(update={"topic_id": self._ids.get(letter.topic, "")})


def _fields(letter: DeadLetterRecord) -> dict[str, object]:
    told = {
        "story": letter.story_id and str(letter.story_id),
        "url": letter.url,
        "stage": letter.stage,
        "reason": letter.reason,
    }
    return {name: value for name, value in told.items() if value}
