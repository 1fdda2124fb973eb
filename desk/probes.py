"""Whether what a service stands on is there, asked beside its loop: Kafka and PostgreSQL.

A stage at rest would not notice that one of them went away, and a stage that is not ready is no use
as a replacement for another. Runs in a daemon thread; a probe that hangs is told by its silence.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final

from store import engine as database
from wire.bus import Pulse
from wire.errors import Wait
from wire.settings import Settings
from wire.stop import Stop
from wire.telemetry import Health

# Between two looks: a container's health is asked about as often.
_EVERY_S: Final = 10.0

Probe = Callable[[], None]


def start(settings: Settings, health: Health, stop: Stop, *, postgres: bool) -> None:
    """Ask until the stop whether Kafka, and PostgreSQL where it is needed, are there."""
    probes: dict[str, Probe] = {"Kafka": Pulse(settings.kafka).feel}
    if postgres:
        small = settings.database.model_copy(update={"pool_size": 1})
        engine = database.from_settings(small)
        probes["PostgreSQL"] = lambda: database.ask(engine)
    threading.Thread(target=_run, args=(probes, health, stop), name="probes", daemon=True).start()


def _run(probes: Mapping[str, Probe], health: Health, stop: Stop) -> None:
    while not stop.requested:
        for what, probe in probes.items():
            health.note(what, _trouble(what, probe))
        stop.wait(_EVERY_S)


def _trouble(what: str, probe: Probe) -> str | None:
    try:
        probe()
    except Wait as wait:
        return f"{what}: {wait}"
    return None
