"""The change feed under everything that breaks a sequence: pauses, subtransactions, roll-backs.

Writers hold their transactions open for random times, write in savepoints, roll some of them back,
and roll whole transactions back after numbers were given, while a transaction older than all of
them stays open. Two readers poll as fast as they can: in SQL as `wire_reader`, and as
`wiredesk changes --follow` does.
"""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from store import changes
from store.batch import Batch
from store.drafts import draft
from store.engine import run
from store.locks import Lock, lock_transaction
from store.rights import Rights
from store.roles import READER
from tests.store.stories import at, rows, tagged

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("whole")]

WRITERS = 6
TRANSACTIONS = 6


class RolledBackError(Exception):
    """A transaction that ends badly after it was given its numbers."""


def transaction(connection: sa.Connection, writer: int, number: int, rng: random.Random) -> None:
    lock_transaction(connection, Lock.WRITER)
    for part in range(3):
        stories = [tagged(f"{writer} {number} {part} {n}", text=str(n)) for n in range(3)]
        stories.append(tagged(f"shared {number % 4}", text=f"{writer} {number} {part}"))
        drafts = [draft(each, Rights(), at(60)) for each in stories]
        savepoint = connection.begin_nested()
        Batch(connection, at(60), (), {}).write(drafts)
        connection.execute(sa.select(sa.func.pg_sleep(rng.uniform(0, 0.01))))
        if rng.random() < 0.3:
            savepoint.rollback()
        else:
            savepoint.commit()
    if rng.random() < 0.2:
        raise RolledBackError
    connection.execute(sa.select(sa.func.pg_sleep(rng.uniform(0, 0.02))))


def write(engine: sa.Engine, writer: int) -> int:
    rng = random.Random(writer)
    committed = 0
    for number in range(TRANSACTIONS):
        try:
            with engine.begin() as connection:
                transaction(connection, writer, number, rng)
            committed += 1
        except RolledBackError:
            continue
    return committed


@contextmanager
def open_since_before(engine: sa.Engine) -> Iterator[None]:
    """Hold a transaction with a number of its own open, older than all that is written."""
    with engine.connect() as connection:
        begun = connection.begin()
        connection.execute(sa.text("INSERT INTO wire_data.counters VALUES ('elsewhere', 1)"))
        yield
        begun.rollback()


def poll(engine: sa.Engine, finished: threading.Event) -> list[int]:
    """Ask `seq > n` without a pause until all is written and there is no more."""
    read: list[int] = []
    query = sa.text("SELECT seq FROM wire.changes WHERE seq > :n ORDER BY seq")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET ROLE {READER}")
        while True:
            over = finished.is_set()
            found = connection.scalars(query, {"n": read[-1] if read else 0}).all()
            read += found
            if over and not found:
                connection.exec_driver_sql("RESET ROLE")
                return read


def follow(engine: sa.Engine, finished: threading.Event) -> list[int]:
    """Read as the command line does, its pauses left out."""
    read: list[int] = []
    last = quiet = 0

    def over() -> bool:
        # two empty looks after the end: the first may have begun before it
        nonlocal quiet
        quiet = quiet + 1 if finished.is_set() else 0
        return quiet > 2 and changes.last(engine) == last

    for change in changes.follow(engine, 0, stop=over, sleep=lambda _: None):
        last = change.seq
        read.append(last)
    return read


def test_readers_that_poll_without_pause_miss_nothing_and_see_nothing_twice(
    engine: sa.Engine,
) -> None:
    finished = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool, open_since_before(engine):
        readers = [pool.submit(reader, engine, finished) for reader in (poll, follow)]
        writers = [pool.submit(write, engine, number) for number in range(WRITERS)]
        committed = [writer.result() for writer in writers]
        finished.set()
        seen = [reader.result() for reader in readers]
    stored = [row["seq"] for row in rows(engine, "SELECT seq FROM wire.changes ORDER BY seq")]
    assert stored == list(range(1, len(stored) + 1))
    assert len(stored) > sum(committed) * 3
    assert sum(committed) < WRITERS * TRANSACTIONS, "none was rolled back: that proves little"
    assert seen == [stored, stored]


def test_a_number_that_was_rolled_back_is_given_again(engine: sa.Engine) -> None:
    drafts = [draft(tagged("one"), Rights(), at(60))]

    def work(connection: sa.Connection) -> int | None:
        lock_transaction(connection, Lock.WRITER)
        savepoint = connection.begin_nested()
        Batch(connection, at(60), (), {}).write(drafts)
        savepoint.rollback()
        (outcome,) = Batch(connection, at(60), (), {}).write(drafts)
        return outcome.seq

    assert run(engine, work) == 1
