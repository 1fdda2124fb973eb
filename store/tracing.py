"""One story's way through everything: its names, texts, sightings, changes, dead letters.

Reads only, in one transaction. A story that is withheld or killed is traced without its text.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from store import aliases
from store.changes import ChangeRow
from store.engine import run
from store.schema import Alias, Article, Feed, Merged, Pending, Seen


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that is known of one story, by whatever name it was asked for."""

    story_id: UUID
    names: tuple[str, ...] = ()
    known_since: dt.datetime | None = None
    hosts: tuple[str, ...] = ()  # of its addresses: entries are keyed by them
    merged_from: tuple[UUID, ...] = ()
    feeds: tuple[str, ...] = ()
    pending_since: dt.datetime | None = None
    article: dict[str, Any] | None = None
    versions: tuple[dict[str, Any], ...] = ()
    sightings: tuple[dict[str, Any], ...] = ()
    withdrawals: tuple[dict[str, Any], ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    dead_letters: tuple[dict[str, Any], ...] = ()


def trace(engine: sa.Engine, name: str) -> Trace | None:
    """Return what is known of a story by its address or id; None where nothing is."""

    def work(connection: sa.Connection) -> Trace | None:
        story_id = _find(connection, name)
        return None if story_id is None else _trace(connection, story_id)

    return run(engine, work)


def find(engine: sa.Engine, name: str) -> UUID | None:
    """Return the id of the story that an address or id means, as it stands; None for none."""

    def work(connection: sa.Connection) -> UUID | None:
        story_id = _find(connection, name)
        known = sa.select(Article.id).where(Article.id == story_id)
        return connection.scalar(known) if story_id else None

    return run(engine, work)


def _find(connection: sa.Connection, name: str) -> UUID | None:
    try:
        asked = UUID(name)
    except ValueError:
        known = aliases.known(connection, [aliases.url_name(name), name])
        found = next(iter(known.values()), None)
        return found.story_id if found else None
    merged = sa.select(Merged.into_id).where(Merged.id == asked)
    return connection.scalar(merged) or asked


def _trace(connection: sa.Connection, story_id: UUID) -> Trace | None:
    told = Trace(
        story_id=story_id,
        names=_names(connection, story_id),
        known_since=connection.scalar(
            sa.select(sa.func.min(Alias.at)).where(Alias.story_id == story_id)
        ),
        hosts=tuple(connection.scalars(sa.text(_HOSTS), {"id": story_id})),
        merged_from=tuple(
            connection.scalars(sa.select(Merged.id).where(Merged.into_id == story_id))
        ),
        feeds=tuple(
            connection.scalars(
                sa.select(Feed.url).join(Seen).where(Seen.story_id == story_id).order_by(Feed.url)
            )
        ),
        pending_since=connection.scalar(
            sa.select(Pending.published_at).where(Pending.story_id == story_id)
        ),
        article=next(iter(_dicts(connection, _ARTICLE, story_id)), None),
        versions=_dicts(connection, _VERSIONS, story_id),
        sightings=_dicts(connection, _SIGHTINGS, story_id),
        withdrawals=_dicts(connection, _WITHDRAWALS, story_id),
        changes=tuple(ChangeRow(**row) for row in _dicts(connection, _CHANGES, story_id)),
        dead_letters=_dicts(connection, _DEAD, story_id),
    )
    known = told.names or told.article or told.dead_letters or told.changes or told.pending_since
    return told if known else None


def _names(connection: sa.Connection, story_id: UUID) -> tuple[str, ...]:
    query = sa.select(Alias.name).where(Alias.story_id == story_id).order_by(Alias.at, Alias.name)
    return tuple(connection.scalars(query))


# A story that is withheld or killed is traced without its text.
_ARTICLE: Final = """
SELECT a.url, a.publisher, a.agency, a.agency_basis, a.pub_status, a.revision, a.source,
  a.body_kind, a.observed_at, a.first_seen_at, a.published_at, a.published_precision,
  a.missing_since, a.rules_version, a.model_version, a.flags, a.feeds, a.cluster_id, a.chain_id,
  a.link_reason, CASE WHEN a.pub_status = 'usable' THEN v.headline END AS headline, a.fetched_at,
  a.extracted_at, a.enriched_at, a.stored_at
FROM wire_data.articles a
LEFT JOIN wire_data.article_versions v ON v.article_nr = a.nr AND v.revision = a.revision
WHERE a.id = :id
"""
# Names are of the forms that store/aliases.py gives; a dead letter may tell of an address alone.
_HOSTS: Final = """
SELECT DISTINCT substring(found.url FROM '^[a-z]+://(?:[^/@]*@)?([^/:?#]+)') AS host FROM (
  SELECT substr(name, 5) AS url FROM wire_data.aliases
    WHERE story_id = :id AND starts_with(name, 'url:')
  UNION ALL SELECT url FROM wire_data.articles WHERE id = :id
  UNION ALL SELECT url FROM wire_data.dead_letters WHERE story_id = :id) found
WHERE found.url ~ '^[a-z]+://[^/]' ORDER BY host
"""
_VERSIONS: Final = """
SELECT v.revision, v.first_observed_at, v.last_observed_at, v.signal,
  CASE WHEN a.pub_status = 'usable' THEN v.headline END AS headline
FROM wire_data.article_versions v JOIN wire_data.articles a ON a.nr = v.article_nr
WHERE a.id = :id ORDER BY v.revision
"""
_SIGHTINGS: Final = """
SELECT s.observed_at, s.revision, s.rank, s.rules_version
FROM wire_data.sightings s JOIN wire_data.articles a ON a.nr = s.article_nr
WHERE a.id = :id ORDER BY s.observed_at
"""
_WITHDRAWALS: Final = """
SELECT kind, basis, by_story, who, reason, observed_at, at, lifted_at, lifted_by
FROM wire_data.withdrawals WHERE article_id = :id ORDER BY at
"""
_CHANGES: Final = """
SELECT seq, article_id, revision, kind, at FROM wire_data.changes
WHERE article_id = :id ORDER BY seq
"""
_DEAD: Final = """
SELECT id, stage, reason, error, at, replayed_at FROM wire_data.dead_letters
WHERE story_id = :id ORDER BY at
"""


def _dicts(connection: sa.Connection, query: str, story_id: UUID) -> tuple[dict[str, Any], ...]:
    rows: Iterable[Any] = connection.execute(sa.text(query), {"id": story_id}).mappings()
    return tuple(dict(row) for row in rows)
