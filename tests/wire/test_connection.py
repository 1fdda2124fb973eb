"""The way to a broker that is not there: it is waited for, and nothing is left behind."""

import socket
import threading
from collections.abc import Callable, Iterator
from multiprocessing import get_context
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
NAMES = ["consumer", "producer", "lags", "read_whole"]


@pytest.fixture
def mute() -> Iterator[KafkaSettings]:
    """An open port behind which nobody answers, as a load balancer's is without its brokers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield KafkaSettings(bootstrap_servers=f"127.0.0.1:{server.getsockname()[1]}")


def held() -> tuple[int, int]:
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


def try_again(number: int, mute: KafkaSettings) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return what this process holds after the first try, and after three more."""
    connection._BOOTSTRAP_MS = 200
    with pytest.raises(Wait):
        TRIES[number](mute)
    before = held()
    for _ in range(3):
        with pytest.raises(Wait):
            TRIES[number](mute)
    return before, held()


@pytest.mark.parametrize("number", range(len(TRIES)), ids=NAMES)
def test_an_open_port_without_a_broker_is_waited_for_and_leaks_nothing(
    number: int, mute: KafkaSettings
) -> None:
    """In a process of its own: once a descriptor of the test run's was taken for a leak."""
    with get_context("spawn").Pool(1) as pool:
        before, (threads, descriptors) = pool.apply(try_again, (number, mute))
    assert threads <= before[0]
    assert descriptors <= before[1]


@pytest.mark.parametrize("attempt", TRIES, ids=NAMES)
def test_a_closed_port_is_waited_for(attempt: Callable[[KafkaSettings], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Wait, match=str(port)):
        attempt(KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}"))


@pytest.mark.parametrize("attempt", TRIES, ids=NAMES)
def test_no_broker_configured_is_said(attempt: Callable[[KafkaSettings], object]) -> None:
    with pytest.raises(Fatal, match="WIREDESK_KAFKA__BOOTSTRAP_SERVERS"):
        attempt(KafkaSettings())
