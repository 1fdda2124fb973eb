import threading

import psycopg
import pytest
import sqlalchemy as sa

from store.engine import away_is_wait, create_engine, from_settings, run, sqlalchemy_url
from store.locks import Lock, lock_transaction
from wire.errors import Fatal, Wait
from wire.settings import DatabaseSettings


def test_the_driver_is_ours_whatever_the_address_says() -> None:
    assert sqlalchemy_url("postgresql://a@b/c").drivername == "postgresql+psycopg"
    assert sqlalchemy_url("postgresql+psycopg2://a@b/c").drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["sqlite:///x", "mysql://a/b"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(Fatal, match="PostgreSQL only"):
        sqlalchemy_url(url)


def test_what_is_no_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(Fatal, match="cannot be read") as caught:
        sqlalchemy_url("my secret")
    assert "secret" not in str(caught.value)


def test_settings_that_name_no_server_say_what_to_set() -> None:
    with pytest.raises(Fatal, match="WIREDESK_DATABASE__URL"):
        from_settings(DatabaseSettings())


def test_a_statement_ends_at_its_timeout_and_its_work_waits(database: str) -> None:
    """Without that a slow server had every story it kept waiting dead-lettered."""
    engine = from_settings(DatabaseSettings(statement_timeout_s=0.05), database)
    try:
        with pytest.raises(Wait, match="statement timeout"):
            run(engine, lambda connection: connection.execute(sa.text("SELECT pg_sleep(5)")))
    finally:
        engine.dispose()


def test_a_transaction_that_falls_silent_is_ended_and_what_it_locked_is_free(
    database: str, engine: sa.Engine
) -> None:
    """A frozen process held the writer's lock, and all others waited for it."""
    frozen = create_engine(database, statement_timeout_s=0.2)
    try:
        with frozen.connect() as connection:
            lock_transaction(connection, Lock.WRITER)
            run(engine, lambda other: lock_transaction(other, Lock.WRITER))
            with pytest.raises(Wait), away_is_wait():
                connection.execute(sa.text("SELECT 1"))
    finally:
        frozen.dispose()


def test_a_server_that_is_away_is_waited_for() -> None:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/x")
    with pytest.raises(Wait, match="the database is away"):
        run(engine, lambda connection: connection.scalar(sa.text("SELECT 1")))


def test_a_connection_cut_in_the_middle_is_waited_for(engine: sa.Engine) -> None:
    def suicide(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Wait, match="the database is away"):
        run(engine, suicide)
    assert run(engine, lambda connection: connection.scalar(sa.text("SELECT 1"))) == 1


def test_connections_made_while_it_was_read_only_are_not_used_once_it_is_not(
    engine: sa.Engine,
) -> None:
    name = engine.url.database
    add = sa.text("INSERT INTO wire_data.counters VALUES ('a', 0)")

    def set_read_only(value: str) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(
                f"ALTER DATABASE {name} SET default_transaction_read_only = {value}"
            )

    set_read_only("on")
    engine.dispose()
    with pytest.raises(Wait, match="read-only transaction"):
        run(engine, lambda connection: connection.execute(add))
    set_read_only("off")
    run(engine, lambda connection: connection.execute(add))


def test_an_error_of_ours_is_no_wait(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.ProgrammingError):
        run(engine, lambda connection: connection.execute(sa.text("SELECT nothing")))


def test_a_deadlock_is_run_again(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO wire_data.counters VALUES ('a', 0), ('b', 0)")
    meet = threading.Barrier(2, timeout=10)

    def bump(first: str, second: str) -> None:
        tries = 0

        def work(connection: sa.Connection) -> None:
            nonlocal tries
            tries += 1
            add = sa.text("UPDATE wire_data.counters SET value = value + 1 WHERE name = :name")
            connection.execute(add, {"name": first})
            if tries == 1:
                meet.wait()
            connection.execute(add, {"name": second})

        run(engine, work)

    threads = [threading.Thread(target=bump, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        values = connection.scalars(sa.text("SELECT value FROM wire_data.counters")).all()
    assert values == [2, 2]


def test_a_transaction_that_always_loses_waits(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.engine.time.sleep", lambda _: None)

    def lose(connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("x", {}, psycopg.errors.DeadlockDetected("deadlock"))

    with pytest.raises(Wait, match="ten times"):
        run(engine, lose)
