"""Each stage as a service: its work wired to its settings, its database and the loop.

What the containers run, and what `wiredesk run` starts as processes. A service runs in the main
thread until it is told to stop; what it needs is imported when it runs, as no service needs all.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from desk import probes
from wire import faults, metrics, telemetry
from wire.bus import Outgoing, Producer
from wire.errors import Wait
from wire.settings import Settings
from wire.stage import Loop
from wire.stop import Stop
from wire.telemetry import Fate, Health, Waiting
from wire.topics import Topics
from wire.work import BatchWork, Work

if TYPE_CHECKING:
    from store.keeper import Keeper

# Dead letters written in one transaction; each may be megabytes.
_LETTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Service:
    """What every service is given."""

    settings: Settings
    topics: Topics
    stop: Stop
    health: Health

    def producer(self) -> Producer:
        """Return a producer that knows how much each topic takes."""
        limits = {spec.name: spec.max_bytes for spec in self.topics.specs()}
        return Producer(self.settings.kafka, limits)

    def loop(self, stage: str, work: Work, subscribe: Sequence[str]) -> None:
        """Run a stage's loop until the stop."""
        Loop(
            stage,
            work,
            kafka=self.settings.kafka,
            subscribe=subscribe,
            topics=self.topics,
            stop=self.stop,
            health=self.health,
        ).run()


def serve(stage: str, settings: Settings, stop: Stop, *, once: bool = False) -> None:
    """Run a stage as a service until `stop`; poll alone may end by itself, having polled `once`.

    Raises:
        Fatal: going on would do harm.
        Wait: the service could not even begin.
    """
    telemetry.set_up_logging(settings.log, stage)
    faults.arm(settings.fault)
    health = Health()
    metrics.READY.labels(stage).set_function(lambda: float(health.trouble is None))
    telemetry.serve(settings.telemetry, health)
    probes.start(settings, health, stop, postgres=stage in NEEDS_DATABASE)
    service = Service(settings, Topics(settings.kafka.prefix), stop, health)
    log = telemetry.logger(stage)
    log.info("started", python=sys.version.split()[0])
    if stage == "poll":
        _poll(service, once=once)
    else:
        _SERVICES[stage](service)
    log.info("stopped")


def _poll(service: Service, *, once: bool) -> None:
    from ingest.poll.worker import Poller, settle
    from store.engine import from_settings

    producer = service.producer()
    engine = from_settings(service.settings.database)
    poller = Poller(service.settings, service.topics, engine, producer.publish, service.health)
    settle()
    try:
        poller.run(service.stop, once=once)
    finally:
        producer.close()
        engine.dispose()


def _fetch(service: Service) -> None:
    from ingest.fetch.worker import FetchWork
    from store import politeness
    from store.engine import from_settings

    engine = from_settings(service.settings.database)
    exchange = partial(politeness.exchange_slots, engine)
    hold = partial(politeness.hold_host, engine)
    work = FetchWork(service.settings, service.topics, exchange, hold)
    topics = service.topics
    service.loop("fetch", work, [topics.entries, *topics.retries])
    engine.dispose()


def _extract(service: Service) -> None:
    from desk.furniture import LearnedFurniture
    from ingest.extract.worker import ExtractWork

    topics = service.topics
    kafka = service.settings.kafka
    learned = LearnedFurniture(kafka, Topics(kafka.furniture_prefix or kafka.prefix).furniture)
    learned.read(service.stop)
    work = ExtractWork(service.settings.extract, topics.stories, learned)
    service.loop("extract", work, [topics.pages])


def _enrich(service: Service) -> None:
    from enrich.worker import Enricher, about, tagger
    from store.engine import from_settings
    from store.writer import Writer

    engine = from_settings(service.settings.database)
    writer = Writer(engine, revisit_after_s=service.settings.poll.revisit_after_s)
    enricher = Enricher(
        lambda batch: [each.outcome for each in writer.write(batch)],
        tagger(service.settings.enrich.tagger),
    )
    work = BatchWork(enricher, service.settings.enrich.batch, about)
    service.loop("enrich", work, [service.topics.stories])
    engine.dispose()


def _keeper(service: Service) -> None:
    from desk import standing
    from desk.gauges import Gauges
    from ingest.extract.learn import learn_furniture
    from store.engine import from_settings
    from store.keeper import Keeper

    engine = from_settings(service.settings.database)
    producer = service.producer()

    def publish(messages: Sequence[Outgoing]) -> None:
        producer.publish(messages)
        _tell_relayed(messages, service.topics.articles)

    keeper = Keeper(engine, publish, service.settings, learn_furniture)
    waiting = Waiting("keeper")
    if service.settings.telemetry.port is not None:
        kafka, topics = service.settings.kafka, service.topics
        Gauges(lambda: standing.look(kafka, topics, engine)).start(service.stop)
    try:
        while not service.stop.wait(service.settings.keeper.interval_s):
            _tick(keeper, service.health, waiting)
    finally:
        keeper.close()
        producer.close()
        engine.dispose()


def _tick(keeper: "Keeper", health: Health, waiting: Waiting) -> None:
    try:
        done = keeper.tick(datetime.now(UTC))
    except Wait as wait:
        waiting.say(str(wait))
        health.turn(str(wait))
    else:
        waiting.say(None)
        health.turn()
        if not done.idle and not done.standing_by:
            told = {name: count for name, count in asdict(done).items() if count}
            telemetry.logger("keeper").info("kept", **told)


def _tell_relayed(messages: Sequence[Outgoing], topic: str) -> None:
    """Count and log each article that was published, under the id it has in every stage."""
    for message in messages:
        if message.topic == topic:
            fields = {"story": message.key.decode(), "topic": topic}
            telemetry.record_fate("keeper", Fate("published", fields))


def _dead_letters(service: Service) -> None:
    from desk.letters import Letters
    from store.engine import from_settings

    engine = from_settings(service.settings.database)
    work = BatchWork(Letters(engine, service.settings.kafka), _LETTERS)
    service.loop("dead-letters", work, [service.topics.dead])
    engine.dispose()


_SERVICES: Final[dict[str, Callable[[Service], None]]] = {
    "fetch": _fetch,
    "extract": _extract,
    "enrich": _enrich,
    "keeper": _keeper,
    "dead-letters": _dead_letters,
}
STAGES: Final = ("poll", *_SERVICES)
# extract is Kafka in and out alone.
NEEDS_DATABASE: Final = frozenset(STAGES) - {"extract"}
