"""Feeds a second: unchanged by 304, unchanged by hash, and with 20 new entries in each.

2,000 feeds of 20 KB from one local server on as many loopback addresses; two pollers, state in
PostgreSQL, entries acknowledged by Kafka: everything real, and on the same machine. Beside them,
what one core does with the libraries alone: a bare httpx loop, and feedparser on the same bytes.

    python -m bench.poll [--feeds N] [--processes N] [--profile]
"""

import argparse
import asyncio
import cProfile
import datetime as dt
import io
import multiprocessing as mp
import os
import pstats
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import feedparser
import httpx
import psutil
import psycopg

from desk import local
from ingest.poll.worker import Poller
from store import migrate
from store.engine import create_engine, from_settings
from store.feeds import add_feed, make_all_due
from wire.bus import Producer, create_topics, wait_for_broker
from wire.settings import LogSettings, PollSettings, Settings, WebSettings
from wire.telemetry import set_up_logging
from wire.topics import Topics

_ITEM = (
    "<item><title>Minister says thing {n} will be done by the end of the year</title>"
    '<link>http://news.example/{host}/story/{n}</link><guid isPermaLink="false">{host}-{n}</guid>'
    "<pubDate>Mon, 23 Nov 2026 10:{m:02}:00 GMT</pubDate><category>World</category>"
    "<description><![CDATA[<p>{text}</p>]]></description></item>"
)
_TEXT = "The ministry said on Monday that the plan would be put before parliament. " * 9


def body(host: str, generation: int) -> bytes:
    """A feed of 20 KB whose 20 entries are all new in each generation."""
    items = "".join(
        _ITEM.format(n=generation * 20 + m, m=m, host=host, text=_TEXT) for m in range(20)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Wire</title>'
        f"<link>http://news.example/</link><ttl>5</ttl>{items}</channel></rss>"
    ).encode()


class Server(asyncio.Protocol):
    """As cheap as can be: one write for each request, the mode in a shared value."""

    mode: Any = None
    generation: Any = None
    bodies: ClassVar[dict[tuple[str, int], bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        head = data.lower()
        host = head.split(b"\r\nhost: ", 1)[1].split(b":", 1)[0].decode()
        if self.mode.value == 0 and b"if-none-match" in head:
            self.transport.write(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
            return
        key = (host, self.generation.value)
        found = self.bodies.get(key)
        if found is None:
            found = body(*key)
            self.bodies[key] = found
        start = (
            'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "x"\r\n'
            f"Content-Length: {len(found)}\r\n\r\n"
        )
        self.transport.write(start.encode() + found)


def serve(port: int, mode: Any, generation: Any, ready: Event) -> None:
    Server.mode, Server.generation = mode, generation

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(
            Server, "0.0.0.0", port, backlog=1024
        )
        ready.set()
        await server.serve_forever()

    asyncio.run(run())


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
    profiler = cProfile.Profile() if profile else None
    if profiler:
        profiler.enable()
    poller.run(Stop(stop))
    if profiler and profile:
        profiler.disable()
        text = io.StringIO()
        pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(45)
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


def cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def measure(
    url: str, engine: Any, feeds: int, processes: list[psutil.Process], patience_s: float = 300
) -> tuple[float, float]:
    """Let all feeds be due; return feeds a second, and feeds a CPU second of the pollers.

    On a machine that others use too the second figure is the one to compare.
    """
    used = cpu_s(processes)
    with psycopg.connect(url, autocommit=True) as connection:
        started_at = dt.datetime.now(dt.UTC)
        started = time.monotonic()
        make_all_due(engine, started_at)
        while time.monotonic() - started < patience_s:
            row = connection.execute(
                "SELECT count(*) FROM wire_data.feeds WHERE last_success_at >= %s", (started_at,)
            ).fetchone()
            if row is not None and row[0] >= feeds:
                took = time.monotonic() - started
                return feeds / took, feeds / (cpu_s(processes) - used)
            time.sleep(0.05)
    raise SystemExit(f"not done within {patience_s:.0f} s: {row}")


def bare_httpx(port: int, count: int, conditional: bool) -> float:
    async def run() -> float:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=64)) as client:
            gate = asyncio.Semaphore(64)

            async def one(n: int) -> None:
                async with gate:
                    headers = {"If-None-Match": '"x"'} if conditional else {}
                    await client.get(f"http://{address(n)}:{port}/feed", headers=headers)

            started = time.monotonic()
            await asyncio.gather(*(one(n) for n in range(count)))
            return count / (time.monotonic() - started)

    return asyncio.run(run())


def bare_feedparser(count: int = 60) -> float:
    started = time.monotonic()
    for n in range(count):
        feedparser.parse(io.BytesIO(body(str(n), 0)))
    return count / (time.monotonic() - started)


def address(n: int) -> str:
    return f"127.0.{1 + n // 250}.{1 + n % 250}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str] | None = None) -> dict[str, tuple[float, float | None]]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--profile")
    options = parser.parse_args(arguments)
    context = mp.get_context("spawn")
    mode, generation = context.Value("i", 0), context.Value("i", 0)
    ready, port = context.Event(), free_port()
    server = context.Process(target=serve, args=(port, mode, generation, ready), daemon=True)
    server.start()
    ready.wait(30)
    with TemporaryDirectory(prefix="wiredesk-bench-") as folder:
        base = Settings(
            data=Path(folder),
            web=WebSettings(allow_private=True),
            poll=PollSettings(min_interval_s=7200),
        )
        servers = local.Local(base.data)
        try:
            settings = local.ensure(base)
            figures = _rounds(settings, options, port, mode, generation)
        finally:
            servers.stop()
    figures["bare httpx, 304, one core"] = (bare_httpx(port, 500, conditional=True), None)
    mode.value = 1
    figures["bare httpx, 200, one core"] = (bare_httpx(port, 500, conditional=False), None)
    figures["bare feedparser, one core"] = (bare_feedparser(), None)
    server.kill()
    for name, (a_second, a_cpu_second) in figures.items():
        cpu = f"{a_cpu_second:8.0f} a CPU second of the pollers" if a_cpu_second else ""
        print(f"{name:<42} {a_second:8.0f} feeds/s {cpu}")
    return figures


def _rounds(
    settings: Settings, options: argparse.Namespace, port: int, mode: Any, generation: Any
) -> dict[str, tuple[float, float | None]]:
    assert settings.database.url is not None
    url = settings.database.url.get_secret_value()
    migrate.upgrade(url)
    wait_for_broker(settings.kafka, within_s=60)
    create_topics(settings.kafka, Topics(settings.kafka.prefix).specs())
    engine = create_engine(url)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    for n in range(options.feeds):
        add_feed(engine, f"http://{address(n)}:{port}/feed", next_poll_at=later)
    figures: dict[str, tuple[float, float | None]] = {}
    with pollers(settings, options.processes, options.profile) as running:
        time.sleep(6)
        for name, answers, edition in (
            ("first poll, 20 entries in each", 1, 0),
            ("(c) 20 new entries in each", 1, 1),
            ("(b) unchanged by hash", 1, 1),
            ("(a) unchanged by 304", 0, 1),
        ):
            mode.value, generation.value = answers, edition
            figures[name] = measure(url, engine, options.feeds, running)
    return figures


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)
