"""One SQL statement by hand, as the role that jobs have: it reads the views and nothing else."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from store.copying import driver
from store.engine import away_is_wait
from store.roles import READER
from wire.errors import WireError

# A question by hand may take its time, but not for ever.
_SQL_TIMEOUT_S: Final = 60.0
# A table for eyes: more rows are an export.
_SQL_ROWS: Final = 10_000


class BadQueryError(WireError):
    """PostgreSQL refused a statement given by hand; says why, in its own words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows of a statement; `more` where rows were left out."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool = False


def sql(
    engine: sa.Engine,
    statement: str,
    *,
    timeout_s: float = _SQL_TIMEOUT_S,
    limit: int = _SQL_ROWS,
) -> Answer:
    """Run one statement as `wire_reader`, read-only, and return at most `limit` rows.

    Raises:
        BadQueryError: PostgreSQL refuses the statement, or it takes too long.
        Wait: the database is away.
    """
    with away_is_wait(), engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(timeout_s * 1000)}")
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL ROLE {READER}")
        try:
            # a prepared statement is one statement: what is behind a semicolon is refused
            cursor = driver(connection).cursor()
            cursor.execute(statement.encode(), prepare=True)
            if cursor.description is None:
                return Answer((), [])
            rows = cursor.fetchmany(limit + 1)
            columns = tuple(column.name for column in cursor.description)
        except psycopg.Error as error:
            if driver(connection).closed:
                raise
            raise BadQueryError(str(error).strip()) from error
    return Answer(columns, rows[:limit], more=len(rows) > limit)
