"""Feeds a second: unchanged by 304, unchanged by hash, and with 20 new entries in each.

2,000 feeds of 20 KB from one local server on as many loopback addresses; two pollers, state in
PostgreSQL, entries acknowledged by Kafka: everything real, and on the same machine. Each round is
told with what it cost each process, in CPU milliseconds a feed. Beside them what one core does with
the libraries alone, a bare httpx loop and feedparser, and Miniflux where it is there.

    python -m bench.poll [--feeds N] [--processes N] [--miniflux PATH] [--profile FILE]
"""

import argparse
import asyncio
import cProfile
import datetime as dt
import io
import multiprocessing as mp
import os
import pstats
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import feedparser
import httpx
import psutil
import psycopg

from bench.miniflux import Miniflux
from bench.site import ENTRIES, Site, body, serving
from desk import local
from ingest.poll.worker import Poller, settle
from store import migrate
from store.engine import Engine, create_engine, from_settings
from store.feeds import add_feed, make_all_due
from wire.bus import Producer, create_topics, wait_for_broker
from wire.settings import LogSettings, PollSettings, Settings, WebSettings
from wire.telemetry import set_up_logging
from wire.topics import Topics

# What is answered in each round: whether conditions are honoured, and which edition of the feeds.
_ROUNDS: Final = {
    "first poll, 20 entries in each": (False, 0),
    "(c) 20 new entries in each": (False, 1),
    "(b) unchanged by hash": (False, 1),
    "(a) unchanged by 304": (True, 1),
}
# A round that takes longer has hung.
_PATIENCE_S: Final = 600.0


class Stop:
    def __init__(self, event: Event) -> None:
        self._event = event

    @property
    def requested(self) -> bool:
        return self._event.is_set()


def poll(settings: Settings, stop: Event, profile: str | None) -> None:
    """One poller process."""
    set_up_logging(LogSettings(level="error"), "poll")
    topics = Topics(settings.kafka.prefix)
    producer = Producer(settings.kafka, {t.name: t.max_bytes for t in topics.specs()})
    engine = from_settings(settings.database)
    poller = Poller(settings, topics, engine, producer.publish)
    settle()
    if profile is None:
        poller.run(Stop(stop))
    else:
        # CPU time, so that a busy machine does not show; of the event loop's thread alone
        with cProfile.Profile(time.thread_time) as profiler:
            poller.run(Stop(stop))
        text = io.StringIO()
        pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(60)
        Path(profile).write_text(text.getvalue())
    producer.close()


