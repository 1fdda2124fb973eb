"""Tables of near-duplicates: what a body is found by, and the clusters that came of it. Pure."""

import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, Texts, Time
from store.schema.news import Article


class Signature(Base):
    """What is kept of a story's shown body to compare it by, and what made it."""

    __tablename__ = "signatures"

    article_nr: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey(Article.nr, ondelete="CASCADE"), primary_key=True
    )
    made_by: Mapped[str]  # library and parameters: signatures of two makers don't compare
    words: Mapped[int]
    minhash: Mapped[bytes]
    bands: Mapped[list[int]] = mapped_column(pg.ARRAY(sa.BigInteger))  # as in the table below
    figures: Mapped[bytes]  # hashes of the numbers in the body, sorted
    names: Mapped[bytes]  # hashes of the names in the body, sorted


class Band(Base):
    """An LSH band of a signature: stories that share one are candidates to be near-duplicates.

    Kept as long as near-duplicates are looked for, then pruned; no foreign key, as it would need an
    index as large as the table.
    """

    __tablename__ = "bands"

    band: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    article_nr: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)

    __table_args__ = (sa.Index("ix_bands_article_nr", "article_nr", postgresql_using="brin"),)


class Cluster(Base):
    """Stories whose bodies are nearly the same."""

    __tablename__ = "clusters"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    first_article_id: Mapped[uuid.UUID]  # whoever filed first, at `first_at`
    first_basis: Mapped[str]  # which time that is: `published` to the minute, or first `seen`
    first_at: Mapped[Time]
    credited_agency: Mapped[str | None]  # whose copy it is
    credited_basis: Mapped[str | None]  # how that is known of the first story credited to it
    size: Mapped[int]
    first_seen_at: Mapped[Time]
    last_seen_at: Mapped[Time]
    agencies: Mapped[Texts]
