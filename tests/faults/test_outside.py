"""The world outside breaks: half of it dead, names gone, the clock wrong, no network for a while.

Real pollers and fetchers on real servers; only the clock is a test's.
"""

import datetime as dt
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.fetch.worker import FetchWork
from store import feeds, politeness
from store.engine import create_engine
from tests.ingest.fetch.test_worker import HTML, PAGE, fetch, record
from tests.ingest.poll.rig import START, Rig, numbered, rig
from tests.ingest.site import Asked, Site, ok
from wire.bus import create_topics, read_whole
from wire.errors import Retry
from wire.messages import Entry
from wire.settings import KafkaSettings, Settings, WebSettings
from wire.topics import Topics

pytestmark = pytest.mark.slow

ALIVE = [f"127.0.5.{n}" for n in range(1, 21)]
DEAD = [f"127.0.6.{n}" for n in range(1, 21)]
# a process that sees mounts of its own
UNSHARED = ["unshare", "--user", "--map-root-user", "--mount"]
RESOLV = Path("/etc/resolv.conf").resolve()


@pytest.fixture
def poller(database: str) -> Iterator[Rig]:
    with rig(database) as made:
        yield made


class Wire:
    """A feed that grows, on every name of this machine."""

    def __init__(self) -> None:
        self.count = 5

    def __call__(self, asked: Asked) -> bytes:
        host = asked.headers["host"]
        body = numbered(range(self.count)).replace(
            b"https://news.example", b"http://" + host.encode()
        )
        return ok(body, content_type="application/rss+xml")


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def published(poller: Rig) -> list[str]:
    return sorted(each.url for each in poller.take())


def every_story(wire: Wire, site: Site) -> list[str]:
    return sorted(f"http://{h}:{site.port}/{n}" for h in ALIVE for n in range(wire.count))


@contextmanager
def deaf() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))
        listening.listen(64)
        yield int(listening.getsockname()[1])


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = create_engine(database)
    yield made
    made.dispose()


@contextmanager
def fetching(engine: Engine) -> Iterator[FetchWork]:
    door = WebSettings(allow_private=True, host_gap_s=0, read_timeout_s=3, connect_timeout_s=3)
    slots, hold = partial(politeness.exchange_slots, engine), partial(politeness.hold_host, engine)
    work = FetchWork(Settings(web=door), Topics(), slots, hold)
    try:
        yield work
    finally:
        work.close()


def test_with_half_of_all_hosts_dead_the_other_half_is_polled(poller: Rig) -> None:
    wire = Wire()
    with Site(wire, host="0.0.0.0") as site:
        nobody = unused_port()
        for host in ALIVE:
            poller.add(f"http://{host}:{site.port}/feed")
        for host in DEAD:
            poller.add(f"http://{host}:{nobody}/feed")
        tally = poller.poll_due()
        assert published(poller) == every_story(wire, site)
        assert tally.polls.total() == len(ALIVE + DEAD)
    dead = [row for row in feeds.list_feeds(poller.engine) if f":{nobody}/" in row.url]
    assert {(row.state, (row.last_error or "")[:8]) for row in dead} == {("active", "refused:")}
    assert all(row.next_poll_at > poller.clock() for row in dead)


def test_with_half_of_all_hosts_dead_or_hanging_the_other_half_is_fetched(engine: Engine) -> None:
    with ExitStack() as held:
        site = held.enter_context(Site(lambda _: ok(PAGE, content_type=HTML), host="0.0.0.0"))
        hanging = held.enter_context(deaf())
        ports = [*[site.port] * 20, *[unused_port()] * 10, *[hanging] * 10]
        urls = [f"http://{h}:{p}/story" for h, p in zip(ALIVE + DEAD, ports, strict=True)]
        work = held.enter_context(fetching(engine))
        done = fetch(work, *(record(n, url, url.split("/")[2]) for n, url in enumerate(urls)))
    assert [each.error for each in done[:20]] == [None] * 20
    assert all(isinstance(each.error, Retry) for each in done[20:])


