"""A migration only adds: what a stage of an earlier release writes, this release's schema takes."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.store.stories import rows

ROWS = sorted((Path(__file__).parent / "releases").glob("*.sql"))


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_what_an_earlier_release_writes_is_taken(engine: sa.Engine, path: Path) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(path.read_text(encoding="utf-8"))
    found = rows(engine, "SELECT revision FROM wire.articles ORDER BY id")
    assert [row["revision"] for row in found] == [2, 1]
