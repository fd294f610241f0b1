"""A hundred thousand runs: what is looked for among all has an index, and PostgreSQL cleans where much is written."""

from alembic import op

revision = "0010"
down_revision = "0009"

# A run's row is written several times a second while it trains, beside others: with room in its page no index changes.
# Of the events a fifth, which is what PostgreSQL waits for by itself, would be ten million dead rows of deleted runs.
STORAGE = (
    "ALTER TABLE runs SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500)",
    "ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.05)",
)


def upgrade() -> None:
    """Four indices."""
    for name in ("created_at", "started_at", "cookie", "pair"):
        op.create_index(f"ix_runs_{name}", "runs", [name])
    if op.get_bind().dialect.name == "postgresql":
        for told in STORAGE:
            op.execute(told)
