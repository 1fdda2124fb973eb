"""Take search vectors as they come, as 0002_search_vectors.sql has it."""

from pathlib import Path

from alembic import op

from store.migrate import refuse_downgrade

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    refuse_downgrade()
