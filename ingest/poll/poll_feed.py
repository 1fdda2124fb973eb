"""One poll of one leased feed, from asking to saving.

The order is the promise: aliases committed, entries published, acknowledged, feed state and
seen-set saved where the lease is still ours. A crash between any two polls again and loses nothing.
Runs on the poller's event loop.
"""

import asyncio
import datetime as dt
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ingest.poll import conclude
from ingest.poll.backend import AWAY_S, Backend
from ingest.poll.canonical import host_of
from ingest.poll.compose import compose
from ingest.poll.conclude import Brought, Failure, Rules
from ingest.poll.diff import Difference, difference
from ingest.poll.identify import Identified
from ingest.poll.memory import HOST_BUSY
from ingest.poll.parse import NoFeedError
from ingest.poll.reader import Reader, Reading, job_of
from ingest.poll.weather import Weather
from ingest.web.client import Answer, Door
from ingest.web.later import host_wait_s
from ingest.web.outcomes import HostBusy, NoAnswer
from store.aliases import AliasRequest, Resolved
from store.leases import LeasedFeed
from store.polls import PollResult, SeenEntry
from wire import faults
from wire.bus import Outgoing
from wire.errors import Wait, WireError
from wire.messages import Entry
from wire.metrics import FEED_SECONDS
from wire.telemetry import Fate, logger, record_fate
from wire.topics import Topics

