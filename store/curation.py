"""What people say of entities: two are one, one is two, a name is one's. It holds.

Each act holds against later batches, is one transaction under the writer's lock, is told to readers
of changes (`updated` for every article whose names now mean another entity) and leaves who and why
in `audit`. A merged entity keeps its row and its key: what comes under its key later is the other's
at once. A split leaves rulings (entity_rulings) that go before all weighing of company.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store import entities
from store.arrays import any_of
from store.counting import recount
from store.engine import run
from store.locks import Lock, lock_transaction
from store.namesakes import FIELD, bearers_of, following, kept, namesake_id, namesake_key
from store.rows import EntityDraft
from store.save import Changed, save_changes
from store.schema import Article, Audit, Entity, EntityRuling, Mention
from wire.messages import Label

T = TypeVar("T")

# Rows that a search shows.
_MOST: Final = 50


class UnknownEntityError(Exception):
    """There is no such entity, or nothing of it is where the call says."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entity as a person sees it."""

    nr: int
    id: UUID
    key: str
    label: Label
    name: str
    aliases: Sequence[str]
    curated: bool
    country: str | None
    article_count: int
    merged_into: UUID | None
    namesake_of: str | None
    company: Sequence[str]


@dataclass(frozen=True, slots=True)
class Act:
    """Who decides, why, and when."""

    who: str
    reason: str
    at: dt.datetime


def find(engine: sa.Engine, name: str) -> list[Known]:
    """Return the entities of that id, key, name or alias, those in most articles first."""
    return run(engine, lambda connection: _find(connection, name))


def merge(engine: sa.Engine, into: UUID, others: Sequence[UUID], act: Act) -> int:
    """Make `others` one with `into`; return how many articles name another entity now.

    Raises:
        UnknownEntityError: one of them does not exist, or all are one already.
    """

    def work(connection: sa.Connection) -> int:
        target = _root(connection, into)
        gone = {_root(connection, other) for other in others} - {target}
        if not gone:
            raise UnknownEntityError("these are one entity already")
        moved = _merge(connection, target, gone)
        return _tell(connection, "entities merge", [target, *sorted(gone)], moved, act)

    return _under_lock(engine, work)


def alias(engine: sa.Engine, of: UUID, named: Sequence[EntityDraft], act: Act) -> int:
    """Let a name be that entity's, now and later; `named` are what the name alone may come as.

    Raises:
        UnknownEntityError: there is no such entity.
    """

    def work(connection: sa.Connection) -> int:
        target = _root(connection, of)
        entities.ensure(connection, named, act.at)
        moved = _merge(connection, target, {_root(connection, d.id) for d in named} - {target})
        name = named[0].name
        _add_name(connection, target, name)
        return _tell(connection, "entities alias", [target, name], moved, act)

    return _under_lock(engine, work)


def part(engine: sa.Engine, merged: UUID, act: Act) -> int:
    """Let an entity that was merged into another stand by itself again.

    Raises:
        UnknownEntityError: it does not exist, or was not merged.
    """

    def work(connection: sa.Connection) -> int:
        known = _one(connection, merged)
        if known.merged_into is None:
            raise UnknownEntityError(f"{known.name} was not merged: name stories, or a name of it")
        stand = sa.update(Entity).where(Entity.id == merged).values(merged_into=None)
        connection.execute(stand)
        recount(connection, [merged, known.merged_into])
        return _tell(connection, "entities split", [merged], [known.nr], act)

    return _under_lock(engine, work)


def split(
    engine: sa.Engine, of: UUID, act: Act, *, stories: Sequence[UUID] = (), name: str | None = None
) -> UUID:
    """Let what these stories, or all that print this name, call `of` be another; return its id.

    Raises:
        UnknownEntityError: there is no such entity, or it is not named there.
    """

    def work(connection: sa.Connection) -> UUID:
        known = _one(connection, of)
        found = _named_in(connection, known, stories, name)
        if not found:
            raise UnknownEntityError(f"{known.name} is not named there")
        made = _another(connection, known, name or known.name, act.at)
        for nr, articles in found.items():
            _move(connection, nr, made.nr, articles)
        _rule(connection, _keys(connection, list(found)), made.id, stories, name)
        for each in (known, made):
            _learn(connection, each)
        recount(connection, [known.id, made.id])
        _tell(connection, "entities split", [known.id, made.id], [made.nr], act)
        return made.id

    return _under_lock(engine, work)


