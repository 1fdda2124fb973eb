"""Write what the writer made of a batch: new stories by COPY, known ones by what differs.

All of it runs under the writer's lock: no row can appear between what was loaded and what is
written, so new rows need no ON CONFLICT.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store import rights
from store.arrays import any_of
from store.copying import copy_in
from store.identity import Sighting
from store.schema import Article, Change, Counter, Kind, Mention, Pending, Version, Withdrawal
from store.schema import Sighting as SightingRow
from store.story import StoryState

# The counter of `changes.seq`: a sequence would leave gaps and break the order of commits.
SEQ: Final = "seq"


@dataclass(frozen=True, slots=True)
class Changed:
    """A line of the change feed, before it has its number."""

    article_id: UUID
    revision: int
    kind: Kind


def save(
    connection: sa.Connection,
    stories: Sequence[StoryState],
    entities: Mapping[UUID, int],
    now: dt.datetime,
) -> None:
    """Write the stories; `entities` gives the number of each entity that they name."""
    ordered = sorted(stories, key=lambda story: story.nr)
    fresh = [story for story in ordered if story.fresh]
    known = [story for story in ordered if not story.fresh]
    copy_in(connection, Article.__table__, [_article(story) for story in fresh])
    _update_articles(connection, known)
    _save_versions(connection, fresh, known)
    _save_sightings(connection, fresh, known)
    _save_mentions(connection, ordered, entities)
    _cut(connection, known)
    _save_withdrawals(connection, ordered, now)


def save_changes(connection: sa.Connection, changes: Sequence[Changed], now: dt.datetime) -> range:
    """Append to the change feed and return the numbers given."""
    if not changes:
        return range(0)
    insert = pg.insert(Counter).values(name=SEQ, value=len(changes))
    count = insert.on_conflict_do_update(
        index_elements=[Counter.name], set_={"value": Counter.value + insert.excluded.value}
    ).returning(Counter.value)
    last = connection.scalar(count)
    assert isinstance(last, int)
    given = range(last - len(changes) + 1, last + 1)
    copy_in(
        connection,
        Change.__table__,
        (
            {
                "seq": seq,
                "article_id": changed.article_id,
                "revision": changed.revision,
                "kind": changed.kind,
                "at": now,
            }
            for seq, changed in zip(given, changes, strict=True)
        ),
    )
    return given


def clear_pending(connection: sa.Connection, ids: Iterable[UUID]) -> None:
    """Let entries be no longer awaited: their stories have come."""
    connection.execute(sa.delete(Pending).where(any_of(Pending.story_id, sorted(ids), sa.Uuid)))


def _article(story: StoryState) -> dict[str, Any]:
    return {"nr": story.nr, "id": story.id, **story.row}


def _update_articles(connection: sa.Connection, known: Sequence[StoryState]) -> None:
    """Update the rows that differ; those that differ in the same columns go in one round trip."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for story in known:
        assert story.loaded is not None
        before = story.loaded.row
        changed = tuple(name for name, value in story.row.items() if before.get(name) != value)
        if changed:
            values = {name: story.row[name] for name in changed}
            groups.setdefault(changed, []).append({"of_nr": story.nr, **values})
    for changed, rows in groups.items():
        update = (
            sa.update(Article)
            .where(Article.nr == sa.bindparam("of_nr"))
            .values({name: sa.bindparam(name) for name in changed})
        )
        connection.execute(update, rows)


def _save_versions(
    connection: sa.Connection, fresh: Sequence[StoryState], known: Sequence[StoryState]
) -> None:
    _drop_versions(connection, known)
    new: list[dict[str, Any]] = []
    rewritten: list[dict[str, Any]] = []
    touched: list[dict[str, Any]] = []
    for story in (*fresh, *known):
        for revision, content in story.standing.texts.items():
            row = _version(story, revision)
            there = story.loaded is not None and revision in story.loaded.standing.texts
            if revision in story.texts:
                text = {**story.texts[revision], "content_sha256": content}
                (rewritten if there else new).append({**row, **text})
            elif _differs(story, revision):
                touched.append({**row, "content_sha256": content})
    copy_in(connection, Version.__table__, new)
    _update_versions(connection, rewritten)
    _update_versions(connection, touched)


