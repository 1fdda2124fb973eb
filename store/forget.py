"""Forget a story or an entity: its rows go, their hashes stay so that nothing comes back.

What goes is gone from the database when the call returns. wire.articles is told by the keeper, who
publishes a null for each story; other topics hold what passed through them until it expires. Who
asked for it and why is in `audit`, under the hash of what was forgotten. Each transaction holds the
writer's lock and takes a bounded number of stories.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from store import aliases, barred, chains, clusters, load
from store.arrays import any_of
from store.engine import run
from store.locks import Lock, lock_transaction
from store.save import Changed, save, save_changes
from store.schema import Alias, Article, Audit, Entity, Mention, Merged, Version

# Stories of one transaction: others wait for the lock no longer than a batch takes.
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Gone:
    """How much was forgotten; `seq` is the last change that tells of it, None for none."""

    stories: int = 0
    versions: int = 0
    mentions: int = 0
    dead_letters: int = 0
    entities: int = 0
    seq: int | None = None

    def __add__(self, other: "Gone") -> "Gone":
        return Gone(
            self.stories + other.stories,
            self.versions + other.versions,
            self.mentions + other.mentions,
            self.dead_letters + other.dead_letters,
            self.entities + other.entities,
            other.seq or self.seq,
        )


def story(engine: sa.Engine, name: str, *, who: str, reason: str, now: dt.datetime) -> Gone:
    """Forget a story by its address or id; one that is not known yet will not come in."""

    def work(connection: sa.Connection) -> Gone:
        lock_transaction(connection, Lock.WRITER)
        ids = _ids(connection, name)
        address = [] if _is_id(name) else [aliases.url_name(name)]
        barred.bar(connection, "story", address, now)
        _log(connection, name, who, reason, now)
        return _forget_stories(connection, ids, now)

    return run(engine, work)


def entities(engine: sa.Engine, name: str) -> list[tuple[UUID, str, str]]:
    """Return id, label and name of the entities that `name` may mean: an id, a key, any name."""
    mine = (
        Entity.id == UUID(name)
        if _is_id(name)
        else sa.or_(
            sa.func.lower(Entity.name) == name.lower(),
            Entity.key == name,
            Entity.aliases.contains([name]),
        )
    )
    query = sa.select(Entity.id, Entity.label, Entity.name).where(mine).order_by(Entity.nr)
    rows = run(engine, lambda connection: connection.execute(query).all())
    return [(row.id, row.label, row.name) for row in rows]


def entity(
    engine: sa.Engine,
    entity_id: UUID,
    *,
    with_stories: bool,
    who: str,
    reason: str,
    now: dt.datetime,
) -> Gone:
    """Forget an entity and every mention of it, and the stories that name it where asked to."""
    mine = sa.or_(Entity.id == entity_id, Entity.merged_into == entity_id)

    def begin(connection: sa.Connection) -> list[sa.Row[int, UUID, str, str, list[str]]]:
        lock_transaction(connection, Lock.WRITER)
        columns = (Entity.nr, Entity.id, Entity.key, Entity.name, Entity.aliases)
        rows = list(connection.execute(sa.select(*columns).where(mine)))
        # from here on no writer makes it anew
        barred.bar(connection, "entity", (barred.entity_name(row.key) for row in rows), now)
        for row in rows:
            _log(connection, barred.entity_name(row.key), who, reason, now)
        return rows

    rows = run(engine, begin)
    if not rows:
        return Gone()
    nrs = [row.nr for row in rows]
    total = Gone()
    for ids in _naming(engine, nrs):
        unname = partial(_unname, nrs=nrs, ids=ids, now=now, with_stories=with_stories)
        total += run(engine, unname)
    names = sorted({name for row in rows for name in (row.name, *row.aliases)})
    whose, keys = [row.id for row in rows], [row.key for row in rows]
    return total + run(engine, partial(_forget_entities, ids=whose, keys=keys, names=names))


def _ids(connection: sa.Connection, name: str) -> list[UUID]:
    """Return a story's id and those that were merged into it; none where it is not known."""
    if _is_id(name):
        asked = UUID(name)
    else:
        known = aliases.known(connection, [aliases.url_name(name), name])
        if not known:
            return []
        asked = next(iter(known.values())).story_id
    stays = load.merged_into(connection, [asked]).get(asked, asked)
    merged = connection.scalars(sa.select(Merged.id).where(Merged.into_id == stays))
    return [stays, *merged]


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def _log(connection: sa.Connection, name: str, who: str, reason: str, now: dt.datetime) -> None:
    row = {"at": now, "who": who, "action": "forget", "reason": reason}
    connection.execute(sa.insert(Audit), row | {"target": barred.digest(name).hex()})


