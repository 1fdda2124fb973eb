"""The topics: their names, sizes and limits, as design and operations know them. Pure.

Every topic takes the broker's clock for its timestamps (`LogAppendTime`), so that retention and
retry delays never hang on a producer's clock. A backfill has the same topics under another prefix
and so never stands in front of live news.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

MIB: Final = 2**20
_DAY_MS: Final = 86_400_000

# How long a retried entry rests; the loop takes the shortest that is not below what was asked.
RETRY_DELAYS: Final[Mapping[str, timedelta]] = {
    "1m": timedelta(minutes=1),
    "10m": timedelta(minutes=10),
    "2h": timedelta(hours=2),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """What one topic is made with; `configs` are Kafka's own names and values."""

    name: str
    partitions: int
    configs: Mapping[str, str] = field(default_factory=dict)

    @property
    def max_bytes(self) -> int:
        """The largest message the topic takes, in bytes."""
        return int(self.configs["max.message.bytes"])

    @property
    def keeps(self) -> timedelta | None:
        """How long the topic keeps a message; None where it keeps the last one of each key."""
        retention = self.configs.get("retention.ms")
        return None if retention is None else timedelta(milliseconds=int(retention))


@dataclass(frozen=True, slots=True)
class Topics:
    """The full names of all topics under one prefix."""

    prefix: str = "wire"

    @property
    def backfill(self) -> "Topics":
        """Return the topics of this desk's backfills: nothing that stands there is in our way."""
        return Topics("backfill" if self.prefix == "wire" else f"backfill-{self.prefix}")

    def _name(self, noun: str) -> str:
        return f"{self.prefix}.{noun}"

    @property
    def entries(self) -> str:
        """Entries that poll found; keyed by the host of the story's URL."""
        return self._name("entries")

    @property
    def pages(self) -> str:
        """What fetch obtained; keyed by story id."""
        return self._name("pages")

    @property
    def stories(self) -> str:
        """What extract read; keyed by story id."""
        return self._name("stories")

    @property
    def articles(self) -> str:
        """Articles as they stand, compacted; keyed by story id."""
        return self._name("articles")

    @property
    def furniture(self) -> str:
        """Lines that recur on a host's pages, compacted; keyed by host."""
        return self._name("furniture")

    @property
    def dead(self) -> str:
        """What could not be done; keyed as it was."""
        return self._name("dead")

    @property
    def retries(self) -> dict[str, timedelta]:
        """The retry topics with their delays, shortest first."""
        return {self._name(f"retry.{name}"): delay for name, delay in RETRY_DELAYS.items()}

    def retry_for(self, delay: timedelta) -> str:
        """Return the retry topic whose delay is the shortest that is not below `delay`.

        A delay above the longest gets the longest: the entry is then simply retried again.
        """
        fitting = [name for name, rest in self.retries.items() if rest >= delay]
        return fitting[0] if fitting else list(self.retries)[-1]

    def group(self, stage: str) -> str:
        """Return the consumer group of a stage."""
        return f"{self.prefix}-{stage}"

    def specs(self) -> tuple[Topic, ...]:
        """Return every topic with what it is made with."""
        return (
            _log(self.entries, 12, days=7, max_mib=2),
            *(_log(name, 3, days=7, max_mib=2) for name in self.retries),
            # 10 MiB: a page of 8 MiB, its header of 256 KiB, and room for what the batch adds
            _log(self.pages, 12, days=7, max_mib=10),
            _log(self.stories, 12, days=14, max_mib=4),
            # a story and its entities: always more than the story was
            _compacted(self.articles, 12, max_mib=8),
            _compacted(self.furniture, 1, max_mib=1),
            # a dead letter carries the bytes of what died, and says why in its headers
            _log(self.dead, 3, days=30, max_mib=11),
        )


def _log(name: str, partitions: int, *, days: int, max_mib: int) -> Topic:
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(days * _DAY_MS),
        "max.message.bytes": str(max_mib * MIB),
        "message.timestamp.type": "LogAppendTime",
    }
    return Topic(name, partitions, configs)


def _compacted(name: str, partitions: int, *, max_mib: int) -> Topic:
    configs = {
        "cleanup.policy": "compact",
        "max.message.bytes": str(max_mib * MIB),
        "message.timestamp.type": "LogAppendTime",
    }
    return Topic(name, partitions, configs)
