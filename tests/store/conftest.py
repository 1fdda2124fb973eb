"""What store's tests share: an engine on a database of the test's own."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from store.engine import create_engine
from store.writer import Writer
from tests.store.stories import Clock, rows


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:
    engine = create_engine(database, pool_size=8)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def writer(engine: sa.Engine, clock: Clock) -> Writer:
    return Writer(engine, clock)


@pytest.fixture
def whole(engine: sa.Engine) -> Iterator[None]:
    """After every test: no gap in the feed of changes, no text without a sighting."""
    yield
    seqs = [row["seq"] for row in rows(engine, "SELECT seq FROM wire.changes ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    orphans = """
        SELECT v.article_nr FROM wire_data.article_versions v WHERE NOT EXISTS (
          SELECT FROM wire_data.sightings s
          WHERE s.article_nr = v.article_nr AND s.revision = v.revision)
        UNION ALL SELECT a.nr FROM wire_data.articles a WHERE NOT EXISTS (
          SELECT FROM wire_data.article_versions v
          WHERE v.article_nr = a.nr AND v.revision = a.revision)
    """
    assert rows(engine, orphans) == []
