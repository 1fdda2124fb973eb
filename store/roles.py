"""The two roles beside the owner: `wire_reader` for jobs downstream, `wire_writer` for services.

wire_reader reads the views of schema `wire` and nothing else; wire_writer reads and writes rows and
cannot change the schema. Both are made without a password: where the server asks for one, nobody
logs in as them until `set_password` gave it. Roles belong to the whole server, grants to this
database.
"""

from typing import Final

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.exc import ProgrammingError

from store.engine import sqlstate
from wire.errors import Fatal

READER: Final = "wire_reader"
WRITER: Final = "wire_writer"

# PostgreSQL has no CREATE ROLE IF NOT EXISTS, and another database's init may run at this moment.
_CREATE: Final = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

_GRANTS: Final = (
    "REVOKE ALL ON SCHEMA wire, wire_data FROM PUBLIC",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA wire FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA wire TO {READER}, {WRITER}",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA wire TO {READER}, {WRITER}",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA wire TO {READER}, {WRITER}",
    f"GRANT USAGE ON SCHEMA wire_data TO {WRITER}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA wire_data TO {WRITER}",
    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA wire_data TO {WRITER}",
    f"REVOKE INSERT, UPDATE, DELETE ON wire_data.alembic_version FROM {WRITER}",
)


def grant(connection: sa.Connection) -> None:
    """Make the roles where they are missing and give each its rights on this database.

    Raises:
        Fatal: the roles are missing and this login may not make them.
    """
    for role in (READER, WRITER):
        try:
            connection.exec_driver_sql(_CREATE.format(role=role))
        except ProgrammingError as error:
            # insufficient_privilege
            if sqlstate(error) != "42501":
                raise
            raise Fatal(
                f"this login may not create the role {role}: create it once as an administrator "
                f"(CREATE ROLE {role} LOGIN), or give this login CREATEROLE"
            ) from error
    database = connection.scalar(sa.text("SELECT quote_ident(current_database())"))
    # by default everybody may make temporary tables, which is more than reading views
    connection.exec_driver_sql(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    for statement in _GRANTS:
        connection.exec_driver_sql(statement)


def set_password(engine: sa.Engine, role: str, password: str) -> None:
    """Give `role` a password; it is hashed here, so that no server log holds it."""
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        hashed = driver.pgconn.encrypt_password(password.encode(), role.encode()).decode()
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(hashed)
        )
        connection.exec_driver_sql(statement.as_string(driver).replace("%", "%%"))
