import uuid
from itertools import islice

import pytest
import sqlalchemy as sa

from store import changes
from store.engine import run
from store.schema import Merged
from store.writer import Writer
from tests.store.stories import at, story_id, tagged
from wire.messages import Article

pytestmark = pytest.mark.usefixtures("whole")


def messages(engine: sa.Engine, after: int = 0) -> dict[int, Article | None]:
    return run(
        engine, lambda connection: changes.articles(connection, changes.read(connection, after, 99))
    )


def test_a_reader_keeps_one_number(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one"), tagged("two")])
    first = changes.since(engine, 0, limit=1)
    rest = changes.since(engine, first[-1].seq)
    assert [(c.seq, c.article_id, c.kind) for c in first + rest] == [
        (1, story_id("one"), "published"),
        (2, story_id("two"), "published"),
    ]
    assert changes.since(engine, 2) == []
    assert changes.last(engine) == 2


def test_a_follower_hears_what_comes_later(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one")])

    def sleep(_: float) -> None:
        writer.write([tagged("two")])

    heard = list(islice(changes.follow(engine, 0, sleep=sleep), 2))
    assert [change.seq for change in heard] == [1, 2]


def test_an_article_is_told_as_it_stands(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one", text="A"), tagged("one", text="B", minutes=1)])
    told = messages(engine)
    assert list(told) == [2]
    article = told[2]
    assert article is not None
    assert (article.headline, article.revision, article.change) == ("Headline B", 2, "updated")
    assert article.content_sha256 == tagged("one", text="B").story.content_sha256
    assert article.dateline == tagged().story.dateline
    assert [(e.name, e.label, e.mentions) for e in article.entities] == [("Ana Kos", "PER", 1)]
    assert Article.model_validate_json(article.to_json()) == article


def test_a_killed_article_is_told_without_a_word(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="secret")])
    kill = {"kind": "kill", "pub_status": "canceled", "ed_note": "secret"}
    writer.write([tagged(text="secret kill", minutes=5, signals=kill)])
    article = messages(engine)[2]
    assert article is not None
    assert (article.pub_status, article.change) == ("canceled", "killed")
    assert b"secret" not in article.to_json()
    assert article.entities == ()


def test_a_withheld_article_is_told_without_a_word(engine: sa.Engine, writer: Writer) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(999)}
    writer.write([tagged(text="secret", signals=embargo)])
    article = messages(engine)[1]
    assert article is not None
    assert article.embargoed_until == at(999)
    assert b"secret" not in article.to_json()


def test_a_story_that_is_no_more_is_a_tombstone(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one")])
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM wire_data.articles")
    assert messages(engine) == {1: None}


def test_relayed_says_whether_all_is_published(engine: sa.Engine, writer: Writer) -> None:
    assert changes.relayed(engine)
    writer.write([tagged("one")])
    assert not changes.relayed(engine)


def test_merged_ids_are_followed_to_the_end(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        row = {"id": uuid.uuid4(), "into_id": story_id("one"), "at": at(0)}
        connection.execute(sa.insert(Merged), row)
    Writer(engine).write([tagged("one")])
    assert [change.article_id for change in changes.since(engine, 0)] == [story_id("one")]
