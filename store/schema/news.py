"""Tables of the news itself: articles, their texts and sightings, changes. Pure.

`articles` is slim: what a story is and what its shown text says of itself, no text but names and
lines; `article_versions` holds every text once. Each story has a number besides its id: rows that
point at it are half as wide and arrive in order. All of it is written under the writer's lock.
"""

import datetime as dt
import uuid
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OptionalTime, Texts, Time, one_of
from store.schema.polling import RIGHTS

# What the feed of changes tells of a story.
Kind = Literal[
    "published",
    "updated",
    "corrected",
    "refiled",
    "withheld",
    "released",
    "killed",
    "removed",
    "reinstated",
    "relinked",
    "clustered",
    "forgotten",
    "retained",
]
PUB_STATUS = ("usable", "withheld", "canceled")
BODY_KINDS = ("full", "lead", "feed", "none")
SOURCES = ("page", "feed")
PRECISIONS = ("second", "minute", "day", "inferred", "received")
# A story that says of itself that it is another take of one.
LATER_TAKE = "signal IN ('update', 'correction', 'refile', 'repeat') OR update_number IS NOT NULL"
LINK_REASONS = ("slug", "headline", "body", "named", "manual")


class Article(Base):
    """A story as it stands: the metadata of the text that is shown."""

    __tablename__ = "articles"

    nr: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True)
    url: Mapped[str]
    host: Mapped[str]  # of `url`: furniture is learned by it
    publisher: Mapped[str | None]
    agency: Mapped[str | None]
    agency_basis: Mapped[str | None]
    # what the views test; derived by the writer from the text's own word, withdrawals and embargo
    pub_status: Mapped[str]
    revision: Mapped[int]  # of the text shown
    last_revision: Mapped[int]  # given last; never given again
    content_sha256: Mapped[bytes]
    source: Mapped[str]
    page_sha256: Mapped[bytes]  # of the sighting shown, with its time
    observed_at: Mapped[Time]
    first_seen_at: Mapped[Time]
    fetched_at: Mapped[Time]
    extracted_at: Mapped[OptionalTime]
    enriched_at: Mapped[OptionalTime]
    stored_at: Mapped[Time]
    published_at: Mapped[OptionalTime]
    published_precision: Mapped[str]
    updated_at: Mapped[Time]  # the agency's time, else when the shown text was first seen
    agency_updated_at: Mapped[OptionalTime]
    embargoed_until: Mapped[OptionalTime]
    text_status: Mapped[str]  # what the text says of itself; `pub_status` says what holds
    missing_since: Mapped[OptionalTime]  # the page answered 404 first then
    repeated_at: Mapped[OptionalTime]  # last repeat of the story under another address
    body_kind: Mapped[str]
    word_count: Mapped[int]
    language: Mapped[str | None]
    section: Mapped[str | None]
    slug: Mapped[str | None]
    keywords: Mapped[Texts]
    byline: Mapped[str | None]
    credits: Mapped[str | None]
    genre: Mapped[str | None]
    urgency: Mapped[int | None] = mapped_column(sa.SmallInteger)
    signal: Mapped[str | None]
    update_number: Mapped[int | None]
    dateline_raw: Mapped[str | None]
    dateline_place: Mapped[str | None]
    dateline_region: Mapped[str | None]
    dateline_name: Mapped[str | None]
    dateline_country: Mapped[str | None]
    dateline_lat: Mapped[float | None]
    dateline_lon: Mapped[float | None]
    dateline_geoname_id: Mapped[int | None]
    dateline_date: Mapped[dt.date | None]
    dateline_agency: Mapped[str | None]
    dateline_places: Mapped[list[Any] | None] = mapped_column(pg.JSONB(none_as_null=True))
    focus_country: Mapped[str | None]
    focus_place: Mapped[str | None]
    focus_confidence: Mapped[float | None]
    cluster_id: Mapped[uuid.UUID | None]
    chain_id: Mapped[uuid.UUID | None]
    chain_position: Mapped[int | None]
    replaces: Mapped[uuid.UUID | None]
    link_reason: Mapped[str | None]
    link_confidence: Mapped[float | None]
    is_latest: Mapped[bool] = mapped_column(server_default=sa.true())
    # folded headline and slug: chains and kills by name look them up
    headline_key: Mapped[str | None]
    slug_key: Mapped[str | None]
    flags: Mapped[Texts]
    feeds: Mapped[Texts]
    rules_version: Mapped[str]
    model_version: Mapped[str]
    store: Mapped[str]  # rights as they were obeyed
    keep_days: Mapped[int | None]
    terms_url: Mapped[str | None]
    retained_at: Mapped[OptionalTime]  # the text was taken away by age

    __table_args__ = (
        one_of("pub_status", PUB_STATUS),
        one_of("text_status", PUB_STATUS),
        one_of("source", SOURCES),
        one_of("body_kind", BODY_KINDS),
        one_of("published_precision", PRECISIONS),
        one_of("store", RIGHTS),
        one_of("link_reason", LINK_REASONS),
        # what counting by time, agency and country asks for: the rows need not be read
        sa.Index(
            "ix_articles_published",
            "published_at",
            # `nr` and `revision` are in the view's join, though no text be asked for
            postgresql_include=[
                "nr",
                "revision",
                "pub_status",
                "agency",
                "signal",
                "dateline_country",
                "focus_country",
            ],
        ),
        sa.Index("ix_articles_first_seen_at", "first_seen_at"),
        sa.Index("ix_articles_agency_published_at", "agency", "published_at"),
        # the view gives the country as char(2), and a cast is another expression
        sa.Index(
            "ix_articles_filed_from", sa.text("(dateline_country::character(2))"), "published_at"
        ),
        sa.Index("ix_articles_cluster_id", "cluster_id"),
        sa.Index("ix_articles_chain_id", "chain_id"),
        # chains look up a house's later takes: few of all its stories
        sa.Index(
            "ix_articles_later_takes",
            "agency",
            "published_at",
            postgresql_where=sa.text(LATER_TAKE),
        ),
        sa.Index("ix_articles_agency_slug_key", "agency", "slug_key"),
        sa.Index("ix_articles_agency_headline_key", "agency", "headline_key"),
        sa.Index(
            "ix_articles_embargo",
            "embargoed_until",
            postgresql_where=sa.text("pub_status = 'withheld' AND embargoed_until IS NOT NULL"),
        ),
        sa.Index("ix_articles_host", "host", "nr"),
        sa.Index(
            "ix_articles_kept",
            "keep_days",
            "first_seen_at",
            postgresql_where=sa.text("keep_days IS NOT NULL"),
        ),
    )


