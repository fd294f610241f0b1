"""How often each address has called lately, over all servers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """A table, empty: it holds what is of the last minutes."""
    op.create_table(
        "rates",
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("address", "began", name="pk_rates"),
    )
