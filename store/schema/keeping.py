"""Tables of the keeper, of withdrawals and of dead letters; the counters. Pure."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OptionalTime, Texts, Time, one_of
from store.schema.news import Article

WITHDRAWALS = ("kill", "hold", "removal")


class Counter(Base):
    """A number that only grows: the last `seq` given, the last one relayed."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(sa.BigInteger)


class Withdrawal(Base):
    """That a story was killed, put on hold or taken away, by whom and until when."""

    __tablename__ = "withdrawals"

    nr: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[str]
    basis: Mapped[str]  # own-url, named, tombstone, gone, person
    by_story: Mapped[uuid.UUID | None]  # the notice
    who: Mapped[str | None]
    reason: Mapped[str | None]
    observed_at: Mapped[Time]
    at: Mapped[Time]
    lifted_at: Mapped[OptionalTime]
    lifted_by: Mapped[str | None]

    __table_args__ = (one_of("kind", WITHDRAWALS),)


class Tombstone(Base):
    """A kill or hold whose story has not come yet: it stops the story when it comes."""

    __tablename__ = "tombstones"

    nr: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    notice_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    agency: Mapped[str | None]
    publisher: Mapped[str | None]
    slug_key: Mapped[str | None]
    headline_key: Mapped[str | None]
    filed_at: Mapped[OptionalTime]  # what was filed later is a substitute, not the story meant
    observed_at: Mapped[Time]
    until: Mapped[Time]

    __table_args__ = (
        one_of("kind", WITHDRAWALS),
        sa.Index("ix_tombstones_agency_slug_key", "agency", "slug_key"),
        sa.Index("ix_tombstones_agency_headline_key", "agency", "headline_key"),
    )


class PendingKill(Base):
    """A kill or hold that may mean several stories, or none for sure: a person decides."""

    __tablename__ = "kills_pending"

    nr: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    notice_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    agency: Mapped[str | None]
    names_slug: Mapped[str | None]
    names_headline: Mapped[str | None]
    candidates: Mapped[list[uuid.UUID]] = mapped_column(pg.ARRAY(sa.Uuid))
    reason: Mapped[str]
    at: Mapped[Time]
    decided_at: Mapped[OptionalTime]
    decision: Mapped[str | None]
    who: Mapped[str | None]


class Forgotten(Base):
    """The hash of what must not come back: an address, an entity's name, a story's id."""

    __tablename__ = "forgotten"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[Time]


class Audit(Base):
    """Who did what by hand, and why."""

    __tablename__ = "audit"

    nr: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    at: Mapped[Time]
    who: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    reason: Mapped[str | None]


class Revisit(Base):
    """A story whose page is to be asked for again."""

    __tablename__ = "revisits"

    article_nr: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey(Article.nr, ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[Time] = mapped_column(index=True)
    step: Mapped[int] = mapped_column(sa.SmallInteger)
    reason: Mapped[str]  # revisit, missing
    entry: Mapped[dict[str, Any]] = mapped_column(pg.JSONB)  # Entry, with the page's validators


class Furniture(Base):
    """The lines that recur on a host's pages, as learned last."""

    __tablename__ = "furniture"

    host: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    lines: Mapped[Texts]
    stories: Mapped[int]
    learned_at: Mapped[Time]
    published_epoch: Mapped[int] = mapped_column(server_default="0")  # on wire.furniture


class DeadLetter(Base):
    """A message that could not be done, with its bytes: it can be replayed from here."""

    __tablename__ = "dead_letters"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    stage: Mapped[str]
    topic: Mapped[str]
    topic_id: Mapped[str]  # the broker's own: offsets start again after a wipe
    partition: Mapped[int]
    offset: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str]
    error_class: Mapped[str]
    error: Mapped[str]
    stacktrace: Mapped[str]
    url: Mapped[str | None]
    story_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    message_key: Mapped[bytes | None]
    message_value: Mapped[bytes | None]
    # base64 of what the header held, in order: names may repeat and values are bytes
    headers: Mapped[list[Any]] = mapped_column(pg.JSONB)
    at: Mapped[Time] = mapped_column(index=True)
    replayed_at: Mapped[OptionalTime]
    dropped_at: Mapped[OptionalTime]

    __table_args__ = (sa.UniqueConstraint("topic_id", "partition", "offset", "stage"),)
