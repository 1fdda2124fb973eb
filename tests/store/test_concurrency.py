"""Many writers at once, and readers between them: nothing doubled, nothing missed, no deadlock."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from store.locks import Lock, lock_transaction
from store.rows import TaggedStory
from store.writer import Writer
from tests.store.stories import entity, mention, rows, tagged
from wire.errors import Wait


def names(number: int) -> list[str]:
    """Return people whom many stories name, in an order of the writer's own."""
    return [f"Person {(number * 7 + step * 11) % 20}" for step in range(10)]


def batch(writer: int, number: int) -> list[TaggedStory]:
    stories = []
    for story in range(5):
        people = names(writer + number + story)
        mentions = tuple(mention(name, 20 * i) for i, name in enumerate(dict.fromkeys(people)))
        drafts = tuple(entity(name, aliases=(f"{name} of {writer}",)) for name in people)
        shared = f"shared {number} {story}"
        own = f"own {writer} {number} {story}"
        stories += [
            tagged(
                shared, text=f"text {writer}", minutes=writer, mentions=mentions, entities=drafts
            ),
            tagged(own, mentions=mentions, entities=drafts),
        ]
    return stories


def test_eight_writers_and_a_reader_that_misses_nothing(engine: sa.Engine) -> None:
    writers, batches = 8, 5
    finished = threading.Event()
    read: list[int] = []

    def follow() -> None:
        while True:
            last_look = finished.is_set()
            after = read[-1] if read else 0
            found = rows(
                engine, "SELECT seq FROM wire.changes WHERE seq > :n ORDER BY seq", n=after
            )
            read.extend(row["seq"] for row in found)
            if last_look and not found:
                return

    def write(number: int) -> None:
        writer = Writer(engine)
        for step in range(batches):
            writer.write(batch(number, step))

    reader = threading.Thread(target=follow)
    reader.start()
    try:
        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(write, range(writers)))
    finally:
        finished.set()
        reader.join()
    total = rows(engine, "SELECT count(*) AS n FROM wire.changes")[0]["n"]
    assert read == list(range(1, total + 1))
    articles = rows(
        engine, "SELECT headline, revision FROM wire.articles WHERE url LIKE '%shared%'"
    )
    assert len(articles) == batches * 5
    assert {row["headline"] for row in articles} == {f"Headline text {writers - 1}"}
    versions = rows(
        engine,
        "SELECT count(*) AS n FROM wire.article_versions JOIN wire.articles ON id = article_id"
        " WHERE url LIKE '%shared%' GROUP BY article_id",
    )
    assert {row["n"] for row in versions} == {writers}
    assert len(rows(engine, "SELECT id FROM wire.entities")) == 20


def test_a_transaction_that_is_cut_leaves_nothing(engine: sa.Engine) -> None:
    def kill(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    writer = Writer(engine)
    sa.event.listen(engine, "commit", kill, once=True)
    with pytest.raises(Wait, match="the database is away"):
        writer.write([tagged("one"), tagged("two")])
    assert rows(engine, "SELECT * FROM wire.changes") == []
    told = writer.write([tagged("one"), tagged("two")])
    assert [outcome.seq for outcome in told] == [1, 2]


def test_the_lock_is_taken_before_anything_is_read(engine: sa.Engine) -> None:
    told: list[str] = []
    sa.event.listen(engine, "begin", lambda _: told.append("begin"))
    sa.event.listen(engine, "before_cursor_execute", lambda *arguments: told.append(arguments[2]))
    Writer(engine).write([tagged()])
    last = len(told) - told[::-1].index("begin")
    before, within = told[:last], told[last:]
    assert "pg_advisory_xact_lock" in within[0]
    assert any("wire_data.articles" in statement for statement in within)
    # what is made before the lock asks nothing of other stories
    assert not any("articles" in statement for statement in before)


def test_a_writer_sees_what_was_committed_while_it_waited(engine: sa.Engine) -> None:
    first, waiting = Writer(engine), Writer(engine)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            lock_transaction(connection, Lock.WRITER)
            later = pool.submit(waiting.write, [tagged(text="A")])
            while not rows(engine, "SELECT 1 FROM pg_locks WHERE NOT granted"):
                pass
        (told,) = later.result()
    assert told.outcome == "stored"
    assert [outcome.outcome for outcome in first.write([tagged(text="A")])] == ["duplicate"]
