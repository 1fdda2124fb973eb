"""Ready is false while a server is away, at rest too, and true again when it is back; live is not.

Real stages on servers of their own, which are stopped one after the other.
"""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from desk import health
from desk.children import Children
from desk.local import Local, process, quiet
from desk.local.kafka import Kafka
from desk.local.postgres import Postgres
from desk.prepare import prepare
from desk.run import environment
from tests.pipeline.harness import KIND_TO_LOOPBACK, wait_until
from tests.wire.kafka import Desk
from wire import stage
from wire.bus import Consumer, Record
from wire.settings import DatabaseSettings, KafkaSettings, Settings
from wire.stage import BatchWork
from wire.stop import Stop
from wire.telemetry import Health
from wire.watchdog import Watchdog

pytestmark = pytest.mark.slow

# A probe every ten seconds, and what a client takes to find that nobody answers, on a busy machine.
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Rig:
    """poll, which needs both servers, and extract, which needs Kafka alone."""

    kafka: Kafka
    postgres: Postgres
    poll: int
    extract: int

    def wait_ready(self, *ports: int) -> None:
        wait_until(lambda: all(health.trouble(port) is None for port in ports), PATIENCE_S)

    def wait_trouble(self, port: int, about: str) -> None:
        wait_until(lambda: about in (health.trouble(port) or ""), PATIENCE_S)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    servers, port = tmp_path / "servers", process.choose_port()
    local = Local(servers)
    found = local.start()
    settings = Settings(
        data=tmp_path,
        kafka=KafkaSettings(
            bootstrap_servers=found.bootstrap_servers, replication_factor=1, min_insync_replicas=1
        ),
        database=DatabaseSettings(url=SecretStr(found.database_url)),
    )
    prepare(settings)
    env = {**environment(settings), **KIND_TO_LOOPBACK, "WIREDESK_TELEMETRY__PORT": str(port)}
    children = Children(env, tmp_path / "logs")
    children.start("poll")
    children.start("extract")
    try:
        yield Rig(
            Kafka(servers / "kafka", brokers=None, say=quiet),
            Postgres(servers / "postgres", say=quiet),
            port,
            port + 1,
        )
    finally:
        children.stop()
        local.stop()


def live(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=30) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


def test_a_server_that_is_away_makes_unready_who_needs_it_and_nobody_else(rig: Rig) -> None:
    rig.wait_ready(rig.poll, rig.extract)
    rig.postgres.stop()
    rig.wait_trouble(rig.poll, "database")
    assert live(rig.poll)
    assert health.trouble(rig.extract) is None
    rig.postgres.start()
    rig.wait_ready(rig.poll)
    rig.kafka.stop()
    rig.wait_trouble(rig.poll, "Kafka")
    rig.wait_trouble(rig.extract, "Kafka")
    assert live(rig.poll)
    assert live(rig.extract)
    rig.kafka.start()
    rig.wait_ready(rig.poll, rig.extract)


class Stalled(Consumer):
    """A consumer that gets nothing although messages wait: kafka-python's stalls look like this."""

    def poll(self, timeout_s: float, max_records: int) -> list[Record]:
        if self.assignment():
            time.sleep(timeout_s)
            return []
        return super().poll(timeout_s, max_records)


def nothing(records: Sequence[Record]) -> list[stage.Done]:
    raise AssertionError(f"{len(records)} records came")


def test_a_position_that_stands_still_makes_a_stage_unready(
    kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "Consumer", Stalled)
    monkeypatch.setattr(stage, "_WATCH_EVERY_S", 0.2)
    monkeypatch.setattr(stage, "Watchdog", lambda: Watchdog(still_s=600, slow_s=1))
    desk, state = Desk(kafka, topic_prefix), Health()
    topic = desk.topics.stories
    stop: Stop
    with desk.running(BatchWork(nothing, 10), [topic], health=state) as stop:
        wait_until(lambda: state.trouble is None, PATIENCE_S)
        desk.publish(topic, 5)
        wait_until(lambda: "has stood at 0" in (state.trouble or ""), PATIENCE_S)
        assert state.alive
        assert not stop.requested
    desk.producer.close()
