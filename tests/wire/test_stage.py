"""The loop on a real broker: what is published, committed, retried, and what ends where."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from tests.wire.kafka import Desk, until
from wire import dead, stage
from wire.bus import Consumer, Outgoing, Partition, Record
from wire.errors import DeadLetter, Fatal, Retry, Wait
from wire.stage import ATTEMPTS, BatchWork, attempts
from wire.stop import Stop
from wire.telemetry import Fate, Health
from wire.work import Done

pytestmark = pytest.mark.slow

Function = Callable[[Sequence[Record]], Sequence[Done]]


@pytest.fixture
def desk(kafka: str, topic_prefix: str) -> Iterator[Desk]:
    desk = Desk(kafka, topic_prefix)
    yield desk
    desk.producer.close()


def copy_to(topic: str) -> Callable[[Record], Done]:
    return lambda r: Done(r, (Outgoing(topic, r.key or b"", r.value),), Fate("stored"))


def each(function: Callable[[Record], Done]) -> Function:
    return lambda records: [function(record) for record in records]


def dead_fates() -> float:
    labels = {"stage": "enrich", "outcome": "dead"}
    return REGISTRY.get_sample_value("wiredesk_stage_fates_total", labels) or 0.0


def test_every_message_is_worked_published_and_committed_once(desk: Desk) -> None:
    topics = desk.topics
    desk.publish(topics.stories, 500)
    with desk.running(BatchWork(each(copy_to(topics.articles)), 64), [topics.stories]):
        until(lambda: desk.waiting(topics.stories) == 0, "the commit of all")
    keys = [record.key or b"" for record in desk.read(topics.articles)]
    assert sorted(keys) == sorted(b"%d" % n for n in range(500))


def test_one_bad_record_is_one_dead_letter_and_its_neighbours_go_on(desk: Desk) -> None:
    topics = desk.topics

    def work(records: Sequence[Record]) -> Sequence[Done]:
        if any(r.key == b"7" for r in records):
            raise KeyError("no such thing")
        return [copy_to(topics.articles)(r) for r in records]

    desk.publish(topics.stories, 20)
    with desk.running(BatchWork(work, 50), [topics.stories]):
        until(lambda: desk.waiting(topics.stories) == 0)
    (letter,) = map(dead.read, desk.read(topics.dead))
    assert (letter.key, letter.value, letter.reason) == (b"7", b"v", "unexpected")
    assert (letter.topic, letter.stage, letter.error_class) == (
        topics.stories,
        "enrich",
        "KeyError",
    )
    assert len(desk.read(topics.articles)) == 19


def test_a_dead_letter_says_what_it_is_about(desk: Desk) -> None:
    def work(record: Record) -> Done:
        error = DeadLetter("enrich", "too-odd", "odd")
        return Done(record, fate=Fate("dead", {"url": "https://a.example/1"}), error=error)

    desk.publish(desk.topics.stories, 1)
    with desk.running(BatchWork(each(work), 9), [desk.topics.stories]):
        until(lambda: desk.waiting(desk.topics.stories) == 0)
    (letter,) = map(dead.read, desk.read(desk.topics.dead))
    assert (letter.reason, letter.url) == ("too-odd", "https://a.example/1")


def test_a_dead_letter_of_what_nobody_foresaw_says_what_it_is_about(desk: Desk) -> None:
    """Its story was awaited for ever, and published anew each day to die again."""

    def work(records: Sequence[Record]) -> Sequence[Done]:
        raise KeyError("no such thing")

    def about(record: Record) -> dict[str, object]:
        return {"url": f"https://a.example/{(record.key or b'').decode()}"}

    desk.publish(desk.topics.stories, 2)
    with desk.running(BatchWork(work, 9, about), [desk.topics.stories]):
        until(lambda: desk.waiting(desk.topics.stories) == 0)
    letters = sorted(str(dead.read(each).url) for each in desk.read(desk.topics.dead))
    assert letters == ["https://a.example/0", "https://a.example/1"]


def test_a_retry_rests_on_its_topic_until_it_is_due_and_counts(desk: Desk) -> None:
    topics = desk.topics
    rest = topics.retry_for(timedelta(minutes=1))
    ahead = [0.0]
    seen: list[tuple[str, int]] = []

    def work(record: Record) -> Done:
        seen.append((record.topic, attempts(record)))
        if attempts(record) < 2:
            return Done(record, error=Retry("later", timedelta(seconds=30)))
        return Done(record, fate=Fate("stored"))

    desk.publish(topics.stories, 1)
    subscribe = [topics.stories, *topics.retries]

    with desk.running(BatchWork(each(work), 9), subscribe, clock=lambda: time.time() + ahead[0]):
        until(lambda: desk.waiting(topics.stories) == 0 and desk.waiting(rest) == 1)
        assert seen == [(topics.stories, 0)]
        ahead[0] = 61
        until(lambda: desk.waiting(*subscribe) == 0)
    assert seen == [(topics.stories, 0), (rest, 1), (rest, 2)]


def test_a_retry_that_is_our_own_delay_is_not_counted(desk: Desk) -> None:
    def work(record: Record) -> Done:
        return Done(record, error=Retry("host-busy", timedelta(0), counted=False))

    desk.publish(desk.topics.stories, 1)
    with desk.running(BatchWork(each(work), 9), [desk.topics.stories]):
        until(lambda: desk.waiting(desk.topics.stories) == 0)
    (record,) = desk.read(desk.topics.retry_for(timedelta(0)))
    assert record.header(ATTEMPTS) == b"0"


def test_nothing_is_dead_lettered_because_the_database_was_away(desk: Desk) -> None:
    topics, away, health = desk.topics, threading.Event(), Health()

    def work(records: Sequence[Record]) -> Sequence[Done]:
        if away.is_set():
            raise Wait("PostgreSQL is away")
        return [copy_to(topics.articles)(r) for r in records]

    away.set()
    desk.publish(topics.stories, 30)
    with desk.running(BatchWork(work, 10), [topics.stories], health=health):
        until(lambda: health.trouble == "PostgreSQL is away", "the wait")
        assert desk.waiting(topics.stories) == 30
        away.clear()
        until(lambda: desk.waiting(topics.stories) == 0, "the end of the wait")
        until(lambda: health.trouble is None, "readiness")
    assert desk.read(topics.dead) == []
    assert len(desk.read(topics.articles)) == 30


def test_a_result_too_large_for_its_topic_is_a_dead_letter_and_the_next_ones_go(
    desk: Desk,
) -> None:
    topics, before = desk.topics, dead_fates()

    def work(record: Record) -> Done:
        value = b"x" * (9 * 2**20) if record.key == b"3" else b"small"
        return Done(record, (Outgoing(topics.articles, record.key or b"", value),))

    desk.publish(topics.stories, 6)
    with desk.running(BatchWork(each(work), 9), [topics.stories]):
        until(lambda: desk.waiting(topics.stories) == 0)
    (letter,) = map(dead.read, desk.read(topics.dead))
    assert (letter.reason, letter.key) == ("too-large", b"3")
    assert len(desk.read(topics.articles)) == 5
    assert dead_fates() == before + 1, "it is counted as what became of it"


def test_a_retry_too_large_for_its_topic_is_a_dead_letter_and_does_not_end_the_stage(
    desk: Desk,
) -> None:
    topics = desk.topics

    def work(record: Record) -> Done:
        if record.key == b"0":
            return Done(record, error=Retry("later", timedelta(0)))
        return copy_to(topics.articles)(record)

    # as large as its own topic takes: the count of its failures is what makes it too large
    room = topics.specs()[0].max_bytes - 1_024 - 1
    desk.producer.publish([Outgoing(topics.entries, b"0", b"x" * room)])
    desk.publish(topics.stories, 2)
    with desk.running(BatchWork(each(work), 9), [topics.entries, topics.stories]):
        until(lambda: desk.waiting(topics.entries, topics.stories) == 0)
    assert [dead.read(each).reason for each in desk.read(topics.dead)] == ["too-large"]
    assert [record.key for record in desk.read(topics.articles)] == [b"1"]


def test_a_record_that_the_broker_refuses_does_not_poison_the_producer(desk: Desk) -> None:
    topics = desk.topics
    # this producer was told no limits: only the broker refuses, as zstd can't shrink noise
    noise = Outgoing(topics.furniture, b"k", random.Random(1).randbytes(2 * 2**20))
    assert desk.producer.fits(noise)
    with pytest.raises(Wait, match="MessageSizeTooLarge"):
        desk.producer.publish([noise])
    desk.producer.publish([Outgoing(topics.furniture, b"k", b"small")])
    assert not desk.producer.fits(noise), "it would be tried for ever"
    assert [record.value for record in desk.read(topics.furniture)] == [b"small"]


def test_a_bad_release_stops_before_it_eats_the_topic(desk: Desk) -> None:
    def work(record: Record) -> Done:
        return Done(record, error=ValueError("every story breaks"))

    desk.publish(desk.topics.stories, 200)
    loop = desk.loop(BatchWork(each(work), 20), [desk.topics.stories], Stop())
    with pytest.raises(Fatal, match="every story breaks"):
        loop.run()
    assert len(desk.read(desk.topics.dead)) <= 10
    assert desk.waiting(desk.topics.stories) >= 190


def test_pages_that_the_outside_took_away_stop_nobody(desk: Desk) -> None:
    def work(record: Record) -> Done:
        return Done(record, error=DeadLetter("fetch", "http-404", outside=True))

    desk.publish(desk.topics.stories, 100)
    with desk.running(BatchWork(each(work), 20), [desk.topics.stories]):
        until(lambda: desk.waiting(desk.topics.stories) == 0)
    assert len(desk.read(desk.topics.dead)) == 100


def test_a_stop_drains_what_is_in_hand_and_commits_it(desk: Desk) -> None:
    topics, entered, leave = desk.topics, threading.Event(), threading.Event()

    def work(records: Sequence[Record]) -> Sequence[Done]:
        entered.set()
        leave.wait(30)
        return [copy_to(topics.articles)(r) for r in records]

    desk.publish(topics.stories, 5)
    with desk.running(BatchWork(work, 50), [topics.stories]) as stop:
        assert entered.wait(30)
        stop.request()
        leave.set()
    taken = 5 - desk.waiting(topics.stories)
    assert taken > 0
    assert len(desk.read(topics.articles)) == taken


def test_a_drain_while_the_database_is_away_does_not_spin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_DRAIN_S", 3.0)
    asked: list[float] = []

    def work(_: Sequence[Record]) -> Sequence[Done]:
        asked.append(time.monotonic())
        raise Wait("PostgreSQL is away")

    desk.publish(desk.topics.stories, 5)
    stop = Stop()
    loop = desk.loop(BatchWork(work, 50), [desk.topics.stories], stop)
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    until(lambda: bool(asked), "the wait")
    stop.request()
    asked_before = len(asked)
    thread.join(60)
    assert not thread.is_alive(), "a drain has an end"
    # five times a second for three seconds
    assert len(asked) - asked_before < 40
    assert desk.waiting(desk.topics.stories) == 5


def test_members_that_come_and_go_lose_nothing(desk: Desk) -> None:
    topics = desk.topics
    desk.publish(topics.stories, 1_000)
    first = BatchWork(each(copy_to(topics.articles)), 20)
    second = BatchWork(each(copy_to(topics.articles)), 20)
    with desk.running(first, [topics.stories]):
        for _ in range(3):
            with desk.running(second, [topics.stories]):
                desk.publish(topics.stories, 300)
        until(lambda: desk.waiting(topics.stories) == 0)
    keys = [record.key for record in desk.read(topics.articles)]
    counts = {key: keys.count(key) for key in set(keys)}
    assert len(counts) == 1_000
    assert sum(counts.values()) >= 1_900
    assert desk.read(topics.dead) == []


def test_a_stale_commit_is_not_sent(desk: Desk) -> None:
    topics = desk.topics
    desk.publish(topics.furniture, 10)
    lost: set[Partition] = set()
    consumer = Consumer(desk.kafka, topics.group("enrich"), [topics.furniture], lost=lost.update)
    try:
        until(lambda: bool(consumer.poll(0.2, 100)), "the assignment")
        (held,) = consumer.assignment()
        stranger = Partition(topics.stories, 0)
        assert consumer.commit({stranger: (90, -1), held: (4, -1)})
        assert desk.waiting(topics.furniture) == 6
        assert desk.waiting(topics.stories) == 0
    finally:
        consumer.close()
