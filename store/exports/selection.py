"""Which articles are exported, and reading them with flat memory.

A server-side cursor gives the ids in the order in which stories were first seen; each batch of them
is then read whole in one statement, as it stands at that moment. So an export of an hour holds
nothing of a story that was killed before its turn came. Runs in whatever thread calls it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from store.engine import away_is_wait
from store.roles import READER
from wire.errors import WireError

Record = dict[str, Any]

# Articles in one statement: some megabytes at most, and enough to make its cost small.
_BATCH: Final = 500
# An export of an archive takes as long as it takes; each of its statements is short.
_STATEMENT_TIMEOUT_S: Final = 300
# The search vector is of use inside PostgreSQL alone.
_LEFT_OUT: Final = frozenset({"tsv"})

# Filters that list values, and the column that each looks at.
_LISTED: Final = {
    "agencies": "agency",
    "countries": "dateline_country",
    "focus_countries": "focus_country",
    "languages": "language",
}
# Ids of namesakes named in an error: enough to choose from.
_SHOWN: Final = 5

# Entities whose names are kept at hand: what a week's stories name, in some ten megabytes.
_AT_HAND: Final = 20_000

_MENTIONS: Final = sa.text(
    """
    SELECT m.article_id, m.entity_id, count(*) AS mentions
    FROM wire.articles a
    JOIN wire.mentions m ON m.article_id = a.id AND m.revision = a.revision
    WHERE a.id = ANY(CAST(:ids AS uuid[])) GROUP BY m.article_id, m.entity_id
    """
)
# The view looks for a usable story of each entity: each is asked for once, not with every story.
_NAMES: Final = sa.text(
    """
    SELECT e.id, e.label, e.name, e.country, e.lat, e.lon, e.geoname_id
    FROM wire.entities e WHERE e.id = ANY(CAST(:ids AS uuid[]))
    """
)


class UnknownEntityError(WireError):
    """No entity, or more than one, has the name that was given."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles; what is left empty does not matter.

    Times are of publication, or of first sight where that is not known; `countries` are those of
    the dateline, `focus_countries` those a story is about.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    agencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    focus_countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()  # ids or names; a story names one of them


class Selection:
    """The articles that filters choose, read over one connection: `columns` and `records`."""

    def __init__(self, connection: sa.Connection, filters: Filters) -> None:
        self._connection = connection
        self._condition, self._parameters = _condition(connection, filters)
        self.columns = _columns(connection)
        self._entities: dict[UUID, Record] = {}

    def records(self) -> Iterator[Record]:
        """Yield the articles in the order in which they were first seen, with their entities."""
        names = ", ".join(f"a.{name}" for name in self.columns)
        read = sa.text(
            f"SELECT {names} FROM wire.articles a"  # noqa: S608 - names of our own view
            " WHERE a.id = ANY(CAST(:ids AS uuid[])) ORDER BY a.first_seen_at, a.id"
        )
        for ids in self._ids():
            records = [dict(row) for row in self._connection.execute(read, {"ids": ids}).mappings()]
            named = self._named(ids)
            for record in records:
                yield record | {"entities": named.get(record["id"], [])}

    def _named(self, ids: Sequence[UUID]) -> dict[UUID, list[Record]]:
        """Return the entities of each article, the most named first."""
        mentions = self._connection.execute(_MENTIONS, {"ids": ids}).all()
        self._learn({row.entity_id for row in mentions})
        named: defaultdict[UUID, list[Record]] = defaultdict(list)
        for row in mentions:
            if (entity := self._entities.get(row.entity_id)) is not None:
                named[row.article_id].append(entity | {"mentions": row.mentions})
        for entities in named.values():
            entities.sort(key=lambda entity: (-entity["mentions"], entity["name"], entity["id"]))
        return named

    def _learn(self, ids: set[UUID]) -> None:
        """Have the names of these entities at hand, and of no more than there is room for."""
        new = [key for key in ids if key not in self._entities]
        if len(self._entities) + len(new) > _AT_HAND:
            self._entities.clear()
            new = list(ids)
        for row in self._connection.execute(_NAMES, {"ids": new}).mappings():
            self._entities[row["id"]] = dict(row) | {"id": str(row["id"])}

    def _ids(self) -> Iterator[list[UUID]]:
        query = sa.text(
            f"SELECT a.id FROM wire.articles a WHERE {self._condition}"  # noqa: S608 - ours
            " ORDER BY a.first_seen_at, a.id"
        )
        streaming = {"yield_per": _BATCH}
        result = self._connection.execute(query, self._parameters, execution_options=streaming)
        for rows in result.partitions(_BATCH):
            yield [row.id for row in rows]


@contextmanager
def select(engine: sa.Engine, filters: Filters) -> Iterator[Selection]:
    """Open a selection; its records are read while the context lasts.

    Raises:
        UnknownEntityError: a name of the filters means no entity, or several.
        Wait: the database is away.
    """
    with away_is_wait(), engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_STATEMENT_TIMEOUT_S * 1000}")
        # whoever takes the records may take his time over each
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL ROLE {READER}")
        yield Selection(connection, filters)


def _columns(connection: sa.Connection) -> dict[str, str]:
    """Return the columns of the view and their types: a later release's new ones too."""
    query = sa.text(
        "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE a.attrelid = CAST('wire.articles' AS regclass) AND a.attnum > 0 ORDER BY a.attnum"
    )
    found = {row.attname: row.typname for row in connection.execute(query)}
    return {name: type_ for name, type_ in found.items() if name not in _LEFT_OUT}


def _condition(connection: sa.Connection, filters: Filters) -> tuple[str, dict[str, Any]]:
    """Return what `filters` ask for as SQL over `wire.articles a`, with its parameters."""
    parts = ["true"]
    parameters: dict[str, Any] = {}
    for name, sign in (("since", ">="), ("until", "<")):
        if (moment := getattr(filters, name)) is not None:
            parts.append(
                f"(a.published_at {sign} :{name}"
                f" OR a.published_at IS NULL AND a.first_seen_at {sign} :{name})"
            )
            parameters[name] = moment
    for name, column in _LISTED.items():
        if values := getattr(filters, name):
            parts.append(f"a.{column} = ANY(CAST(:{name} AS text[]))")
            parameters[name] = list(values)
    if filters.entities:
        parts.append(
            "a.id IN (SELECT m.article_id FROM wire.mentions m"
            " WHERE m.entity_id = ANY(CAST(:entities AS uuid[])))"
        )
        parameters["entities"] = [_entity(connection, name) for name in filters.entities]
    return " AND ".join(parts), parameters


def _entity(connection: sa.Connection, name: str) -> UUID:
    """Return the entity that an id or a name means; one that was merged is the one it is now."""
    given = _uuid(name)
    condition = "e.name = :name OR e.aliases @> ARRAY[:name]" if given is None else "e.id = :name"
    query = sa.text(
        "SELECT DISTINCT coalesce(e.merged_into, e.id) AS id FROM wire.entities e"  # noqa: S608
        f" WHERE {condition} ORDER BY id"
    )
    found = connection.scalars(query, {"name": given or name}).all()
    if not found:
        raise UnknownEntityError(f"no entity is {name}")
    if len(found) > 1:
        listed = ", ".join(map(str, found[:_SHOWN]))
        raise UnknownEntityError(f"{len(found)} entities are called {name}; give an id: {listed}")
    chosen: UUID = found[0]
    return chosen


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
