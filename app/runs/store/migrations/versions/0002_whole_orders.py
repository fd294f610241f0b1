"""Every hyperparameter in a run's row, and how many numbers its network learns, so that neither is worked out again."""

import sqlalchemy as sa
from alembic import op

from app.core.networks.networks import parse_network
from app.core.networks.reports import ANY_SIZE

revision = "0002"
down_revision = "0001"

# What a value that a row of 0001 left out was on every day of 0001.
LEFT_OUT = {
    "momentum": 0.9, "nesterov": False, "decay": 1e-6, "schedule": "constant", "warm_up": 0.0, "label_smoothing": 0.0,
    "ema": 0.0, "weight_decay": 0.0, "bias_learning_rate": None, "head_learning_rate": None, "l1": 0.0, "l2": 0.0,
    "max_norm": None, "early_stopping": None, "shuffle": True, "train_limit": None, "statistics": "training",
    "augmentation": [], "shift": 2, "cutout": 8, "initialization": "default", "whiten": 0.0, "batch_norm_scale": True,
    "mirror_test": False, "precision": "auto",
}  # fmt: skip


def upgrade() -> None:
    """A column, and both of every run."""
    op.add_column("runs", sa.Column("parameters", sa.Integer()))
    runs = sa.table(
        "runs", sa.column("id"), sa.column("network", sa.JSON), sa.column("training", sa.JSON), sa.column("parameters")
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(runs.c.id, runs.c.network, runs.c.training)).all():
        parameters = parse_network(row.network, ANY_SIZE).report.parameters
        values = {"training": LEFT_OUT | row.training, "parameters": parameters}
        connection.execute(runs.update().where(runs.c.id == row.id).values(values))
