"""Politeness slots: leave to ask a host, held while the request runs.

`Slots` is what the door asks before every hop, on the host that is really asked. `SharedSlots`
takes them from PostgreSQL, where all pollers, fetchers and backfills on all machines meet: what is
asked within a few milliseconds goes there as one statement, in a thread. Runs on the event loop.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from ingest.web.outcomes import HostBusy
from store.politeness import Reservation, SlotRequest
from wire.errors import WireError

# Requests that come within this time share a statement: short beside a request, long beside a loop.
_GATHER_S: Final = 0.004
# A statement of this many rows takes a few milliseconds; more would make the first wait.
_BATCH: Final = 256


class Slots(Protocol):
    """Who gives leave to ask a host."""

    def hold(
        self, host: str, *, gap_s: float = 0.0, patience_s: float | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Wait for a slot of `host`, hold it inside the `with`, give it back.

        `gap_s` is a gap that the host itself asks for (Crawl-delay); the larger of it and the
        setting counts. Raises `HostBusy` where the wait would pass `patience_s`.
        """


# Gives slots back and asks for others, in one call: `store.politeness.exchange_slots`.
Exchange = Callable[[Sequence[tuple[str, int]], Sequence[SlotRequest]], Sequence[Reservation]]
# Lets nobody ask a host for so long: `store.politeness.hold_host`.
Hold = Callable[[str, float], None]
_Asked = tuple[SlotRequest, asyncio.Future[Reservation]]


class SharedSlots:
    """Slots from a table that many processes share; `exchange` is store's."""

    def __init__(
        self, exchange: Exchange, *, gap_s: float, concurrency: int, hold_s: float
    ) -> None:
        self._exchange = exchange
        self._gap_s = gap_s
        self._concurrency = concurrency
        self._hold_s = hold_s
        self._asked: list[_Asked] = []
        self._freed: list[tuple[str, int]] = []
        self._gathering: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def hold(
        self, host: str, *, gap_s: float = 0.0, patience_s: float | None = None
    ) -> AsyncIterator[None]:
        slot = await self._take(host, max(gap_s, self._gap_s), patience_s)
        try:
            yield
        finally:
            self._free(host, slot)

    async def _take(self, host: str, gap_s: float, patience_s: float | None) -> int:
        loop = asyncio.get_running_loop()
        started = loop.time()
        request = SlotRequest(host, gap_s, self._concurrency, self._hold_s)
        while True:
            got = await self._ask(request)
            try:
                if patience_s is not None and loop.time() - started + got.wait_s > patience_s:
                    raise HostBusy(host, got.wait_s)
                await asyncio.sleep(got.wait_s)
            except BaseException:
                self._decline(request, got)
                raise
            if got.granted:
                return got.slot

    async def _ask(self, request: SlotRequest) -> Reservation:
        answer: asyncio.Future[Reservation] = asyncio.get_running_loop().create_future()
        self._asked.append((request, answer))
        self._wake()
        try:
            return await answer
        except asyncio.CancelledError:
            # cancelled between the answer and its receipt: what was granted goes back
            if answer.done() and not answer.cancelled() and answer.exception() is None:
                self._decline(request, answer.result())
            raise

    def _decline(self, request: SlotRequest, got: Reservation) -> None:
        if got.granted:
            self._free(request.host, got.slot)

    def _free(self, host: str, slot: int) -> None:
        self._freed.append((host, slot))
        self._wake()

    def _wake(self) -> None:
        if self._gathering is None or self._gathering.done():
            self._gathering = asyncio.create_task(self._gather())

    async def _gather(self) -> None:
        """Send what has come together, until nothing waits."""
        await asyncio.sleep(_GATHER_S)
        while self._asked or self._freed:
            freed, self._freed = self._freed, []
            asked, self._asked = self._asked[:_BATCH], self._asked[_BATCH:]
            try:
                got = await asyncio.to_thread(self._exchange, freed, [r for r, _ in asked])
            except WireError as error:
                self._fail(asked, error)
                continue
            self._answer(asked, got)

    def _answer(self, asked: Sequence[_Asked], got: Sequence[Reservation]) -> None:
        for (request, answer), reservation in zip(asked, got, strict=True):
            if not answer.done():
                answer.set_result(reservation)
            else:  # who asked has gone meanwhile
                self._decline(request, reservation)

    def _fail(self, asked: Sequence[_Asked], error: WireError) -> None:
        for _, answer in asked:
            if not answer.done():
                answer.set_exception(error)

    async def aclose(self) -> None:
        """Give back what is still held here."""
        if self._gathering is not None:
            await asyncio.wait([self._gathering])
        if self._freed:
            await self._gather()