class Version(Base):
    """One text of a story, by its content_sha256; `revision` counts in order of arrival."""

    __tablename__ = "article_versions"

    article_nr: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey(Article.nr, ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    content_sha256: Mapped[bytes]
    headline: Mapped[str]
    original_headline: Mapped[str]
    subheadline: Mapped[str | None]
    body: Mapped[str | None]
    signal: Mapped[str | None]
    ed_note: Mapped[str | None]
    first_observed_at: Mapped[Time]
    last_observed_at: Mapped[Time]
    # the metadata that came with a text that is not shown now, to stand again if it is
    meta: Mapped[dict[str, Any] | None] = mapped_column(pg.JSONB(none_as_null=True))
    language: Mapped[str] = mapped_column(pg.REGCONFIG)
    # wire_data.search_vector of the text; a trigger makes it where it is not given
    tsv: Mapped[Any] = mapped_column(pg.TSVECTOR)

    __table_args__ = (sa.Index("ix_article_versions_tsv", "tsv", postgresql_using="gin"),)


class Sighting(Base):
    """That a text was obtained from outside at a time: the fact under every version.

    `rank` says how much it counts (store/identity.py); the shown text is that of the greatest
    (rank, observed_at).
    """

    __tablename__ = "sightings"

    article_nr: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey(Article.nr, ondelete="CASCADE"), primary_key=True
    )
    observed_at: Mapped[Time] = mapped_column(primary_key=True)
    page_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    revision: Mapped[int]
    rank: Mapped[int] = mapped_column(sa.SmallInteger)
    rules_version: Mapped[str]


class Change(Base):
    """What changed, in the order of commits: `seq` has no gaps."""

    __tablename__ = "changes"

    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[uuid.UUID] = mapped_column(index=True)
    revision: Mapped[int]
    kind: Mapped[str]
    at: Mapped[Time]

    __table_args__ = (one_of("kind", get_args(Kind)),)
