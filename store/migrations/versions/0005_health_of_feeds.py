"""Say of each feed how it is, as 0005_health_of_feeds.sql has it."""

from pathlib import Path

from alembic import op

from store.migrate import refuse_downgrade

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    refuse_downgrade()
