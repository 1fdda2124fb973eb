"""The one outbound door: asks a URL politely, safely and within limits, and says what came.

Every hop is guarded when it is dialled, waits for its host's politeness slot, and runs under the
connect, read and total deadlines; bodies are decompressed here, piece by piece, under a limit.
No cookies, no Referer, no credentials, HTTP/1.1 alone: docs/decisions/0060-http-1-1.md says
why. One `Door` a process, on its event loop.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self

import httpcore
import httpx

from ingest.web.decode import ACCEPT_ENCODING, BadEncodingError, Decoding
from ingest.web.guard import Guard, GuardedBackend
from ingest.web.outcomes import NoAnswer, Outcome
from ingest.web.slots import Slots
from ingest.web.sockets import HandshakeError, Sockets
from ingest.web.urls import next_url, parse_url, port_of
from wire.errors import Fatal
from wire.settings import Settings, WebSettings

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
# httpcore looks through all connections of a pool for each request, and closes idle ones only then:
# many small pools keep the look short, and what they keep alive bounds the idle sockets at 512.
# A request costs 1.2 ms so, against 2.0 ms through httpx's client (measured on one busy core).
_POOLS: Final = 128
_KEPT_ALIVE: Final = 4
# Short of the usual servers' own patience (Apache 5 s, nginx 75 s): a connection that the server
# is about to close is not taken up again.
_KEEP_ALIVE_S: Final = 4.0
# The body of an answer that is not wanted is read up to here, to keep the connection.
_DRAIN: Final = 16 * 1024


def user_agent(settings: Settings) -> str:
    """Return the User-Agent: `wiredesk/VERSION (+contact)`.

    Raises:
        Fatal: there is no contact and the door may reach the real world.
    """
    name = f"wiredesk/{version('wiredesk')}"
    if settings.contact:
        return f"{name} (+{settings.contact})"
    if settings.web.allow_private:
        return name
    raise Fatal(
        "no contact: publishers must be able to write to whoever asks their servers; "
        "set WIREDESK_CONTACT to a URL or mail address"
    )


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain: what was asked, and with what status it answered."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the last answer of the chain, its body decompressed.

    `headers` have lower-case names and latin-1 values, repeated ones joined by a comma. The body is
    empty unless the status is 2xx. `cut` tells that it was longer than asked for and cut there.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    hops: tuple[Hop, ...]
    elapsed_s: float  # without the waits for politeness slots
    cut: bool = False

    @property
    def moved_to(self) -> str | None:
        """Where 301 and 308 lead, up to the first hop that moves for now only; else None."""
        target = None
        for hop, following in zip(self.hops, self.hops[1:], strict=False):
            if hop.status not in _PERMANENT:
                break
            target = following.url
        return target


@dataclass(slots=True)
class _Chain:
    """What one `get` has done so far."""

    url: str
    headers: Mapping[str, str]
    max_bytes: int
    may_cut: bool
    left_s: float
    hops: list[Hop] = field(default_factory=list)


class Door:
    """Asks the outside. `async with Door(...) as door: answer = await door.get(url)`."""

    def __init__(self, settings: WebSettings, agent: str, slots: Slots) -> None:
        self._settings = settings
        self._slots = slots
        self._guard = Guard(settings.ports, allow_private=settings.allow_private)
        tls = httpx.create_ssl_context()
        self._pools = [_pool(settings, self._guard, tls) for _ in range(_POOLS)]
        self._headers = {"user-agent": agent, "accept-encoding": ACCEPT_ENCODING, "accept": "*/*"}
        self._timeouts = {
            "connect": settings.connect_timeout_s,
            "read": settings.read_timeout_s,
            "write": settings.read_timeout_s,
            "pool": settings.total_timeout_s,
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for pool in self._pools:
            await pool.aclose()
        self._guard.close()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        may_cut: bool = False,
        gap_s: float = 0.0,
        patience_s: float | None = None,
        max_redirects: int | None = None,
    ) -> Answer:
        """Ask `url` and follow its redirects.

        Args:
            url: an absolute http or https URL.
            headers: sent on every hop beside the door's own (validators, Accept).
            max_bytes: of the decompressed body; the setting for feeds where absent.
            may_cut: a longer body is cut there instead of refused.
            gap_s: the Crawl-delay of the first host.
            patience_s: the longest wait for a politeness slot.
            max_redirects: hops followed; the setting where absent.

        Raises:
            NoAnswer: no usable answer; its outcome says why. A status that says no is an Answer.
            HostBusy: the slot would take longer than `patience_s`.
        """
        chain = _Chain(
            url,
            {**self._headers, **(headers or {})},
            self._settings.max_feed_bytes if max_bytes is None else max_bytes,
            may_cut,
            self._settings.total_timeout_s,
        )
        limit = self._settings.max_redirects if max_redirects is None else max_redirects
        target = parse_url(url)
        while True:
            async with self._slots.hold(target.host, gap_s=gap_s, patience_s=patience_s):
                answer, location = await self._hop(chain, target)
            if location is None:
                return answer
            following = next_url(target, location)
            if len(chain.hops) > limit or any(h.url == str(following) for h in chain.hops):
                raise NoAnswer("redirect-loop", url, " → ".join(h.url for h in chain.hops))
            target, gap_s = following, gap_s if following.host == target.host else 0.0

    async def _hop(self, chain: _Chain, target: httpx.URL) -> tuple[Answer, str | None]:
        if self._settings.proxy is not None:
            self._guard.check_unresolved(target.host, port_of(target))
        started = time.monotonic()
        try:
            async with asyncio.timeout(chain.left_s):
                return await self._exchange(chain, target)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise NoAnswer("timeout", str(target), _describe(error)) from error
        except httpcore.ProtocolError as error:
            raise NoAnswer("protocol", str(target), _describe(error)) from error
        except (httpcore.NetworkError, httpcore.ProxyError) as error:
            kind: Outcome = "tls" if isinstance(error, HandshakeError) else "refused"
            # what the deadline cut short may end as a connection that failed
            late = time.monotonic() - started >= chain.left_s
            raise NoAnswer("timeout" if late else kind, str(target), _describe(error)) from error
        except BadEncodingError as error:
            raise NoAnswer("encoding", str(target), str(error)) from error
        finally:
            chain.left_s -= time.monotonic() - started

    async def _exchange(self, chain: _Chain, target: httpx.URL) -> tuple[Answer, str | None]:
        """One request and its answer; the second value is where a redirect leads."""
        started = time.monotonic()
        request = httpcore.Request(
            method="GET",
            url=_core_url(target),
            headers=[
                ("host", target.netloc),
                *((k, v.encode("latin-1")) for k, v in chain.headers.items()),
            ],
            extensions={"timeout": self._timeouts},
        )
        pool = self._pools[hash(target.host) % _POOLS]
        response = await pool.handle_async_request(request)
        try:
            headers = _headers(response.headers)
            chain.hops.append(Hop(str(target), response.status))
            location = headers.get("location") if response.status in _REDIRECTS else None
            body, cut = b"", False
            if location is None and 200 <= response.status < 300:
                body, cut = await self._body(chain, str(target), response, headers)
            else:
                await _drain(response)
        finally:
            await response.aclose()
        elapsed = self._settings.total_timeout_s - chain.left_s + time.monotonic() - started
        return (
            Answer(
                chain.url,
                str(target),
                response.status,
                headers,
                body,
                tuple(chain.hops),
                elapsed,
                cut,
            ),
            location,
        )

    async def _body(
        self, chain: _Chain, url: str, response: httpcore.Response, headers: Mapping[str, str]
    ) -> tuple[bytes, bool]:
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > chain.max_bytes and not chain.may_cut:
            raise NoAnswer("too-large", url, f"{announced} bytes announced")
        decoding = Decoding(headers.get("content-encoding", ""))
        pieces, size = [], 0
        async for raw in _stream(response):
            for piece in decoding.feed(raw):
                pieces.append(piece)
                size += len(piece)
                if size > chain.max_bytes:
                    if chain.may_cut:
                        return b"".join(pieces)[: chain.max_bytes], True
                    raise NoAnswer("too-large", url, f"more than {chain.max_bytes} bytes")
        decoding.finish()
        return b"".join(pieces), False


def _pool(settings: WebSettings, guard: Guard, tls: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    if settings.proxy is not None:
        return httpcore.AsyncHTTPProxy(
            settings.proxy,
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=_KEPT_ALIVE,
            keepalive_expiry=_KEEP_ALIVE_S,
            network_backend=Sockets(),
        )
    return httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=None,  # callers bound how many they ask at once
        max_keepalive_connections=_KEPT_ALIVE,
        keepalive_expiry=_KEEP_ALIVE_S,
        network_backend=GuardedBackend(guard),
    )


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _stream(response: httpcore.Response) -> AsyncIterator[bytes]:
    return response.aiter_stream()


async def _drain(response: httpcore.Response) -> None:
    size = 0
    async for raw in _stream(response):
        size += len(raw)
        if size > _DRAIN:
            return


def _describe(error: BaseException) -> str:
    text = str(error) or str(error.__cause__ or "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
