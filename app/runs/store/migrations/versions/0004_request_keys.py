"""The key that a run was ordered with, so that who asks again for want of an answer starts no second one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Two columns, empty in the runs of before."""
    for name in ("request_key", "request_body"):
        op.add_column("runs", sa.Column(name, sa.String(64)))
    op.create_index("ix_runs_request_key", "runs", ["request_key"], unique=True)
