"""Fixtures: one real broker and one real PostgreSQL for the session, fresh names for each test.

`TEST_KAFKA` (host:port) and `TEST_POSTGRES_URL` (a superuser's) name servers that already run, for
a quick inner loop: `wiredesk local start`, then `wiredesk local env` says where they are.
"""

import importlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from desk.local import Local


@pytest.fixture(scope="session")
def local_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """The session's embedded servers; each is started by the first test that needs it."""
    servers = Local(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def kafka(local_servers: Local) -> str:
    """Bootstrap servers of a running broker."""
    return os.environ.get("TEST_KAFKA") or local_servers.start(postgres=False).bootstrap_servers


@pytest.fixture(scope="session")
def postgres(local_servers: Local) -> str:
    """The superuser's URL of a running PostgreSQL."""
    return os.environ.get("TEST_POSTGRES_URL") or local_servers.start(kafka=False).database_url


@pytest.fixture(scope="session")
def template(postgres: str) -> Iterator[str]:
    """The name of a database with all migrations applied, to be cloned."""
    migrate = importlib.import_module("store.migrate")
    name = f"template_{uuid.uuid4().hex[:8]}"
    execute(postgres, "CREATE DATABASE {}", name)
    migrate.upgrade(named(postgres, name))
    yield name
    execute(postgres, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    yield from _database(postgres, "template0")


@pytest.fixture
def database(postgres: str, template: str) -> Iterator[str]:
    """The URL of a database of the test's own, with all migrations applied."""
    yield from _database(postgres, template)


@pytest.fixture
def topic_prefix() -> str:
    """A first word for topics and groups that no other test has."""
    return f"t{uuid.uuid4().hex[:10]}"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own, whose embedded servers are stopped in the end."""
    folder = tmp_path / "data"
    yield folder
    Local(folder).stop()


def _database(postgres: str, like: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    execute(postgres, "CREATE DATABASE {} TEMPLATE {}", name, like)
    yield named(postgres, name)
    execute(postgres, "DROP DATABASE {} WITH (FORCE)", name)


def named(url: str, database: str) -> str:
    """Return `url` with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def execute(url: str, statement: str, *names: str) -> None:
    """Run one statement outside a transaction, its `{}` filled with quoted names."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
