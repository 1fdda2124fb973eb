"""The way to PostgreSQL: the engine, short transactions, and what its errors mean to a stage.

Everything here is synchronous and safe to call from any thread; asynchronous stages call store's
functions in a worker thread. A transaction that PostgreSQL ended for the sake of another one
(deadlock, serialisation) is run again; a database that is away raises `Wait`, so that the stage
loop pauses and nothing is lost or dead-lettered for it.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from wire.errors import Fatal, Wait
from wire.settings import DatabaseSettings

T = TypeVar("T")

# What other layers name in their signatures; only store imports SQLAlchemy.
Engine = sa.Engine

# SQLSTATEs after which the same transaction may simply be run again: serialisation failure,
# deadlock, lock timeout.
_AGAIN: Final = frozenset({"40001", "40P01", "55P03"})
# It takes no writes for now: a standby after failover, or an operator who set it so.
_READ_ONLY: Final = "25006"
# A statement that ran past its time: the server is slow or another one's lock is held, and no story
# is to blame for that.
_TOO_SLOW: Final = "57014"
# Classes and codes that say the server is away for now: connection trouble (08), shutting down or
# starting up (57P), too many connections or out of space (53).
_AWAY_CLASSES: Final = ("08", "57P", "53")
_AWAY: Final = frozenset({_READ_ONLY, _TOO_SLOW})
# Two writers that meet once in a hundred transactions meet ten times in a row never.
_ATTEMPTS: Final = 10
# A server that does not answer a connection in this time is away.
_CONNECT_TIMEOUT_S: Final = 10


def sqlalchemy_url(url: str) -> sa.URL:
    """Return `url` (postgresql://…) as SQLAlchemy takes it, with the driver named.

    Raises:
        Fatal: it is no PostgreSQL address.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise Fatal(
            "database.url cannot be read; it looks like postgresql://user:password@host/name"
        ) from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise Fatal(f"database.url names {parsed.drivername}; wiredesk stores in PostgreSQL only")
    return parsed.set(drivername="postgresql+psycopg")


def create_engine(
    url: str,
    *,
    pool_size: int = 4,
    statement_timeout_s: float = 30,
    name: str = "wiredesk",
) -> sa.Engine:
    """Return an engine for `url`; nothing is connected yet.

    `name` is what pg_stat_activity shows. A connection from the pool is tried before use, so that
    a restarted server costs no error; one that turned out read-only is not used again. A session
    that falls silent within a transaction is ended: its process is frozen, or its machine gone, and
    others wait for what it has locked.
    """
    most_ms = int(statement_timeout_s * 1000)
    engine = sa.create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "application_name": name,
            "options": (
                f"-c statement_timeout={most_ms} -c idle_in_transaction_session_timeout={most_ms} "
                "-c timezone=UTC"
            ),
        },
    )
    sa.event.listen(engine, "handle_error", _drop_read_only)
    return engine


def _drop_read_only(context: sa.ExceptionContext) -> None:
    """Part with all connections once one is read-only: they stay so when the server is not."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def from_settings(settings: DatabaseSettings, url: str | None = None) -> sa.Engine:
    """Return an engine as the settings say; `url` stands in where they name no server.

    Raises:
        Fatal: neither names one.
    """
    configured = settings.url.get_secret_value() if settings.url else url
    if not configured:
        raise Fatal("no database: set WIREDESK_DATABASE__URL or start one with `wiredesk local`")
    return create_engine(
        configured,
        pool_size=settings.pool_size,
        statement_timeout_s=settings.statement_timeout_s,
    )


def run(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    """Run `work` in one transaction and return what it returns, committed.

    `work` may run several times; it must do nothing but SQL on its connection.

    Raises:
        Wait: the database is away, or other transactions kept ending this one.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with away_is_wait(), engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            if sqlstate(error) not in _AGAIN:
                raise
            # other transactions finish in milliseconds; jitter keeps two from meeting again
            time.sleep(random.uniform(0, 0.02) * 2**attempt)
    raise Wait("the database ended this transaction for others ten times in a row")


def ask(engine: sa.Engine) -> None:
    """Return when the database has answered.

    Raises:
        Wait: it is away.
    """
    run(engine, lambda connection: connection.execute(sa.text("SELECT 1")))


@contextmanager
def away_is_wait() -> Iterator[None]:
    """Turn 'the database is away' into `Wait`; every other error passes as it is."""
    try:
        yield
    except PoolTimeoutError as error:
        raise Wait("all connections of this process to the database are in use") from error
    except DBAPIError as error:
        if is_away(error):
            how = "too slow" if sqlstate(error) == _TOO_SLOW else "away"
            raise Wait(f"the database is {how}: {first_line(error)}") from error
        raise


def is_away(error: DBAPIError) -> bool:
    """Say whether `error` tells of a server that is away, not of a statement that is wrong."""
    state = sqlstate(error)
    if error.connection_invalidated:
        return True
    if state is None:
        return isinstance(error, OperationalError)
    return state.startswith(_AWAY_CLASSES) or state in _AWAY


def sqlstate(error: DBAPIError) -> str | None:
    """Return the five characters by which PostgreSQL names the error, where it gave them."""
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def first_line(error: DBAPIError) -> str:
    """Return the first line of what the driver said: no statement, no values."""
    return str(error.orig).partition("\n")[0]
