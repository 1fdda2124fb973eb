"""Groups whose members come, go, sleep and stall while a batch is in hand."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest

from tests.wire.kafka import Desk, until
from wire import stage
from wire.bus import Consumer, Outgoing, Partition, Record, consumer, lags
from wire.errors import Fatal, Retry
from wire.stage import BatchWork, attempts
from wire.stop import Stop
from wire.telemetry import Fate
from wire.watchdog import Watchdog
from wire.work import Done

pytestmark = pytest.mark.slow

# Enough for a dozen rebalances.
CHURN_S = 12.0


@pytest.fixture
def desk(kafka: str, topic_prefix: str) -> Iterator[Desk]:
    desk = Desk(kafka, topic_prefix)
    yield desk
    desk.producer.close()


def slowly(desk: Desk, rest_s: float) -> BatchWork:
    """Copy stories to articles, resting over each batch."""

    def work(records: Sequence[Record]) -> Sequence[Done]:
        time.sleep(rest_s)
        return [copied(desk, record) for record in records]

    return BatchWork(work, 20)


def copied(desk: Desk, record: Record) -> Done:
    outgoing = Outgoing(desk.topics.articles, record.key or b"", record.value)
    return Done(record, (outgoing,), Fate("stored"))


def keys(desk: Desk, topic: str) -> Counter[bytes | None]:
    return Counter(record.key for record in desk.read(topic))


def committed(desk: Desk) -> dict[Partition, int]:
    group = desk.topics.group("enrich")
    found = lags(desk.kafka, {group: [desk.topics.stories]})[group]
    return {lag.partition: lag.committed or 0 for lag in found}


def test_consumers_that_come_and_go_every_second_lose_nothing_and_rewind_nobody(
    desk: Desk,
) -> None:
    stories, count = desk.topics.stories, 0
    seen: list[dict[Partition, int]] = []
    with (
        desk.running(slowly(desk, 0.2), [stories]),
        desk.running(slowly(desk, 0.2), [stories]),
    ):
        ends = time.monotonic() + CHURN_S
        while time.monotonic() < ends:
            with desk.running(slowly(desk, 0.2), [stories]):
                desk.publish(stories, 40)
                count += 1
                seen.append(committed(desk))
        until(lambda: desk.waiting(stories) == 0, "the end of the work")
    done = keys(desk, desk.topics.articles)
    assert set(done) == {b"%d" % n for n in range(40)}
    assert min(done.values()) >= count
    for before, after in pairwise(seen):
        assert all(after[each] >= offset for each, offset in before.items()), "rewound"
    assert desk.read(desk.topics.dead) == []


def test_a_member_slower_than_the_poll_interval_rewinds_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_POLL_INTERVAL_MS", 7_000)
    stories = desk.topics.stories
    in_hand, over = threading.Event(), threading.Event()

    def work(records: Sequence[Record]) -> Sequence[Done]:
        in_hand.set()
        assert over.wait(60)
        return [copied(desk, record) for record in records]

    desk.publish(stories, 60)
    with desk.running(BatchWork(work, 60), [stories]):
        assert in_hand.wait(60)
        with desk.running(slowly(desk, 0), [stories]):
            # the slow one is put out of its group, and its partitions are done by the other
            until(lambda: desk.waiting(stories) == 0, "the takeover")
            before = committed(desk)
            over.set()
            desk.publish(stories, 60)
            until(lambda: desk.waiting(stories) == 0, "the rest")
            after = committed(desk)
    assert all(after[each] >= offset for each, offset in before.items()), "rewound"
    done = keys(desk, desk.topics.articles)
    assert set(done) == {b"%d" % n for n in range(60)}
    assert min(done.values()) >= 2


class Stalled(Consumer):
    """A consumer that no longer gives what one partition has, as kafka-python's were seen to."""

    def poll(self, timeout_s: float, max_records: int) -> list[Record]:
        found = super().poll(timeout_s, max_records)
        kept = [record for record in found if record.partition != 0]
        for record in found:
            if record.partition == 0:
                self.seek(record.where, record.offset)
                break
        return kept


def watch_closely(monkeypatch: pytest.MonkeyPatch, still_s: float) -> None:
    monkeypatch.setattr(stage, "_WATCH_EVERY_S", 0.2)
    monkeypatch.setattr(stage, "Watchdog", partial(Watchdog, still_s))


def test_a_partition_that_stands_still_ends_its_stage_and_the_next_one_does_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_closely(monkeypatch, 2.0)
    stories = desk.topics.stories
    desk.publish(stories, 60)
    with monkeypatch.context() as broken:
        broken.setattr(stage, "Consumer", Stalled)
        with pytest.raises(Fatal, match=r"stories/0 has stood at 0 for \d s while messages wait"):
            desk.loop(slowly(desk, 0), [stories], Stop()).run()
    with desk.running(slowly(desk, 0), [stories]):
        until(lambda: desk.waiting(stories) == 0, "the rest")
    assert keys(desk, desk.topics.articles) == {b"%d" % n: 1 for n in range(60)}


def test_a_long_backlog_behind_slow_work_is_no_stall(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client gives all it holds of one partition first: the last one stood for minutes."""
    monkeypatch.setattr(stage, "_WATCH_EVERY_S", 0.2)
    monkeypatch.setattr(stage, "Watchdog", partial(Watchdog, 4.0, alone_s=1.5))
    stories = desk.topics.stories
    desk.publish(stories, 1_200)
    # twelve seconds of work: three times as long as one may stand
    with desk.running(slowly(desk, 0.2), [stories]):
        until(lambda: desk.waiting(stories) == 0, "the end of the backlog")
    assert keys(desk, desk.topics.articles) == {b"%d" % n: 1 for n in range(1_200)}


def test_a_retry_partition_that_rests_for_two_hours_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_closely(monkeypatch, 1.0)
    rest = desk.topics.retry_for(timedelta(hours=2))
    ahead = [0.0]
    looks: list[float] = []

    def work(records: Sequence[Record]) -> Sequence[Done]:
        return [retried_once(desk, record) for record in records]

    def now() -> float:
        looks.append(time.monotonic())
        return time.time() + ahead[0]

    subscribe = [desk.topics.stories, *desk.topics.retries]
    desk.publish(desk.topics.stories, 6)
    with desk.running(BatchWork(work, 20), subscribe, clock=now):
        until(lambda: desk.waiting(desk.topics.stories) == 0 and desk.waiting(rest) == 6)
        # it rests for longer than a partition may stand still, and the loop goes on turning
        ends = time.monotonic() + 4
        until(lambda: looks[-1] > ends, "four seconds of turns")
        assert desk.waiting(rest) == 6
        ahead[0] = 2 * 3600 + 1
        until(lambda: desk.waiting(*subscribe) == 0, "the end of the rest")
    assert keys(desk, desk.topics.articles) == {b"%d" % n: 1 for n in range(6)}


def retried_once(desk: Desk, record: Record) -> Done:
    if attempts(record) == 0:
        return Done(record, error=Retry("later", timedelta(hours=2)))
    return copied(desk, record)
