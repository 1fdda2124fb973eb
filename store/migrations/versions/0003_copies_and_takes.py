"""Compare bodies by words, names and figures; know whose copy a cluster is; find later takes."""

from alembic import op

from store.migrate import refuse_downgrade

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    # what was made by word shingles compares with nothing that comes: a week's stories are found
    # by no later copy
    "DELETE FROM wire_data.bands",
    "DELETE FROM wire_data.signatures",
    "ALTER TABLE wire_data.signatures RENAME COLUMN shingles TO words",
    "ALTER TABLE wire_data.signatures ADD COLUMN bands BIGINT[] NOT NULL,"
    " ADD COLUMN names BYTEA NOT NULL",
    "ALTER TABLE wire_data.clusters ADD COLUMN first_at TIMESTAMP WITH TIME ZONE,"
    " ADD COLUMN credited_agency TEXT, ADD COLUMN credited_basis TEXT",
    "UPDATE wire_data.clusters SET first_at = first_seen_at",
    "ALTER TABLE wire_data.clusters ALTER COLUMN first_at SET NOT NULL",
    "CREATE INDEX ix_articles_later_takes ON wire_data.articles (agency, published_at)"
    " WHERE signal IN ('update', 'correction', 'refile', 'repeat') OR update_number IS NOT NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    refuse_downgrade()
