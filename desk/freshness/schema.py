"""docs/schema.md, made from a real database: an embedded PostgreSQL is started and migrated for it.

The page has what jobs rely on, the views, column by column; then, for who works on the store, the
tables with their indexes and a diagram of how they hang together.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from desk.freshness.generated import NOTE, cell
from desk.local import Local
from store import catalog, migrate
from store.catalog import Catalog, Relation
from store.engine import create_engine

SCHEMA: Final = Path("docs/schema.md")

# How the views hang together; PostgreSQL knows no keys of views.
_JOINS: Final = (
    ("articles", "article_versions", "id = article_id"),
    ("articles", "mentions", "id = article_id, revision = revision"),
    ("entities", "mentions", "id = entity_id"),
    ("articles", "changes", "id = article_id"),
    ("clusters", "articles", "id = cluster_id"),
    ("articles", "withdrawals", "id = article_id"),
)

_INTRODUCTION: Final = """\
As of revision {revision}. Two schemas: `wire` holds the views, which are the contract with those
downstream: a column may be added, and nothing else changes without a new major version. `wire_data`
holds the tables, which may change with every release; nobody but the services has rights on them.

Times are `timestamptz`. What is killed, withheld or removed is in no view. Ten questions with their
SQL: [queries.md](queries.md)."""


@cache
def files() -> dict[Path, str]:
    """Return docs/schema.md as a database of this release has it: one start for all who ask."""
    with TemporaryDirectory() as folder:
        servers = Local(Path(folder))
        try:
            url = servers.start(kafka=False).database_url
            migrate.upgrade(url)
            engine = create_engine(url)
            try:
                return {SCHEMA: page(catalog.read(engine), migrate.head())}
            finally:
                engine.dispose()
        finally:
            servers.stop()


def page(found: Catalog, revision: str) -> str:
    """Return the page for what was found in a database of this revision."""
    return "\n".join([*_views(found, revision), *_tables(found), ""])


def _views(found: Catalog, revision: str) -> Iterator[str]:
    yield from (NOTE, "# The schema", "", _INTRODUCTION.format(revision=revision))
    yield from ("", "## Views", "", "```mermaid", "erDiagram")
    for one, many, by in _JOINS:
        yield f'  {one} ||--o{{ {many} : "{by}"'
    yield "```"
    for view in found.views:
        yield from ("", f"### wire.{view.name}", "", view.comment, "")
        yield from ("| column | type | what |", "| --- | --- | --- |")
        for column in view.columns:
            yield f"| {column.name} | {column.type} | {cell(column.comment)} |"
    yield from ("", "### Functions", "")
    for function in found.functions:
        yield f"- `wire.{function}`"


def _tables(found: Catalog) -> Iterator[str]:
    yield from ("", "## Tables", "", "Arrows lead from a row to the row that it goes with.", "")
    yield from ("```mermaid", "erDiagram")
    for table in found.tables:
        for column, other in table.refers_to:
            yield f'  {other} ||--o{{ {table.name} : "{column}"'
    yield "```"
    for table in found.tables:
        yield from ("", f"### wire_data.{table.name}", "")
        yield ", ".join(
            f"{column.name} {column.type}{'' if column.nullable else ' not null'}"
            for column in table.columns
        )
        yield ""
        yield from _indexes(table)


def _indexes(table: Relation) -> Iterator[str]:
    for definition in table.indexes:
        yield f"- {_short(definition)}"


def _short(definition: str) -> str:
    """Return an index in short: `unique (id)`, `gin (tsv)`, `btree (host, nr)`."""
    found = re.fullmatch(r"CREATE (UNIQUE )?INDEX \S+ ON \S+ USING (\w+) (.*)", definition)
    assert found is not None
    kind = "unique" if found[1] else found[2]
    return f"{kind} {found[3]}"
