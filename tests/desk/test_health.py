"""The container's health check: its exit codes, and that it stays light."""

import subprocess
import sys

import pytest

from desk import health
from desk.local import process
from wire import telemetry
from wire.settings import TelemetrySettings


@pytest.fixture
def service() -> tuple[int, telemetry.Health]:
    port, state = process.choose_port(), telemetry.Health()
    telemetry.serve(TelemetrySettings(port=port), state)
    return port, state


def test_a_service_is_ready_when_it_says_so(
    service: tuple[int, telemetry.Health], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, state = service
    monkeypatch.setenv(health.PORT, str(port))
    assert health.trouble(port) == "starting"
    assert health.main() == 1
    state.turn()
    assert health.trouble(port) is None
    assert health.main() == 0
    state.turn("the broker is away")
    assert health.trouble(port) == "the broker is away"


def test_a_service_that_does_not_answer_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(health.PORT, str(process.choose_port()))
    assert health.main() == 1


def test_without_a_port_there_is_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(health.PORT, raising=False)
    assert health.main() == 2


def test_it_imports_no_library_and_no_other_part_of_the_project() -> None:
    script = "import sys, desk.health; print([n for n in sys.modules if n in sys.argv[1:]])"
    heavy = ("pydantic", "typer", "wire.settings", "desk.cli", "psutil")
    done = subprocess.run(
        [sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
