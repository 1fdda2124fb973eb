import asyncio
import contextlib
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from ingest.web.client import Answer, Door, user_agent
from ingest.web.outcomes import NoAnswer
from ingest.web.urls import next_url, parse_url
from tests.ingest.certificates import CERTIFICATE, untrusted
from tests.ingest.doors import FreeSlots, resolver, web, with_door
from tests.ingest.site import Asked, Reply, Site, ok, redirect, response
from wire.errors import Fatal
from wire.settings import Settings, WebSettings


def ask(url: str, settings: WebSettings | None = None, **how: Any) -> Answer:
    return with_door(lambda door: door.get(url, **how), settings)


def failing(url: str, settings: WebSettings | None = None, **how: Any) -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        ask(url, settings, **how)
    return caught.value


def test_an_answer_carries_status_headers_body_and_where_it_came_from() -> None:
    with Site(lambda _: ok(b"<rss/>", content_type="application/rss+xml", etag='W/"a"')) as site:
        answer = ask(site.url("/feed#part"))
    assert (answer.status, answer.body) == (200, b"<rss/>")
    assert answer.headers["etag"] == 'W/"a"'
    assert answer.final_url == site.url("/feed")
    assert answer.elapsed_s > 0


def test_21_user_agent_is_stable_without_cookies_or_referer() -> None:
    def reply(asked: Asked) -> bytes:
        if asked.path == "/start":
            return response(302, {"Location": "/end", "Set-Cookie": "id=1; Path=/"})
        return response(200, {"Set-Cookie": "id=2"}, b"x")

    async def twice(door: Door) -> None:
        await door.get(site.url("/start"))
        await door.get(site.url("/start"))

    with Site(reply) as site:
        with_door(twice, agent="wiredesk/1 (+mailto:desk@example.org)")
    assert site.paths() == ["/start", "/end"] * 2
    for asked in site.asked:
        assert asked.headers["user-agent"] == "wiredesk/1 (+mailto:desk@example.org)"
        assert not {"cookie", "referer", "cache-control", "pragma"} & asked.headers.keys()


def test_21_user_agent_names_version_and_contact() -> None:
    settings = Settings(contact="https://example.org/desk")
    assert user_agent(settings).startswith("wiredesk/")
    assert user_agent(settings).endswith(" (+https://example.org/desk)")


def test_21_the_real_world_is_not_asked_without_a_contact() -> None:
    with pytest.raises(Fatal, match="WIREDESK_CONTACT"):
        user_agent(Settings())
    assert user_agent(Settings(web=web())).startswith("wiredesk/")


@pytest.mark.parametrize(
    ("name", "compress"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("deflate", zlib.compress),
        ("identity", bytes),
    ],
)
def test_22_encodings_are_offered_and_undone(name: str, compress: Any) -> None:
    body = b"<rss>" + b"abcdefgh" * 50_000
    with Site(lambda _: ok(compress(body), content_encoding=name)) as site:
        assert ask(site.url()).body == body
    assert site.asked[0].headers["accept-encoding"] == "gzip, br, zstd"


def _gzip_bomb() -> bytes:
    """10 GB of zeros: ten thousand members of one megabyte."""
    return gzip.compress(bytes(10**6), 9) * 10_000


def _brotli_bomb() -> bytes:
    return bytes(brotli.compress(bytes(2**30), quality=1))


def _zstd_bomb() -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(bytes(2**30))


@pytest.mark.parametrize(
    ("name", "bomb"), [("gzip", _gzip_bomb), ("br", _brotli_bomb), ("zstd", _zstd_bomb)]
)
def test_22_a_bomb_costs_at_most_the_limit(name: str, bomb: Any) -> None:
    body = bomb()
    with Site(lambda _: ok(body, content_encoding=name)) as site:
        limit = 2**20
        tracemalloc.start()
        error = failing(site.url(), max_bytes=limit) if len(body) <= limit else None
        if error is None:
            # announced above the limit already compressed: send it without a length
            site.reply = lambda _: _chunked(body, name)
            error = failing(site.url(), max_bytes=limit)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert error.outcome == "too-large"
    # the limit, the decoder's own slice of at most 8 MiB, and what the server holds to send
    assert peak < limit + 2 * 8 * 2**20 + len(body)


async def _chunked(body: bytes, encoding: str) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    yield b"Content-Encoding: %s\r\n\r\n" % encoding.encode()
    for start in range(0, len(body), 60_000):
        piece = body[start : start + 60_000]
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


async def _endless() -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield b"x" * 65_536


def test_an_endless_body_ends_at_the_limit() -> None:
    with Site(lambda _: _endless()) as site:
        assert failing(site.url(), max_bytes=10**6).outcome == "too-large"


