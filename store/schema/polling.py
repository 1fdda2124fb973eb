"""Tables of poll and fetch: feeds, what was seen in them, names of stories, politeness. Pure.

These are written outside the writer's lock, in short transactions with sorted keys.
"""

import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, Json, OptionalTime, Texts, Time, Times, one_of

FEED_STATES = ("active", "paused", "retired")
FEED_KINDS = ("rss", "sitemap")
FEED_HEALTHS = ("ok", "new", "failing", "quiet", "overflowing", "paused", "retired")
RIGHTS = ("full", "lead", "metadata")


class Feed(Base):
    """A feed, its schedule, its validators and the lease of whoever polls it now."""

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(server_default="rss")
    agency: Mapped[str | None]
    section: Mapped[str | None]
    title: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="active")
    health: Mapped[str] = mapped_column(server_default="new")  # as of its last poll
    added_at: Mapped[Time]
    next_poll_at: Mapped[Time]
    interval_s: Mapped[float]
    own_interval_s: Mapped[float | None]  # the operator's: overrides what the feed asks for
    etag: Mapped[str | None]  # byte for byte
    last_modified: Mapped[str | None]
    body_sha256: Mapped[str | None]
    last_success_at: Mapped[OptionalTime]
    last_new_at: Mapped[OptionalTime]
    failures: Mapped[int] = mapped_column(server_default="0")  # in a row
    possible_gaps: Mapped[int] = mapped_column(server_default="0")  # polls that shared no entry
    last_error: Mapped[str | None]
    memory: Mapped[Json] = mapped_column(server_default="{}")  # only poll reads it
    attributes: Mapped[Json] = mapped_column(server_default="{}")  # of its OPML outline
    folders: Mapped[Texts] = mapped_column(server_default="{}")  # of its OPML outline
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[OptionalTime]
    store: Mapped[str | None]  # rights that override the agency's
    keep_days: Mapped[int | None]
    terms_url: Mapped[str | None]

    __table_args__ = (
        one_of("state", FEED_STATES),
        one_of("health", FEED_HEALTHS),
        one_of("kind", FEED_KINDS),
        one_of("store", RIGHTS),
        sa.Index("ix_feeds_due", "next_poll_at", postgresql_where=sa.text("state = 'active'")),
    )


class Seen(Base):
    """An entry in a feed's window: what was last said of it, and when it left."""

    __tablename__ = "seen"

    feed_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey(Feed.id, ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    story_id: Mapped[uuid.UUID]
    first_seen_at: Mapped[Time]
    gone_at: Mapped[OptionalTime]

    __table_args__ = (
        sa.Index("ix_seen_gone", "gone_at", postgresql_where=sa.text("gone_at IS NOT NULL")),
    )


class Pending(Base):
    """An entry on its way: kept until its story is an article or a dead letter."""

    __tablename__ = "pending"

    story_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    entry: Mapped[bytes]  # Entry as JSON
    published_at: Mapped[Time] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(server_default="0")  # times published anew


class Alias(Base):
    """A name of a story: a guid within its agency, or one of its addresses."""

    __tablename__ = "aliases"

    # first half of the name's SHA-256: addresses are long, and this is the index every entry asks
    digest: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    story_id: Mapped[uuid.UUID] = mapped_column(index=True)
    at: Mapped[Time]


class Merged(Base):
    """A story that was found to be an older one; its id is answered with the older one's."""

    __tablename__ = "merged_stories"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    into_id: Mapped[uuid.UUID] = mapped_column(index=True)
    at: Mapped[Time]


class Host(Base):
    """A host that is asked: when the next request may go, and which slots are held until when."""

    __tablename__ = "hosts"

    host: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[Time]
    slots: Mapped[list[int]] = mapped_column(pg.ARRAY(sa.BigInteger), server_default="{}")
    busy_until: Mapped[Times] = mapped_column(server_default="{}")


class AgencyRights(Base):
    """What may be kept of an agency's copy, for how long, and by which terms."""

    __tablename__ = "agency_rights"

    agency: Mapped[str] = mapped_column(primary_key=True)
    store: Mapped[str] = mapped_column(server_default="full")
    keep_days: Mapped[int | None]
    terms_url: Mapped[str | None]

    __table_args__ = (one_of("store", RIGHTS),)
