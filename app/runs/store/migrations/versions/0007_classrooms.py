"""School classes that answer a question together, and their pupils' answers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "classrooms",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("nonce", sa.String(16), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.JSON(none_as_null=True)),
        sa.Column("is_revealed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_classrooms"),
    )
    op.create_table(
        "pupils",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("pupil", sa.String(64), nullable=False),
        sa.Column("answer", sa.String(32)),
        sa.ForeignKeyConstraint(["code"], ["classrooms.code"], name="fk_pupils_code", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", "pupil", name="pk_pupils"),
    )