# A wait for a host that is longer than this is spent elsewhere.
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of a poll; `outcome` is one of ingest.web.outcomes, or `host-busy`.

    Where it was not `saved` the lease had been lost, and the feed is to be polled again.
    """

    outcome: str
    published: int
    saved: bool


class FeedPoll:
    """Polls leased feeds, one call each; shared by all polls of a process."""

    def __init__(
        self,
        backend: Backend,
        door: Door,
        topics: Topics,
        rules: Rules,
        *,
        max_bytes: int,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._backend = backend
        self._door = door
        self._topics = topics
        self._rules = rules
        self._max_bytes = max_bytes
        self._clock = clock
        self._reader = Reader()
        self._weather = Weather()
        self._log = logger("poll")

    def close(self) -> None:
        self._reader.close()

    async def __call__(self, feed: LeasedFeed) -> Polled:
        """Poll `feed` and save what came of it.

        Raises:
            Wait: the database or Kafka is away, and the process is asked to stop.
        """
        started = time.monotonic()
        result, entries = await self._result(feed)
        faults.point("poll", "published")
        saved = await self._backend.save(result)
        faults.point("poll", "saved")
        self._tell(feed, result, entries, saved=saved, ms=(time.monotonic() - started) * 1000)
        return Polled(_outcome(result), len(entries), saved)

    async def _result(self, feed: LeasedFeed) -> tuple[PollResult, list[Entry]]:
        host = host_of(feed.url)
        try:
            answer = await self._ask(feed)
            self._weather.note(host, "ok")
            return await self._conclude(feed, answer)
        except NoAnswer as error:
            self._weather.note(host, error.outcome)
            failure = conclude.failure_from(error, ours=self._weather.is_bad)
        except HostBusy as error:
            at = self._clock() + dt.timedelta(seconds=error.wait_s)
            return conclude.postponed(feed, at), []
        except WireError:
            raise
        except Exception as error:  # noqa: BLE001 - the loop's one catch: one feed, not all of them
            self._log.error("unforeseen", feed=feed.url, error=traceback.format_exc())
            failure = Failure("internal", f"{type(error).__name__}: {error}")
        return conclude.failed(feed, failure, self._rules, self._clock()), []

    async def _ask(self, feed: LeasedFeed) -> Answer:
        while True:
            try:
                return await self._door.get(
                    feed.url,
                    headers=conclude.request_headers(feed),
                    max_bytes=self._max_bytes,
                    patience_s=_PATIENCE_S,
                )
            except Wait:
                # the slots are in the database, and it is away
                if self._backend.is_stopping:
                    raise
                await asyncio.sleep(AWAY_S)

    async def _conclude(self, feed: LeasedFeed, answer: Answer) -> tuple[PollResult, list[Entry]]:
        """Turn an answer into what is saved; news is published on the way."""
        now = self._clock()
        if conclude.is_unchanged(feed, answer):
            return conclude.succeeded(feed, answer, self._rules, now), []
        failure = conclude.failure_of(answer)
        if failure is not None:
            wait_s = host_wait_s(answer.status, answer.headers, now)
            if wait_s is not None:
                await self._backend.hold_host(host_of(answer.final_url), wait_s)
            return conclude.failed(feed, failure, self._rules, now), []
        try:
            reading = await self._reader.read(job_of(feed, answer))
        except NoFeedError as error:
            failure = Failure(error.kind, str(error), answer.status, answer.headers)
            return conclude.failed(feed, failure, self._rules, now), []
        found = difference(reading.entries, await self._backend.seen(feed.id))
        entries, arrived = await self._publish_news(feed, reading, found, now)
        brought = Brought(reading.feed, found, arrived)
        return conclude.succeeded(feed, answer, self._rules, now, brought), entries

    async def _publish_news(
        self, feed: LeasedFeed, reading: Reading, found: Difference, now: dt.datetime
    ) -> tuple[list[Entry], tuple[SeenEntry, ...]]:
        """Resolve what is new or changed, publish it, and return it with its seen-set rows."""
        news = [*found.new, *found.changed]
        if not news:
            return [], ()
        resolved = await self._backend.resolve([AliasRequest(o.names, o.candidate) for o in news])
        faults.point("poll", "resolved")
        untold = self._untold(feed, found)
        changed = {one.key for one in found.changed}
        entries: list[Entry] = []
        messages: dict[str, bytes] = {}
        told: set[UUID] = set()
        for one, story in zip(news, resolved, strict=True):
            if one.key in untold or story.story_id in told or story.forgotten:
                continue
            told.add(story.story_id)
            entry = compose(
                one,
                feed,
                story,
                observed_at=now,
                reason="changed" if one.key in changed else "new",
                language=reading.feed.language,
            )
            entries.append(entry)
            messages[one.key] = entry.to_json()
        await self._backend.publish(
            [
                Outgoing(self._topics.entries, entry.host.encode(), value)
                for entry, value in zip(entries, messages.values(), strict=True)
            ]
        )
        return entries, _rows(news, resolved, messages)

    def _untold(self, feed: LeasedFeed, found: Difference) -> set[str]:
        """Return the keys of a first poll's entries that are seen but not published: the oldest."""
        most = self._rules.settings.backfill_entries
        if feed.last_success_at is not None or len(found.new) <= most:
            return set()
        return {one.key for one in _newest_first(found.new)[most:]}

    def _tell(
        self,
        feed: LeasedFeed,
        result: PollResult,
        entries: Sequence[Entry],
        *,
        saved: bool,
        ms: float,
    ) -> None:
        """Count and log, after the save, what became of the feed and of its entries."""
        about = {"feed": feed.url, "agency": feed.agency, "host": host_of(feed.url)}
        outcome = _outcome(result)
        FEED_SECONDS.observe(ms / 1000)
        if not saved:
            self._log.warning("lease-lost", **about)
        if result.state == "retired":
            self._log.warning("retired", **about, error=result.last_error)
        if result.hasten_sitemaps:
            self._log.warning("possible-gap", **about)
        for entry in entries:
            story = {"story": str(entry.story_id), "reason": entry.reason}
            record_fate("poll", Fate("published", {**about, **story, "url": entry.url}))
        if outcome in ("ok", "not-modified"):
            if not entries:
                record_fate("poll", Fate("unchanged", {**about, "ms": round(ms)}))
        elif result.last_error is not None:
            record_fate("poll", Fate("failed", {**about, "error": result.last_error}))


def _outcome(result: PollResult) -> str:
    """Return what became of a poll; the memory of one that was put off has the outcome before."""
    if result.memory.get("why") == HOST_BUSY:
        return HOST_BUSY
    return str(result.memory.get("outcome"))


def _rows(
    news: Sequence[Identified], resolved: Sequence[Resolved], messages: Mapping[str, bytes]
) -> tuple[SeenEntry, ...]:
    """Return the seen-set rows; an entry that was not published has no message in them.

    Of what was forgotten none is kept.
    """
    return tuple(
        SeenEntry(one.key, one.fingerprint, story.story_id, messages.get(one.key))
        for one, story in zip(news, resolved, strict=True)
        if not story.forgotten
    )


def _newest_first(entries: Sequence[Identified]) -> list[Identified]:
    """Return dated entries, newest first, then the undated in the feed's own order."""
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)

    def moment(one: Identified) -> dt.datetime:
        return one.entry.published_at or one.entry.updated_at or oldest

    return sorted(entries, key=moment, reverse=True)
