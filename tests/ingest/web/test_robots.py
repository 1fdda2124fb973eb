import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest

from ingest.web.client import Door
from ingest.web.robots import Robots, Verdict
from tests.ingest.doors import web, with_door
from tests.ingest.site import Asked, Reply, Site, ok, redirect, response

T = TypeVar("T")

RULES = b"""User-agent: *
Disallow: /private
Crawl-delay: 3

User-agent: wiredesk
Disallow: /archive
Crawl-delay: 7
"""


def with_robots(use: Callable[[Robots], Awaitable[T]], ttl_s: float = 86_400) -> T:
    async def run(door: Door) -> T:
        return await use(Robots(door, ttl_s=ttl_s))

    return with_door(run, web(read_timeout_s=0.3))


def verdict(reply: Callable[[Asked], Reply], path: str = "/story") -> Verdict:
    with Site(reply) as site:
        return with_robots(lambda robots: robots.verdict(site.url(path)))


def test_25_the_group_for_us_decides() -> None:
    def rules(_: Asked) -> bytes:
        return ok(RULES)

    assert verdict(rules) == Verdict(True, 7.0)
    assert verdict(rules, "/private") == Verdict(True, 7.0)
    assert verdict(rules, "/archive/1") == Verdict(False, 7.0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_25_4xx_allows(status: int) -> None:
    assert verdict(lambda _: response(status)).allowed


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_25_5xx_denies(status: int) -> None:
    assert not verdict(lambda _: response(status)).allowed


def test_25_a_server_that_does_not_answer_denies() -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.sleep(5)
        yield b""

    assert not verdict(lambda _: silence()).allowed


def test_25_asked_once_per_authority_however_many_wait() -> None:
    async def ask(robots: Robots) -> None:
        await asyncio.gather(*(robots.verdict(site.url(f"/{n}")) for n in range(20)))
        await robots.verdict(site.url("/later"))

    with Site(lambda _: ok(RULES)) as site:
        with_robots(ask)
        assert site.paths() == ["/robots.txt"]


def test_25_authorities_differ_by_port() -> None:
    async def ask(robots: Robots) -> tuple[bool, bool]:
        return (
            (await robots.verdict(one.url("/archive/1"))).allowed,
            (await robots.verdict(two.url("/archive/1"))).allowed,
        )

    with Site(lambda _: ok(RULES)) as one, Site(lambda _: response(404)) as two:
        assert with_robots(ask) == (False, True)


def test_25_asked_again_when_its_time_is_over() -> None:
    async def ask(robots: Robots) -> None:
        for _ in range(2):
            await robots.verdict(site.url("/1"))
            await asyncio.sleep(0.05)

    with Site(lambda _: ok(RULES)) as site:
        with_robots(ask, ttl_s=0.02)
        assert len(site.asked) == 2


def test_25_five_redirects_are_followed() -> None:
    def reply(asked: Asked) -> bytes:
        if asked.path == "/robots.txt":
            return redirect("/1")
        step = int(asked.path[1:])
        return redirect(f"/{step + 1}") if step < 5 else ok(RULES)

    assert not verdict(reply, "/archive/1").allowed


def test_25_more_redirects_than_five_mean_there_is_none() -> None:
    assert verdict(lambda asked: redirect(f"{asked.path}x")).allowed


def test_25_500_kib_are_parsed_and_the_rest_is_not() -> None:
    comment = b"# " + b"x" * 997 + b"\n"
    early = RULES + comment * 2000
    late = comment * 600 + RULES
    assert not verdict(lambda _: ok(early), "/archive/1").allowed
    assert verdict(lambda _: ok(late), "/archive/1").allowed


def test_25_a_byte_order_mark_and_junk_do_no_harm() -> None:
    assert not verdict(lambda _: ok(b"\xef\xbb\xbf" + RULES), "/archive/1").allowed
    assert verdict(lambda _: ok(bytes(range(256)) * 50)).allowed
