"""The fetch worker against real HTTP servers, with slots in a real PostgreSQL."""

import asyncio
import gzip
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from ingest.fetch.worker import FetchWork
from ingest.web.slots import Exchange
from store import politeness
from store.engine import create_engine
from tests.ingest.fetch.entries import NOW, entry
from tests.ingest.site import Asked, Reply, Site, ok, redirect, response
from wire.bus import Record
from wire.errors import DeadLetter, Retry, Wait
from wire.messages import Page
from wire.settings import Settings, WebSettings
from wire.topics import Topics
from wire.work import Done

PAGE = b"<html><p>BELGRADE, March 2. A bridge opened.</p></html>"
HTML = "text/html; charset=utf-8"


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    yield engine
    engine.dispose()


@contextmanager
def fetching(
    engine: Engine, site: Site, exchange: Exchange | None = None, **web: Any
) -> Iterator[FetchWork]:
    door = WebSettings(**{"allow_private": True, "ports": (site.port,), "host_gap_s": 0.0, **web})
    exchange = exchange or partial(politeness.exchange_slots, engine)
    work = FetchWork(Settings(web=door), Topics(), exchange, partial(politeness.hold_host, engine))
    try:
        yield work
    finally:
        work.close()


def record(number: int, url: str, host: str, **fields: Any) -> Record:
    known = {"story_id": UUID(int=number), "url": url, "canonical_url": url, "host": host}
    value = entry(**{**known, **fields}).to_json()
    return Record("wire.entries", 0, number, host.encode(), value)


def fetch(work: FetchWork, *records: Record, patience_s: float = 30) -> list[Done]:
    work.start(records)
    done: list[Done] = []
    deadline = time.monotonic() + patience_s
    while len(done) < len(records):
        assert time.monotonic() < deadline, f"{len(records) - len(done)} did not end"
        done += work.finished(0.2)
    return sorted(done, key=lambda each: each.record.offset)


def only(work: FetchWork, site: Site, path: str, **fields: Any) -> Done:
    (done,) = fetch(work, record(1, site.url(path), site.host, **fields))
    return done


def page_of(done: Done) -> tuple[Page, bytes]:
    assert done.error is None, done.error
    (message,) = done.outgoing
    assert message.value is not None
    return Page.model_validate_json(dict(message.headers)["page"]), message.value


def by_path(replies: Mapping[str, Reply]) -> Callable[[Asked], Reply]:
    return lambda asked: replies.get(asked.path, response(404))


def test_a_page_comes_with_its_bytes_its_address_and_its_time(engine: Engine) -> None:
    replies = {"/old": redirect("/new"), "/new": ok(PAGE, content_type=HTML, etag='W/"1"')}
    with Site(by_path(replies)) as site, fetching(engine, site) as work:
        page, body = page_of(only(work, site, "/old"))
        assert body == PAGE
        assert page.final_url == site.url("/new")
        assert page.headers["etag"] == 'W/"1"'
        assert page.observed_at > NOW
        assert site.paths() == ["/robots.txt", "/old", "/new"]


def test_the_whole_text_in_the_feed_asks_nobody(engine: Engine) -> None:
    with Site(by_path({})) as site, fetching(engine, site) as work:
        page, body = page_of(
            only(work, site, "/a", content_html="<p>All.</p>", content_is_full=True)
        )
        assert (page.source, body, page.flags) == ("feed", b"<p>All.</p>", ())
        assert site.asked == []


def test_a_page_that_can_not_be_had_is_replaced_by_the_feeds_text_and_flagged(
    engine: Engine,
) -> None:
    with Site(by_path({})) as site, fetching(engine, site) as work:
        page, body = page_of(only(work, site, "/gone", summary="A bridge opened."))
        assert (page.source, page.flags) == ("feed", ("feed-text",))
        assert b"A bridge opened." in body


def test_without_page_and_text_an_entry_is_tried_later_and_then_a_dead_letter(
    engine: Engine,
) -> None:
    with Site(by_path({"/no": response(403)})) as site, fetching(engine, site) as work:
        later, never = fetch(
            work,
            record(1, site.url("/gone"), site.host),
            record(2, site.url("/no"), site.host),
        )
        assert isinstance(later.error, Retry)
        assert isinstance(never.error, DeadLetter)
        assert never.error.outside
        assert never.fate is not None
        assert never.fate.fields["url"] == site.url("/no")


