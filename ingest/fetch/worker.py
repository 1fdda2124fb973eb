"""The fetch stage: entries in, pages out, many hosts at once.

The stage loop's thread hands entries over and takes back what is done; one event loop in a thread
of its own asks the web through the door. Hosts take turns (`hosts`), what becomes of an entry is
decided elsewhere (`decide`); here is only the carrying. An entry whose feed carries the whole text
passes through unasked.
"""

import asyncio
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from pydantic import ValidationError

from ingest.fetch import decide, pages
from ingest.fetch.hosts import HostQueues
from ingest.web.client import Door, user_agent
from ingest.web.later import host_wait_s
from ingest.web.outcomes import HostBusy, NoAnswer
from ingest.web.robots import Robots
from ingest.web.slots import Exchange, Hold, SharedSlots
from ingest.web.urls import parse_url
from wire.bus import Record
from wire.errors import DeadLetter, Fatal, Retry, Wait
from wire.messages import Entry
from wire.settings import Settings
from wire.stage import attempts
from wire.telemetry import Fate
from wire.topics import Topics
from wire.work import Done

# Entries in hand at once: enough that many hosts are busy, few enough to redo after a crash.
_IN_HAND: Final = 2_000
# A place is not held for a slot that is further away than this; the entry rests instead.
_PATIENCE_S: Final = 120.0
# While PostgreSQL is away the slots can't be asked; they are tried again this often.
_WAIT_S: Final = 1.0
_FULL: Final = Retry("host-queue-full", timedelta(minutes=1), counted=False)


@dataclass(frozen=True, slots=True)
class _Job:
    record: Record
    entry: Entry


