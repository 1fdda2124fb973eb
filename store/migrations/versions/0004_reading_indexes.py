"""Index what the views compute and what retention asks, as 0004_reading_indexes.sql has it."""

from pathlib import Path

from alembic import op

from store.migrate import refuse_downgrade

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    refuse_downgrade()
