"""A stage on real topics, for the tests of the loop."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from wire.bus import Outgoing, Producer, Record, create_topics, lags, read_whole
from wire.settings import KafkaSettings
from wire.stage import Loop
from wire.stop import Stop
from wire.topics import Topics
from wire.work import Work

# Longer than any of these tests takes on a busy machine; a test that hangs fails by it.
PATIENCE_S = 60.0


class Desk:
    """Topics of a test's own on a running broker."""

    def __init__(self, bootstrap_servers: str, prefix: str) -> None:
        self.kafka = KafkaSettings(
            bootstrap_servers=bootstrap_servers,
            replication_factor=1,
            min_insync_replicas=1,
            session_timeout_s=6,
        )
        self.topics = Topics(prefix)
        create_topics(self.kafka, self.topics.specs())
        self.producer = Producer(self.kafka)

    def publish(self, topic: str, count: int, value: bytes = b"v") -> None:
        """Publish `count` messages with keys 0, 1, 2, …"""
        self.producer.publish([Outgoing(topic, b"%d" % n, value) for n in range(count)])

    def loop(self, work: Work, subscribe: Sequence[str], stop: Stop, **more: object) -> Loop:
        """A loop of the stage `enrich`."""
        return Loop(
            "enrich",
            work,
            kafka=self.kafka,
            subscribe=subscribe,
            topics=self.topics,
            stop=stop,
            **more,  # type: ignore[arg-type]  # a test's own clock or health
        )

    @contextmanager
    def running(self, work: Work, subscribe: Sequence[str], **more: object) -> Iterator[Stop]:
        """Run a loop in a thread until the `with` ends; its error is raised there."""
        stop = Stop()
        failed: list[BaseException] = []

        def run() -> None:
            try:
                self.loop(work, subscribe, stop, **more).run()
            except BaseException as error:  # noqa: BLE001  # handed to the test's thread
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield stop
        except AssertionError as error:
            # what ended the loop is why what was waited for did not come
            raise (failed or [error])[0] from error
        finally:
            stop.request()
            thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the loop did not end"
        if failed:
            raise failed[0]

    def waiting(self, *topics: str) -> int:
        """Messages of the topics that the group has not committed."""
        group = self.topics.group("enrich")
        return sum(lag.waiting for lag in lags(self.kafka, {group: topics})[group])

    def read(self, topic: str) -> list[Record]:
        """All that stands on a topic."""
        return list(read_whole(self.kafka, topic))


def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Wait for a condition; fail by name when it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come in {PATIENCE_S:.0f} s"
        time.sleep(0.05)
