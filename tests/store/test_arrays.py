"""Values handed over as one array are those that were meant, whatever is in them."""

import datetime as dt
from typing import Any, Final

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql as pg

from store.arrays import any_of, literal
from store.schema import Alias

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
SINCE = dt.datetime(1900, 1, 1)  # noqa: DTZ001 – the strategy adds the zone
VALUES: Final[dict[str, tuple[Any, st.SearchStrategy[Any]]]] = {
    "text": (sa.Text, TEXTS),
    "number": (sa.BigInteger, st.integers(-(2**63), 2**63 - 1)),
    "uuid": (sa.Uuid, st.uuids()),
    "bytes": (pg.BYTEA, st.binary()),
    "time": (sa.TIMESTAMP(timezone=True), st.datetimes(SINCE, timezones=st.just(dt.UTC))),
}


def read_back(engine: sa.Engine, type_: Any, values: list[Any]) -> Any:
    written = sa.bindparam(None, literal(values), type_=sa.types.NullType())
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.cast(written, pg.ARRAY(type_))))


@pytest.mark.parametrize("kind", VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_an_array_is_read_back_as_it_was(engine: sa.Engine, kind: str, data: st.DataObject) -> None:
    type_, each = VALUES[kind]
    values = data.draw(st.lists(each, max_size=6))
    assert read_back(engine, type_, values) == values


@pytest.mark.parametrize("word", ["NULL", "null", "", "{}", 'a","b', "back\\slash", "ä, ö\n"])
def test_no_text_is_taken_for_the_arrays_own_signs(engine: sa.Engine, word: str) -> None:
    assert read_back(engine, sa.Text, [word, word]) == [word, word]


def test_nothing_is_among_none(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO wire_data.aliases SELECT gen_random_uuid(), 'a',"
                " gen_random_uuid(), now()"
            )
        )
        found = connection.scalars(sa.select(Alias.name).where(any_of(Alias.digest, [], sa.Uuid)))
        assert list(found) == []
