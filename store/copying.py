"""Rows into PostgreSQL by COPY, the fastest way there is; used where no row can be there yet."""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import Connection, sql
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.exc import DBAPIError


def copy_in(
    connection: sa.Connection, table: sa.FromClause, rows: Iterable[Mapping[str, Any]]
) -> int:
    """Copy `rows` into `table` and return how many; each must have the keys of the first."""
    listed = list(rows)
    if not listed:
        return 0
    assert isinstance(table, sa.Table)
    names = list(listed[0])
    documents = {n for n in names if isinstance(table.c[n].type, pg.JSONB)}
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.schema or "public", table.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    link = driver(connection)
    try:
        with link.cursor() as cursor, cursor.copy(statement) as copy:
            for row in listed:
                copy.write_row([_value(row[name], name in documents) for name in names])
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


def _value(value: Any, document: bool) -> Any:
    return Jsonb(value) if document and value is not None else value
