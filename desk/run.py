"""`wiredesk run`: every stage in one command, as processes of their own, with live progress.

The stages are the same programs that the containers run; here they share one machine and, unless
others are configured, the embedded servers. With `once` every feed is polled once, all is drained,
and the command ends; else it runs until it is told to stop.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from desk import progress
from desk.children import Children
from desk.feeds import add_all, add_sample, pause_sample
from desk.prepare import prepare
from desk.sample import EDITIONS, SampleWire, steady_port
from store import changes, reader
from store.engine import from_settings
from wire.errors import Fatal, Wait
from wire.settings import Settings
from wire.stop import Stop
from wire.topics import Topics

# Between two looks at the stages.
_LOOK_S: Final = 0.5
# The sample wire is ours and on this machine: it need not be spared like a publisher's.
_SAMPLE_GAP_S: Final = "0.05"
CONSUMERS: Final = ("fetch", "extract", "enrich", "keeper", "dead-letters")


def run(
    settings: Settings,
    *,
    feeds: Sequence[str],
    sample: bool,
    once: bool,
    console: Console,
    stop: Stop,
) -> None:
    """Run all stages; return when drained (`once`) or told to stop.

    Raises:
        Fatal: a stage can't be kept running.
        Wait: a server went away and did not come back.
    """
    for line in [*prepare(settings), *add_all(settings, feeds)]:
        console.print(line, markup=False)
    edition = _next_edition(settings)
    with _sample(settings, edition, console) if sample else _nothing() as more:
        children = Children({**environment(settings), **more}, settings.data / "logs")
        try:
            for stage in CONSUMERS:
                children.start(stage)
            children.start("poll", *(["--once"] if once else []), once=once)
            drained = _watch(settings, children, console, stop, once=once)
        finally:
            children.stop()
        if drained and sample:
            _edition_file(settings).write_text(str(edition))


def environment(settings: Settings) -> Mapping[str, str]:
    """Return the variables that give a stage's process these servers."""
    kafka, url = settings.kafka, settings.database.url
    assert kafka.bootstrap_servers is not None
    assert url is not None
    return {
        "WIREDESK_DATA": str(settings.data),
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "WIREDESK_KAFKA__REPLICATION_FACTOR": str(kafka.replication_factor),
        "WIREDESK_KAFKA__MIN_INSYNC_REPLICAS": str(kafka.min_insync_replicas),
        "WIREDESK_DATABASE__URL": url.get_secret_value(),
    }


@contextmanager
def _nothing() -> Iterator[Mapping[str, str]]:
    yield {}


def _edition_file(settings: Settings) -> Path:
    return settings.data / "sample.edition"


def _next_edition(settings: Settings) -> int:
    """Return the edition after the last that was read whole, so that changes are seen."""
    try:
        return min(EDITIONS, int(_edition_file(settings).read_text()) + 1)
    except (FileNotFoundError, ValueError):
        return 1


@contextmanager
def _sample(settings: Settings, edition: int, console: Console) -> Iterator[Mapping[str, str]]:
    """Serve the sample wire while the stages run; its feeds rest when nobody serves them."""
    wire = SampleWire(edition)
    try:
        wire.start(port=steady_port(settings.data))
    except OSError as error:
        raise Fatal(
            f"the sample wire can't be served: {error}; is another run going on?"
        ) from error
    with wire:
        console.print(f"sample wire: edition {edition} of {EDITIONS}, {len(wire.feeds)} feeds")
        add_sample(settings, wire)
        try:
            yield {
                "WIREDESK_WEB__ALLOW_PRIVATE": "true",
                "WIREDESK_WEB__HOST_GAP_S": _SAMPLE_GAP_S,
                "WIREDESK_CONTACT": settings.contact or "the sample wire of this machine",
            }
        finally:
            pause_sample(settings, wire)


def _watch(
    settings: Settings, children: Children, console: Console, stop: Stop, *, once: bool
) -> bool:
    """Show the progress until the stop, or with `once` until all is drained; tell whether it is."""
    topics = Topics(settings.kafka.prefix)
    engine = from_settings(settings.database)
    waiting: str | None = None
    try:
        with progress.Progress(console) as shown:
            while not stop.wait(_LOOK_S):
                for line in children.watch().values():
                    console.print(line, markup=False)
                # asked first: what is counted after the last poll has ended lacks nothing
                polled = once and children.ended("poll")
                try:
                    now = progress.look(settings.kafka, topics, reader.count(engine))
                    relayed = changes.relayed(engine)
                except Wait as wait:
                    if waiting is None:
                        console.print(f"waiting: {wait}", markup=False)
                    waiting = str(wait)
                    continue
                waiting = None
                done = polled and now.drained and relayed
                shown.show(now, last=done)
                if done:
                    return True
        return False
    finally:
        engine.dispose()
