"""Runs of before drew their validation pictures from all classes together, and go on with those."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BEFORE = {"stratify": False}


def upgrade() -> None:
    """The value in every run's training."""
    runs = sa.table("runs", sa.column("id"), sa.column("training", sa.JSON))
    connection = op.get_bind()
    for row in connection.execute(sa.select(runs.c.id, runs.c.training)).all():
        connection.execute(runs.update().where(runs.c.id == row.id).values(training=BEFORE | row.training))