@contextmanager
def pollers(settings: Settings, count: int, profile: str | None) -> Iterator[list[psutil.Process]]:
    context = mp.get_context("spawn")
    stop = context.Event()
    started = [
        context.Process(target=poll, args=(settings, stop, f"{profile}.{n}" if profile else None))
        for n in range(count)
    ]
    for process in started:
        process.start()
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        stop.set()
        for process in started:
            process.join(60)


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process and its children, the ended ones too."""
    times = process.cpu_times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + sum(cpu_s(child) for child in process.children())


@dataclass(frozen=True)
class Figures:
    """A round: feeds a second, and CPU milliseconds a feed, by who spent them."""

    a_second: float
    cpu_ms: Mapping[str, float]

    def __str__(self) -> str:
        cpu = ", ".join(f"{who} {ms:.2f}" for who, ms in self.cpu_ms.items())
        return f"{self.a_second:8.0f} feeds/s" + (f"   CPU ms a feed: {cpu}" if cpu else "")


@dataclass(frozen=True)
class Bench:
    """Everything that runs."""

    site: Site
    url: str
    engine: Engine
    feeds: int
    who: Mapping[str, list[psutil.Process]]

    def measure(self) -> Figures:
        """Let all feeds be due, and wait until all were polled."""
        before = self._cpu()
        with psycopg.connect(self.url, autocommit=True) as connection:
            started_at, started = dt.datetime.now(dt.UTC), time.monotonic()
            make_all_due(self.engine, started_at)
            while self._polled(connection, started_at) < self.feeds:
                if time.monotonic() - started > _PATIENCE_S:
                    raise SystemExit(f"not done within {_PATIENCE_S:.0f} s")
                time.sleep(0.05)
            took = time.monotonic() - started
        spent = {who: (cpu - before[who]) / self.feeds * 1000 for who, cpu in self._cpu().items()}
        return Figures(self.feeds / took, spent | {"all": sum(spent.values())})

    def _polled(self, connection: psycopg.Connection, since: dt.datetime) -> int:
        row = connection.execute(
            "SELECT count(*) FROM wire_data.feeds WHERE last_success_at >= %s", (since,)
        ).fetchone()
        return row[0] if row else 0

    def _cpu(self) -> dict[str, float]:
        return {who: sum(map(cpu_s, processes)) for who, processes in self.who.items()}


def bare_httpx(site: Site, count: int) -> Figures:
    async def run() -> float:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=64)) as client:
            gate = asyncio.Semaphore(64)

            async def one(n: int) -> None:
                async with gate:
                    await client.get(site.url(n), headers={"If-None-Match": '"x"'})

            started = time.monotonic()
            await asyncio.gather(*(one(n) for n in range(count)))
            return count / (time.monotonic() - started)

    return Figures(asyncio.run(run()), {})


def bare_feedparser(count: int = 60) -> Figures:
    started = time.monotonic()
    for n in range(count):
        feedparser.parse(io.BytesIO(body(n)))
    return Figures(count / (time.monotonic() - started), {})


def main(arguments: list[str] | None = None) -> dict[str, Figures]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--miniflux", type=Path, help="the program, to run it beside")
    parser.add_argument("--profile", help="where to write what the pollers' event loops did")
    options = parser.parse_args(arguments)
    figures: dict[str, Figures] = {}

    def tell(name: str, found: Figures) -> None:
        figures[name] = found
        print(f"{name:<44} {found}", flush=True)

    with serving() as site, TemporaryDirectory(prefix="wiredesk-bench-") as folder:
        base = Settings(
            data=Path(folder),
            web=WebSettings(allow_private=True),
            # all feeds are due only when the benchmark says so
            poll=PollSettings(min_interval_s=7200),
        )
        servers = local.Local(base.data)
        try:
            settings = local.ensure(base)
            for name, found in _rounds(settings, servers, site, options):
                tell(name, found)
            for name, found in _miniflux(settings, site, options):
                tell(name, found)
        finally:
            servers.stop()
        for name, conditional in (("304", True), ("200", False)):
            site.answer(conditional=conditional, edition=1)
            tell(f"bare httpx, {name}, one core", bare_httpx(site, 500))
    tell("bare feedparser, one core", bare_feedparser())
    return figures


def _rounds(
    settings: Settings, servers: local.Local, site: Site, options: argparse.Namespace
) -> Iterator[tuple[str, Figures]]:
    assert settings.database.url is not None
    url = settings.database.url.get_secret_value()
    migrate.upgrade(url)
    wait_for_broker(settings.kafka, within_s=60)
    create_topics(settings.kafka, Topics(settings.kafka.prefix).specs())
    engine = create_engine(url)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    for n in range(options.feeds):
        add_feed(engine, site.url(n), next_poll_at=later)
    with pollers(settings, options.processes, options.profile) as running:
        who = {"pollers": running, "web server": [site.process]} | {
            status.name: [psutil.Process(status.pid)]
            for status in servers.status()
            if status.pid is not None
        }
        bench = Bench(site, url, engine, options.feeds, who)
        # their imports are no part of a round
        time.sleep(10)
        for name, (conditional, edition) in _ROUNDS.items():
            site.answer(conditional=conditional, edition=edition)
            yield name, bench.measure()


def _miniflux(
    settings: Settings, site: Site, options: argparse.Namespace
) -> Iterator[tuple[str, Figures]]:
    if options.miniflux is None:
        print("Miniflux is not beside: --miniflux names no program")
        return
    assert settings.database.url is not None
    miniflux = Miniflux(options.miniflux.resolve(), settings.database.url.get_secret_value())
    miniflux.set_up([site.url(n) for n in range(options.feeds)])
    for name, (conditional, edition) in _ROUNDS.items():
        site.answer(conditional=conditional, edition=edition)
        yield f"Miniflux: {name}", Figures(miniflux.refresh(options.feeds), {})
    if miniflux.entries() != 2 * ENTRIES * options.feeds:
        raise SystemExit(f"Miniflux has stored {miniflux.entries()} entries")


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)
