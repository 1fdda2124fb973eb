"""Partitions are added while messages wait and a stage runs: none is lost, none done twice."""

from collections.abc import Sequence

import pytest
from kafka import KafkaAdminClient

from tests.wire.kafka import Desk, until
from wire.bus import Consumer, Outgoing, Producer, Record, drifts
from wire.bus.connection import client_config
from wire.stage import BatchWork, Done

pytestmark = pytest.mark.slow


def test_messages_before_and_after_more_partitions_are_all_done_once(
    kafka: str, topic_prefix: str
) -> None:
    desk = Desk(kafka, topic_prefix)
    topic = desk.topics.stories
    done: list[bytes] = []

    def work(records: Sequence[Record]) -> list[Done]:
        done.extend(record.value or b"" for record in records)
        return [Done(record) for record in records]

    def publish(first: int) -> None:
        producer = Producer(desk.kafka)
        numbers = range(first, first + 100)
        producer.publish([Outgoing(topic, b"%d" % (n % 20), b"%d" % n) for n in numbers])
        producer.close()

    publish(0)
    with desk.running(BatchWork(work, 10), [topic]):
        until(lambda: len(done) >= 20, "the first messages")
        admin = KafkaAdminClient(**client_config(desk.kafka))
        admin.create_partitions({topic: 24})
        admin.close()
        publish(100)
    # the restart makes the stage see the new partitions at once
    with desk.running(BatchWork(work, 10), [topic]):
        until(lambda: desk.waiting(topic) == 0 and len(done) >= 200, "all of them")
    assert sorted(done, key=int) == [b"%d" % n for n in range(200)]
    assert drifts(desk.kafka, desk.topics.specs()) == []
    desk.producer.close()


def test_a_rejoin_that_outlasts_a_poll_is_brought_to_its_end(kafka: str, topic_prefix: str) -> None:
    """The member took it for settled, sent no heartbeats, and stood for ever."""
    desk = Desk(kafka, topic_prefix)
    stories = desk.topics.stories
    consumer = Consumer(desk.kafka, desk.topics.group("enrich"), [stories])
    until(lambda: not consumer.poll(0.1, 1) and bool(consumer.assignment()), "the first join")
    coordinator = consumer._client._coordinator
    # what the leader knew when it dealt the partitions is not what there is
    coordinator._assignment_snapshot = {stories: set()}
    consumer.poll(0.0, 1)
    assert coordinator.rejoining
    until(lambda: coordinator._join_task.is_done, "the answer, while nobody polls")
    assert not coordinator.stable()
    consumer.poll(1.0, 1)
    assert coordinator.stable()
    consumer.close()
    desk.producer.close()


def test_partitions_that_were_paused_apart_and_together_all_flow_again(
    kafka: str, topic_prefix: str
) -> None:
    """What the client had parked of two of them, it gave of one; the other stood still."""
    desk = Desk(kafka, topic_prefix)
    stories = desk.topics.stories
    desk.publish(stories, 240)
    consumer = Consumer(desk.kafka, desk.topics.group("enrich"), [stories])
    read: list[Record] = []

    def more() -> list[Record]:
        found = consumer.poll(0.5, 1)
        read.extend(found)
        return found

    until(lambda: bool(more()), "the first")
    first = read[-1].where
    # the first is parked, another one comes in line; then that one is parked too
    consumer.pause_only({first})
    until(lambda: any(record.where != first for record in more()), "another")
    consumer.pause_only(consumer.assignment())
    assert more() == []
    consumer.pause_only(set())
    until(lambda: bool(more()) and len(read) >= 240, "all of them")
    consumer.close()
    desk.producer.close()
    assert len({(record.where, record.offset) for record in read}) == 240
