"""What stands in the database: views, functions, tables, as PostgreSQL's own catalogs have it.

docs/schema.md is made of this. Reads only; runs in whatever thread calls it.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from store.engine import run
from store.schema import DATA, VIEWS


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view or table; `comment` says what it means, where there is one."""

    name: str
    type: str
    nullable: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A view or table with its columns, its indexes and the tables that it refers to."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    indexes: tuple[str, ...] = ()
    refers_to: tuple[tuple[str, str], ...] = ()  # column, table


@dataclass(frozen=True, slots=True)
class Catalog:
    """The schema as it stands."""

    views: tuple[Relation, ...]
    functions: tuple[str, ...]  # with arguments and result
    tables: tuple[Relation, ...]


_COLUMNS = sa.text(
    """
    SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '') AS about, a.attname,
      format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
      coalesce(col_description(c.oid, a.attnum), '') AS comment
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = CAST(CAST(:schema AS text) AS regnamespace)
      AND c.relkind IN ('v', 'r') AND a.attnum > 0 AND NOT a.attisdropped
      AND c.relname <> 'alembic_version'
    ORDER BY c.relname, a.attnum
    """
)
_INDEXES = sa.text(
    """
    SELECT c.relname, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = CAST(CAST(:schema AS text) AS regnamespace)
    ORDER BY c.relname, NOT i.indisprimary, i.indexrelid::regclass::text
    """
)
_REFERENCES = sa.text(
    """
    SELECT c.relname, a.attname, f.relname AS refers_to
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND c.relnamespace = CAST(CAST(:schema AS text) AS regnamespace)
    ORDER BY c.relname, a.attname
    """
)
_FUNCTIONS = sa.text(
    """
    SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') → '
      || pg_get_function_result(p.oid)
    FROM pg_proc p WHERE p.pronamespace = CAST(CAST(:schema AS text) AS regnamespace)
    ORDER BY p.proname
    """
)


def read(engine: sa.Engine) -> Catalog:
    """Read the catalogs."""
    return run(engine, _read)


def _read(connection: sa.Connection) -> Catalog:
    functions = connection.scalars(_FUNCTIONS, {"schema": VIEWS}).all()
    return Catalog(_relations(connection, VIEWS), tuple(functions), _relations(connection, DATA))


def _relations(connection: sa.Connection, schema: str) -> tuple[Relation, ...]:
    given = {"schema": schema}
    columns: dict[str, list[Column]] = {}
    about: dict[str, str] = {}
    for row in connection.execute(_COLUMNS, given):
        about[row.relname] = row.about
        column = Column(row.attname, row.type, row.nullable, row.comment)
        columns.setdefault(row.relname, []).append(column)
    indexes: dict[str, list[str]] = {}
    for row in connection.execute(_INDEXES, given):
        indexes.setdefault(row.relname, []).append(row.definition)
    references: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(_REFERENCES, given):
        references.setdefault(row.relname, []).append((row.attname, row.refers_to))
    return tuple(
        Relation(
            name,
            about[name],
            tuple(listed),
            tuple(indexes.get(name, ())),
            tuple(references.get(name, ())),
        )
        for name, listed in columns.items()
    )
