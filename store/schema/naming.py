"""Tables of what stories name: entities, and the spans of text that name them. Pure."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, Texts, Time, one_of
from store.schema.news import Article

LABELS = ("PER", "ORG", "LOC", "MISC")


class Entity(Base):
    """A person, organisation or place that stories name."""

    __tablename__ = "entities"

    nr: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    name: Mapped[str]
    aliases: Mapped[Texts]
    curated: Mapped[bool]
    country: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    geoname_id: Mapped[int | None]
    merged_into: Mapped[uuid.UUID | None]
    first_seen_at: Mapped[Time]
    article_count: Mapped[int] = mapped_column(server_default="0")  # as of its last count
    # the key that this one shares with the first of its name: another person of that name
    namesake_of: Mapped[str | None]
    # who and what stood beside this person in stories: namesakes are told apart by it
    company: Mapped[Texts] = mapped_column(server_default="{}")

    __table_args__ = (
        one_of("label", LABELS),
        sa.Index("ix_entities_name", "name"),
        # the views know a merged entity by the one it became
        sa.Index("ix_entities_stands_for", sa.text("COALESCE(merged_into, id)")),
        sa.Index(
            "ix_entities_namesake_of",
            "namesake_of",
            postgresql_where=sa.text("namesake_of IS NOT NULL"),
        ),
        sa.Index(
            "ix_entities_merged_into",
            "merged_into",
            postgresql_where=sa.text("merged_into IS NOT NULL"),
        ),
    )


class EntityRuling(Base):
    """A person's word that a key means this entity: in one story, or printed by one name."""

    __tablename__ = "entity_rulings"

    nr: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    article_id: Mapped[uuid.UUID | None]
    name: Mapped[str | None]
    entity_id: Mapped[uuid.UUID]

    __table_args__ = (
        sa.CheckConstraint("(article_id IS NULL) <> (name IS NULL)", name="one_ground"),
        sa.UniqueConstraint("key", "article_id", "name", postgresql_nulls_not_distinct=True),
    )


class Mention(Base):
    """A span of a text that names an entity: Unicode code points, end exclusive."""

    __tablename__ = "mentions"

    # wide columns last: rows are the most numerous of all
    article_nr: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey(Article.nr, ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    start_char: Mapped[int] = mapped_column(primary_key=True)
    end_char: Mapped[int] = mapped_column(primary_key=True)
    in_headline: Mapped[bool] = mapped_column(primary_key=True)
    entity_nr: Mapped[int]
    confidence: Mapped[float] = mapped_column(sa.REAL)
    label: Mapped[str]
    text: Mapped[str]

    __table_args__ = (sa.Index("ix_mentions_entity_nr", "entity_nr", "article_nr"),)
