"""The loop that every consuming stage runs: written once, so that the commit order is right once.

    poll ─► start ─► finished ─► publish ─► acknowledged ─► commit ─► fates

Work ends in any order; what is committed is the lowest offset not yet done. What kind an error is
(`wire.errors`) decides what happens: `Wait` pauses and keeps polling, so that the member stays in
its group; `Retry` goes to the retry topic of its delay; `DeadLetter`, and whatever else was raised,
goes to wire.dead; `Fatal` ends the process. Everything here runs in one thread, the main one.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from wire import dead, ends, faults
from wire.bus import Consumer, Outgoing, Partition, Producer, Record
from wire.ends import ATTEMPTS, attempts
from wire.errors import DeadLetter, Fatal, Retry, Wait
from wire.ledger import Ledger
from wire.metrics import LAG, LOST, OLDEST
from wire.settings import KafkaSettings
from wire.stop import Stop
from wire.telemetry import Fate, Health, Waiting, logger, record_fate
from wire.topics import Topics
from wire.watchdog import Watchdog
from wire.work import BatchWork, Done, Work

__all__ = ["ATTEMPTS", "BatchWork", "Done", "Loop", "Work", "attempts"]

# A bad release must not eat a topic: more deaths than this among the last `_WINDOW` stop the stage.
_WINDOW: Final = 50
_MAX_DEATHS: Final = 10
# While the broker or the database is away, it is tried again this often.
_WAIT_S: Final = 1.0
# Offsets are committed this often at most: a commit is a round trip and a record in a topic.
_COMMIT_EVERY_S: Final = 0.2
# While draining too, but sooner: there is little time.
_DRAIN_WAIT_S: Final = 0.2
# A drain that takes longer is given up; the rest is done again by the next member.
_DRAIN_S: Final = 25.0
# The watchdog asks the broker for the ends of the partitions this often.
_WATCH_EVERY_S: Final = 15.0
# While the others rest for one: they are not to rest for long.
_TURN_EVERY_S: Final = 1.0


class Loop:
    """One stage's loop over one consumer group's topics."""

    def __init__(
        self,
        stage: str,
        work: Work,
        *,
        kafka: KafkaSettings,
        subscribe: Collection[str],
        topics: Topics,
        stop: Stop,
        health: Health | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._stage = stage
        self._work = work
        self._kafka = kafka
        self._subscribe = subscribe
        self._topics = topics
        self._stop = stop
        self._health = health or Health()
        self._clock = clock
        self._log = logger(stage)
        limits = {spec.name: spec.max_bytes for spec in topics.specs()}
        self._producer = Producer(kafka, limits)
        self._consumer: Consumer | None = None
        self._ledgers: dict[Partition, Ledger] = {}
        self._unpublished: list[Done] = []
        self._uncommitted: dict[Partition, tuple[int, int]] = {}
        self._fates: dict[Partition, list[tuple[Record, Fate | None]]] = {}
        self._held: dict[Partition, float] = {}
        self._deaths: deque[bool] = deque(maxlen=_WINDOW)
        self._waiting: str | None = None
        self._told = Waiting(stage)
        self._next_commit = 0.0
        self._next_watch = 0.0
        self._watchdog = Watchdog()
        self._still: str | None = None
        for topic in subscribe:
            # told from the beginning: an increase from nothing is seen by no alert
            LOST.labels(stage, topic)

    def run(self) -> None:
        """Turn until the stop is asked for, then drain and commit.

        Raises:
            Fatal: too many messages died, or a partition stands still.
        """
        try:
            while not self._stop.requested:
                self._turn(taking=True)
            self._drain()
        finally:
            self._work.close()
            self._producer.close()
            if self._consumer is not None:
                self._consumer.close()

    def _turn(self, *, taking: bool) -> None:
        """One turn; a `Wait` from anywhere in it pauses the loop, and loses nothing in hand."""
        try:
            consumer = self._joined()
            self._take(consumer, taking=taking and self._waiting is None)
            self._collect()
            self._publish()
            self._commit(consumer)
            self._watch(consumer)
        except Wait as wait:
            self._say_waiting(str(wait))
            # nothing could move meanwhile: the time does not count as standing still
            self._watchdog, self._still = Watchdog(), None
            if self._stop.wait(_WAIT_S) and not taking:
                # a stop that was asked for wakes at once, and a drain must not spin
                time.sleep(_DRAIN_WAIT_S)
        else:
            self._say_waiting(None)

    def _drain(self) -> None:
        self._log.info("draining", in_hand=self._in_hand)
        deadline = time.monotonic() + _DRAIN_S
        while (self._in_hand or self._uncommitted) and time.monotonic() < deadline:
            self._next_commit = 0.0
            self._turn(taking=False)

    @property
    def _in_hand(self) -> int:
        return sum(map(len, self._ledgers.values()))

    def _joined(self) -> Consumer:
        if self._consumer is None:
            self._consumer = Consumer(
                self._kafka,
                self._topics.group(self._stage),
                self._subscribe,
                lost=self._lose,
                skipped=self._say_lost,
            )
        return self._consumer

    def _lose(self, partitions: set[Partition]) -> None:
        """Forget what was in hand of partitions that are another member's now."""
        for partition in partitions:
            for held in (self._ledgers, self._uncommitted, self._fates, self._held):
                held.pop(partition, None)

    # --- poll and start

    def _take(self, consumer: Consumer, *, taking: bool) -> None:
        room = self._work.room() if taking else 0
        consumer.pause_only(self._resting(consumer) if room > 0 else consumer.assignment())
        # with work in hand the poll only keeps the membership alive: finished work waits for us
        timeout_s = 0.0 if self._in_hand or self._waiting else 0.5
        due = self._due(consumer, consumer.poll(timeout_s, max(1, room)))
        for record in due:
            self._ledgers.setdefault(record.where, Ledger()).take(record)
        if due:
            self._work.start(due)
            faults.point(self._stage, "taken")

    def _resting(self, consumer: Consumer) -> set[Partition]:
        """Return the retry partitions whose head is not due yet, and who rests for another."""
        now = self._clock()
        self._held = {each: due for each, due in self._held.items() if due > now}
        alone = self._watchdog.alone(time.monotonic())
        assigned = consumer.assignment()
        others = assigned - {alone} if alone in assigned else set()
        return set(self._held) | others

    def _due(self, consumer: Consumer, records: Sequence[Record]) -> list[Record]:
        """Return the records that may be started; a retry partition rests until its head is due."""
        due = []
        for record in records:
            delay = self._topics.retries.get(record.topic, timedelta(0))
            at = record.timestamp_ms / 1000 + delay.total_seconds()
            if record.where in self._held:
                continue
            if delay and at > self._clock():
                self._held[record.where] = at
                consumer.seek(record.where, record.offset)
                continue
            due.append(record)
        return due

    # --- finished, publish, acknowledged

    def _collect(self) -> None:
        finished = self._work.finished(0.1 if self._in_hand and not self._unpublished else 0.0)
        self._unpublished.extend(finished)

    def _publish(self) -> None:
        ours = [self._fitting(done) for done in self._unpublished if self._is_ours(done.record)]
        self._guard(ours)
        outgoing = [message for done in ours for message in self._messages(done)]
        if ours:
            faults.point(self._stage, "finished")
            self._producer.publish(outgoing)
            faults.point(self._stage, "published")
        self._unpublished.clear()
        for done in ours:
            self._deaths.append(ends.is_our_death(done.error))
            self._ledgers[done.record.where].done(done.record.offset, ends.fate_of(done))

    def _is_ours(self, record: Record) -> bool:
        ledger = self._ledgers.get(record.where)
        return ledger is not None and ledger.holds(record.offset)

    def _guard(self, finished: Sequence[Done]) -> None:
        """Stop before the letters of a bad release are even published."""
        window = [*self._deaths, *(ends.is_our_death(done.error) for done in finished)][-_WINDOW:]
        if sum(window) > _MAX_DEATHS:
            last = next(done.error for done in reversed(finished) if ends.is_our_death(done.error))
            raise Fatal(
                f"{sum(window)} of the last {len(window)} messages of {self._stage} died, the last "
                f"of {type(last).__name__}: {last}; see wire.dead and mend the cause first"
            )

    def _fitting(self, done: Done) -> Done:
        """Return `done`, as dead where what it gave is larger than its topic takes."""
        given = done.outgoing
        if isinstance(done.error, Retry):
            given = (ends.retried(self._topics, done.record, done.error),)
        large = next((each for each in given if not self._producer.fits(each)), None)
        if large is None or (done.error is not None and not isinstance(done.error, Retry)):
            return done
        detail = f"{large.size} bytes for {large.topic}"
        return replace(done, error=DeadLetter(self._stage, "too-large", detail))

    def _messages(self, done: Done) -> list[Outgoing]:
        if done.error is None:
            return list(done.outgoing)
        if isinstance(done.error, Retry):
            return [ends.retried(self._topics, done.record, done.error)]
        letter = ends.letter(self._topics, self._stage, done, done.error)
        return [letter if self._producer.fits(letter) else dead.without_body(letter)]

    # --- commit, fates

    def _commit(self, consumer: Consumer) -> None:
        for partition, ledger in self._ledgers.items():
            settled = ledger.settle()
            if settled is not None:
                self._uncommitted[partition] = (settled.next_offset, settled.leader_epoch)
                self._fates.setdefault(partition, []).extend(settled.fates)
        if not self._uncommitted or time.monotonic() < self._next_commit:
            return
        if consumer.commit(self._uncommitted):
            faults.point(self._stage, "committed")
            self._tell_fates()
            self._uncommitted.clear()
        self._next_commit = time.monotonic() + _COMMIT_EVERY_S

    def _tell_fates(self) -> None:
        now = self._clock()
        for record, fate in [each for fates in self._fates.values() for each in fates]:
            if fate is not None:
                waited_s = max(0.0, now - record.timestamp_ms / 1000)
                fields = {**fate.fields, "ms": round(waited_s * 1000)}
                record_fate(self._stage, replace(fate, fields=fields), waited_s=waited_s)
        self._fates.clear()

    # --- what ops see

    def _watch(self, consumer: Consumer) -> None:
        now = time.monotonic()
        if now < self._next_watch:
            return
        standing = consumer.standing()
        # only now: a broker that is away is asked at every turn, until it is back
        alone = self._watchdog.alone(now) is not None
        self._next_watch = now + (_TURN_EVERY_S if alone else _WATCH_EVERY_S)
        for topic in {each.topic for each in standing}:
            waiting = sum(e - p for each, (p, e) in standing.items() if each.topic == topic)
            LAG.labels(self._stage, topic).set(waiting)
        ages = [ms for ledger in self._ledgers.values() if (ms := ledger.oldest_ms()) is not None]
        OLDEST.labels(self._stage).set(self._clock() - min(ages) / 1000 if ages else 0)
        resting = consumer.paused()
        idle = {
            each: found
            for each, found in standing.items()
            if each not in resting and not len(self._ledgers.get(each, ()))
        }
        self._watchdog.look(idle, now)
        self._still = self._watchdog.standing(now)

    def _say_lost(self, partition: Partition, offset: int, count: int) -> None:
        """Tell of messages that retention took undone: the reconciler is to bring them again."""
        LOST.labels(self._stage, partition.topic).inc(count)
        self._log.warning(
            "lost", topic=partition.topic, partition=partition.number, offset=offset, count=count
        )

    def _say_waiting(self, reason: str | None) -> None:
        self._told.say(reason)
        self._waiting = reason
        self._health.turn(reason or self._still)
