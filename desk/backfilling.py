"""`wiredesk backfill`: old stories through stages of their own, behind the live news.

Topics and groups are the backfill's own, and so are the stages: they are started here, with the
lowest priority that the machine knows, one request at a time to a host, and ended when all is done.
What is published is bounded by a rate and by how much may wait. Safe to repeat: a story that is a
row or a dead letter already is passed over, what was on its way is done again and changes nothing.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from rich.console import Console

from desk import progress
from desk.children import Children
from desk.run import environment
from ingest.poll.entries import ParsedEntry
from ingest.poll.identify import Identified
from ingest.poll.listing import (
    MOST_BYTES,
    BadListError,
    Listing,
    backfill_entry,
    between,
    identified,
    read_listing,
)
from ingest.poll.worker import shared_slots
from ingest.web.client import Door, user_agent
from ingest.web.outcomes import HostBusy, NoAnswer
from store import aliases, reader
from store.aliases import AliasRequest
from store.engine import Engine, from_settings
from store.settled import settled
from wire.bus import Outgoing, Producer, create_topics
from wire.errors import Wait, WireError
from wire.settings import Settings
from wire.stop import Stop
from wire.topics import Topics

STAGES: Final = ("fetch", "extract", "enrich", "dead-letters")
# Behind everything else that runs on the machine.
_NICE: Final = 19
# Stories whose state is asked for at once, and that may wait: enough that no stage is idle, few
# enough that an end asked for comes soon.
_BATCH: Final = 100
_AHEAD: Final = 200
# Between two looks at the stages.
_LOOK_S: Final = 1.0
# A site's sitemaps by day over twenty years.
_MOST_MAPS: Final = 10_000


class WorkError(WireError):
    """The call was right and the work failed: exit 1."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be filled in, and how fast."""

    source: str
    rate: float  # stories a second
    agency: str | None = None
    section: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None


@dataclass(slots=True)
class Account:
    """What became of a backfill's stories."""

    listed: int = 0
    known: int = 0  # rows or dead letters before
    published: int = 0
    stored: int = 0
    dead: int = 0

    def __str__(self) -> str:
        return (
            f"{self.listed} listed, {self.known} known already, {self.published} published: "
            f"{self.stored} rows, {self.dead} dead letters, "
            f"{self.published - self.stored - self.dead} to be done"
        )


def backfill(settings: Settings, wish: Wish, console: Console, stop: Stop) -> Account:
    """Fill in what the list names; return when all of it is done, or at the stop.

    Raises:
        WorkError: the list can't be had or read.
        Fatal: a stage can't be kept running.
        Wait: Kafka or PostgreSQL is away.
    """
    engine = from_settings(settings.database)
    try:
        entries = between(_listed(settings, engine, wish.source), wish.since, wish.until)
        ones = identified(entries[: wish.limit], source=wish.source, agency=wish.agency)
        run = _Run(settings, engine, wish, console, stop)
        return run.through(ones)
    finally:
        engine.dispose()


def _listed(settings: Settings, engine: Engine, source: str) -> list[ParsedEntry]:
    found = _read(settings, engine, source)
    if not found:
        raise WorkError(f"{source} names no story")
    return found


def _read(settings: Settings, engine: Engine, source: str) -> list[ParsedEntry]:
    try:
        if source.startswith(("http://", "https://")):
            return asyncio.run(_from_the_web(settings, engine, source))
        found = read_listing(Path(source).read_bytes(), source)
    except OSError as error:
        raise WorkError(f"{source} can't be read: {error.strerror}") from error
    except BadListError as error:
        raise WorkError(f"{source}: {error}") from error
    if found.parts:
        raise WorkError(f"{source} is an index of sitemaps: name it by its address")
    return list(found.entries)


async def _from_the_web(settings: Settings, engine: Engine, url: str) -> list[ParsedEntry]:
    """Ask for a sitemap and those that it names, each once, politely."""
    found: list[ParsedEntry] = []
    asked: dict[str, None] = {url: None}
    slots = shared_slots(settings, engine)
    try:
        async with Door(settings.web, user_agent(settings), slots) as door:
            for number, each in enumerate(_growing(asked)):
                if number == _MOST_MAPS:
                    raise WorkError(f"{url} names more than {_MOST_MAPS} sitemaps")
                listing = await _ask(door, each)
                found += listing.entries
                asked |= dict.fromkeys(listing.parts)
    finally:
        await slots.aclose()
    return found


def _growing(asked: dict[str, None]) -> Iterator[str]:
    """Yield the keys in order, those too that are added meanwhile."""
    done = 0
    while done < len(asked):
        yield list(asked)[done]
        done += 1


