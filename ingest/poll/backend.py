"""The database and Kafka as poll sees them: synchronous calls in threads, many feeds in one call.

`Wait` (either is away) is waited out here, for ever, so that no feed is charged for it; only where
the process is asked to stop does it come through to the caller.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar
from uuid import UUID

from ingest.batch import Batcher
from ingest.poll import health as healths
from ingest.poll.memory import HOST_BUSY, read_memory
from store import aliases, feeds, leases, politeness, polls
from store.aliases import AliasRequest, Resolved
from store.engine import Engine
from store.leases import LeasedFeed
from store.polls import PollResult, SeenState
from wire.bus import Outgoing
from wire.errors import Wait
from wire.telemetry import Health, Waiting

T = TypeVar("T")

# Between two tries while the database or Kafka is away.
AWAY_S: Final = 1.0
# Feeds that share a statement or a flush.
_BATCH: Final = 128


# `wire.bus.Producer.publish`: returns when all is acknowledged.
Publish = Callable[[Sequence[Outgoing]], None]


class Stopping(Protocol):
    """Says when to end: `wire.stop.Stop`."""

    @property
    def requested(self) -> bool: ...


class Backend:
    """Calls of one poller; its methods raise `Wait` only while stopping."""

    def __init__(
        self,
        engine: Engine,
        publish: Publish,
        stop: Stopping,
        health: Health,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._engine = engine
        self._publish_all = publish
        self._stop = stop
        self._health = health
        self._clock = clock
        self._told = Waiting("poll")
        self._seen = Batcher(self._load_seen, most=_BATCH)
        self._resolve = Batcher(self._resolve_many, most=_BATCH)
        self._publish = Batcher(self._publish_many, most=_BATCH)
        self._save = Batcher(self._save_many, most=_BATCH)

    @property
    def is_stopping(self) -> bool:
        """The process is asked to stop."""
        return self._stop.requested

    async def lease(self, limit: int, lease_s: float) -> list[LeasedFeed]:
        """Lease feeds that are due."""
        now = self._clock()
        return await self._call(lambda: leases.lease_feeds(self._engine, limit, lease_s, now))

    async def extend(self, held: Sequence[tuple[int, UUID]], lease_s: float) -> None:
        """Keep leases that are ours."""
        now = self._clock()
        await self._call(lambda: leases.extend_leases(self._engine, held, lease_s, now))

    async def give_back(self, held: Sequence[tuple[int, UUID]]) -> None:
        """Give leases back for others to take."""
        if held:
            await self._call(lambda: leases.release_leases(self._engine, held))

    async def count_health(self) -> None:
        """Set the gauge of feeds by health."""
        healths.show(await self._call(lambda: feeds.count_by_health(self._engine)))

    async def make_all_due(self) -> dt.datetime:
        """Let every active feed be due now, and return when that is."""
        now = self._clock()
        await self._call(lambda: feeds.make_all_due(self._engine, now))
        return now

    async def is_due(self, at: dt.datetime) -> bool:
        """Tell whether a feed that was due at `at` is still to be polled, by us or another."""
        return await self._call(lambda: feeds.count_due(self._engine, at)) > 0

    async def put_off(self, ids: Sequence[int], until: dt.datetime) -> set[int]:
        """Return those feeds whose turn at their host is still to come, and comes by `until`."""
        rows = await self._call(lambda: feeds.next_polls(self._engine, ids))
        return {
            feed_id
            for feed_id, at, memory in rows
            if at <= until and read_memory(memory).why == HOST_BUSY
        }

    async def hold_host(self, host: str, wait_s: float) -> None:
        """Let nobody ask `host` for so long."""
        await self._call(lambda: politeness.hold_host(self._engine, host, wait_s))

    async def seen(self, feed_id: int) -> dict[str, SeenState]:
        """Return the seen-set of a feed."""
        return await self._seen(feed_id)

    async def resolve(self, requests: Sequence[AliasRequest]) -> Sequence[Resolved]:
        """Return which stories these are; committed when it returns."""
        return await self._resolve(requests)

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Publish; acknowledged when it returns."""
        await self._publish(messages)

    async def save(self, result: PollResult) -> bool:
        """Save a poll's result; False where the lease is no longer ours."""
        return await self._save(result)

    def _load_seen(self, ids: Sequence[int]) -> Sequence[dict[str, SeenState]]:
        found = self._until_back(lambda: polls.seen(self._engine, ids))
        return [found[feed_id] for feed_id in ids]

    def _resolve_many(
        self, asked: Sequence[Sequence[AliasRequest]]
    ) -> Sequence[Sequence[Resolved]]:
        flat = [request for requests in asked for request in requests]
        now = self._clock()
        found = self._until_back(lambda: aliases.resolve_aliases(self._engine, flat, now))
        answers = iter(found)
        return [[next(answers) for _ in requests] for requests in asked]

    def _publish_many(self, batches: Sequence[Sequence[Outgoing]]) -> Sequence[None]:
        flat = [message for batch in batches for message in batch]
        self._until_back(lambda: self._publish_all(flat))
        return [None] * len(batches)

    def _save_many(self, results: Sequence[PollResult]) -> Sequence[bool]:
        now = self._clock()
        return self._until_back(lambda: polls.save_polls(self._engine, results, now))

    async def _call(self, call: Callable[[], T]) -> T:
        return await asyncio.to_thread(self._until_back, call)

    def _until_back(self, call: Callable[[], T]) -> T:
        """Call until the database or Kafka is there; runs in a thread."""
        while True:
            try:
                done = call()
            except Wait as error:
                if self._stop.requested:
                    raise
                self._health.turn(not_ready=str(error))
                self._told.say(str(error))
                time.sleep(AWAY_S)
            else:
                self._told.say(None)
                return done
