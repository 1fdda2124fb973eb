"""httpcore's network streams on asyncio's own transports: one future and one timer for each wait.

httpcore's default goes through anyio, whose scopes and checkpoints cost more than the reading
(docs/decisions/0090-cheap-polls.md). Deadlines are kept here; who may be dialled is the guard's
business. Runs on the event loop of poll and fetch.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Self

import httpcore

# What is read ahead of who reads; the sender waits above it.
_AHEAD: Final = 256 * 1024


class HandshakeError(httpcore.ConnectError):
    """A TLS handshake failed: an untrusted certificate, or an end in the midst of it."""


class _Pipe(asyncio.Protocol):
    """What came and was not read yet."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._paused = False
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    # --- called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _AHEAD and not self._paused and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._error = True, exc
        self._wake()

    # --- called by the stream

    @property
    def has_news(self) -> bool:
        return bool(self._pieces) or self._ended

    async def news(self, timeout_s: float | None) -> None:
        """Wait until something came."""
        loop = asyncio.get_running_loop()
        self._waiter = waiter = loop.create_future()
        timer = None if timeout_s is None else loop.call_later(timeout_s, _give_up, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def take(self, most: int) -> bytes:
        """Return what came, `most` bytes at most; nothing at the end."""
        if not self._pieces:
            if self._error is not None:
                raise httpcore.ReadError(str(self._error)) from self._error
            return b""
        piece = self._pieces.popleft()
        if len(piece) > most:
            self._pieces.appendleft(piece[most:])
            piece = piece[:most]
        self._size -= len(piece)
        if self._paused and self._size <= _AHEAD // 2 and self.transport is not None:
            self._paused = False
            self.transport.resume_reading()
        return piece

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _give_up(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(httpcore.ReadTimeout("nothing came in time"))


class _Stream(httpcore.AsyncNetworkStream):
    """One connection, plain or under TLS."""

    def __init__(self, pipe: _Pipe, transport: asyncio.Transport) -> None:
        self._pipe = pipe
        self._transport = transport

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._pipe.has_news:
            await self._pipe.news(timeout)
        return self._pipe.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout  # requests are a few kilobytes: the transport takes them whole
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self._transport.write(buffer)

    async def aclose(self) -> None:
        # no farewell: a server that does not answer it would hold the socket
        self._transport.abort()
        await asyncio.sleep(0)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Self:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    self._transport, self._pipe, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore.ConnectTimeout("no TLS handshake in time") from error
        except OSError as error:  # ssl.SSLError is one
            self._transport.abort()
            raise HandshakeError(str(error) or "the server hung up") from error
        assert transport is not None
        self._pipe.transport = transport
        return type(self)(self._pipe, transport)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._pipe.has_news
        names = {"server_addr": "peername", "client_addr": "sockname"}
        return self._transport.get_extra_info(names.get(info, info))


class Sockets(httpcore.AsyncNetworkBackend):
    """Dials whatever it is told."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        local = None if local_address is None else (local_address, 0)
        try:
            async with asyncio.timeout(timeout):
                transport, pipe = await loop.create_connection(_Pipe, host, port, local_addr=local)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("no connection in time") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for option in socket_options or ():
            transport.get_extra_info("socket").setsockopt(*option)
        return _Stream(pipe, transport)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