class FetchWork:
    """The work of fetch for the stage loop; `exchange` and `hold` are store's politeness."""

    def __init__(self, settings: Settings, topics: Topics, exchange: Exchange, hold: Hold) -> None:
        self._settings = settings
        self._topics = topics
        self._agent = user_agent(settings)
        self._exchange = exchange
        self._hold = hold
        self._hosts: HostQueues[_Job] = HostQueues(
            bound=settings.fetch.host_queue, places=settings.web.host_concurrency
        )
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._in_hand = 0
        self._tasks: set[asyncio.Task[Done]] = set()
        self._waiting: str | None = None
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)
        self._thread.start()

    # --- called by the stage loop's thread

    def room(self) -> int:
        return max(0, _IN_HAND - self._in_hand)

    def start(self, records: Sequence[Record]) -> None:
        self._in_hand += len(records)
        for record in records:
            job = self._read(record)
            if job is not None:
                self._loop.call_soon_threadsafe(self._offer, job)

    def finished(self, timeout_s: float) -> Sequence[Done]:
        if not self._thread.is_alive():
            raise Fatal("the fetch thread ended; its traceback is on standard error")
        done = self._collect(timeout_s)
        self._in_hand -= len(done)
        if not done and self._waiting is not None:
            raise Wait(self._waiting)
        return done

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=10)

    def _read(self, record: Record) -> _Job | None:
        """Parse the entry; what needs no asking is done at once."""
        try:
            entry = Entry.model_validate_json(record.value or b"")
        except ValidationError as error:
            dead = DeadLetter("fetch", "invalid-message", str(error))
            self._done.put(Done(record, error=dead))
            return None
        if entry.content_is_full and entry.reason != "revisit":
            self._done.put(self._from_feed(_Job(record, entry)))
            return None
        return _Job(record, entry)

    def _collect(self, timeout_s: float) -> list[Done]:
        done: list[Done] = []
        try:
            done.append(self._done.get(timeout=timeout_s) if timeout_s else self._done.get_nowait())
            while True:
                done.append(self._done.get_nowait())
        except queue.Empty:
            return done

    # --- runs on the event loop

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        web = self._settings.web
        slots = SharedSlots(
            self._exchange,
            gap_s=web.host_gap_s,
            concurrency=web.host_concurrency,
            hold_s=web.total_timeout_s,
        )
        async with Door(web, self._agent, slots) as door:
            self._door = door
            self._robots = Robots(door, ttl_s=web.robots_ttl_s)
            await self._stopping.wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._robots.aclose()
        await slots.aclose()

    def _offer(self, job: _Job) -> None:
        if not self._hosts.put(job.entry.host, job):
            self._done.put(Done(job.record, fate=_fate("retried", job.entry), error=_FULL))
        self._start_next()

    def _start_next(self) -> None:
        while len(self._tasks) < self._settings.fetch.concurrency:
            following = self._hosts.next()
            if following is None:
                return
            host, job = following
            task = asyncio.create_task(self._fetch(job))
            self._tasks.add(task)
            task.add_done_callback(partial(self._end, host, job))

    def _end(self, host: str, job: _Job, task: asyncio.Task[Done]) -> None:
        self._tasks.discard(task)
        self._hosts.done(host)
        # however it ended, the wait is over; where it is not, another says so within a second
        self._waiting = None
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._done.put(task.result())
        elif isinstance(error, Exception):
            self._done.put(Done(job.record, fate=_fate("dead", job.entry), error=error))
        self._start_next()

    async def _fetch(self, job: _Job) -> Done:
        while True:
            try:
                return await self._ask(job)
            except Wait as wait:
                self._waiting = str(wait)
                await asyncio.sleep(_WAIT_S)

    async def _ask(self, job: _Job) -> Done:
        """Ask for the page of one entry.

        Raises:
            Retry, DeadLetter: as `decide` has it.
            Wait: the politeness slots can't be asked.
        """
        entry = job.entry
        asked = decide.Asked(
            entry, attempts(job.record), self._settings.fetch.max_attempts, datetime.now(UTC)
        )
        try:
            robots = await self._robots.verdict(entry.url)
            if not robots.allowed:
                return self._verdict(job, _refused(asked, robots.for_now))
            answer = await self._door.get(
                entry.url,
                headers=_validators(entry),
                max_bytes=self._settings.web.max_page_bytes,
                gap_s=robots.crawl_delay_s,
                patience_s=_PATIENCE_S,
            )
        except HostBusy as busy:
            raise Retry("host-busy", timedelta(seconds=busy.wait_s), counted=False) from busy
        except NoAnswer as silent:
            return self._verdict(job, _silent(asked, silent))
        headers = answer.headers
        wait_s = host_wait_s(answer.status, headers, asked.now)
        if wait_s is not None:
            host = parse_url(answer.final_url).host
            await asyncio.to_thread(self._hold, host, wait_s)
        verdict = decide.on_status(
            asked, answer.status, headers.get("content-type", ""), headers.get("retry-after")
        )
        if verdict != "page":
            return self._verdict(job, verdict)
        page, body = pages.web_page(
            entry,
            final_url=answer.final_url,
            status=answer.status,
            headers=headers,
            body=answer.body,
            now=datetime.now(UTC),
        )
        message = pages.outgoing(self._topics, page, body)
        return Done(job.record, (message,), _fate("fetched", entry, bytes=len(body)))

    def _verdict(self, job: _Job, verdict: decide.Verdict) -> Done:
        if verdict == "feed":
            return self._from_feed(job, "feed-text")
        return Done(job.record, fate=_fate(verdict, job.entry))

    def _from_feed(self, job: _Job, *flags: str) -> Done:
        page, body = pages.feed_page(job.entry, *flags)
        message = pages.outgoing(self._topics, page, body)
        fate = _fate("fetched", job.entry, source="feed", bytes=len(body))
        return Done(job.record, (message,), fate)


# What will be no different tomorrow: the page is not asked for again.
_FINAL: Final = frozenset({"forbidden", "bad-url", "too-large", "redirect-loop"})


def _silent(asked: decide.Asked, silent: NoAnswer) -> decide.Verdict:
    if silent.outcome in _FINAL:
        return decide.without_page(asked, silent.outcome, str(silent))
    return decide.on_failure(asked, silent.outcome, str(silent))


def _refused(asked: decide.Asked, for_now: bool) -> decide.Verdict:
    detail = f"robots.txt forbids {asked.entry.url}"
    if for_now:
        return decide.on_failure(asked, "robots-unreachable", f"{detail}, as it can't be had")
    return decide.without_page(asked, "robots", detail)


def _validators(entry: Entry) -> Mapping[str, str]:
    """Return the headers that make a revisit conditional."""
    named = (("if-none-match", entry.etag), ("if-modified-since", entry.last_modified))
    accept = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}
    return accept | {name: value for name, value in named if value}


def _fate(outcome: str, entry: Entry, **more: object) -> Fate:
    fields = {
        "story": str(entry.story_id),
        "agency": entry.agency,
        "host": entry.host,
        "url": entry.url,
    }
    told = {name: value for name, value in fields.items() if value is not None}
    return Fate(outcome, told | more)
