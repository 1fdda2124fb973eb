"""Bring a database to this release's schema: tables by Alembic, then views, functions and roles.

`upgrade` is safe to repeat and safe at once from several processes: the second one waits for the
first and finds nothing to do. All of it is one transaction: a failed upgrade leaves what was there.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.exc import DBAPIError

from store import comments, roles, views
from store.engine import away_is_wait, create_engine, first_line, sqlstate
from store.locks import Lock, lock_transaction
from store.schema import DATA, VIEWS
from wire.errors import Fatal, Wait

# A migration that waits for a lock makes everyone queue behind it: better to give way and retry.
_LOCK_TIMEOUT_S: Final = 5
_ATTEMPTS: Final = 12
# Rewriting a table of millions of rows takes minutes.
_STATEMENT_TIMEOUT_S: Final = 3600.0
_LOCK_NOT_AVAILABLE: Final = "55P03"


def upgrade(url: str) -> None:
    """Bring the database at `url` to this release's schema.

    Raises:
        Wait: the database is away, or others hold its tables for over a minute.
        Fatal: the database is of a newer release, or this login may not change it.
    """
    engine = create_engine(url, statement_timeout_s=_STATEMENT_TIMEOUT_S, name="wiredesk init")
    try:
        for _attempt in range(_ATTEMPTS):
            if _try_upgrade(engine):
                return
            time.sleep(1)
        raise Wait(
            "other sessions hold tables that the migration needs; pg_stat_activity shows them"
        )
    finally:
        engine.dispose()


def current(engine: sa.Engine) -> str | None:
    """Return the revision of the database's tables; None where there are none."""
    with away_is_wait(), engine.connect() as connection:
        return _context(connection).get_current_revision()


def head() -> str:
    """Return the revision of this release."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def scripts() -> list[Script]:
    """Return all migrations of this release, newest first."""
    return list(ScriptDirectory.from_config(_config()).walk_revisions())


def refuse_downgrade() -> None:
    """Say why there is no way back; every migration's `downgrade` calls this.

    Raises:
        Fatal: always.
    """
    raise Fatal(
        "a schema is never downgraded: going back would drop what the newer release stored. "
        "Restore the backup made before the upgrade, or install the newer release again."
    )


def _try_upgrade(engine: sa.Engine) -> bool:
    try:
        with away_is_wait(), engine.begin() as connection:
            _upgrade(connection)
    except DBAPIError as error:
        if sqlstate(error) == _LOCK_NOT_AVAILABLE:
            return False
        # insufficient_privilege
        if sqlstate(error) == "42501":
            raise Fatal(f"this login may not change the schema: {first_line(error)}") from error
        raise
    return True


def _upgrade(connection: sa.Connection) -> None:
    # the lock is waited for without limit: the other init may have much to do
    lock_transaction(connection, Lock.MIGRATION)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_S}s'")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {DATA}")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {VIEWS}")
    _refuse_newer(connection)
    with _on(connection) as config:
        command.upgrade(config, "head")
    if _laid(connection) != _digest():
        for statement in views.ALL:
            connection.exec_driver_sql(statement)
        comments.lay(connection)
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {VIEWS} IS '{_digest()}'")
    # always: a restored or cloned database has lost what was granted on the database itself
    roles.grant(connection)


def _refuse_newer(connection: sa.Connection) -> None:
    revision = _context(connection).get_current_revision()
    known = {script.revision for script in scripts()}
    if revision is not None and revision not in known:
        raise Fatal(
            f"the database is at schema {revision}, which this release ({head()}) does not know: "
            "install the release that made it, or a newer one"
        )


def _context(connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table_schema": DATA})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@contextmanager
def _on(connection: sa.Connection) -> Iterator[Config]:
    config = _config()
    config.attributes["connection"] = connection
    yield config


def _digest() -> str:
    """Return what names the current text of all views and functions."""
    text = "\n".join((*views.ALL, repr((comments.VIEWS, comments.COLUMNS)), head()))
    return f"wiredesk views {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _laid(connection: sa.Connection) -> str | None:
    found = connection.scalar(
        sa.text("SELECT obj_description(to_regnamespace(:name), 'pg_namespace')"), {"name": VIEWS}
    )
    return found if isinstance(found, str) else None
