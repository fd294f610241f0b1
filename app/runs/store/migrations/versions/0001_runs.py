"""Runs, their events, and the visitors' turns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    _create_runs()
    _create_visitors_and_events()


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked", sa.String(16)),
        sa.Column("asked_rate", sa.Float()),
        sa.Column("reason", sa.JSON(none_as_null=True)),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("network", sa.JSON(), nullable=False),
        sa.Column("training", sa.JSON(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("sample", sa.String(64)),
        sa.Column("pair", sa.String(16)),
        sa.Column("cookie", sa.String(64)),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("queued_at", sa.Float()),
        sa.Column("is_resumed", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.Float()),
        sa.Column("ended_at", sa.Float()),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer()),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("images_per_second", sa.Float()),
        sa.Column("learning_rate", sa.Float(), nullable=False),
        sa.Column("test_loss", sa.Float()),
        sa.Column("test_accuracy", sa.Float()),
        sa.Column("last", sa.JSON(none_as_null=True)),
        sa.Column("checkpoint", sa.String(64)),
        sa.Column("claim", sa.String(16)),
        sa.Column("process", sa.String(80)),
        sa.Column("heartbeat", sa.Float()),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_state", "runs", ["state"])


def _create_visitors_and_events() -> None:
    op.create_table(
        "visitors",
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.Column("served_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("visitor", name="pk_visitors"),
    )
    op.create_table(
        "events",
        sa.Column("run_id", sa.String(16), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_events_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "sequence", name="pk_events"),
    )
    op.create_index("ix_events_kind", "events", ["run_id", "kind", "sequence"])
