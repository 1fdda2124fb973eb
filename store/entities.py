"""Entities as rows: one for each key, found or made by the writer under its lock."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from store import barred
from store.copying import copy_in
from store.load import any_of
from store.rows import EntityDraft
from store.schema import Entity


def ensure(
    connection: sa.Connection, drafts: Iterable[EntityDraft], now: dt.datetime
) -> dict[UUID, int]:
    """Return the number of each entity; those that are new get a row, known ones new aliases.

    One that was forgotten has none.
    """
    wanted = _united(drafts)
    if not wanted:
        return {}
    query = sa.select(Entity.id, Entity.nr, Entity.aliases, Entity.curated).where(
        any_of(Entity.id, wanted, sa.Uuid)
    )
    known = {row.id: row for row in connection.execute(query)}
    _improve(
        connection, [(known[key].nr, d, known[key]) for key, d in wanted.items() if key in known]
    )
    new = [draft for key, draft in sorted(wanted.items()) if key not in known]
    gone = barred.among(connection, (barred.entity_name(draft.key) for draft in new))
    new = [draft for draft in new if barred.entity_name(draft.key) not in gone]
    numbers = _numbers(connection, len(new))
    copy_in(
        connection,
        Entity.__table__,
        (
            {
                "nr": nr,
                "id": draft.id,
                "key": draft.key,
                "label": draft.label,
                "name": draft.name,
                "aliases": sorted(set(draft.aliases)),
                "curated": draft.curated,
                "country": draft.country,
                "lat": draft.lat,
                "lon": draft.lon,
                "geoname_id": draft.geoname_id,
                "first_seen_at": now,
            }
            for nr, draft in zip(numbers, new, strict=True)
        ),
    )
    return {row.id: row.nr for row in known.values()} | {
        draft.id: nr for nr, draft in zip(numbers, new, strict=True)
    }


def _united(drafts: Iterable[EntityDraft]) -> dict[UUID, EntityDraft]:
    """Return one draft an entity, with the aliases of all."""
    united: dict[UUID, EntityDraft] = {}
    for draft in drafts:
        there = united.get(draft.id)
        if there is None or there.aliases == draft.aliases:
            united.setdefault(draft.id, draft)
            continue
        aliases = tuple(sorted({*there.aliases, *draft.aliases}))
        united[draft.id] = dataclasses.replace(there, aliases=aliases)
    return united


def _improve(
    connection: sa.Connection,
    pairs: list[tuple[int, EntityDraft, sa.Row[UUID, int, list[str], bool]]],
) -> None:
    better = [
        {
            "of_nr": nr,
            "names": sorted({*row.aliases, *draft.aliases}),
            "is_curated": row.curated or draft.curated,
        }
        for nr, draft, row in pairs
        if not set(draft.aliases) <= set(row.aliases) or draft.curated > row.curated
    ]
    if better:
        update = (
            sa.update(Entity)
            .where(Entity.nr == sa.bindparam("of_nr"))
            .values(aliases=sa.bindparam("names"), curated=sa.bindparam("is_curated"))
        )
        connection.execute(update, sorted(better, key=lambda values: values["of_nr"]))


def _numbers(connection: sa.Connection, count: int) -> list[int]:
    sequence = "wire_data.entities_nr_seq"
    query = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count))
    return sorted(connection.scalars(query)) if count else []
