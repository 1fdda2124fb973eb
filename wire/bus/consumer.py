"""The consumer of a group: polls records, commits explicit offsets, tells what it holds.

Offsets are committed one by one of our choosing, never `commit()` bare, which commits all that was
polled. A stale commit of a member that lost its partition is accepted by the broker and rewinds its
new owner (measured), so what the assignment no longer holds is dropped before every commit. Where
retention took messages before the group had them, the client goes on at the log's start without a
word; offsets that are left out are told here. Lives in one thread; polls last a second at most, as
a signal does not interrupt them.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError
from kafka.partitioner.default import murmur2

from wire.bus.connection import connect
from wire.bus.records import Partition, Record
from wire.errors import Wait
from wire.settings import KafkaSettings
from wire.topics import MIB

# The longest poll: handlers of signals only set a flag, and this is how late it is seen.
MAX_POLL_S = 1.0
# A member that has not polled for this long has left its group; the loop polls every second.
_POLL_INTERVAL_MS = 300_000
# A group is dealt the partitions that its leader knows of: one that was made a moment before, or
# added later, is found after this. The default, five minutes, is a long time to stand still.
_METADATA_AGE_MS = 30_000


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python is untyped
    """Tells the owner of the consumer which partitions it lost."""

    def __init__(self, lost: Callable[[set[Partition]], None]) -> None:
        self._lost = lost

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._lost({Partition(*each) for each in revoked})

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        self._lost({Partition(*each) for each in lost})

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing to do: what is new starts from its committed offset."""


class Consumer:
    """One member of a consumer group.

    Raises:
        Wait: on construction, when no broker answers.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Collection[str],
        *,
        lost: Callable[[set[Partition]], None] = lambda _: None,
        skipped: Callable[[Partition, int, int], None] = lambda *_: None,
    ) -> None:
        """Join the group.

        `lost` is told which partitions are another member's now; `skipped` of each gap: the
        partition, the first offset that no longer exists, and how many are gone.
        """
        self._lost = lost
        self._skipped = skipped
        # The offset that each partition should give next; None where the group never committed.
        self._expected: dict[Partition, int | None] = {}
        self._client = connect(KafkaConsumer, settings, **consumer_config(settings, group))
        self._client.subscribe(topics=sorted(topics), listener=_Listener(self._lose))

    def poll(self, timeout_s: float, max_records: int) -> list[Record]:
        """Return what has come, in order within each partition; empty after `timeout_s`.

        Raises:
            Wait: the broker is away.
        """
        timeout_ms = int(min(timeout_s, MAX_POLL_S) * 1000)
        self._end_rejoin()
        self._clear_drained()
        try:
            polled = self._client.poll(timeout_ms=timeout_ms, max_records=max_records)
        except KafkaError as error:
            raise Wait(f"Kafka did not answer a poll: {error}") from error
        records = [record_of(each) for found in polled.values() for each in found]
        for record in records:
            self._expect(record.where, record.offset)
            self._expected[record.where] = record.offset + 1
        return records

    def _end_rejoin(self) -> None:
        """Have the client end a join that it began.

        What it joined anew for, a change of metadata, it may hold for settled while the answer is
        still on its way (kafka-python 3.0.12, ConsumerCoordinator._perform_assignment). Where a
        poll ended in between, the next one never looks at the answer: the member sends no
        heartbeats, is put out of its group, and stands for ever.
        """
        coordinator = self._client._coordinator
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def _clear_drained(self) -> None:
        """Let the client give what it parked of partitions that were paused and are so no more.

        It looks for them only while it has no partition in line, and takes one that is drained for
        one (kafka-python 3.0.12, Fetcher.fetched_records): what was parked is then neither given
        nor fetched again, and the partition stands still.
        """
        fetcher = self._client._fetcher
        if fetcher._next_partition_records is not None and not fetcher._next_partition_records:
            fetcher._next_partition_records = None

    def assignment(self) -> set[Partition]:
        """Return the partitions that are this member's now."""
        return {Partition(*each) for each in self._client.assignment()}

    def paused(self) -> set[Partition]:
        """Return the partitions that rest now."""
        return {Partition(*each) for each in self._client.paused()}

    def pause_only(self, partitions: Collection[Partition]) -> None:
        """Pause just these of the assigned partitions, and let the others flow."""
        wanted = {TopicPartition(*each) for each in partitions} & self._client.assignment()
        paused = set(self._client.paused())
        self._client.pause(*(wanted - paused))
        self._client.resume(*((paused - wanted) & self._client.assignment()))

    def seek(self, partition: Partition, offset: int) -> None:
        """Make `offset` the next to be polled."""
        self._client.seek(TopicPartition(*partition), offset)
        self._expected[partition] = offset

    def commit(self, offsets: Mapping[Partition, tuple[int, int]]) -> bool:
        """Commit the next offset and leader epoch of each partition that is still ours.

        Returns false where the group is rebalancing or has gone on without us: the caller polls
        and tries again with what it then still holds.

        Raises:
            Wait: the broker is away.
        """
        held = self.assignment()
        ours = {
            TopicPartition(*each): OffsetAndMetadata(offset, "", epoch)
            for each, (offset, epoch) in offsets.items()
            if each in held
        }
        if not ours:
            return True
        try:
            self._client.commit(ours, timeout_ms=10_000)
        except (RebalanceInProgressError, CommitFailedError):
            return False
        except KafkaError as error:
            raise Wait(f"Kafka did not take a commit: {error}") from error
        return True

    def standing(self) -> dict[Partition, tuple[int, int]]:
        """Return position and end of each partition that is ours, asked of the broker.

        Raises:
            Wait: the broker is away.
        """
        held = sorted(self._client.assignment())
        try:
            ends = self._client.end_offsets(held, timeout_ms=10_000) if held else {}
            standing = {
                Partition(*each): (self._client.position(each, timeout_ms=10_000), end)
                for each, end in ends.items()
            }
        except KafkaError as error:
            raise Wait(f"Kafka did not tell its offsets: {error}") from error
        for partition, (position, _) in standing.items():
            self._expect(partition, position)
        return standing

    def _expect(self, partition: Partition, offset: int) -> None:
        """Compare the offset that comes next with the one that should; tell of those between."""
        if partition not in self._expected:
            self._expected[partition] = self._committed(partition)
        expected = self._expected[partition]
        if expected is not None and offset > expected:
            self._expected[partition] = offset
            self._skipped(partition, expected, offset - expected)

    def _committed(self, partition: Partition) -> int | None:
        """Return where the group stands, or None: what was polled must not be lost for asking."""
        try:
            found = self._client.committed(TopicPartition(*partition), timeout_ms=5_000)
        except KafkaError:
            return None
        return None if found is None else int(found)

    def _lose(self, partitions: set[Partition]) -> None:
        for partition in partitions:
            self._expected.pop(partition, None)
        self._lost(partitions)

    def close(self) -> None:
        """Leave the group. Uncommitted offsets stay uncommitted."""
        self._client.close(autocommit=False, timeout_ms=5_000)


