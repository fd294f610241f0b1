"""Whether a run is small, and the threads that it trains with: two small ones may train side by side."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Two columns, empty in the runs of before, which train alone."""
    op.add_column("runs", sa.Column("is_small", sa.Boolean))
    op.add_column("runs", sa.Column("threads", sa.Integer))
