"""A real HTTP server for tests that counts what it is asked; its own thread and event loop.

`Site` answers with what `reply` returns: bytes go out as they are, so that an answer can lie about
its length, never end, drip or flood; `ok(...)` and `status(...)` write honest ones.
"""

import asyncio
import ssl
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    at: float = field(default_factory=time.monotonic)


Reply = bytes | AsyncIterator[bytes]


class Site:
    """`with Site(reply) as site: site.url("/feed")`; `host` may be any loopback address."""

    def __init__(
        self,
        reply: Callable[[Asked], Reply],
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.reply = reply
        self.host = host
        self.tls = tls
        self.port = port
        self.asked: list[Asked] = []
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self._at_once_of: Counter[str] = Counter()
        self._most_at_once_of: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}{path}"

    def most_at_once_of(self, host: str) -> int:
        """Return how many requests to one of its names were in hand at once, at most."""
        return self._most_at_once_of[host]

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, self.host, self.port, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first = await reader.readexactly(1)
        if first == b"\x16":  # a TLS handshake on a plain port: what servers do then
            writer.write(response(400))
            return False
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (h.partition(":") for h in head[1:] if h)}
        asked = Asked(method, path, headers)
        self.asked.append(asked)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        name = headers.get("host", "").partition(":")[0]
        self._at_once_of[name] += 1
        self._most_at_once_of[name] = max(self._most_at_once_of[name], self._at_once_of[name])
        try:
            reply = self.reply(asked)
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
                return b"connection: close" not in reply[:2000].lower()
            async for piece in reply:
                writer.write(piece)
                await writer.drain()
            return False
        finally:
            self.at_once -= 1
            self._at_once_of[name] -= 1


def response(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    head = [f"HTTP/1.1 {status} Reason"]
    given = {name.lower() for name in headers or {}}
    if "content-length" not in given and "transfer-encoding" not in given and status != 304:
        head.append(f"Content-Length: {len(body)}")
    head += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def ok(body: bytes = b"", **headers: str) -> bytes:
    """200 with `body`; `content_type="…"` becomes the header Content-Type."""
    return response(200, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def redirect(location: str, status: int = 302) -> bytes:
    return response(status, {"Location": location})