async def _ask(door: Door, url: str) -> Listing:
    try:
        answer = await door.get(url, headers={}, max_bytes=MOST_BYTES)
    except (NoAnswer, HostBusy) as error:
        raise WorkError(f"{url} can't be had: {error}") from error
    if answer.status != 200:
        raise WorkError(f"{url} answered {answer.status}")
    return read_listing(answer.body, answer.final_url)


class _Run:
    """One backfill at work."""

    def __init__(
        self, settings: Settings, engine: Engine, wish: Wish, console: Console, stop: Stop
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._wish = wish
        self._console = console
        self._stop = stop
        self._topics = Topics(settings.kafka.prefix).backfill
        self._account = Account()
        self._stories: list[UUID] = []
        self._turn = 0.0
        self._seen = _Seen(0.0, 0)

    def through(self, ones: Sequence[Identified]) -> Account:
        """Publish what is not known yet, at the rate, and wait until it is done."""
        self._account.listed = len(ones)
        create_topics(self._settings.kafka, self._topics.specs())
        producer = Producer(self._settings.kafka)
        children = Children(self._environment(), self._settings.data / "logs" / "backfill")
        # the stages inherit it
        os.nice(_NICE)
        try:
            for stage in STAGES:
                children.start(stage)
            with progress.Progress(self._console) as shown:
                for message in self._due(ones):
                    if not self._in_time(children, shown):
                        break
                    producer.publish([message])
                    self._account.published += 1
                # what was seen before the last was published says nothing of the end
                self._seen = _Seen(0.0, 1)
                while not self._stop.requested and not self._is_done(children, shown):
                    self._stop.wait(_LOOK_S)
        finally:
            children.stop()
            producer.close()
        return self._accounted()

    def _environment(self) -> dict[str, str]:
        return {
            **environment(self._settings),
            "WIREDESK_KAFKA__PREFIX": self._topics.prefix,
            "WIREDESK_KAFKA__FURNITURE_PREFIX": self._settings.kafka.prefix,
            # at most one turn of a host is ours at a time: live news waits for one at most
            "WIREDESK_WEB__HOST_CONCURRENCY": "1",
            "WIREDESK_EXTRACT__WORKERS": "1",
            # beside a live stage its port is taken
            "WIREDESK_TELEMETRY__PORT": "0",
        }

    def _due(self, ones: Sequence[Identified]) -> Iterator[Outgoing]:
        """Yield the messages of what is neither row nor dead letter."""
        for start in range(0, len(ones), _BATCH):
            batch = ones[start : start + _BATCH]
            now = datetime.now(UTC)
            requests = [AliasRequest(one.names, one.candidate) for one in batch]
            stories = aliases.resolve_aliases(self._engine, requests, now)
            known = settled(self._engine, [story.story_id for story in stories])
            for one, story in zip(batch, stories, strict=True):
                if story.story_id in known.rows | known.dead:
                    self._account.known += 1
                    continue
                entry = backfill_entry(
                    one,
                    story.story_id,
                    story.first_seen_at,
                    source=self._wish.source,
                    agency=self._wish.agency,
                    section=self._wish.section,
                    now=now,
                )
                self._stories.append(story.story_id)
                yield Outgoing(self._topics.entries, one.host.encode(), entry.to_json())

    def _in_time(self, children: Children, shown: progress.Progress) -> bool:
        """Wait for the next one's turn; say whether to go on."""
        while self._look(children, shown).ahead >= _AHEAD and not self._stop.wait(_LOOK_S):
            pass
        now = time.monotonic()
        self._turn = max(now, self._turn + 1 / self._wish.rate)
        return not self._stop.wait(self._turn - now)

    def _is_done(self, children: Children, shown: progress.Progress) -> bool:
        return self._look(children, shown).ahead == 0

    def _look(self, children: Children, shown: progress.Progress) -> "_Seen":
        """Look at the stages, once a second at most, and show what there is to see."""
        if time.monotonic() - self._seen.at < _LOOK_S:
            return self._seen
        for line in children.watch().values():
            self._console.print(line, markup=False)
        try:
            now = progress.look(self._settings.kafka, self._topics, reader.count(self._engine))
        except Wait as wait:
            self._console.print(f"waiting: {wait}", markup=False)
        else:
            shown.show(now)
            self._seen = _Seen(time.monotonic(), sum(now.waiting.values()) + now.resting)
        return self._seen

    def _accounted(self) -> Account:
        for start in range(0, len(self._stories), _BATCH):
            found = settled(self._engine, self._stories[start : start + _BATCH])
            self._account.stored += len(found.rows)
            self._account.dead += len(found.dead)
        return self._account


@dataclass(frozen=True, slots=True)
class _Seen:
    """How many messages waited or rested at a look."""

    at: float
    ahead: int
