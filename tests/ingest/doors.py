"""Doors for tests: to loopback sites, with slots of this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import pytest

from ingest.web.client import Door
from wire.settings import WebSettings

T = TypeVar("T")


class FreeSlots:
    """Gives every slot at once and remembers who was asked."""

    def __init__(self) -> None:
        self.held: list[tuple[str, float]] = []

    @contextlib.asynccontextmanager
    async def hold(
        self, host: str, *, gap_s: float = 0.0, patience_s: float | None = None
    ) -> AsyncIterator[None]:
        self.held.append((host, gap_s))
        yield


def web(**changes: Any) -> WebSettings:
    return WebSettings(**{"allow_private": True, **changes})


def with_door(
    use: Callable[[Door], Awaitable[T]], settings: WebSettings | None = None, agent: str = "test"
) -> T:
    """Run `use` with a door that reaches loopback."""

    async def run() -> T:
        async with Door(settings or web(), agent, FreeSlots()) as door:
            return await use(door)

    return asyncio.run(run())


def resolver(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], list[str]]) -> list[str]:
    """Let names be resolved by `answer`; return the list that fills with the names asked."""
    names: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        names.append(host)
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, 1, 6, "", (a, port))
            for a in answer(host)
        ]

    monkeypatch.setattr("ingest.web.guard.socket.getaddrinfo", getaddrinfo)
    return names
