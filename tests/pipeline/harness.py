"""The whole pipeline for tests: every stage a process, real Kafka, real PostgreSQL, real HTTP."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from pydantic import SecretStr

from desk import progress
from desk.children import Children
from desk.prepare import prepare
from desk.run import CONSUMERS, environment
from store import changes, feeds
from store.engine import create_engine
from wire.bus import read_whole
from wire.messages import Article
from wire.settings import DatabaseSettings, KafkaSettings, Settings
from wire.topics import Topics

# The sites are the test's own and on this machine: they need not be spared like a publisher's.
KIND_TO_LOOPBACK = {
    "WIREDESK_WEB__ALLOW_PRIVATE": "true",
    "WIREDESK_WEB__HOST_GAP_S": "0",
    "WIREDESK_WEB__HOST_CONCURRENCY": "8",
}


class Pipeline:
    """All stages over a database and topics of the test's own."""

    def __init__(
        self,
        bootstrap_servers: str,
        database: str,
        prefix: str,
        folder: Path,
        *,
        copies: int = 1,
        **env: str,
    ) -> None:
        self.database = database
        self.settings = Settings(
            data=folder,
            kafka=KafkaSettings(
                bootstrap_servers=bootstrap_servers,
                replication_factor=copies,
                min_insync_replicas=max(1, copies - 1),
                prefix=prefix,
            ),
            database=DatabaseSettings(url=SecretStr(database)),
        )
        self.environment = {
            **environment(self.settings),
            "WIREDESK_KAFKA__PREFIX": prefix,
            "WIREDESK_KAFKA__SESSION_TIMEOUT_S": "6",
            **KIND_TO_LOOPBACK,
            **env,
        }
        self.topics = Topics(prefix)
        self.children = Children(self.environment, folder / "logs")
        self._engine = create_engine(database)
        prepare(self.settings)

    def add_feeds(self, *urls: str, agency: str | None = None) -> None:
        for url in urls:
            feeds.add_feed(self._engine, url, agency=agency, next_poll_at=datetime.now(UTC))

    def poll_once(self) -> None:
        self.children.start("poll", "--once", once=True)

    @contextmanager
    def running(self, dies_at: str | None = None) -> Iterator["Pipeline"]:
        """Run the stages; the one that `dies_at` names kills itself there, the first time."""
        for stage in CONSUMERS:
            fault = dies_at if dies_at and dies_at.startswith(f"{stage}:") else None
            self.children.start(stage, fault=fault)
        try:
            yield self
        finally:
            self.close()

    def close(self) -> None:
        """Stop the stages, and part with the database."""
        self.children.stop()
        self._engine.dispose()

    def drain(self, within_s: float = 300.0) -> None:
        """Wait until poll has ended and nothing waits, but what rests for a later try."""
        still = 0

        def settled() -> bool:
            nonlocal still
            self.children.watch()
            now = progress.look(self.settings.kafka, self.topics, 0)
            quiet = self.children.ended("poll") and now.drained and changes.relayed(self._engine)
            still = still + 1 if quiet else 0
            return still >= 2

        wait_until(settled, within_s)

    def poll_until_killed(self, fault: str) -> None:
        """Poll with a fault armed until the poller is dead, then poll once as usual."""
        self.children.start("poll", "--once", once=True, fault=fault)
        wait_until(lambda: self.children.ended("poll"), 60)
        self.poll_once()

    def wait_for_death(self, stage: str) -> None:
        """Wait until a stage has died and been started again."""
        wait_until(lambda: stage in self.children.watch(), 90)

    def articles_on_topic(self) -> set[str]:
        """Return the addresses of the articles that a reader of wire.articles ends with."""
        standing = {r.key: r.value for r in read_whole(self.settings.kafka, self.topics.articles)}
        return {Article.model_validate_json(value).url for value in standing.values() if value}

    def kill(self, stage: str) -> None:
        """End a stage as by kill -9; the next `watch` starts it again."""
        os.kill(self.children.pids()[stage], signal.SIGKILL)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database, connect_timeout=10) as connection:
            return list(connection.execute(query.encode()))

    def resting(self) -> int:
        return progress.look(self.settings.kafka, self.topics, 0).resting


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come in {within_s:.0f} s"
        time.sleep(0.3)
