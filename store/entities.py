"""Entities as rows: one for each key, found or made by the writer under its lock."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from store import barred
from store.arrays import any_of
from store.copying import copy_in
from store.namesakes import kept
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
    columns = (
        Entity.id,
        Entity.nr,
        Entity.aliases,
        Entity.curated,
        Entity.company,
        Entity.merged_into,
    )
    query = sa.select(*columns).where(any_of(Entity.id, wanted, sa.Uuid))
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
                "namesake_of": draft.namesake_of,
                "company": kept((), draft.company),
                "first_seen_at": now,
            }
            for nr, draft in zip(numbers, new, strict=True)
        ),
    )
    return {row.id: row.nr for row in known.values()} | {
        draft.id: nr for nr, draft in zip(numbers, new, strict=True)
    }


def _united(drafts: Iterable[EntityDraft]) -> dict[UUID, EntityDraft]:
    """Return one draft an entity, with the aliases and the company of all."""
    united: dict[UUID, EntityDraft] = {}
    for draft in drafts:
        there = united.setdefault(draft.id, draft)
        if (there.aliases, there.company) != (draft.aliases, draft.company):
            united[draft.id] = dataclasses.replace(
                there,
                aliases=tuple(sorted({*there.aliases, *draft.aliases})),
                company=tuple(kept(there.company, draft.company)),
            )
    return united


def _improve(
    connection: sa.Connection, pairs: list[tuple[int, EntityDraft, sa.Row[*tuple[Any, ...]]]]
) -> None:
    """Let known entities learn what drafts tell beyond them."""
    better = [
        {
            "of_nr": nr,
            "names": sorted({*row.aliases, *draft.aliases}),
            "is_curated": row.curated or draft.curated,
            "met": company,
        }
        for nr, draft, row in pairs
        if (company := kept(row.company, draft.company)) != row.company
        or not set(draft.aliases) <= set(row.aliases)
        or draft.curated > row.curated
    ]
    if not better:
        return
    update = (
        sa.update(Entity)
        .where(Entity.nr == sa.bindparam("of_nr"))
        .values(
            aliases=sa.bindparam("names"),
            curated=sa.bindparam("is_curated"),
            company=sa.bindparam("met"),
        )
    )
    connection.execute(update, sorted(better, key=lambda values: values["of_nr"]))
    learned = {values["of_nr"] for values in better}
    merged = {row.merged_into for nr, _, row in pairs if nr in learned and row.merged_into}
    if merged:
        gather_names(connection, merged)


def gather_names(connection: sa.Connection, ids: Iterable[UUID]) -> None:
    """Let these entities bear the names of all that were merged into them."""
    connection.execute(sa.text(_NAMES), {"ids": list(ids)})


_NAMES: Final = """
UPDATE wire_data.entities t SET aliases = gathered.names
FROM (
  SELECT e.merged_into AS id, array_agg(DISTINCT n.name ORDER BY n.name) AS names
  FROM wire_data.entities e
  JOIN wire_data.entities i ON i.id = e.merged_into
  CROSS JOIN unnest(e.aliases || i.aliases || e.name) AS n (name)
  WHERE e.merged_into = ANY(:ids) AND n.name <> i.name
  GROUP BY e.merged_into) gathered
WHERE t.id = gathered.id AND t.aliases <> gathered.names
"""


def _numbers(connection: sa.Connection, count: int) -> list[int]:
    sequence = "wire_data.entities_nr_seq"
    query = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count))
    return sorted(connection.scalars(query)) if count else []
