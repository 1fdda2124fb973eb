"""The poll service: leases due feeds and polls them, many at once, few of one host.

One process, one event loop; any number of processes share the work through the leases. The first
SIGTERM lets polls in the air end and gives the other leases back.
"""

import asyncio
import datetime as dt
import gc
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from ingest.poll import conclude
from ingest.poll.backend import Backend, Publish, Stopping
from ingest.poll.canonical import host_of
from ingest.poll.conclude import Rules
from ingest.poll.memory import HOST_BUSY
from ingest.poll.poll_feed import FeedPoll, Polled
from ingest.web.client import Door, user_agent
from ingest.web.slots import SharedSlots
from store import politeness
from store.engine import Engine
from store.leases import LeasedFeed
from wire.errors import Wait
from wire.settings import Settings
from wire.telemetry import Health
from wire.topics import Topics

# A feed makes some ten thousand objects, nearly all of them freed by count.
_COLLECT_AFTER: Final = 20_000
# Feeds of one host in hand at once; those beyond are put off to when their turn would come, so
# that a host with a thousand feeds holds up no other.
LANE: Final = 8
# New leases are taken when one in so many places is free: a statement for many feeds.
_HANDFUL: Final = 4
# Looks for due feeds: a minute's feed is late by half of this on average.
LOOK_S: Final = 0.5
# How long `once` waits for a feed's turn at its host: longer than the queue of a host that is asked
# in peace, and no Retry-After of a host that wants none of it.
_TURN: Final = dt.timedelta(minutes=2)
# Between two counts of feeds by health: alerts look about as often.
_COUNT_S: Final = 60.0
# How long polls in the air may take to end after SIGTERM, before they are given back.
_DRAIN_S: Final = 20.0


@dataclass
class Tally:
    """What a poller has done so far; read by `run` for its live table."""

    polls: Counter[str] = field(default_factory=Counter)  # by outcome
    entries: int = 0  # published


def utc_now() -> dt.datetime:
    """Return the time; tests hand in a clock that moves."""
    return dt.datetime.now(dt.UTC)


