from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from store import migrate, roles
from store.engine import sqlalchemy_url
from wire.errors import Fatal

DENIED = psycopg.errors.InsufficientPrivilege


def login(database: str, role: str) -> psycopg.Connection:
    url = sqlalchemy_url(database).set(drivername="postgresql", username=role, password="secret")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@pytest.fixture
def reader(database: str) -> Iterator[psycopg.Connection]:
    with login(database, roles.READER) as connection:
        yield connection


@pytest.fixture
def writer(database: str) -> Iterator[psycopg.Connection]:
    with login(database, roles.WRITER) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _passwords(engine: sa.Engine, database: str) -> None:
    migrate.upgrade(database)
    roles.set_password(engine, roles.READER, "secret")
    roles.set_password(engine, roles.WRITER, "secret")


VIEWS = (
    "articles",
    "article_versions",
    "mentions",
    "entities",
    "clusters",
    "changes",
    "feeds",
    "dead_letters",
    "withdrawals",
)


@pytest.mark.parametrize("view", VIEWS)
def test_the_reader_reads_every_view(reader: psycopg.Connection, view: str) -> None:
    assert reader.execute(f"SELECT * FROM wire.{view}").fetchall() == []


def test_the_reader_asks_how_things_stood(reader: psycopg.Connection) -> None:
    assert reader.execute("SELECT * FROM wire.articles_as_of(now())").fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM wire_data.articles",
        "SELECT * FROM wire_data.dead_letters",
        "SELECT nextval('wire_data.articles_nr_seq')",
        "INSERT INTO wire.changes VALUES (1, gen_random_uuid(), 1, 'killed', now())",
        "UPDATE wire.feeds SET state = 'paused'",
        "DELETE FROM wire.articles",
        "CREATE TABLE wire.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "DROP VIEW wire.articles",
        "COPY wire.feeds TO PROGRAM 'cat'",
    ],
)
def test_the_reader_does_nothing_else(reader: psycopg.Connection, statement: str) -> None:
    with pytest.raises((DENIED, psycopg.errors.ObjectNotInPrerequisiteState)):
        reader.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO wire_data.counters VALUES ('seq', 1)",
        "INSERT INTO wire_data.feeds (url, added_at, next_poll_at, interval_s)"
        " VALUES ('http://a', now(), now(), 60)",
        "UPDATE wire_data.articles SET slug = 'x'",
        "DELETE FROM wire_data.changes",
        "SELECT * FROM wire.articles",
        "SELECT pg_advisory_xact_lock(1, 1)",
    ],
)
def test_the_writer_writes(writer: psycopg.Connection, statement: str) -> None:
    writer.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE wire_data.articles ADD COLUMN mine int",
        "DROP TABLE wire_data.changes",
        "TRUNCATE wire_data.changes",
        "CREATE TABLE wire_data.mine (id int)",
        "CREATE VIEW wire.mine AS SELECT 1",
        "CREATE INDEX mine ON wire_data.articles (url)",
        "DROP VIEW wire.articles",
        "UPDATE wire_data.alembic_version SET version_num = 'mine'",
        "CREATE TABLE public.mine (id int)",
        "GRANT SELECT ON wire_data.articles TO wire_reader",
    ],
)
def test_the_writer_cannot_change_the_schema(writer: psycopg.Connection, statement: str) -> None:
    if statement.startswith("GRANT"):
        # PostgreSQL only warns; what counts is that the right was not given
        writer.execute(statement)
        granted = "SELECT has_table_privilege('wire_reader', 'wire_data.articles', 'SELECT')"
        assert writer.execute(granted).fetchone() == (False,)
        return
    with pytest.raises(DENIED):
        writer.execute(statement)


def test_a_password_never_travels_in_the_clear(engine: sa.Engine) -> None:
    statements: list[str] = []
    sa.event.listen(
        engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    roles.set_password(engine, roles.READER, "tell%no'body")
    altered = [statement for statement in statements if statement.startswith("ALTER ROLE")]
    assert len(altered) == 1
    assert "SCRAM-SHA-256$" in altered[0]
    assert "no'body" not in altered[0]


def test_roles_survive_a_second_grant(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        roles.grant(connection)


def test_a_login_that_may_not_make_roles_is_told_what_to_do(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "READER", "wire_reader_missing")
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL ROLE wire_writer")
        with pytest.raises(Fatal, match="CREATE ROLE wire_reader_missing"):
            roles.grant(connection)
