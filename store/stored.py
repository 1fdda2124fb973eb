"""One story as it is stored: its shown text as a message again, and the entities that it names.

Reads only. What is withheld or killed is not given.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from store.engine import run
from wire.messages import Dateline, Lineage, Story


@dataclass(frozen=True, slots=True)
class StoredName:
    """A name that a story prints, and the entity that the store took it for."""

    text: str
    key: str
    name: str
    merged_into: UUID | None


def names(engine: sa.Engine, story_id: UUID) -> tuple[StoredName, ...]:
    """Return the names of the shown text, each once."""
    rows = run(engine, lambda c: c.execute(sa.text(_NAMES), {"id": story_id}).all())
    return tuple(StoredName(*row) for row in rows)


def story(engine: sa.Engine, story_id: UUID) -> Story | None:
    """Return the shown text as the message it came in, as far as it is kept."""
    query = sa.text(_STORY)
    row = run(engine, lambda c: c.execute(query, {"id": story_id}).mappings().one_or_none())
    return None if row is None else _story(dict(row))


_NAMES: Final = """
SELECT DISTINCT m.text, e.key, e.name, e.merged_into
FROM wire_data.mentions m
JOIN wire_data.articles a ON a.nr = m.article_nr AND a.revision = m.revision
JOIN wire_data.entities e ON e.nr = m.entity_nr
WHERE a.id = :id AND a.pub_status = 'usable' ORDER BY m.text
"""
_STORY: Final = """
SELECT a.*, encode(a.page_sha256, 'hex') AS page_hash, encode(a.content_sha256, 'hex') AS text_hash,
  v.headline, v.original_headline, v.subheadline, coalesce(v.body, '') AS body
FROM wire_data.articles a
JOIN wire_data.article_versions v ON v.article_nr = a.nr AND v.revision = a.revision
WHERE a.id = :id AND a.pub_status = 'usable'
"""
_PLAIN: Final = (
    "id",
    "url",
    "publisher",
    "agency",
    "agency_basis",
    "headline",
    "original_headline",
    "subheadline",
    "section",
    "slug",
    "body",
    "body_kind",
    "byline",
    "language",
    "published_at",
    "published_precision",
    "observed_at",
    "rules_version",
    "source",
)
_DATELINE: Final = (
    "raw", "place", "region", "name", "country", "lat", "lon", "geoname_id", "date", "agency",
)  # fmt: skip


def _story(row: dict[str, Any]) -> Story:
    line = {name: row[f"dateline_{name}"] for name in _DATELINE}
    return Story(
        **{name: row[name] for name in _PLAIN},
        final_url=row["url"],
        page_sha256=row["page_hash"],
        content_sha256=row["text_hash"],
        dateline=Dateline(**line) if line["raw"] is not None else None,
        lineage=Lineage(discovered=row["first_seen_at"], fetched=row["fetched_at"]),
    )