def test_robots_txt_is_obeyed_and_the_feeds_text_used(engine: Engine) -> None:
    rules = ok(b"User-agent: *\nDisallow: /private/\n", content_type="text/plain")
    replies = {"/robots.txt": rules, "/open": ok(PAGE, content_type=HTML)}
    with Site(by_path(replies)) as site, fetching(engine, site) as work:
        closed, opened = fetch(
            work,
            record(1, site.url("/private/a"), site.host, summary="Short."),
            record(2, site.url("/open"), site.host),
        )
        assert page_of(closed)[0].source == "feed"
        assert page_of(opened)[1] == PAGE
        assert "/private/a" not in site.paths()


def test_robots_txt_that_can_not_be_had_is_waited_for(engine: Engine) -> None:
    replies = {"/robots.txt": response(500), "/a": ok(PAGE, content_type=HTML)}
    with Site(by_path(replies)) as site, fetching(engine, site) as work:
        done = only(work, site, "/a")
        assert isinstance(done.error, Retry)
        assert done.error.reason == "robots-unreachable"


def test_35_a_revisit_is_conditional_and_says_what_it_found(engine: Engine) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.path == "/gone":
            return response(410)
        matched = asked.headers.get("if-none-match") == '"v1"'
        return response(304) if matched else ok(PAGE, content_type=HTML)

    with Site(reply) as site, fetching(engine, site) as work:
        same, changed, gone = fetch(
            work,
            record(1, site.url("/a"), site.host, reason="revisit", etag='"v1"'),
            record(2, site.url("/b"), site.host, reason="revisit", etag='"v0"'),
            record(3, site.url("/gone"), site.host, reason="revisit"),
        )
        assert (same.fate and same.fate.outcome, same.outgoing) == ("unchanged", ())
        assert page_of(changed)[1] == PAGE
        page, body = page_of(gone)
        assert (page.status, body) == (410, b"")


def test_a_page_of_50_mb_costs_at_most_the_limit(engine: Engine) -> None:
    async def endless(head: bytes) -> AsyncIterator[bytes]:
        yield head
        for _ in range(50):
            yield b"x" * 2**20

    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    bomb = gzip.compress(b"\0" * 50 * 2**20)

    def reply(asked: Asked) -> Reply:
        if asked.path == "/long":
            return endless(head + b"Connection: close\r\n\r\n")
        if asked.path == "/bomb":
            return ok(bomb, content_type=HTML, content_encoding="gzip")
        return response(404)

    with Site(reply) as site, fetching(engine, site) as work:
        long, bombed = fetch(
            work,
            record(1, site.url("/long"), site.host),
            record(2, site.url("/bomb"), site.host),
        )
        for done in (long, bombed):
            assert isinstance(done.error, DeadLetter)
            assert done.error.reason == "too-large"


def test_an_image_is_a_dead_letter_with_its_kind(engine: Engine) -> None:
    replies = {"/a.jpg": ok(b"\xff\xd8\xff", content_type="image/jpeg")}
    with Site(by_path(replies)) as site, fetching(engine, site) as work:
        done = only(work, site, "/a.jpg")
        assert isinstance(done.error, DeadLetter)
        assert (done.error.reason, "image/jpeg" in done.error.detail) == ("not-html", True)


def test_a_message_that_is_no_entry_is_a_dead_letter_and_its_neighbour_goes_on(
    engine: Engine,
) -> None:
    with Site(by_path({"/a": ok(PAGE, content_type=HTML)})) as site:
        with fetching(engine, site) as work:
            foreign = Record("wire.entries", 0, 0, b"k", b"not ours")
            died, done = fetch(work, foreign, record(1, site.url("/a"), site.host))
        assert isinstance(died.error, DeadLetter)
        assert died.error.reason == "invalid-message"
        assert page_of(done)[1] == PAGE


def test_one_hung_host_delays_none_of_200_healthy_ones(engine: Engine) -> None:
    async def hang() -> AsyncIterator[bytes]:
        await asyncio.sleep(3600)
        yield b""

    def reply(asked: Asked) -> Reply:
        return (
            hang()
            if asked.headers["host"].startswith("127.0.9.9:")
            else ok(PAGE, content_type=HTML)
        )

    with (
        Site(reply, host="0.0.0.0") as site,
        fetching(engine, site, read_timeout_s=60.0) as work,
    ):

        def at(number: int, host: str) -> Record:
            return record(number, f"http://{host}:{site.port}/{number}", host)

        hung = [at(number, "127.0.9.9") for number in range(50)]
        healthy = [at(100 + number, f"127.0.1.{number + 1}") for number in range(200)]
        work.start(hung)
        done = fetch(work, *healthy)
        assert len(done) == 200
        assert all(each.record.offset >= 100 and each.error is None for each in done)