def read_whole(settings: KafkaSettings, topic: str, *, within_s: float = 30.0) -> Iterator[Record]:
    """Yield every record of a topic from its start to the end it has now.

    Raises:
        Wait: the broker is away, or the end was not reached in time.
    """
    client = connect(KafkaConsumer, settings, **consumer_config(settings, None))
    try:
        partitions = [TopicPartition(topic, n) for n in client.partitions_for_topic(topic) or ()]
        client.assign(partitions)
        ends = client.end_offsets(partitions)
        client.seek_to_beginning(*partitions)
        deadline = time.monotonic() + within_s
        while any(client.position(each) < end for each, end in ends.items()):
            if time.monotonic() > deadline:
                raise Wait(f"the end of {topic} was not reached in {within_s:.0f} s")
            for records in client.poll(timeout_ms=500).values():
                yield from map(record_of, records)
    except KafkaError as error:
        raise Wait(f"{topic} can't be read: {error}") from error
    finally:
        client.close(autocommit=False, timeout_ms=5_000)


def read_key(
    settings: KafkaSettings, topic: str, key: bytes, since_ms: int, *, within_s: float = 10.0
) -> Record | None:
    """Return the first record of a key that the topic took at `since_ms` or after, if any is left.

    Reads the key's own partition from that time on, up to its end or for `within_s`.

    Raises:
        Wait: the broker is away.
    """
    client = connect(KafkaConsumer, settings, **consumer_config(settings, None))
    try:
        numbers = sorted(client.partitions_for_topic(topic) or ())
        if not numbers:
            return None
        # as Kafka's own producers choose it
        partition = TopicPartition(topic, numbers[(murmur2(key) & 0x7FFFFFFF) % len(numbers)])
        client.assign([partition])
        begin = client.offsets_for_times({partition: since_ms})[partition]
        if begin is None:
            return None
        client.seek(partition, begin.offset)
        end = client.end_offsets([partition])[partition]
        return _first_of(client, key, partition, end, time.monotonic() + within_s)
    except KafkaError as error:
        raise Wait(f"{topic} can't be read: {error}") from error
    finally:
        client.close(autocommit=False, timeout_ms=5_000)


def _first_of(
    client: Any, key: bytes, partition: TopicPartition, end: int, deadline: float
) -> Record | None:
    while client.position(partition) < end and time.monotonic() < deadline:
        for records in client.poll(timeout_ms=500).values():
            if found := next((record_of(raw) for raw in records if raw.key == key), None):
                return found
    return None


def consumer_config(settings: KafkaSettings, group: str | None) -> dict[str, Any]:
    """Return a consumer's arguments, set one by one: the client's defaults are not ours."""
    return {
        "group_id": group,
        "enable_auto_commit": False,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
        "auto_offset_reset": "earliest",
        "metadata_max_age_ms": _METADATA_AGE_MS,
        "partition_assignment_strategy": [CooperativeStickyAssignor],
        "session_timeout_ms": int(settings.session_timeout_s * 1000),
        "heartbeat_interval_ms": int(settings.session_timeout_s * 1000 / 10),
        "max_poll_interval_ms": _POLL_INTERVAL_MS,
        # The client gives all that it has of one partition before it turns to the next: behind slow
        # work and a backlog the last one stood for minutes. A page may be 10 MiB; the broker sends
        # at least one message whatever its size.
        "max_partition_fetch_bytes": MIB // 4,
        "fetch_max_bytes": 16 * MIB,
    }


def record_of(raw: Any) -> Record:
    """Return a record of the client's as ours."""
    epoch = getattr(raw, "leader_epoch", None)
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        headers=tuple(raw.headers or ()),
        timestamp_ms=raw.timestamp,
        leader_epoch=-1 if epoch is None else epoch,
    )
