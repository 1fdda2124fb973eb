"""Looks into topics from outside of any group: arrivals, the age of what waits, one key's records.

For those who watch and those who ask where a story went; short-lived clients, one a call.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.partitioner import murmur2

from wire.bus.admin import ask, partitions_of
from wire.bus.connection import connect
from wire.bus.consumer import consumer_config, record_of
from wire.bus.records import Partition, Record
from wire.errors import Wait
from wire.settings import KafkaSettings
from wire.topics import Topics

# One record of each partition is wanted; the broker sends one batch at least, whatever its size.
_LITTLE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A key's records, by time; `complete` is false where the search ran out of time."""

    records: tuple[Record, ...]
    complete: bool


def positions_at(
    settings: KafkaSettings, topics: Sequence[str], at_ms: int
) -> dict[Partition, int | None]:
    """Return, for each partition, the offset of the first message since then; None without one.

    Raises:
        Wait: the broker is away.
    """

    def work(client: Any) -> dict[Partition, int | None]:
        asked: dict[TopicPartition, int] = dict.fromkeys(partitions_of(client, topics), at_ms)
        found = client.list_partition_offsets(asked) if asked else {}
        return {
            Partition(*each): answer.offset if answer.offset >= 0 else None
            for each, answer in found.items()
        }

    return ask(settings, work)


def moments(
    settings: KafkaSettings, at: Mapping[Partition, int], *, within_s: float = 10.0
) -> dict[Partition, int]:
    """Return when the message at each offset, or the next that is there, reached the broker.

    What could not be read in time is left out.

    Raises:
        Wait: the broker is away.
    """
    if not at:
        return {}
    found: dict[Partition, int] = {}
    config = consumer_config(settings, None) | {"max_partition_fetch_bytes": _LITTLE}
    client = connect(KafkaConsumer, settings, **config)
    try:
        client.assign([TopicPartition(*each) for each in at])
        for each, offset in at.items():
            client.seek(TopicPartition(*each), offset)
        deadline = time.monotonic() + within_s
        while len(found) < len(at) and time.monotonic() < deadline:
            for each, records in client.poll(timeout_ms=500, max_records=1).items():
                found.setdefault(Partition(*each), records[0].timestamp)
                client.pause(each)
    except KafkaError as error:
        raise Wait(f"Kafka did not tell how old its messages are: {error}") from error
    finally:
        client.close(autocommit=False, timeout_ms=5_000)
    return found


def search(
    settings: KafkaSettings,
    topics: Topics,
    keys: Mapping[str, Sequence[bytes]],
    since_ms: int,
    *,
    within_s: float,
) -> Found:
    """Return the records with these keys, by topic, that came since then.

    A topic that has got more partitions since then is read where the key is now and where it was.

    Raises:
        Wait: the broker is away.
    """
    firsts = positions_at(settings, list(keys), since_ms)
    made_with = {spec.name: spec.partitions for spec in topics.specs()}
    there = Counter(each.topic for each in firsts)
    wanted = {
        Partition(name, _partition_of(key, count))
        for name, each in keys.items()
        for key in each
        for count in {there[name], made_with[name]} - {0}
    }
    starts = {p: first for p, first in firsts.items() if first is not None and p in wanted}
    return _search(settings, starts, keys, within_s)


def _partition_of(key: bytes, count: int) -> int:
    """Return where the producer puts a key, as Java's and kafka-python's do."""
    hashed: int = murmur2(key)
    return (hashed & 0x7FFFFFFF) % count


def _search(
    settings: KafkaSettings,
    starts: Mapping[Partition, int],
    keys: Mapping[str, Sequence[bytes]],
    within_s: float,
) -> Found:
    if not starts:
        return Found((), complete=True)
    found: list[Record] = []
    client = connect(KafkaConsumer, settings, **consumer_config(settings, None))
    try:
        client.assign([TopicPartition(*each) for each in starts])
        ends = client.end_offsets(list(client.assignment()))
        for each, offset in starts.items():
            client.seek(TopicPartition(*each), offset)
        deadline = time.monotonic() + within_s
        while unread := any(client.position(each) < end for each, end in ends.items()):
            if time.monotonic() > deadline:
                break
            for records in client.poll(timeout_ms=500).values():
                found += [record_of(raw) for raw in records if raw.key in keys[raw.topic]]
    except KafkaError as error:
        raise Wait(f"the topics can't be searched: {error}") from error
    finally:
        client.close(autocommit=False, timeout_ms=5_000)
    found.sort(key=lambda record: (record.timestamp_ms, record.topic, record.offset))
    return Found(tuple(found), complete=not unread)
