"""SampleWire: the sample's sites served over HTTP on threads of their own, until stopped.

On Linux each site gets a loopback address of its own (127.0.0.11 and up), so that politeness per
host and publisher by host are seen at work; elsewhere, and on any other address than loopback, one
socket serves them all (layout.py). `advance` may be called while requests are served.
"""

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from desk.sample.answers import Answer, answer, expectations, feed_urls, opml
from desk.sample.layout import Layout, resolve, spread, under
from desk.sample.stories import EDITIONS, Edition, read

LOOPBACK: Final = "127.0.0.1"
# Tries for one port that is free on all of the sites' addresses before it is given up.
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class SampleFeed:
    """A feed to register: its address, its agency's id where it is an agency's, and its title."""

    url: str
    agency: str | None
    title: str


class SampleWire:
    """The sample wire at one edition; a context manager that stops what `start` started.

    `requests` counts what was asked: (site id or "", path, status) → times.
    """

    def __init__(self, edition: int = 1) -> None:
        self._edition = read(edition)
        self._lock = threading.Lock()
        self._servers: list[_Server] = []
        self._layout: Layout | None = None
        self.requests: Counter[tuple[str, str, int]] = Counter()

    def start(self, host: str = LOOPBACK, port: int = 0, *, public_host: str | None = None) -> Self:
        """Serve on `host`; port 0 takes a free one. `public_host` is the name that others use.

        On loopback, without a public host, each site gets an address of its own where the system
        allows it.

        Raises:
            OSError: the port is taken.
        """
        own = _own_addresses(host, public_host)
        hosts = [site.address for site in self._edition.sites.values()] if own else []
        self._servers = _bind([host, *hosts], port, self)
        self._layout = layout_of(host, self.port, public_host)
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port; safe to repeat."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Return the port that all sites share."""
        return self._servers[0].server_port

    @property
    def layout(self) -> Layout:
        """Return how the sites' addresses are written.

        Raises:
            RuntimeError: nothing was started yet.
        """
        if self._layout is None:
            raise RuntimeError("the sample wire has no address before start()")
        return self._layout

    @property
    def edition(self) -> Edition:
        """Return what is published now."""
        return self._edition

    @property
    def feeds(self) -> Sequence[SampleFeed]:
        """Return every feed, as it is to be registered."""
        return [
            SampleFeed(url, site.agency, title)
            for site, title, url in feed_urls(self._edition, self.layout)
        ]

    @property
    def opml(self) -> str:
        """Return the feeds as OPML."""
        return opml(self._edition, self.layout)

    @property
    def expected(self) -> str:
        """Return what is expected of each story, as JSON lines."""
        return expectations(self._edition, self.layout)

    def url(self, story: str) -> str:
        """Return the address of a story by its name in seeds/sample/stories."""
        found = self._edition.stories[story]
        return self.layout.url(self._edition.sites[found.site], found)

    def advance(self) -> int:
        """Publish the next edition and return its number; the last one stays."""
        with self._lock:
            self._edition = read(min(self._edition.number + 1, EDITIONS))
            return self._edition.number

    def answer(self, method: str, host: str, path: str, headers: dict[str, str]) -> Answer:
        """Return the answer to one request, and count it."""
        if method == "POST":
            told = self._advance_on_request(path)
        else:
            told = answer(self._edition, host, path, headers)
        asked = resolve(host, path, self._edition.sites)
        with self._lock:
            self.requests[asked.site.id if asked.site else "", asked.path, told.status] += 1
        return told

    def _advance_on_request(self, path: str) -> Answer:
        if path != "/advance":
            return Answer(405, {"allow": "GET, HEAD"})
        return Answer(200, {"content-type": "text/plain"}, f"{self.advance()}\n".encode())


def layout_of(host: str, port: int, public_host: str | None) -> Layout:
    """Return how addresses are written for a wire that listens on `host` and `port`."""
    if _own_addresses(host, public_host):
        return spread(port)
    return under(public_host or (LOOPBACK if _is_any(host) else host), port)


def steady_port(data: Path) -> int:
    """Return the port of the sample wire that belongs to a data folder, choosing it once.

    A story's identity begins with its address: a second run over the same data must find the
    sites where the first one found them.
    """
    kept = data / "sample.port"
    if kept.exists():
        return int(kept.read_text(encoding="ascii"))
    with socket.create_server((LOOPBACK, 0)) as free:
        port = int(free.getsockname()[1])
    data.mkdir(parents=True, exist_ok=True)
    kept.write_text(str(port), encoding="ascii")
    return port


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A poller opens many connections at once; the default of 5 makes some of them wait.
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], wire: SampleWire) -> None:
        self.wire = wire
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the address's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sample-wire"
    sys_version = ""
    # A connection kept open and silent is closed after this, seconds.
    timeout = 30
    # Headers and body leave in two writes; without this the second waits for an acknowledgement.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._respond()

    def do_HEAD(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self._respond()

    def _respond(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = self.server.wire.answer(self.command, headers.get("host", ""), self.path, headers)
        self.send_response(told.status)
        for name, value in told.headers.items():
            self.send_header(name, value)
        if told.status != 304:
            self.send_header("content-length", str(len(told.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the requests are counted."""


def _bind(hosts: Sequence[str], port: int, wire: SampleWire) -> list[_Server]:
    """Return a server on each host, all on one port; port 0 takes one that is free on all."""
    for attempt in range(_TRIES):
        servers: list[_Server] = []
        try:
            for host in hosts:
                servers.append(_Server((host, servers[0].server_port if servers else port), wire))
        except OSError:
            for server in servers:
                server.server_close()
            if port or attempt == _TRIES - 1:
                raise
        else:
            return servers
    raise AssertionError("unreachable: the last try returns or raises")


def _own_addresses(host: str, public_host: str | None) -> bool:
    return host == LOOPBACK and public_host is None and _has_many_addresses()


def _is_any(host: str) -> bool:
    """Tell whether `host` means every address of the machine, as 0.0.0.0 does."""
    return set(host) <= set("0.:")


def _has_many_addresses() -> bool:
    """Tell whether 127.0.0.11 and its like can be bound, as on Linux."""
    try:
        with socket.create_server(("127.0.0.11", 0)):
            return True
    except OSError:
        return False