def test_a_body_that_may_be_cut_is_cut() -> None:
    with Site(lambda _: _endless()) as site:
        answer = ask(site.url(), max_bytes=1000, may_cut=True)
    assert (len(answer.body), answer.cut) == (1000, True)


def test_an_announced_length_above_the_limit_is_not_read() -> None:
    with Site(lambda _: response(200, {"Content-Length": "99999999999"})) as site:
        assert failing(site.url()).outcome == "too-large"


def test_a_length_that_promises_more_than_comes_is_a_protocol_failure() -> None:
    reply = response(200, {"Content-Length": "1000", "Connection": "close"}, b"short")
    with Site(lambda _: reply) as site:
        assert failing(site.url()).outcome == "protocol"


def test_a_length_that_promises_less_than_comes_gives_what_was_promised() -> None:
    with Site(lambda _: response(200, {"Content-Length": "3"}, b"abcdef")) as site:
        assert ask(site.url()).body == b"abc"


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "5, 6"])
def test_a_nonsense_length_is_a_protocol_failure(length: str) -> None:
    reply = response(200, {"Content-Length": length, "Connection": "close"}, b"abcdef")
    with Site(lambda _: reply) as site:
        assert failing(site.url()).outcome == "protocol"


def test_a_compressed_stream_that_ends_early_is_an_encoding_failure() -> None:
    body = gzip.compress(b"abc" * 1000)[:-20]
    with Site(lambda _: ok(body, content_encoding="gzip")) as site:
        assert failing(site.url()).outcome == "encoding"


@pytest.mark.parametrize("encoding", ["rot13", "gzip, br"])
def test_an_encoding_never_asked_for_is_an_encoding_failure(encoding: str) -> None:
    with Site(lambda _: ok(b"abc", content_encoding=encoding)) as site:
        assert failing(site.url()).outcome == "encoding"


def test_plain_text_under_the_name_of_gzip_is_taken_as_it_is() -> None:
    with Site(lambda _: ok(b"<rss/>", content_encoding="gzip")) as site:
        assert ask(site.url()).body == b"<rss/>"


def test_a_flood_of_headers_is_a_protocol_failure() -> None:
    async def flood() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for number in range(10**9):
            yield b"X-%d: " % number + b"y" * 1000 + b"\r\n"

    with Site(lambda _: flood()) as site:
        assert failing(site.url()).outcome == "protocol"


def test_a_server_that_says_continue_for_ever_ends_at_the_total_deadline() -> None:
    async def more() -> AsyncIterator[bytes]:
        while True:
            yield b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            await asyncio.sleep(0.01)

    with Site(lambda _: more()) as site:
        assert failing(site.url(), web(total_timeout_s=0.3)).outcome == "timeout"


def test_23_a_drip_ends_at_the_total_deadline() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    with Site(lambda _: drip()) as site:
        assert failing(site.url(), web(total_timeout_s=0.3)).outcome == "timeout"


def test_23_headers_that_drip_end_at_the_total_deadline() -> None:
    async def drip() -> AsyncIterator[bytes]:
        for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 10_000:
            yield bytes([letter])
            await asyncio.sleep(0.02)

    with Site(lambda _: drip()) as site:
        assert failing(site.url(), web(total_timeout_s=0.3)).outcome == "timeout"


def test_23_a_server_that_is_silent_ends_at_the_read_deadline() -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.sleep(60)
        yield b""

    with Site(lambda _: silence()) as site:
        assert failing(site.url(), web(read_timeout_s=0.2)).outcome == "timeout"


def test_23_the_total_deadline_holds_over_redirects() -> None:
    async def slow(number: int) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.2)
        # the site closes after each: a client that is not told may ask over a closing connection
        yield response(302, {"Location": f"/{number + 1}", "Connection": "close"})

    with Site(lambda asked: slow(int(asked.path[1:]))) as site:
        assert failing(site.url("/1"), web(total_timeout_s=0.5)).outcome == "timeout"
    assert len(site.asked) <= 3


def test_15_a_redirect_loop_is_a_failure() -> None:
    with Site(lambda asked: redirect("/b" if asked.path == "/a" else "/a")) as site:
        assert failing(site.url("/a")).outcome == "redirect-loop"
    assert site.paths() == ["/a", "/b"]


def test_15_an_endless_chain_of_redirects_is_a_failure() -> None:
    with Site(lambda asked: redirect(f"{asked.path}x")) as site:
        assert failing(site.url("/")).outcome == "redirect-loop"
    assert len(site.asked) == 6