class Poller:
    """The service: a poller on the outbound door and the shared slots.

    `publish` returns when all messages are acknowledged (`wire.bus.Producer.publish`).

    Raises:
        Fatal: there is no contact and the real world may be reached.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Topics,
        engine: Engine,
        publish: Publish,
        health: Health | None = None,
        *,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self.tally = Tally()
        self._settings = settings
        self._topics = topics
        self._engine = engine
        self._publish = publish
        self._health = health or Health()
        self._clock = clock
        self._agent = user_agent(settings)

    def run(self, stop: Stopping, *, once: bool = False) -> None:
        """Poll until `stop` is requested; `once`: every active feed once, due or not."""
        asyncio.run(self._run(stop, once=once))

    async def _run(self, stop: Stopping, *, once: bool) -> None:
        slots = shared_slots(self._settings, self._engine)
        async with Door(self._settings.web, self._agent, slots) as door:
            backend = Backend(self._engine, self._publish, stop, self._health, self._clock)
            poll_feed = FeedPoll(
                backend,
                door,
                self._topics,
                Rules(self._settings.poll),
                max_bytes=self._settings.web.max_feed_bytes,
                clock=self._clock,
            )
            loop = PollLoop(
                self._settings, backend, poll_feed, stop, health=self._health, clock=self._clock
            )
            loop.tally = self.tally
            try:
                await loop.run(once=once)
            finally:
                poll_feed.close()
                await slots.aclose()


class PollLoop:
    """Leases feeds and polls them until it is asked to stop."""

    def __init__(
        self,
        settings: Settings,
        backend: Backend,
        poll_feed: FeedPoll,
        stop: Stopping,
        *,
        health: Health,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.tally = Tally()
        self._settings = settings
        self._backend = backend
        self._poll_feed = poll_feed
        self._stop = stop
        self._health = health
        self._clock = clock
        self._busy: Counter[str] = Counter()
        self._tasks: dict[asyncio.Task[None], LeasedFeed] = {}
        self._put_off: set[int] = set()
        self._polled: set[int] = set()
        # set while enough places are free: leases are taken by the handful, not one by one
        self._roomy = asyncio.Event()
        self._error: BaseException | None = None

    async def run(self, *, once: bool = False) -> None:
        """Poll until the stop; `once`: every active feed once, due or not, then return.

        Raises:
            Exception: what nobody foresaw; leases end by themselves.
        """
        beside = [asyncio.create_task(self._renew()), asyncio.create_task(self._count())]
        try:
            await self._turns(await self._backend.make_all_due() if once else None)
        except Wait:
            if not self._stop.requested:
                raise
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._drain()
        if self._error is not None:
            raise self._error

    async def _turns(self, until_polled: dt.datetime | None) -> None:
        """Poll; with `until_polled` end when every feed that was due then has been polled.

        A feed that another poller holds is waited for: where that one was killed, its lease ends.
        One whose host wants to be left alone is not.
        """
        while not self._stop.requested and self._error is None:
            self._health.turn()
            self._roomy.clear()
            room = self._room
            leased = await self._lease(room) if self._is_roomy else []
            # a lease that ended while its poll is in the air may come to us again
            over = {feed.id for feed in self._tasks.values()}
            over |= set() if until_polled is None else self._polled
            fresh = [feed for feed in leased if feed.id not in over]
            self._start(fresh)
            await self._give_back([feed for feed in leased if feed not in fresh])
            if until_polled is not None:
                idle = not fresh and not self._tasks and not await self._is_put_off()
                if idle and not await self._backend.is_due(until_polled):
                    return
            if len(fresh) < max(room, 1):
                await self._rest()

    async def _is_put_off(self) -> bool:
        """Tell whether a feed still waits for its turn; another poller may have polled it."""
        until = self._clock() + _TURN
        if self._put_off:
            self._put_off = await self._backend.put_off(sorted(self._put_off), until)
        return bool(self._put_off)

    @property
    def _room(self) -> int:
        return self._settings.poll.concurrency - len(self._tasks)

    @property
    def _is_roomy(self) -> bool:
        return self._room * _HANDFUL >= self._settings.poll.concurrency

    async def _lease(self, room: int) -> list[LeasedFeed]:
        return await self._backend.lease(room, self._settings.poll.lease_s)

    def _start(self, leased: Iterable[LeasedFeed]) -> None:
        for feed in leased:
            host = host_of(feed.url)
            turn_s = self._busy[host] * self._settings.web.host_gap_s
            work = self._postpone(feed, turn_s) if self._busy[host] >= LANE else self._poll(feed)
            self._busy[host] += 1
            task = asyncio.create_task(work)
            self._tasks[task] = feed
            task.add_done_callback(self._finish)

    async def _poll(self, feed: LeasedFeed) -> None:
        polled: Polled = await self._poll_feed(feed)
        self.tally.polls[polled.outcome] += 1
        self.tally.entries += polled.published
        if polled.outcome == HOST_BUSY:
            self._put_off.add(feed.id)
        elif polled.saved:
            self._put_off.discard(feed.id)
            self._polled.add(feed.id)

    async def _postpone(self, feed: LeasedFeed, wait_s: float) -> None:
        self._put_off.add(feed.id)
        at = self._clock() + dt.timedelta(seconds=wait_s)
        await self._backend.save(conclude.postponed(feed, at))

    def _finish(self, task: asyncio.Task[None]) -> None:
        feed = self._tasks.pop(task)
        self._busy[host_of(feed.url)] -= 1
        error = None if task.cancelled() else task.exception()
        # while stopping, a database that is away is no error: the lease ends by itself
        if error is not None and not (isinstance(error, Wait) and self._stop.requested):
            self._error = error
        if self._is_roomy:
            self._roomy.set()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._roomy.wait(), LOOK_S)

    async def _renew(self) -> None:
        """Keep the leases of polls that take long: a slow host is nobody's takeover."""
        lease_s = self._settings.poll.lease_s
        while True:
            await asyncio.sleep(lease_s / 3)
            if self._tasks:
                await self._backend.extend(_leases(self._tasks.values()), lease_s)

    async def _count(self) -> None:
        while True:
            await self._backend.count_health()
            await asyncio.sleep(_COUNT_S)

    async def _give_back(self, leased: Iterable[LeasedFeed]) -> None:
        await self._backend.give_back(_leases(leased))

    async def _drain(self) -> None:
        """Let polls in the air end; give back what does not."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_DRAIN_S)
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        try:
            await self._give_back(list(left.values()))
        except Wait:
            # the database is away: the leases end by themselves
            return


def _leases(leased: Iterable[LeasedFeed]) -> list[tuple[int, UUID]]:
    return [(feed.id, feed.lease_token) for feed in leased]


def settle() -> None:
    """Tell the collector what a poller is like: called once, when all is loaded.

    Looking for cycles again and again among what stays took a tenth of a poll (measured).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def shared_slots(settings: Settings, engine: Engine) -> SharedSlots:
    """Return the politeness slots that all pollers and fetchers share."""
    web = settings.web
    return SharedSlots(
        partial(politeness.exchange_slots, engine),
        gap_s=web.host_gap_s,
        concurrency=web.host_concurrency,
        # a request lasts no longer than its deadline; what holds a slot longer is dead
        hold_s=web.total_timeout_s + web.connect_timeout_s,
    )
