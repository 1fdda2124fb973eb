"""How Alembic runs here: on the connection that store/migrate.py hands over, in its transaction."""

from alembic import context

from store.schema import DATA, Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table_schema=DATA,
    include_schemas=True,
    include_name=lambda name, kind, _parents: kind != "schema" or name == DATA,
)
context.run_migrations()
