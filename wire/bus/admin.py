"""Topics made and compared, lags asked, the broker waited for. Short-lived clients, one a call."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from kafka import KafkaAdminClient, OffsetSpec, TopicPartition
from kafka.admin import ConfigResource
from kafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from wire.bus.connection import connect
from wire.bus.records import Partition
from wire.errors import Wait
from wire.settings import KafkaSettings
from wire.topics import Topic

# Between two looks whether the broker is there.
_LOOK_AGAIN_S = 0.2
# How long a cluster may take to elect a controller, or to find a group's coordinator.
_PATIENCE_S = 15.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drift:
    """A topic's setting that is not what it should be; `found` is None where the topic lacks."""

    topic: str
    what: str
    wanted: str
    found: str | None


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a group is in one partition. `committed` is None where it never committed."""

    partition: Partition
    committed: int | None
    start: int
    end: int

    @property
    def waiting(self) -> int:
        """Messages not yet done."""
        return self.end - (self.start if self.committed is None else self.committed)

    @property
    def lost(self) -> int:
        """Messages that retention took before the group had done them."""
        return 0 if self.committed is None else max(0, self.start - self.committed)


def wait_for_broker(settings: KafkaSettings, *, within_s: float) -> None:
    """Return when the broker answers a metadata request: an open port is not yet a broker.

    Raises:
        Wait: it did not in time.
    """
    deadline = time.monotonic() + within_s
    while True:
        try:
            ask(settings, lambda client: client.list_topics())
        except Wait:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def create_topics(settings: KafkaSettings, specs: Sequence[Topic]) -> list[str]:
    """Make the topics that are not there, and return their names. Safe to repeat and to race.

    Raises:
        Wait: the broker is away.
    """
    wanted = {spec.name: _options(settings, spec) for spec in specs}
    return ask(settings, lambda client: _create(client, wanted))


def _create(client: Any, wanted: Mapping[str, Any]) -> list[str]:
    there = set(client.list_topics())
    missing = {name: options for name, options in wanted.items() if name not in there}
    if not missing:
        return []
    answer = client.create_topics(missing, raise_errors=False)
    made = [topic["name"] for topic in answer["topics"] if _was_made(topic)]
    client.wait_for_topics(list(missing))
    return made


def _options(settings: KafkaSettings, spec: Topic) -> dict[str, Any]:
    # a topic of one copy can't demand two
    in_sync = min(settings.min_insync_replicas, settings.replication_factor)
    return {
        "num_partitions": spec.partitions,
        "replication_factor": settings.replication_factor,
        "configs": {**spec.configs, "min.insync.replicas": str(in_sync)},
    }


def _was_made(topic: Mapping[str, Any]) -> bool:
    """Tell whether this call made the topic; another may have made it in the meantime."""
    error = for_code(topic["error_code"])
    if error is TopicAlreadyExistsError:
        return False
    if error is not NoError:
        raise error(topic["error_message"])
    return True


def drifts(settings: KafkaSettings, specs: Sequence[Topic]) -> list[Drift]:
    """Compare the topics with what they should be.

    Raises:
        Wait: the broker is away.
    """
    there, described = ask(settings, lambda client: _described(client, specs))
    return [drift for spec in specs for drift in _drifts_of(spec, there, described)]


def _described(client: Any, specs: Sequence[Topic]) -> tuple[dict[str, Any], dict[str, Any]]:
    there = {each["name"]: each for each in client.describe_topics()}
    resources = [ConfigResource("topic", s.name) for s in specs if s.name in there]
    configs = client.describe_configs(resources, config_filter="all").get("topic", {})
    return there, configs


def _drifts_of(
    spec: Topic, there: Mapping[str, Any], described: Mapping[str, Any]
) -> Iterator[Drift]:
    if spec.name not in there:
        yield Drift(spec.name, "topic", "exists", None)
        return
    partitions = len(there[spec.name]["partitions"])
    if partitions < spec.partitions:
        yield Drift(spec.name, "partitions", str(spec.partitions), str(partitions))
    for name, wanted in spec.configs.items():
        found = described.get(spec.name, {}).get(name, {}).get("value")
        if found != wanted:
            yield Drift(spec.name, name, wanted, found)


def lags(settings: KafkaSettings, groups: Mapping[str, Sequence[str]]) -> dict[str, list[Lag]]:
    """Return, for each group, how far it is in every partition of its topics.

    The ends are asked last. As every stage publishes before it commits, a message is then in the
    lag of at least one stage until all have done it: no lag anywhere means that all is done.

    Raises:
        Wait: the broker is away.
    """
    return ask(settings, lambda client: _lags(client, groups))


def _lags(client: Any, groups: Mapping[str, Sequence[str]]) -> dict[str, list[Lag]]:
    wanted = sorted({topic for topics in groups.values() for topic in topics})
    partitions = partitions_of(client, wanted)
    committed = client.list_group_offsets(dict.fromkeys(groups)) if groups else {}
    starts = _offsets(client, partitions, OffsetSpec.EARLIEST)
    # last, as `lags` promises
    ends = _offsets(client, partitions, OffsetSpec.LATEST)
    return {
        group: [
            Lag(Partition(*each), _committed(committed.get(group, {}), each), starts[each], end)
            for each, end in ends.items()
            if each.topic in topics
        ]
        for group, topics in groups.items()
    }


def partitions_of(client: Any, topics: Sequence[str]) -> list[TopicPartition]:
    """Return every partition of those topics that there are."""
    return [
        TopicPartition(topic["name"], each["partition_index"])
        for topic in (client.describe_topics(list(topics)) if topics else ())
        for each in topic.get("partitions") or ()
    ]


def _offsets(client: Any, partitions: Sequence[TopicPartition], spec: OffsetSpec) -> dict[Any, int]:
    if not partitions:
        return {}
    found = client.list_partition_offsets(dict.fromkeys(partitions, spec))
    return {each: answer.offset for each, answer in found.items()}


def _committed(offsets: Mapping[Any, Any], partition: TopicPartition) -> int | None:
    found = offsets.get(partition)
    return None if found is None or found.offset < 0 else int(found.offset)


def topic_ids(settings: KafkaSettings) -> dict[str, str]:
    """Return the broker's own id of each topic: it changes when a topic is made anew.

    Raises:
        Wait: the broker is away.
    """
    return ask(settings, _topic_ids)


def _topic_ids(client: Any) -> dict[str, str]:
    return {each["name"]: str(each.get("topic_id", "")) for each in client.describe_topics()}


def ask(settings: KafkaSettings, work: Callable[[Any], T]) -> T:
    """Do `work` with a client, and again while the cluster is finding its feet.

    A broker of several may be down, a group may be without its coordinator for a moment: a fresh
    broker makes its topic of offsets when the first group asks.

    Raises:
        Wait: no broker answers, or it does not get better.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with _client(settings) as client:
                return work(client)
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise Wait(f"Kafka did not answer: {error}") from error
        time.sleep(_LOOK_AGAIN_S)


@contextmanager
def _client(settings: KafkaSettings) -> Iterator[Any]:
    client = connect(KafkaAdminClient, settings)
    try:
        yield client
    finally:
        client.close()
