"""Lay the first schema: all tables, as 0001_first_schema.sql has them."""

from pathlib import Path

from alembic import op

from store.migrate import refuse_downgrade

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    refuse_downgrade()
