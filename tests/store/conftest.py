"""What store's tests share: an engine on a database of the test's own."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from store.engine import create_engine


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:
    engine = create_engine(database, pool_size=8)
    yield engine
    engine.dispose()
