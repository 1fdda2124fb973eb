"""What is read from and written to a topic: plain frozen values, no client in them."""

from dataclasses import dataclass, field
from typing import NamedTuple

Headers = tuple[tuple[str, bytes], ...]


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """One consumed message. `timestamp_ms` is the broker's clock at its arrival."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int = 0
    leader_epoch: int = -1

    @property
    def where(self) -> Partition:
        """The partition it came from."""
        return Partition(self.topic, self.partition)

    def header(self, name: str) -> bytes | None:
        """Return the last header of that name, or None."""
        found = [value for key, value in self.headers if key == name]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish; a value of None is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers = field(default=())

    @property
    def size(self) -> int:
        """Bytes of key, value and headers together, before compression."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.key) + len(self.value or b"") + headers
