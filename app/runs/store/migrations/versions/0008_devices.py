"""Whether a run is trained by a processor or a graphics card: one that goes on stays with what it began with."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """A column, empty in the runs of before, and of those that were never in a cluster: a processor trains them."""
    op.add_column("runs", sa.Column("device", sa.String(8)))
