"""The first signal drains, the second stops at once; a fault point kills."""

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator

import pytest

from wire import faults
from wire.stop import EXIT_AT_ONCE, Stop

WAITS = """
    from wire.stop import Stop
    stop = Stop().listen()
    print("ready", flush=True)
    stop.wait(60)
    print("draining", flush=True)
    {then}
"""


def start(then: str) -> "subprocess.Popen[str]":
    code = textwrap.dedent(WAITS).format(then=then)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_lets_the_process_drain(number: signal.Signals) -> None:
    with start("pass") as process:
        process.send_signal(number)
        assert process.stdout is not None
        assert process.stdout.readline() == "draining\n"
        assert process.wait(20) == 0


def test_the_second_signal_stops_at_once() -> None:
    with start("import time; time.sleep(60)") as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.readline() == "draining\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == EXIT_AT_ONCE


@pytest.fixture
def _disarmed() -> Iterator[None]:
    yield
    faults.arm(None)


@pytest.mark.usefixtures("_disarmed")
def test_a_fault_point_kills_the_nth_time_and_only_there() -> None:
    code = textwrap.dedent("""
        from wire import faults
        faults.arm("extract:published:2")
        faults.point("extract", "taken")
        faults.point("extract", "published")
        print("once", flush=True)
        faults.point("extract", "published")
        print("never", flush=True)
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "once\n")
    faults.arm(None)
    faults.point("extract", "published")


def test_a_signal_that_comes_as_the_wait_begins_does_not_hang_the_process() -> None:
    # with an Event's lock this hung within a few thousand of these; which one is chance
    code = textwrap.dedent("""
        import random, signal, time
        from wire.stop import Stop
        for _ in range(10_000):
            stop = Stop()
            signal.signal(signal.SIGALRM, lambda *_: stop.request())
            signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 6e-5))
            while not stop.wait(1e-4):
                pass
    """)
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert done.returncode == 0


def test_all_threads_that_wait_are_woken() -> None:
    stop, woken = Stop(), []
    threads = [threading.Thread(target=lambda: woken.append(stop.wait(60))) for _ in range(3)]
    for thread in threads:
        thread.start()
    stop.request()
    for thread in threads:
        thread.join(30)
    assert woken == [True] * 3
    assert not Stop().wait(0)
