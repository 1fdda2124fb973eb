"""Looks into topics from outside of any group."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.wire.kafka import Desk
from wire.bus import Outgoing, Partition, moments, positions_at, search

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(kafka: str, topic_prefix: str) -> Iterator[Desk]:
    desk = Desk(kafka, topic_prefix)
    yield desk
    desk.producer.close()


def now_ms() -> int:
    return int(time.time() * 1000)


def test_where_the_messages_since_a_time_begin(desk: Desk) -> None:
    topic = desk.topics.furniture
    desk.publish(topic, 3)
    last = max(record.timestamp_ms for record in desk.read(topic))
    assert positions_at(desk.kafka, [topic], 0) == {Partition(topic, 0): 0}
    assert positions_at(desk.kafka, [topic], last + 60_000) == {Partition(topic, 0): None}


def test_when_the_message_at_an_offset_came(desk: Desk) -> None:
    topic = desk.topics.furniture
    desk.publish(topic, 3)
    came = {record.offset: record.timestamp_ms for record in desk.read(topic)}
    assert moments(desk.kafka, {Partition(topic, 0): 1}) == {Partition(topic, 0): came[1]}
    assert moments(desk.kafka, {}) == {}


def test_what_is_not_there_is_left_out_in_time(desk: Desk) -> None:
    empty = {Partition(desk.topics.furniture, 0): 0}
    assert moments(desk.kafka, empty, within_s=1) == {}


def test_a_keys_records_are_found_where_the_producer_put_them(desk: Desk) -> None:
    topics = desk.topics
    keys = [str(uuid4()).encode() for _ in range(40)]
    desk.producer.publish([Outgoing(topics.pages, key, b"page") for key in keys])
    desk.producer.publish([Outgoing(topics.stories, keys[7], b"story")])
    wanted = {topics.pages: [keys[7]], topics.stories: [keys[7]]}
    found = search(desk.kafka, topics, wanted, 0, within_s=30)
    assert found.complete
    assert [(r.topic, r.key) for r in found.records] == [
        (topics.pages, keys[7]),
        (topics.stories, keys[7]),
    ]
    all_keys = search(desk.kafka, topics, {topics.pages: keys}, 0, within_s=30)
    assert sorted(record.key or b"" for record in all_keys.records) == sorted(keys)


def test_nothing_is_found_before_its_time_and_a_search_ends_in_time(desk: Desk) -> None:
    topics = desk.topics
    desk.producer.publish([Outgoing(topics.pages, b"k", b"page")])
    later = now_ms() + 60_000
    assert search(desk.kafka, topics, {topics.pages: [b"k"]}, later, within_s=30).records == ()
    cut = search(desk.kafka, topics, {topics.pages: [b"k"]}, 0, within_s=0)
    assert not cut.complete
