"""The web server of the polling benchmark: one process, as cheap as can be, on all of loopback.

A feed's number stands in its path and, in five digits, in its items, so that an answer is the
edition's one body with the number put in. Edition and mode (304 or 200) are shared values.
"""

import asyncio
import multiprocessing as mp
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any, Final

import psutil

_ITEM: Final = (
    "<item><title>Minister says thing {n} will be done by the end of the year</title>"
    '<link>http://news.example/#####/story/{n}</link><guid isPermaLink="false">#####-{n}</guid>'
    "<pubDate>Mon, 23 Nov 2026 10:{m:02}:00 GMT</pubDate><category>World</category>"
    "<description><![CDATA[<p>{text}</p>]]></description></item>"
)
_TEXT: Final = "The ministry said on Monday that the plan would be put before parliament. " * 9
ENTRIES: Final = 20


def body(edition: int) -> bytes:
    """A feed of 20 KB whose 20 entries are all new in each edition; ##### is its number."""
    items = "".join(_ITEM.format(n=edition * ENTRIES + m, m=m, text=_TEXT) for m in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Wire</title>'
        f"<link>http://news.example/</link><ttl>5</ttl>{items}</channel></rss>"
    ).encode()


@dataclass(frozen=True)
class Site:
    """The running server: what it answers, and the process that it is."""

    port: int
    conditional: Any  # whether If-None-Match is honoured
    edition: Any
    process: psutil.Process

    def url(self, number: int) -> str:
        """The address of a feed: each on a host of its own."""
        return f"http://127.0.{1 + number // 250}.{1 + number % 250}:{self.port}/feed/{number:05}"

    def answer(self, *, conditional: bool, edition: int) -> None:
        """Say what is answered from now on."""
        self.conditional.value, self.edition.value = conditional, edition


class _Server(asyncio.Protocol):
    conditional: Any = None
    edition: Any = None
    answers: dict[int, bytes] = {}  # noqa: RUF012  # one for all connections, on purpose

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        # one small packet a request; header names come in either case
        if self.conditional.value and b"f-none-match: " in data.lower():
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
            return
        number = data[len(b"GET /feed/") :][:5]
        self.transport.write(self._whole().replace(b"#####", number))

    def _whole(self) -> bytes:
        edition = self.edition.value
        if edition not in self.answers:
            content = body(edition)
            # Miniflux takes an answer with the ETag that it knows for the body that it knows
            head = (
                f'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "{edition}"\r\n'
                f"Content-Length: {len(content)}\r\n\r\n"
            )
            self.answers[edition] = head.encode() + content
        return self.answers[edition]


def _serve(port: int, conditional: Any, edition: Any, ready: Event) -> None:
    _Server.conditional, _Server.edition = conditional, edition

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Server, "0.0.0.0", port, backlog=1024)
        ready.set()
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def serving() -> Iterator[Site]:
    """Serve in a process of its own."""
    context = mp.get_context("spawn")
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = int(probe.getsockname()[1])
    conditional, edition, ready = context.Value("b", 0), context.Value("i", 0), context.Event()
    process = context.Process(target=_serve, args=(port, conditional, edition, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise SystemExit("the web server does not start")
        yield Site(port, conditional, edition, psutil.Process(process.pid))
    finally:
        process.kill()
        process.join()
