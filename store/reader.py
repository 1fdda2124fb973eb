"""What people ask of the database: the newest articles, and how things stand.

Reads only; each call is one short transaction, so that what it returns fits together. One story's
way is in store/tracing.py, SQL by hand in store/query.py.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from store.engine import run
from store.schema import Article, Feed


@dataclass(frozen=True, slots=True)
class Newest:
    """A row of the table of newest articles; withheld and killed ones have no headline."""

    id: UUID
    published_at: dt.datetime | None
    first_seen_at: dt.datetime
    agency: str | None
    dateline_place: str | None
    dateline_name: str | None
    dateline_country: str | None
    headline: str | None
    pub_status: str
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How much there is; what waits is in store/waits.py."""

    articles: int
    versions: int
    mentions: int
    entities: int
    feeds: dict[str, int]  # by state
    articles_by_status: dict[str, int]
    size_bytes: int


def newest(engine: sa.Engine, limit: int = 15) -> list[Newest]:
    """Return the articles seen last, with the names of whom and what they name most."""
    query = sa.text(
        """
        SELECT a.id, a.published_at, a.first_seen_at, a.agency, a.dateline_place, a.dateline_name,
          a.dateline_country, CASE WHEN a.pub_status = 'usable' THEN v.headline END AS headline,
          a.pub_status,
          ARRAY(SELECT e.name FROM wire_data.mentions m
            JOIN wire_data.entities n ON n.nr = m.entity_nr
            JOIN wire_data.entities e ON e.id = coalesce(n.merged_into, n.id)
            WHERE m.article_nr = a.nr AND m.revision = a.revision AND a.pub_status = 'usable'
            GROUP BY e.nr ORDER BY count(*) DESC, min(m.start_char), e.name LIMIT 8) AS entities
        FROM wire_data.articles a
        LEFT JOIN wire_data.article_versions v ON v.article_nr = a.nr AND v.revision = a.revision
        ORDER BY coalesce(a.published_at, a.first_seen_at) DESC, a.nr DESC LIMIT :limit
        """
    )
    rows = run(engine, lambda connection: connection.execute(query, {"limit": limit}).all())
    return [Newest(**{**row._mapping, "entities": tuple(row.entities)}) for row in rows]


def count(engine: sa.Engine) -> int:
    """Return how many articles there are, withheld and killed ones too."""
    query = sa.select(sa.func.count()).select_from(Article)
    return run(engine, lambda connection: connection.scalar(query)) or 0


def status(engine: sa.Engine) -> Status:
    """Count what there is."""
    return run(engine, _status)


def _status(connection: sa.Connection) -> Status:
    by_status = _grouped(connection, Article.pub_status)
    return Status(
        articles=sum(by_status.values()),
        versions=_estimated(connection, "article_versions"),
        mentions=_estimated(connection, "mentions"),
        entities=_estimated(connection, "entities"),
        feeds=_grouped(connection, Feed.state),
        articles_by_status=by_status,
        size_bytes=connection.scalar(
            sa.select(sa.func.pg_database_size(sa.func.current_database()))
        )
        or 0,
    )


def _grouped(connection: sa.Connection, column: InstrumentedAttribute[str]) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _estimated(connection: sa.Connection, table: str) -> int:
    """Count a table, by the planner's estimate where counting would read millions of rows."""
    name = f"wire_data.{table}"
    query = sa.text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(:name)")
    estimate = connection.scalar(query, {"name": name}) or 0
    # below this an exact count takes milliseconds
    if estimate > 1_000_000:
        return int(estimate)
    return connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608 - ours
