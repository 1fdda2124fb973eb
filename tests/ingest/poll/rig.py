"""A poller on real servers, and a site whose feeds it polls."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ingest.poll.worker import Poller, Tally
from store import feeds
from store.engine import create_engine
from wire.bus import Outgoing
from wire.messages import Entry
from wire.settings import PollSettings, Settings, WebSettings
from wire.topics import Topics

START = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> dt.datetime:
        self.now += dt.timedelta(**by)
        return self.now


class Stop:
    """Asked to stop by the test."""

    def __init__(self) -> None:
        self.requested = False


class StopWhenIdle:
    """Asks to stop as soon as nothing is due and nothing is leased."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @property
    def requested(self) -> bool:
        with self._engine.connect() as connection:
            due = connection.scalar(
                sa.text(
                    "SELECT count(*) FROM wire_data.feeds WHERE state = 'active'"
                    " AND (next_poll_at <= :now OR lease_token IS NOT NULL)"
                ),
                {"now": self._clock()},
            )
        return not due


@dataclass
class Kept:
    """Remembers what was published; for tests that are not about Kafka."""

    messages: list[Outgoing] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def publish(self, messages: Sequence[Outgoing]) -> None:
        self.before()
        self.messages.extend(messages)

    def entries(self) -> list[Entry]:
        return [Entry.model_validate_json(m.value or b"") for m in self.messages]


@dataclass
class Rig:
    """A database of its own, a clock, a publisher, and polls by call."""

    engine: sa.Engine
    settings: Settings
    clock: Clock
    published: Kept

    def add(self, url: str, **how: Any) -> None:
        assert feeds.add_feed(self.engine, url, **{"next_poll_at": self.clock(), **how})

    def poll(self) -> Tally:
        """Poll every active feed once, due or not."""
        return self._run(once=True)

    def poll_due(self) -> Tally:
        """Poll what is due by the clock, once."""
        stop = StopWhenIdle(self.engine, self.clock)
        return self._run(stop)

    def _run(self, stop: Any = None, *, once: bool = False) -> Tally:
        poller = Poller(
            self.settings,
            Topics("wire"),
            self.engine,
            self.published.publish,
            clock=self.clock,
        )
        poller.run(stop or Stop(), once=once)
        return poller.tally

    def feed(self, url: str | None = None) -> feeds.FeedRow:
        rows = [row for row in feeds.list_feeds(self.engine) if url in (None, row.url)]
        assert len(rows) == 1
        return rows[0]

    def take(self) -> list[Entry]:
        """Return what was published since the last call."""
        entries = self.published.entries()
        self.published.messages.clear()
        return entries


def settings_for(**changes: Any) -> Settings:
    web = WebSettings(allow_private=True, host_gap_s=0, read_timeout_s=5)
    return Settings(web=web, poll=PollSettings(), **changes)


@contextmanager
def rig(database: str, **changes: Any) -> Iterator[Rig]:
    engine = create_engine(database, pool_size=8)
    try:
        yield Rig(engine, settings_for(**changes), Clock(), Kept())
    finally:
        engine.dispose()


def item(number: int, **changes: str) -> str:
    """One RSS item."""
    parts = {
        "title": f"Story {number}",
        "link": f"https://news.example/{number}",
        "guid": f"id-{number}",
        "pubDate": f"Mon, 23 Nov 2026 {8 + number // 60 % 12:02}:{number % 60:02}:00 GMT",
        "description": f"What happened, part {number}.",
        **changes,
    }
    return "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in parts.items() if v) + "</item>"


def rss(*items: str, channel: str = "") -> bytes:
    """An RSS feed."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Wire</title>'
        f"<link>https://news.example/</link>{channel}{''.join(items)}</channel></rss>"
    ).encode()


def numbered(numbers: Sequence[int], **changes: str) -> bytes:
    return rss(*(item(number, **changes) for number in numbers))
