"""A database of each earlier schema, with rows in it, becomes this release's and works on.

`releases/NNNN.sql` holds rows as the schema of that number has them; a release that changes the
schema adds its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from store import migrate, timed
from store.engine import create_engine
from store.schema import DATA, VIEWS
from store.writer import Writer
from tests.store.stories import at, rows, tagged

ROWS = sorted((Path(__file__).parent / "releases").glob("*.sql"))


@pytest.fixture(params=ROWS, ids=lambda path: path.stem)
def upgraded(request: pytest.FixtureRequest, empty_database: str) -> Iterator[sa.Engine]:
    """A database of that schema, filled, brought to this release's."""
    path: Path = request.param
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        for schema in (DATA, VIEWS):
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, path.stem)
        connection.exec_driver_sql(path.read_text(encoding="utf-8"))
    assert migrate.current(engine) == path.stem
    migrate.upgrade(empty_database)
    yield engine
    engine.dispose()


def test_its_rows_are_in_the_views(upgraded: sa.Engine) -> None:
    assert migrate.current(upgraded) == migrate.head()
    found = rows(upgraded, "SELECT revision, body, dateline_country FROM wire.articles ORDER BY id")
    assert found == [
        {"revision": 2, "body": "Two bridges opened on day 2.", "dateline_country": "RS"},
        {"revision": 1, "body": "Two bridges opened on day 1.", "dateline_country": "RS"},
    ]
    for view, count in (("article_versions", 3), ("mentions", 2), ("entities", 1), ("changes", 3)):
        assert rows(upgraded, f"SELECT count(*) AS n FROM wire.{view}") == [{"n": count}]


def test_its_texts_are_found_by_their_words(upgraded: sa.Engine) -> None:
    found = "SELECT count(*) AS n FROM wire.articles WHERE tsv @@ to_tsquery('english', 'bridge')"
    assert rows(upgraded, found) == [{"n": 2}]


def test_its_feed_goes_on_and_its_retention_too(upgraded: sa.Engine) -> None:
    (outcome,) = Writer(upgraded).write([tagged("new")])
    assert outcome.seq == 4
    assert timed.retain(upgraded, at(31 * 1440)) == 1
    assert len(rows(upgraded, "SELECT id FROM wire.articles")) == 2


def test_every_earlier_schema_has_rows_to_upgrade() -> None:
    heads = {script.revision for script in migrate.scripts()}
    assert {path.stem for path in ROWS} <= heads
    assert "0001" in {path.stem for path in ROWS}
