import datetime as dt

import pytest
import sqlalchemy as sa

from store import dead, reader
from store.query import BadQueryError, sql
from store.tracing import trace
from store.writer import Writer
from tests.store.stories import at, entity, mention, story_id, tagged
from tests.store.test_dead import letter

KILL = {"kind": "kill", "pub_status": "canceled"}


def test_the_newest_come_first_with_whom_they_name_most(engine: sa.Engine, writer: Writer) -> None:
    mentions = (mention("Ana Kos", 0), mention("Bo Li", 30), mention("Bo Li", 60))
    named = (entity("Ana Kos"), entity("Bo Li"))
    writer.write([tagged("one", published_at=at(0))])
    writer.write([tagged("two", published_at=at(5), mentions=mentions, entities=named)])
    first, second = reader.newest(engine)
    assert (first.id, second.id) == (story_id("two"), story_id("one"))
    assert first.entities == ("Bo Li", "Ana Kos")
    assert (first.dateline_place, first.dateline_country) == ("BELGRADE", "RS")
    assert len(reader.newest(engine, 1)) == 1


def test_a_killed_story_is_listed_without_a_word(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(), tagged(text="KILL", minutes=1, signals=KILL)])
    (row,) = reader.newest(engine)
    assert (row.pub_status, row.headline, row.entities) == ("canceled", None, ())


def test_status_counts_what_there_is(engine: sa.Engine, writer: Writer) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld"}
    writer.write(
        [
            tagged("one"),
            tagged("one", text="B", minutes=1),
            tagged("two", signals=embargo),
            tagged("three", signals=embargo | {"embargoed_until": at(999)}),
        ]
    )
    status = reader.status(engine)
    assert (status.articles, status.versions, status.entities) == (3, 4, 1)
    assert status.articles_by_status == {"usable": 1, "withheld": 2}
    assert status.size_bytes > 0
    assert reader.count(engine) == 3


@pytest.mark.parametrize("name", ["https://wire.example/one", str(story_id("one"))])
def test_a_story_is_traced_by_any_name(engine: sa.Engine, writer: Writer, name: str) -> None:
    writer.write([tagged("one"), tagged("one", text="B", minutes=1)])
    dead.record(engine, [letter()])
    told = trace(engine, name)
    assert told is not None
    assert told.story_id == story_id("one")
    assert told.names == ("url:https://wire.example/one",)
    assert told.article is not None
    assert told.article["headline"] == "Headline B"
    assert [version["revision"] for version in told.versions] == [1, 2]
    assert [sighting["observed_at"] for sighting in told.sightings] == [at(0), at(1)]
    assert [change.kind for change in told.changes] == ["published", "updated"]
    assert [row["reason"] for row in told.dead_letters] == ["not-html"]


def test_a_killed_story_is_traced_without_its_text(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(), tagged(text="KILL", minutes=1, signals=KILL)])
    told = trace(engine, str(story_id("one")))
    assert told is not None
    assert told.article is not None
    assert told.article["headline"] is None
    assert {version["headline"] for version in told.versions} == {None}
    assert [row["kind"] for row in told.withdrawals] == ["kill"]


def test_what_nobody_knows_has_no_trace(engine: sa.Engine) -> None:
    assert trace(engine, "https://nowhere.example/") is None
    assert trace(engine, str(story_id("nothing"))) is None


def test_sql_answers_with_columns_and_rows(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one"), tagged("two")])
    answer = sql(engine, "SELECT agency, count(*) AS n FROM wire.articles GROUP BY agency")
    assert (answer.columns, answer.rows, answer.more) == (("agency", "n"), [("tass", 2)], False)
    percent = sql(engine, "SELECT 1 WHERE 'a%' LIKE '%%'")
    assert percent.rows == [(1,)]


def test_sql_says_when_there_is_more(engine: sa.Engine) -> None:
    answer = sql(engine, "SELECT generate_series(1, 10)", limit=3)
    assert (answer.rows, answer.more) == ([(1,), (2,), (3,)], True)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT * FROM wire_data.articles", "permission denied"),
        ("DELETE FROM wire.feeds", "permission denied|read-only"),
        ("CREATE TABLE mine (id int)", "permission denied|read-only"),
        ("SELECT 1; SELECT 2", "cannot insert multiple commands"),
        ("SELECT nothing", 'column "nothing" does not exist'),
        ("", "empty|syntax"),
    ],
)
def test_sql_does_nothing_but_read_the_views(engine: sa.Engine, statement: str, why: str) -> None:
    if statement:
        with pytest.raises(BadQueryError, match=why):
            sql(engine, statement)
    else:
        assert sql(engine, statement).columns == ()


def test_sql_ends_at_its_timeout(engine: sa.Engine) -> None:
    with pytest.raises(BadQueryError, match="statement timeout"):
        sql(engine, "SELECT pg_sleep(9)", timeout_s=0.05)


def test_sql_leaves_the_connection_as_it_was(engine: sa.Engine) -> None:
    sql(engine, "SELECT 1")
    with engine.connect() as connection:
        role = connection.scalar(sa.text("SELECT current_user"))
        assert role != "wire_reader"
    assert isinstance(sql(engine, "SELECT now()").rows[0][0], dt.datetime)
