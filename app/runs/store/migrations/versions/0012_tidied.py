"""When somebody last tidied up: of all servers on a database one does it in turn."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """A column of the row that is there."""
    op.add_column("identity", sa.Column("tidied_at", sa.Float))