def test_ten_minutes_without_a_network_lose_no_story_and_no_feed(poller: Rig) -> None:
    wire = Wire()
    with Site(wire, host="0.0.0.0") as site:
        port = site.port
        for host in ALIVE:
            poller.add(f"http://{host}:{port}/feed")
        poller.poll_due()
        before = published(poller)
    tries = 0
    for _ in range(20):
        poller.clock.forward(seconds=30)
        tries += poller.poll_due().polls.total()
    assert not published(poller)
    # each try a failure, further and further apart
    assert len(ALIVE) < tries <= 6 * len(ALIVE)
    wire.count += 3
    # within the half hour all are asked again, and what was filed in between is there
    with Site(wire, host="0.0.0.0", port=port) as site:
        for _ in range(30):
            poller.clock.forward(minutes=1)
            poller.poll_due()
        assert sorted(before + published(poller)) == every_story(wire, site)
    assert {(row.state, row.failures) for row in feeds.list_feeds(poller.engine)} == {("active", 0)}


@pytest.mark.parametrize("step", [dt.timedelta(hours=1), dt.timedelta(hours=-1)], ids=str)
def test_a_clock_that_steps_an_hour_loses_and_doubles_nothing(
    poller: Rig, step: dt.timedelta
) -> None:
    wire = Wire()
    with Site(wire, host="0.0.0.0") as site:
        for host in ALIVE:
            poller.add(f"http://{host}:{site.port}/feed")
        poller.poll_due()
        found = published(poller)
        poller.clock.now += step
        wire.count += 3
        # a step back puts each feed off by as much, and no further
        for _ in range(18):
            poller.clock.forward(minutes=5)
            poller.poll_due()
        assert sorted(found + published(poller)) == every_story(wire, site)


def test_with_the_names_gone_feeds_fail_and_are_read_again_when_they_are_back(
    kafka: str, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    names = Names(tmp_path)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("WIREDESK_")},
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": kafka,
        "WIREDESK_KAFKA__PREFIX": topic_prefix,
        "WIREDESK_DATABASE__URL": database,
        "WIREDESK_WEB__ALLOW_PRIVATE": "true",
        "WIREDESK_WEB__HOST_GAP_S": "0",
    }
    settings = KafkaSettings(bootstrap_servers=kafka, replication_factor=1, min_insync_replicas=1)
    topics, wire, engine = Topics(topic_prefix), Wire(), create_engine(database)
    create_topics(settings, topics.specs())
    with Site(wire, host="0.0.0.0") as site:
        feeds.add_feed(engine, f"http://wire.example:{site.port}/feed", next_poll_at=START)
        outcomes = []
        for known in (True, False, True):
            names.know("wire.example" if known else None)
            names.run([sys.executable, "-m", "desk.cli", "poll", "--once"], environment)
            (row,) = feeds.list_feeds(engine)
            outcomes.append((row.state, (row.last_error or "").partition(":")[0]))
            wire.count += 1
        urls = sorted(
            Entry.model_validate_json(each.value or b"").url
            for each in read_whole(settings, topics.entries)
        )
        assert urls == sorted(f"http://wire.example:{site.port}/{n}" for n in range(7))
    assert outcomes == [("active", ""), ("active", "dns"), ("active", "")]
    engine.dispose()


class Names:
    """What a process may know of names: a hosts file of its own, and no name server."""

    def __init__(self, folder: Path) -> None:
        if subprocess.run([*UNSHARED, "true"], capture_output=True, check=False).returncode:
            pytest.skip("needs a mount namespace: root, or user namespaces allowed")
        self._hosts, self._servers = folder / "hosts", folder / "resolv.conf"
        # nobody listens there
        self._servers.write_text("nameserver 127.0.7.7\noptions timeout:1 attempts:1\n")

    def know(self, name: str | None) -> None:
        self._hosts.write_text("127.0.0.1 localhost\n" + (f"127.0.7.1 {name}\n" if name else ""))

    def run(self, command: list[str], environment: dict[str, str]) -> None:
        mounts = f"mount --bind {self._hosts} /etc/hosts && mount --bind {self._servers} {RESOLV}"
        shell = ["sh", "-c", f'{mounts} && exec "$@"', "sh", *command]
        subprocess.run([*UNSHARED, *shell], env=environment, timeout=120, check=True)