def test_15_https_is_never_left_for_http() -> None:
    with pytest.raises(NoAnswer) as caught:
        next_url(parse_url("https://example.org/feed"), "http://example.org/feed")
    assert caught.value.outcome == "insecure-redirect"


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        ("file:///etc/passwd", "forbidden"),
        ("ftp://127.0.0.1/", "forbidden"),
        ("http://169.254.169.254/latest", "forbidden"),
        ("http://[::ffff:10.0.0.1]/", "forbidden"),
        ("http://2852039166/", "forbidden"),
        ("http://user:secret@127.0.0.1/", "bad-url"),
        ("http://[", "dns"),
        ("http://", "redirect-loop"),
        ("http://" + "a" * 5000 + "/", "bad-url"),
    ],
)
def test_24_every_hop_is_guarded(location: str, outcome: str) -> None:
    with Site(lambda _: redirect(location)) as site:
        assert failing(site.url("/start")).outcome == outcome
    assert site.paths() == ["/start"]


def test_a_redirect_with_raw_utf8_leads_there() -> None:
    def reply(asked: Asked) -> bytes:
        if asked.path == "/start":
            return (
                b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /vijesti/\xc5\xa1ta\r\n\r\n"
            )
        return ok(b"x")

    with Site(reply) as site:
        assert ask(site.url("/start")).status == 200
    assert site.paths()[1] == "/vijesti/%C5%A1ta"


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), "/1"), ((308, 301), "/2"), ((302,), None), ((301, 302), "/1"), ((307, 301), None)],
)
def test_14_only_a_chain_of_permanent_redirects_moves(
    statuses: tuple[int, ...], moved: str | None
) -> None:
    def reply(asked: Asked) -> bytes:
        step = int(asked.path[1:])
        return redirect(f"/{step + 1}", statuses[step]) if step < len(statuses) else ok(b"x")

    with Site(reply) as site:
        answer = ask(site.url("/0"))
        assert answer.moved_to == (None if moved is None else site.url(moved))


def test_17_outcomes_tell_dns_from_refused_from_tls_from_protocol() -> None:
    with Site(lambda _: b"this is not HTTP\r\n\r\n") as site:
        port = site.port
        assert failing(site.url()).outcome == "protocol"
        # a handshake with a server that speaks plain HTTP
        assert failing(f"https://127.0.0.1:{port}/").outcome == "tls"
    assert failing(f"http://127.0.0.1:{port}/").outcome == "refused"
    assert failing("http://name.invalid/").outcome == "dns"


def test_17_an_untrusted_certificate_is_a_tls_failure() -> None:
    with Site(lambda _: ok(b"x"), tls=untrusted()) as site:
        assert failing(site.url()).outcome == "tls"


def test_17_a_server_that_hangs_up_is_a_protocol_failure() -> None:
    async def nothing() -> AsyncIterator[bytes]:
        yield b""

    with Site(lambda _: nothing()) as site:
        assert failing(site.url()).outcome == "protocol"


def test_17_a_status_that_says_no_is_an_answer_without_body() -> None:
    with Site(lambda _: response(503, {"Retry-After": "120"}, b"busy" * 10_000)) as site:
        answer = ask(site.url())
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"", "120")


def test_a_connection_is_used_again() -> None:
    async def thrice(door: Door) -> None:
        for _ in range(3):
            await door.get(site.url())

    with Site(lambda _: ok(b"x")) as site:
        with_door(thrice)
    assert (len(site.asked), site.connections) == (3, 1)


def test_slots_are_asked_for_the_host_that_is_really_asked() -> None:
    slots = FreeSlots()

    async def run() -> None:
        async with Door(web(), "test", slots) as door:
            await door.get(site.url("/start"), gap_s=7)

    with (
        Site(lambda _: ok(b"x"), host="127.0.0.2") as other,
        Site(lambda _: redirect(other.url("/end"))) as site,
    ):
        asyncio.run(run())
    assert slots.held == [("127.0.0.1", 7), ("127.0.0.2", 0.0)]


def test_a_cancelled_request_leaves_no_connection_behind() -> None:
    async def hang() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        await asyncio.sleep(60)

    async def cancel(door: Door) -> Answer:
        asking = asyncio.create_task(door.get(site.url()))
        while not site.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        site.reply = lambda _: ok(b"fresh")
        return await door.get(site.url())

    def first(_: Asked) -> Reply:
        return hang()

    with Site(first) as site:
        assert with_door(cancel).body == b"fresh"
    assert site.connections == 2


def test_tls_is_checked_against_the_name_while_the_checked_address_is_dialled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    resolver(monkeypatch, lambda _: ["127.0.0.1"])
    with Site(lambda _: ok(b"x"), tls=untrusted()) as site:
        assert ask(f"https://site.test:{site.port}/").status == 200
        assert site.asked[0].headers["host"] == f"site.test:{site.port}"
        assert failing(f"https://other.test:{site.port}/").outcome == "tls"
