from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from store import migrate
from store.engine import create_engine
from store.schema import DATA, Base
from wire.errors import Fatal, Wait


def scalar(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(sa.text(statement))
    finally:
        engine.dispose()


def execute(url: str, *statements: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def test_the_models_say_what_the_migrations_make(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table_schema": DATA,
                "include_schemas": True,
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == DATA,
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_can_be_repeated(database: str) -> None:
    migrate.upgrade(database)
    assert scalar(database, "SELECT count(*) FROM wire.articles") == 0


def test_two_inits_at_once_are_safe(empty_database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        inits = [pool.submit(migrate.upgrade, empty_database) for _ in range(4)]
    for init in inits:
        init.result()
    assert scalar(empty_database, "SELECT count(*) FROM wire_data.alembic_version") == 1


def test_a_newer_database_is_refused(database: str) -> None:
    execute(database, "UPDATE wire_data.alembic_version SET version_num = '9999'")
    with pytest.raises(Fatal, match="9999, which this release"):
        migrate.upgrade(database)


def test_a_downgrade_is_refused() -> None:
    with pytest.raises(Fatal, match="never downgraded"):
        migrate.refuse_downgrade()


def test_every_migration_refuses_to_go_back() -> None:
    for script in migrate.scripts():
        with pytest.raises(Fatal, match="never downgraded"):
            script.module.downgrade()


def test_views_that_changed_are_laid_anew(database: str) -> None:
    execute(
        database,
        "COMMENT ON SCHEMA wire IS 'an older release'",
        "DROP VIEW wire.clusters",
    )
    migrate.upgrade(database)
    assert scalar(database, "SELECT count(*) FROM wire.clusters") == 0


def test_a_failed_upgrade_leaves_nothing_behind(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.views.ALL", ("CREATE VIEW wire.broken AS SELECT nothing",))
    with pytest.raises(sa.exc.ProgrammingError):
        migrate.upgrade(empty_database)
    found = scalar(empty_database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'wire%'")
    assert found == 0


def test_a_server_that_is_not_there_is_waited_for() -> None:
    with pytest.raises(Wait, match="the database is away"):
        migrate.upgrade("postgresql://nobody@127.0.0.1:1/nothing")


def test_current_and_head_agree_after_an_upgrade(engine: sa.Engine) -> None:
    assert migrate.current(engine) == migrate.head()