def _under_lock(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    def locked(connection: sa.Connection) -> T:
        lock_transaction(connection, Lock.WRITER)
        return work(connection)

    return run(engine, locked)


_COLUMNS: Final = tuple(getattr(Entity, field.name) for field in dataclasses.fields(Known))


def _find(connection: sa.Connection, name: str) -> list[Known]:
    wanted = [Entity.key == name, Entity.name == name, _has_alias(name)]
    if (asked := _as_id(name)) is not None:
        wanted.append(Entity.id == asked)
    query = sa.select(*_COLUMNS).where(sa.or_(*wanted))
    ordered = query.order_by(Entity.article_count.desc(), Entity.nr).limit(_MOST)
    return [Known(*row) for row in connection.execute(ordered)]


def _has_alias(name: str) -> sa.ColumnElement[bool]:
    return sa.literal(name) == sa.any_(Entity.aliases)


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _one(connection: sa.Connection, entity_id: UUID) -> Known:
    row = connection.execute(sa.select(*_COLUMNS).where(Entity.id == entity_id)).one_or_none()
    if row is None:
        raise UnknownEntityError(f"there is no entity {entity_id}")
    return Known(*row)


def _root(connection: sa.Connection, entity_id: UUID) -> UUID:
    """Return the entity that this one is by now: merges never form chains."""
    return _one(connection, entity_id).merged_into or entity_id


def _merge(connection: sa.Connection, target: UUID, gone: Collection[UUID]) -> list[int]:
    """Let these be the target, with all that was merged into them; return their numbers."""
    moved = sa.or_(any_of(Entity.id, gone, sa.Uuid), any_of(Entity.merged_into, gone, sa.Uuid))
    merged = sa.update(Entity).where(moved).values(merged_into=target, article_count=0)
    numbers = list(connection.scalars(merged.returning(Entity.nr)))
    entities.gather_names(connection, [target])
    recount(connection, [target])
    return numbers


def _add_name(connection: sa.Connection, target: UUID, name: str) -> None:
    added = sa.func.array_append(Entity.aliases, name)
    connection.execute(
        sa.update(Entity)
        .where(Entity.id == target, Entity.name != name, ~_has_alias(name))
        .values(aliases=added)
    )


def _named_in(
    connection: sa.Connection, known: Known, stories: Sequence[UUID], name: str | None
) -> dict[int, list[int]]:
    """Return the articles that are meant, by the entity that they name: `known` or one merged."""
    query = (
        sa.select(Mention.entity_nr, Mention.article_nr)
        .distinct()
        .join(Entity, Entity.nr == Mention.entity_nr)
        .join(Article, Article.nr == Mention.article_nr)
        .where(sa.or_(Entity.id == known.id, Entity.merged_into == known.id))
        .where(Mention.text == name if name else any_of(Article.id, stories, sa.Uuid))
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.entity_nr].append(row.article_nr)
    return dict(found)


def _another(connection: sa.Connection, known: Known, name: str, now: dt.datetime) -> Known:
    """Make one more entity of the key of `known`."""
    key = known.namesake_of or known.key
    there = bearers_of(connection, [key])[key]
    number = following(key, there)
    made = namesake_id(there[0].id, number)
    draft = EntityDraft(
        id=made,
        key=namesake_key(key, number),
        label=known.label,
        name=name,
        namesake_of=key,
    )
    entities.ensure(connection, [draft], now)
    return _one(connection, made)


def _keys(connection: sa.Connection, numbers: Sequence[int]) -> list[str]:
    """Return the keys by which drafts come that mean these entities."""
    key = sa.func.coalesce(Entity.namesake_of, Entity.key)
    return list(connection.scalars(sa.select(key).where(any_of(Entity.nr, numbers, sa.Integer))))


def _move(connection: sa.Connection, nr: int, to: int, articles: Sequence[int]) -> None:
    connection.execute(
        sa.update(Mention)
        .where(Mention.entity_nr == nr, any_of(Mention.article_nr, articles, sa.BigInteger))
        .values(entity_nr=to)
    )


def _rule(
    connection: sa.Connection,
    keys: Sequence[str],
    meant: UUID,
    stories: Sequence[UUID],
    name: str | None,
) -> None:
    """Write down what is meant from now on; the last word holds."""
    grounds: list[dict[str, object]] = [{"article_id": None, "name": name}] if name else []
    grounds += [{"article_id": story, "name": None} for story in stories]
    insert = pg.insert(EntityRuling)
    last = insert.on_conflict_do_update(
        index_elements=["key", "article_id", "name"], set_={"entity_id": insert.excluded.entity_id}
    )
    rows = [{"key": key, "entity_id": meant, **ground} for key in keys for ground in grounds]
    connection.execute(last, rows)


def _learn(connection: sa.Connection, known: Known) -> None:
    """Gather an entity's company anew from the articles that name it now."""
    met = connection.scalars(sa.text(_COMPANY), {"nr": known.nr})
    fields = [key for key in known.company if key.startswith(FIELD)]
    company = kept(fields, list(met))
    connection.execute(sa.update(Entity).where(Entity.nr == known.nr).values(company=company))


# As enrich gives it (enrich/analysis.py): people by full names, bodies that are not the whole
# world's, and countries.
_COMPANY: Final = """
SELECT DISTINCT met FROM (
  SELECT CASE WHEN e.label = 'LOC' THEN 'country:' || e.country ELSE e.key END AS met
  FROM wire_data.mentions m
  JOIN wire_data.mentions o ON o.article_nr = m.article_nr AND o.revision = m.revision
    AND o.entity_nr <> m.entity_nr
  JOIN wire_data.entities e ON e.nr = o.entity_nr
  WHERE m.entity_nr = :nr AND (e.label = 'PER' AND e.key LIKE '% %'
    OR e.label = 'ORG' AND (e.country IS NOT NULL OR NOT e.curated)
    OR e.label = 'LOC' AND e.country IS NOT NULL)
) AS company ORDER BY met
"""


def _tell(
    connection: sa.Connection, action: str, target: Sequence[object], moved: Sequence[int], act: Act
) -> int:
    """Tell readers of every article that names another entity now; return how many there are."""
    query = (
        sa.select(Article.id, Article.revision)
        .distinct()
        .join(
            Mention,
            sa.and_(Mention.article_nr == Article.nr, Mention.revision == Article.revision),
        )
        .where(Article.pub_status == "usable", any_of(Mention.entity_nr, moved, sa.Integer))
        .order_by(Article.id)
    )
    told = [Changed(row.id, row.revision, "updated") for row in connection.execute(query)]
    save_changes(connection, told, act.at)
    row = {"at": act.at, "who": act.who, "action": action, "reason": act.reason}
    connection.execute(sa.insert(Audit), row | {"target": " ".join(map(str, target))})
    return len(told)