def test_a_hosts_overflow_rests_and_is_not_counted_as_failure(engine: Engine) -> None:
    async def hang() -> AsyncIterator[bytes]:
        await asyncio.sleep(3600)
        yield b""

    with Site(lambda _: hang()) as site, fetching(engine, site) as work:
        records = [record(n, site.url(f"/{n}"), site.host) for n in range(205)]
        work.start(records)
        done: list[Done] = []
        while len(done) < 3:
            done += work.finished(0.2)
        assert all(isinstance(d.error, Retry) and not d.error.counted for d in done)


def test_a_wait_that_ends_with_a_failed_page_is_over(engine: Engine) -> None:
    away = threading.Event()
    away.set()

    def exchange(*asked: Any) -> Any:
        if away.is_set():
            raise Wait("PostgreSQL is away")
        return politeness.exchange_slots(engine, *asked)

    with Site(by_path({"/a": response(503)})) as site, fetching(engine, site, exchange) as work:
        with pytest.raises(Wait):
            only(work, site, "/a")
        away.clear()
        done: list[Done] = []
        while not done:
            with suppress(Wait):
                done += work.finished(0.1)
        assert isinstance(done[0].error, Retry)
        assert work.finished(0.0) == [], "with nothing in hand there is nothing to wait for"


def test_two_fetchers_never_ask_one_host_above_its_limit(engine: Engine) -> None:
    async def slow() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.05)
        yield ok(PAGE, content_type=HTML, connection="close")

    with (
        Site(lambda asked: slow() if asked.path != "/robots.txt" else response(404)) as site,
        fetching(engine, site) as one,
        fetching(engine, site) as two,
    ):
        for number in range(20):
            work = one if number % 2 else two
            work.start([record(number, site.url(f"/{number}"), site.host)])
        done = [*fetch(one, *()), *fetch(two, *())]
        while len(done) < 20:
            done += [*one.finished(0.1), *two.finished(0.1)]
        assert all(each.error is None for each in done)
        assert site.most_at_once <= 2


def test_12_a_limit_of_the_host_holds_its_other_pages(engine: Engine) -> None:
    limit = response(429, {"Retry-After": "600"})
    with Site(by_path({"/a": limit, "/b": ok(PAGE, content_type=HTML)})) as site:
        with fetching(engine, site) as work:
            now = datetime.now(UTC)
            limited = only(work, site, "/a", discovered_at=now)
            held = only(work, site, "/b", discovered_at=now)
        assert site.paths() == ["/robots.txt", "/a"]
    for done in (limited, held):
        assert isinstance(done.error, Retry)
        assert not done.error.counted
    assert isinstance(held.error, Retry)
    assert timedelta(seconds=500) < held.error.delay <= timedelta(seconds=600)


def test_11_a_crawl_delay_is_kept(engine: Engine) -> None:
    rules = ok(b"User-agent: *\nCrawl-delay: 0.4\n", content_type="text/plain")
    pages = {f"/{n}": ok(PAGE, content_type=HTML) for n in range(6)}
    with Site(by_path({"/robots.txt": rules, **pages})) as site, fetching(engine, site) as work:
        fetch(work, *(record(n, site.url(f"/{n}"), site.host) for n in range(6)))
        asked = [asked.at for asked in site.asked if asked.path != "/robots.txt"]
    # a late loop may bring two nearer to each other, but not all of them
    assert max(asked) - min(asked) > 0.8 * 5 * 0.4


def test_11_hosts_that_redirect_to_a_common_host_share_its_limit(engine: Engine) -> None:
    common = "127.0.8.8"

    async def slow() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.05)
        yield ok(PAGE, content_type=HTML, connection="close")

    def reply(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return response(404)
        if not asked.headers["host"].startswith(f"{common}:"):
            return redirect(f"http://{common}:{site.port}{asked.path}")
        return slow()

    with Site(reply, host="0.0.0.0") as site, fetching(engine, site) as work:
        hosts = [f"127.0.7.{n}" for n in range(1, 21)]
        done = fetch(
            work,
            *(record(n, f"http://{host}:{site.port}/{n}", host) for n, host in enumerate(hosts)),
        )
        assert {page_of(each)[0].final_url.split(":")[1] for each in done} == {f"//{common}"}
        waiting = Counter(asked.path for asked in site.asked)
    assert site.most_at_once_of(common) <= 2
    assert all(waiting[f"/{n}"] == 2 for n in range(20))