def _update_versions(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    keys = ("article_nr", "revision")
    update = (
        sa.update(Version)
        .where(Version.article_nr == sa.bindparam("of_nr"))
        .where(Version.revision == sa.bindparam("of_revision"))
        .values({name: sa.bindparam(name) for name in rows[0] if name not in keys})
    )
    connection.execute(
        update,
        [
            {"of_nr": row["article_nr"], "of_revision": row["revision"]}
            | {name: value for name, value in row.items() if name not in keys}
            for row in rows
        ],
    )


def _version(story: StoryState, revision: int) -> dict[str, Any]:
    first, last = story.standing.observed(revision)
    return {
        "article_nr": story.nr,
        "revision": revision,
        "first_observed_at": first,
        "last_observed_at": last,
        "meta": story.metas.get(revision),
    }


def _differs(story: StoryState, revision: int) -> bool:
    """Say whether anything but the text of a version differs from what was loaded."""
    before = story.loaded
    if before is None or revision not in before.standing.texts:
        return True
    return (
        story.standing.observed(revision) != before.standing.observed(revision)
        or story.metas.get(revision) != before.metas.get(revision)
        or story.standing.texts[revision] != before.standing.texts[revision]
    )


def _drop_versions(connection: sa.Connection, known: Sequence[StoryState]) -> None:
    gone = [
        (story.nr, revision)
        for story in known
        for revision in sorted(story.dropped - set(story.standing.texts))
    ]
    if gone:
        for table in (Version, Mention):
            key = sa.tuple_(table.article_nr, table.revision)
            connection.execute(sa.delete(table).where(key.in_(gone)))


def _save_sightings(
    connection: sa.Connection, fresh: Sequence[StoryState], known: Sequence[StoryState]
) -> None:
    copy_in(
        connection,
        SightingRow.__table__,
        (_sighting(story.nr, s) for story in fresh for s in story.standing.sightings.values()),
    )
    rows = [
        _sighting(story.nr, sighting)
        for story in known
        for key, sighting in story.standing.sightings.items()
        if story.loaded is None or story.loaded.standing.sightings.get(key) != sighting
    ]
    if rows:
        insert = pg.insert(SightingRow)
        fields = {name: insert.excluded[name] for name in ("revision", "rank", "rules_version")}
        keys = ["article_nr", "observed_at", "page_sha256"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=fields), rows)


def _sighting(nr: int, sighting: Sighting) -> dict[str, Any]:
    return {
        "article_nr": nr,
        "observed_at": sighting.observed_at,
        "page_sha256": sighting.page_sha256,
        "revision": sighting.revision,
        "rank": sighting.rank,
        "rules_version": sighting.rules_version,
    }


def _save_mentions(
    connection: sa.Connection, stories: Sequence[StoryState], entities: Mapping[UUID, int]
) -> None:
    anew = [(s.nr, revision) for s in stories if not s.fresh for revision in s.mentions]
    if anew:
        key = sa.tuple_(Mention.article_nr, Mention.revision)
        connection.execute(sa.delete(Mention).where(key.in_(anew)))
    copy_in(
        connection,
        Mention.__table__,
        (
            {
                "article_nr": story.nr,
                "revision": revision,
                "start_char": mention.start,
                "end_char": mention.end,
                "in_headline": mention.field == "headline",
                "entity_nr": entities[mention.entity_id],
                "confidence": mention.confidence,
                "label": mention.label,
                "text": mention.text,
            }
            for story in stories
            for revision, mentions in story.mentions.items()
            for mention in mentions
            if mention.entity_id in entities
        ),
    )


def _cut(connection: sa.Connection, known: Sequence[StoryState]) -> None:
    """Cut what was stored under wider rights."""
    by_store: dict[rights.Store, list[int]] = {}
    for story in known:
        if story.cut_to is not None:
            by_store.setdefault(story.cut_to, []).append(story.nr)
    for store, nrs in by_store.items():
        rights.cut(connection, nrs, store)


def _save_withdrawals(
    connection: sa.Connection, stories: Sequence[StoryState], now: dt.datetime
) -> None:
    copy_in(
        connection,
        Withdrawal.__table__,
        (
            {
                "article_id": story.id,
                "kind": withdrawn.kind,
                "basis": withdrawn.basis,
                "by_story": withdrawn.by_story,
                "who": withdrawn.who,
                "reason": withdrawn.reason,
                "observed_at": withdrawn.observed_at,
                "at": now,
            }
            for story in stories
            for withdrawn in story.withdrawals
            if withdrawn.nr is None
        ),
    )
    for story in stories:
        if story.lifted:
            nrs = [withdrawn.nr for withdrawn in story.lifted]
            lift = sa.update(Withdrawal).where(any_of(Withdrawal.nr, nrs, sa.BigInteger))
            connection.execute(lift.values(lifted_at=now, lifted_by=story.lifted_by))
