"""Tell namesakes apart, and keep what people say of entities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from store.migrate import refuse_downgrade

revision = "0110"
down_revision = "0005"

SCHEMA = "wire_data"


def upgrade() -> None:
    op.add_column("entities", sa.Column("namesake_of", sa.Text), schema=SCHEMA)
    empty = sa.Column("company", pg.ARRAY(sa.Text), nullable=False, server_default="{}")
    op.add_column("entities", empty, schema=SCHEMA)
    for column in ("namesake_of", "merged_into"):
        op.create_index(
            f"ix_entities_{column}",
            "entities",
            [column],
            schema=SCHEMA,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_table(
        "entity_rulings",
        sa.Column("nr", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("article_id", sa.Uuid),
        sa.Column("name", sa.Text),
        sa.Column("entity_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_entity_rulings"),
        sa.CheckConstraint(
            "(article_id IS NULL) <> (name IS NULL)", name=op.f("ck_entity_rulings_one_ground")
        ),
        sa.UniqueConstraint(
            "key",
            "article_id",
            "name",
            name="uq_entity_rulings_key_article_id_name",
            postgresql_nulls_not_distinct=True,
        ),
        schema=SCHEMA,
    )
    op.create_index("ix_entity_rulings_key", "entity_rulings", ["key"], schema=SCHEMA)


def downgrade() -> None:
    refuse_downgrade()
