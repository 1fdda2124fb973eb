"""Rows into PostgreSQL by COPY, the fastest way there is; used where no row can be there yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import Connection, sql
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.exc import DBAPIError

from store.arrays import literal


def copy_in(
    connection: sa.Connection, table: sa.FromClause, rows: Iterable[Mapping[str, Any]]
) -> int:
    """Copy `rows` into `table` and return how many; each must have the keys of the first."""
    listed = list(rows)
    if not listed:
        return 0
    assert isinstance(table, sa.Table)
    names = list(listed[0])
    # what psycopg would have to look at value by value, and we know by its column
    special = [
        (at, literal if isinstance(table.c[name].type, pg.ARRAY) else _document)
        for at, name in enumerate(names)
        if isinstance(table.c[name].type, pg.ARRAY | pg.JSONB)
    ]
    values = itemgetter(*names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.schema or "public", table.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    link = driver(connection)
    try:
        with link.cursor() as cursor, cursor.copy(statement) as copy:
            for row in listed:
                copy.write_row(_adapted(values(row), special))
    except psycopg.Error as error:
        # COPY goes past SQLAlchemy; its errors must look like all others
        raise DBAPIError.instance(
            f"COPY {table.name}",
            None,
            error,
            psycopg.Error,
            connection_invalidated=link.closed,
            dialect=connection.dialect,
        ) from error
    return len(listed)


def driver(connection: sa.Connection) -> Connection[Any]:
    """Return psycopg's connection under SQLAlchemy's."""
    found = connection.connection.driver_connection
    assert isinstance(found, Connection)
    return found


def _adapted(
    values: tuple[Any, ...], special: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Sequence[Any]:
    if not special:
        return values
    adapted = list(values)
    for at, adapt in special:
        if adapted[at] is not None:
            adapted[at] = adapt(adapted[at])
    return adapted


def _document(value: Any) -> Jsonb:
    return Jsonb(value)
