"""What a run's epoch is expected to cost, and where its turn began: so that who waits can be told for how long."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two columns, empty in the runs of before."""
    for name in ("effort", "turn_from"):
        op.add_column("runs", sa.Column(name, sa.Float))
