"""What poll and fetch exchange with store: feeds, poll results, aliases, slots. Frozen, pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

FeedKind = Literal["rss", "sitemap"]
FeedState = Literal["active", "paused", "retired"]
# What only poll reads and writes of a feed, kept as JSON: redirect sightings, weighed failures,
# the headers that say when to come again.
Memory = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LeasedFeed:
    """A due feed, ours until the lease ends; every save says `lease_token`."""

    id: int
    url: str
    lease_token: UUID
    kind: FeedKind = "rss"
    agency: str | None = None
    section: str | None = None
    title: str | None = None
    etag: str | None = None  # byte for byte as the server sent it
    last_modified: str | None = None
    body_sha256: str | None = None  # of the last body, decompressed
    interval_s: float = 0.0  # the adaptive interval of the last poll; 0 before the first
    own_interval_s: float | None = None  # the operator's own
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None  # of the last poll that brought something new
    failures: int = 0  # in a row
    possible_gaps: int = 0  # in all
    memory: Memory = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an entry; `gone` where it has left the feed's window."""

    fingerprint: str
    gone: bool


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry that was published: upserted, and no longer gone."""

    key: str
    fingerprint: str
    story_id: UUID
    entry: bytes  # the Entry as JSON, for the reconciler


@dataclass(frozen=True, slots=True)
class PollResult:
    """All that one poll changes, written only where the lease is still ours."""

    feed_id: int
    lease_token: UUID
    url: str
    state: FeedState
    title: str | None
    etag: str | None
    last_modified: str | None
    body_sha256: str | None
    next_poll_at: datetime
    interval_s: float
    last_success_at: datetime | None
    last_new_at: datetime | None
    failures: int
    possible_gaps: int
    last_error: str | None
    memory: Memory
    arrived: tuple[SeenEntry, ...] = ()
    gone: tuple[str, ...] = ()  # keys that left the feed's window
    returned: tuple[str, ...] = ()  # keys that came back unchanged


@dataclass(frozen=True, slots=True)
class AliasRequest:
    """The names of one story, strongest first, and the id it gets where none is known."""

    names: tuple[str, ...]
    story_id: UUID


@dataclass(frozen=True, slots=True)
class Resolved:
    """The story that the names mean, and when it was first seen."""

    story_id: UUID
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """A politeness slot: at most `concurrency` held at once, `gap_s` between two starts.

    `hold_s` is the longest that it can be held: the slot of a killed process frees itself then.
    """

    host: str
    gap_s: float
    concurrency: int
    hold_s: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """Granted: send after `wait_s`. Not granted: ask again after `wait_s`."""

    granted: bool
    wait_s: float
    slot: int = 0


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed to add."""

    url: str
    kind: FeedKind = "rss"
    agency: str | None = None
    section: str | None = None
    title: str | None = None
    own_interval_s: float | None = None
    folders: tuple[str, ...] = ()  # of the OPML outlines it lay in, outermost first
    attributes: Mapping[str, str] = field(default_factory=dict)  # of its OPML outline, all of them


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as `feeds list` and `feeds export` show it."""

    feed: NewFeed
    id: int
    state: FeedState
    interval_s: float
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_poll_at: datetime | None
    failures: int
    possible_gaps: int
    last_error: str | None
    memory: Memory = field(default_factory=dict)