def _forget_stories(connection: sa.Connection, ids: Sequence[UUID], now: dt.datetime) -> Gone:
    """Take away all rows of stories, and put the chains and clusters right that they were in."""
    if not ids:
        return Gone()
    names = connection.scalars(sa.select(Alias.name).where(any_of(Alias.story_id, ids, sa.Uuid)))
    barred.bar(connection, "story", [*names, *map(barred.story_name, ids)], now)
    columns = (Article.nr, Article.id, Article.url, Article.revision)
    groups = (Article.cluster_id, Article.chain_id)
    query = sa.select(*columns, *groups).where(any_of(Article.id, ids, sa.Uuid))
    rows = connection.execute(query).all()
    nrs = [row.nr for row in rows]
    named_there = connection.execute(sa.text(_ONLY_THERE), {"nrs": nrs}).all()
    _part(connection, [row.id for row in named_there], [row.key for row in named_there])
    gone = Gone(
        stories=len(rows),
        versions=_count(connection, Version.article_nr, nrs),
        mentions=_count(connection, Mention.article_nr, nrs),
        dead_letters=_run(connection, _DEAD, ids=list(ids), urls=[row.url for row in rows]),
        entities=len(named_there),
    )
    for statement in _ROWS:
        _run(connection, statement, nrs=nrs, ids=list(ids))
    left = {row.chain_id for row in rows} - {None}
    remaining = sa.select(Article.id).where(any_of(Article.chain_id, left, sa.Uuid))
    stories = load.stories(connection, set(connection.scalars(remaining)))
    # an id that has no row is told too: wire.articles may have its record
    told = [Changed(row.id, row.revision, "forgotten") for row in rows]
    told += [Changed(each, 0, "forgotten") for each in ids if each not in {r.id for r in rows}]
    told += chains.regroup(connection, stories, set(stories), {})
    save(connection, list(stories.values()), {}, now)
    clusters.count(connection, {row.cluster_id for row in rows if row.cluster_id})
    return gone + Gone(seq=save_changes(connection, told, now)[-1])


def _naming(engine: sa.Engine, nrs: Sequence[int]) -> Iterator[tuple[UUID, ...]]:
    """Yield the stories that name an entity, a batch at a time."""
    naming = sa.select(Mention.article_nr).where(any_of(Mention.entity_nr, nrs, sa.Integer))
    query = sa.select(Article.id).where(Article.nr.in_(naming)).order_by(Article.nr)
    ids = run(engine, lambda connection: connection.scalars(query).all())
    for start in range(0, len(ids), _BATCH):
        yield tuple(ids[start : start + _BATCH])


def _unname(
    connection: sa.Connection,
    *,
    nrs: Sequence[int],
    ids: Sequence[UUID],
    now: dt.datetime,
    with_stories: bool,
) -> Gone:
    """Take an entity out of stories, or the stories with it; tell of those that stay."""
    lock_transaction(connection, Lock.WRITER)
    if with_stories:
        return _forget_stories(connection, ids, now)
    query = sa.select(Article.nr, Article.id, Article.revision, Article.pub_status).where(
        any_of(Article.id, ids, sa.Uuid)
    )
    rows = connection.execute(query).all()
    mentions = sa.delete(Mention).where(
        any_of(Mention.entity_nr, nrs, sa.Integer),
        any_of(Mention.article_nr, [row.nr for row in rows], sa.BigInteger),
    )
    taken = connection.execute(mentions).rowcount
    told = [Changed(r.id, r.revision, "updated") for r in rows if r.pub_status == "usable"]
    given = save_changes(connection, told, now)
    return Gone(mentions=taken, seq=given[-1] if given else None)


