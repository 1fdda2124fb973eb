"""PostgreSQL restarted, killed, full, read-only, slow, at odds: nothing dies for it."""

import contextlib
import signal
import time
from collections.abc import Iterator

import psycopg
import pytest

from store.locks import NAMESPACE, Lock
from tests.faults.rig import PATIENCE_S, Rig
from tests.pipeline.harness import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(rig: Rig) -> Iterator[psycopg.Connection]:
    """A connection of the administrator's, outside of transactions."""
    with psycopg.connect(rig.cluster.database_url, autocommit=True) as connection:
        yield connection


def send_away(admin: psycopg.Connection) -> None:
    """End all other connections, as a restart would."""
    admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where backend_type = 'client backend' and pid <> pg_backend_pid()"
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["restarted", "killed"])
def test_a_database_that_goes_and_comes_back_is_waited_for(how: signal.Signals, rig: Rig) -> None:
    with rig.load():
        rig.wait_for_rows(6)
        rig.cluster.restart_database(how)
        rig.wait_for_rows(12)


def test_a_database_away_for_a_while_is_said_and_waited_for(rig: Rig) -> None:
    process = rig.cluster.postmaster()
    with rig.load(), rig.said("enrich", "event=resumed"):
        with (
            rig.said("enrich", "event=waiting", "the database is away"),
            rig.said("poll", "event=waiting", "the database is away"),
            rig.said("keeper", "event=waiting", "the database is away"),
            rig.held_back("enrich", "extract"),
        ):
            process.send_signal(signal.SIGINT)
        rig.cluster.start()


def test_no_connection_to_be_had_is_waited_for(rig: Rig, admin: psycopg.Connection) -> None:
    with (
        rig.load(),
        contextlib.ExitStack() as taken,
        rig.said("enrich", "event=waiting", "too many clients"),
        rig.held_back("enrich", "extract"),
    ):
        pids = take_all(rig, taken)
        # those who hold one lose it, and whoever comes for another finds none
        send_away_but(admin, pids)
        take_all(rig, taken)


def take_all(rig: Rig, taken: contextlib.ExitStack) -> set[int]:
    """Take connections until there are no more; return their sessions."""
    pids = set()
    with contextlib.suppress(psycopg.OperationalError):
        while True:
            one = psycopg.connect(rig.cluster.database_url, autocommit=True)
            pids.add(taken.enter_context(one).info.backend_pid)
    return pids


def send_away_but(admin: psycopg.Connection, kept: set[int]) -> None:
    admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where backend_type = 'client backend' and pid <> pg_backend_pid() and pid <> all(%s)",
        [sorted(kept)],
    )


def test_a_database_that_takes_no_writes_is_waited_for_and_used_again(
    rig: Rig, admin: psycopg.Connection
) -> None:
    name = admin.info.dbname
    with rig.load(), rig.said("enrich", "event=resumed"):
        with (
            rig.said("enrich", "event=waiting", "read-only transaction"),
            rig.said("poll", "event=waiting", "read-only transaction"),
            rig.held_back("enrich", "extract"),
        ):
            admin.execute(f"alter database {name} set default_transaction_read_only = on".encode())
            send_away(admin)
        admin.execute(f"alter database {name} reset default_transaction_read_only".encode())
        # the sessions made meanwhile are read-only for ever, and are not used again
        rig.wait_for_rows(6)


def test_statements_that_take_too_long_are_tried_again(rig: Rig, admin: psycopg.Connection) -> None:
    with (
        rig.load(),
        rig.said("enrich", "event=resumed"),
        admin.transaction(),
        rig.said("enrich", "event=waiting", "the database is too slow", "statement timeout"),
        rig.held_back("enrich", "extract"),
    ):
        admin.execute("lock table wire_data.articles in access exclusive mode")


def test_a_database_that_answers_nothing_for_a_while_loses_nobody(rig: Rig) -> None:
    pids = rig.children.pids()
    with rig.load():
        with rig.cluster.frozen_database():
            # longer than a session of Kafka's
            time.sleep(8)
        rig.wait_for_rows(6)
    assert rig.children.pids() == pids


def test_a_deadlock_that_the_writer_loses_is_written_again(
    rig: Rig, admin: psycopg.Connection
) -> None:
    before = deadlocks(admin)
    with rig.load():
        while deadlocks(admin) == before:
            quarrel(admin)
        rig.wait_for_rows(6)


def deadlocks(admin: psycopg.Connection) -> int:
    row = admin.execute(
        "select sum(deadlocks) from pg_stat_database where datname = current_database()"
    ).fetchone()
    assert row is not None
    return int(row[0])


def quarrel(admin: psycopg.Connection) -> None:
    """Hold what the writer needs, then want what it holds: it notices first, and loses."""
    with admin.transaction():
        admin.execute("set local deadlock_timeout = '1h'")
        admin.execute("set local lock_timeout = '10s'")
        admin.execute("lock table wire_data.changes in access exclusive mode")
        wait_until(lambda: writer_waits(admin), PATIENCE_S)
        admin.execute("select pg_advisory_xact_lock(%s, %s)", [NAMESPACE, int(Lock.WRITER)])


def writer_waits(admin: psycopg.Connection) -> bool:
    """Tell whether one who holds the writer's lock waits for the table of changes."""
    waiting = admin.execute(
        "select 1 from pg_locks wanted join pg_locks held using (pid) "
        "where not wanted.granted and wanted.relation = 'wire_data.changes'::regclass "
        "and held.granted and held.locktype = 'advisory' "
        "and held.classid = %s and held.objid = %s",
        [NAMESPACE, int(Lock.WRITER)],
    )
    return waiting.fetchone() is not None


def test_a_transaction_that_can_not_be_serialised_is_written_again(
    rig: Rig, admin: psycopg.Connection
) -> None:
    # a sequence keeps counting when its transaction is undone
    admin.execute("create sequence refused")
    with trigger(admin, "if nextval('refused') <= 3 then raise sqlstate '40001'; end if;"):
        rig.site.publish(9)
        rig.wait_for_rows(9)
    row = admin.execute("select last_value from refused").fetchone()
    assert row is not None
    assert row[0] > 3
    admin.execute("drop sequence refused")


def test_one_bad_row_in_a_batch_costs_one_row(rig: Rig, admin: psycopg.Connection) -> None:
    number = rig.site.count + 4
    refuse = (
        f"if new.url like '%/story/{number}' then "
        "raise check_violation using message = 'no such story'; end if;"
    )
    with (
        rig.said("enrich", "outcome=dead", f"/story/{number}", "refused-by-database"),
        trigger(admin, refuse),
    ):
        rig.site.publish(9)
        rig.may_die.add(list(rig.site.texts())[number])
        account = rig.settle()
    assert not account.missing


@contextlib.contextmanager
def trigger(admin: psycopg.Connection, body: str) -> Iterator[None]:
    """Have PostgreSQL itself refuse what is written to the articles, as `body` says."""
    admin.execute(
        "create function refuse() returns trigger language plpgsql as "
        f"$$ begin {body} return new; end $$".encode()
    )
    admin.execute(
        "create trigger refuse before insert on wire_data.articles "
        "for each row execute function refuse()"
    )
    try:
        yield
    finally:
        admin.execute("drop function refuse cascade")
