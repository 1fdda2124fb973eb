"""Read what the writer needs to know of the stories of a batch, under its lock, in few queries."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa

from store.arrays import any_of
from store.identity import Sighting
from store.schema import Article, Merged, Version, Withdrawal
from store.schema import Sighting as SightingRow
from store.story import BY_TEXT, StoryState, Withdrawn


def merged_into(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return, for ids of stories that were merged, the id of the story they are now."""
    query = sa.select(Merged.id, Merged.into_id).where(any_of(Merged.id, ids, sa.Uuid))
    return {row.id: row.into_id for row in connection.execute(query)}


def stories(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, StoryState]:
    """Return the stories that there are among `ids`, each with its texts and withdrawals."""
    query = sa.select(Article.__table__).where(any_of(Article.id, set(ids), sa.Uuid))
    found: dict[int, StoryState] = {}
    for row in connection.execute(query).mappings():
        values = dict(row)
        story = StoryState(values.pop("id"), values.pop("nr"), values, fresh=False)
        story.standing.last_revision = values["last_revision"]
        found[story.nr] = story
    if found:
        _texts(connection, found)
        _withdrawals(connection, {story.id: story for story in found.values()})
    for story in found.values():
        story.remember()
    return {story.id: story for story in found.values()}


def numbers(connection: sa.Connection, count: int) -> list[int]:
    """Return `count` numbers for new stories."""
    sequence = "wire_data.articles_nr_seq"
    query = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count))
    return sorted(connection.scalars(query)) if count else []


def _texts(connection: sa.Connection, found: Mapping[int, StoryState]) -> None:
    versions = sa.select(
        Version.article_nr, Version.revision, Version.content_sha256, Version.meta
    ).where(any_of(Version.article_nr, found, sa.BigInteger))
    for row in connection.execute(versions):
        story = found[row.article_nr]
        story.standing.texts[row.revision] = row.content_sha256
        if row.meta is not None:
            story.metas[row.revision] = row.meta
    sightings = sa.select(SightingRow.__table__).where(
        any_of(SightingRow.article_nr, found, sa.BigInteger)
    )
    for row in connection.execute(sightings):
        sighting = Sighting(
            row.observed_at, row.page_sha256, row.revision, row.rank, row.rules_version
        )
        found[row.article_nr].standing.sightings[sighting.key] = sighting


def _withdrawals(connection: sa.Connection, found: Mapping[UUID, StoryState]) -> None:
    query = sa.select(Withdrawal.__table__).where(
        any_of(Withdrawal.article_id, found, sa.Uuid),
        sa.or_(Withdrawal.lifted_at.is_(None), Withdrawal.lifted_by != BY_TEXT),
    )
    for row in connection.execute(query):
        if row.lifted_at is not None:
            found[row.article_id].overruled.add((row.kind, row.by_story))
            continue
        found[row.article_id].withdrawals.append(
            Withdrawn(row.kind, row.basis, row.observed_at, row.by_story, row.nr)
        )