def _forget_entities(
    connection: sa.Connection, *, ids: Sequence[UUID], keys: Sequence[str], names: Sequence[str]
) -> Gone:
    """Take away an entity's rows, the dead letters that hold its names and furniture that does."""
    lock_transaction(connection, Lock.WRITER)
    dead = _run(connection, _DEAD_NAMING, names=[name.encode() for name in names])
    _run(connection, _FURNITURE, names=list(names))
    for statement in _ENTITY:
        gone = _run(connection, statement, ids=list(ids))
    _part(connection, ids, keys)
    return Gone(dead_letters=dead, entities=gone)


def _part(connection: sa.Connection, ids: Sequence[UUID], keys: Sequence[str]) -> None:
    """Take entities out of others' company, and what was ruled of them."""
    if keys:
        _run(connection, _RULINGS, ids=list(ids))
        _run(connection, _COMPANY, keys=list(keys))


def _count(
    connection: sa.Connection, column: InstrumentedAttribute[int], nrs: Sequence[int]
) -> int:
    query = sa.select(sa.func.count()).where(any_of(column, nrs, sa.BigInteger))
    return connection.scalar(query) or 0


def _run(connection: sa.Connection, statement: str, **parameters: object) -> int:
    text = sa.text(statement)
    mine = {name: value for name, value in parameters.items() if f":{name}" in statement}
    return connection.execute(text, mine).rowcount


_DEAD: Final = (
    "DELETE FROM wire_data.dead_letters"
    " WHERE story_id = ANY(CAST(:ids AS uuid[])) OR url = ANY(CAST(:urls AS text[]))"
)
_DEAD_NAMING: Final = """
DELETE FROM wire_data.dead_letters d
WHERE EXISTS (SELECT FROM unnest(CAST(:names AS bytea[])) AS name
  WHERE position(name IN d.message_value) > 0
    OR position(name IN convert_to(d.error || d.stacktrace, 'UTF8')) > 0)
"""
# Entities that no other story names are not to be read either.
_ONLY_THERE: Final = """
DELETE FROM wire_data.entities e WHERE NOT e.curated
  AND e.nr IN (SELECT entity_nr FROM wire_data.mentions
    WHERE article_nr = ANY(CAST(:nrs AS bigint[])))
  AND NOT EXISTS (SELECT FROM wire_data.mentions m
    WHERE m.entity_nr = e.nr AND m.article_nr <> ALL(CAST(:nrs AS bigint[])))
RETURNING e.id, e.key
"""
_RULINGS: Final = "DELETE FROM wire_data.entity_rulings WHERE entity_id = ANY(:ids)"
_COMPANY: Final = """
UPDATE wire_data.entities SET company = ARRAY(
  SELECT met FROM unnest(company) WITH ORDINALITY AS t (met, place)
  WHERE met <> ALL(CAST(:keys AS text[])) ORDER BY place)
WHERE company && CAST(:keys AS text[])
"""
_ENTITY: Final = (
    "DELETE FROM wire_data.mentions USING wire_data.entities e"
    " WHERE entity_nr = e.nr AND e.id = ANY(:ids)",
    "DELETE FROM wire_data.entities WHERE id = ANY(:ids)",
)
_FURNITURE: Final = """
UPDATE wire_data.furniture SET epoch = epoch + 1, lines = ARRAY(
  SELECT line FROM unnest(lines) WITH ORDINALITY AS t (line, place)
  WHERE NOT EXISTS (SELECT FROM unnest(CAST(:names AS text[])) AS name
    WHERE position(name IN line) > 0) ORDER BY place)
WHERE EXISTS (SELECT FROM unnest(lines) AS line, unnest(CAST(:names AS text[])) AS name
  WHERE position(name IN line) > 0)
"""
# What hangs on an article's number goes with it; the rest knows the story by its id.
_ROWS: Final = (
    "DELETE FROM wire_data.bands b USING wire_data.signatures s"
    " WHERE s.article_nr = ANY(CAST(:nrs AS bigint[])) AND b.article_nr = s.article_nr"
    " AND b.band = ANY(s.bands)",
    "DELETE FROM wire_data.articles WHERE nr = ANY(CAST(:nrs AS bigint[]))",
    "DELETE FROM wire_data.aliases WHERE story_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM wire_data.seen WHERE story_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM wire_data.pending WHERE story_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM wire_data.entity_rulings WHERE article_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM wire_data.withdrawals WHERE article_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM wire_data.tombstones WHERE notice_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM wire_data.kills_pending WHERE notice_id = ANY(CAST(:ids AS uuid[]))",
)
