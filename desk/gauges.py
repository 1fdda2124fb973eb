"""Where all stages stand, as gauges: what the keeper serves beside its own counts.

Asked every few seconds in a thread of its own, from outside of any stage, so that a stage which is
down is seen, too. What could not be asked lately is not told at all: an old figure would lie. Where
two keepers run, both tell; rules and dashboards take the larger.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import REGISTRY, CollectorRegistry, GaugeMetricFamily
from prometheus_client.registry import Collector

from desk.standing import Standing, age
from wire.errors import Wait
from wire.stop import Stop

# Between two looks: as often as Prometheus asks by the configuration in deploy/.
EVERY_S: Final = 15.0
# A look that is older than this is not told: several have failed since.
_OLD_S: Final = 90.0

FAMILIES: Final = {
    "wiredesk_keeper_lag_messages": ("Messages that wait for a stage, feeds for poll", ("stage",)),
    "wiredesk_keeper_lag_seconds": ("Age of the oldest of them", ("stage",)),
    "wiredesk_keeper_lost_messages": ("Messages that retention took undone", ("stage",)),
    "wiredesk_keeper_resting_messages": ("Entries that rest for a later try", ("topic",)),
    "wiredesk_keeper_awaited_entries": ("Entries that are neither row nor dead letter", ()),
    "wiredesk_keeper_awaited_seconds": ("Age of the oldest of them", ()),
    "wiredesk_keeper_dead_letters": ("Dead letters that wait for a person", ("stage", "reason")),
    "wiredesk_keeper_kills_pending": ("Kills that a person must decide on", ()),
    "wiredesk_keeper_kills_seconds": ("Age of the oldest of them", ()),
    "wiredesk_keeper_look_timestamp_seconds": ("When all this was seen", ()),
}


class Gauges(Collector):
    """Keeps the last look, and tells it to whoever scrapes."""

    def __init__(
        self, look: Callable[[], Standing], clock: Callable[[], float] = time.time
    ) -> None:
        self._look = look
        self._clock = clock
        self._last: Standing | None = None

    def start(self, stop: Stop, registry: CollectorRegistry = REGISTRY) -> None:
        """Tell from now on, and look until the stop, in a daemon thread."""
        registry.register(self)
        threading.Thread(target=self._run, args=(stop,), name="gauges", daemon=True).start()

    def look(self) -> None:
        """Look once; what is away leaves the last look to grow old."""
        try:
            self._last = self._look()
        except Wait:
            # the service's own health says so, and its log
            return

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges, with what was seen lately in them."""
        families = {
            name: GaugeMetricFamily(name, text, labels=labels)
            for name, (text, labels) in FAMILIES.items()
        }
        if self._last is not None and time.time() - self._last.at.timestamp() < _OLD_S:
            for name, labels, value in _samples(self._last):
                families[name].add_metric(labels, value)
        yield from families.values()

    def _run(self, stop: Stop) -> None:
        while not stop.requested:
            self.look()
            stop.wait(EVERY_S)


def _samples(now: Standing) -> Iterator[tuple[str, tuple[str, ...], float]]:
    for each in now.stages:
        yield "wiredesk_keeper_lag_messages", (each.stage,), each.waiting
        yield "wiredesk_keeper_lag_seconds", (each.stage,), each.oldest_s or 0.0
        yield "wiredesk_keeper_lost_messages", (each.stage,), each.lost
    for topic, count in now.resting.items():
        yield "wiredesk_keeper_resting_messages", (topic,), count
    waits = now.waits
    yield "wiredesk_keeper_awaited_entries", (), waits.awaited
    yield "wiredesk_keeper_awaited_seconds", (), age(waits.awaited_since, now.at) or 0.0
    for dead in waits.dead_letters:
        yield "wiredesk_keeper_dead_letters", (dead.stage, dead.reason), dead.count
    yield "wiredesk_keeper_kills_pending", (), waits.kills_pending
    yield "wiredesk_keeper_kills_seconds", (), age(waits.kills_since, now.at) or 0.0
    yield "wiredesk_keeper_look_timestamp_seconds", (), now.at.timestamp()
