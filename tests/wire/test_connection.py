"""The way to a broker that is not there: it is waited for, and nothing is left behind."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wire.bus import Consumer, Outgoing, Producer, connection, lags, read_whole
from wire.errors import Fatal, Wait
from wire.settings import KafkaSettings

TRIES: list[Callable[[KafkaSettings], object]] = [
    lambda kafka: Consumer(kafka, "group", ["topic"]),
    lambda kafka: Producer(kafka).publish([Outgoing("topic", b"k", b"v")]),
    lambda kafka: lags(kafka, {"group": ["topic"]}),
    lambda kafka: list(read_whole(kafka, "topic")),
]

_MORE_TRIES = 5


@pytest.fixture
def mute() -> Iterator[KafkaSettings]:
    """An open port behind which nobody answers, as a load balancer's is without its brokers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield KafkaSettings(bootstrap_servers=f"127.0.0.1:{server.getsockname()[1]}")


def held() -> tuple[int, int]:
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("attempt", TRIES, ids=["consumer", "producer", "lags", "read_whole"])
def test_an_open_port_without_a_broker_is_waited_for_and_leaks_nothing(
    attempt: Callable[[KafkaSettings], object], mute: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_BOOTSTRAP_MS", 200)
    with pytest.raises(Wait):
        attempt(mute)
    before = held()
    for _ in range(_MORE_TRIES):
        with pytest.raises(Wait):
            attempt(mute)
    threads, descriptors = held()
    # What leaks leaks at every try; one that another part of the process opened meanwhile does not.
    assert threads - before[0] < _MORE_TRIES
    assert descriptors - before[1] < _MORE_TRIES


@pytest.mark.parametrize("attempt", TRIES, ids=["consumer", "producer", "lags", "read_whole"])
def test_a_closed_port_is_waited_for(attempt: Callable[[KafkaSettings], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Wait, match=str(port)):
        attempt(KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}"))


@pytest.mark.parametrize("attempt", TRIES, ids=["consumer", "producer", "lags", "read_whole"])
def test_no_broker_configured_is_said(attempt: Callable[[KafkaSettings], object]) -> None:
    with pytest.raises(Fatal, match="WIREDESK_KAFKA__BOOTSTRAP_SERVERS"):
        attempt(KafkaSettings())
