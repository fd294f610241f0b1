"""A run's history as a table for spreadsheets."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.web.dependencies import RunDep, StoreDep

router = APIRouter(prefix="/api/runs/{run_id}/metrics.csv", tags=["training"])

EPOCH_COLUMNS = (
    "epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds",
    "images_per_second",
)  # fmt: skip
STEP_COLUMNS = ("step", "epoch", "loss", "smoothed", "accuracy", "learning_rate", "images_per_second", "seconds")


@router.get("", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def send_metrics(
    run: RunDep,
    store: StoreDep,
    steps: Annotated[bool, Query(description="The logged steps instead of a row for each epoch.")] = False,
) -> Response:
    """The history as CSV; what is not known is empty."""
    table = _write(STEP_COLUMNS, store.steps(run.id)) if steps else _write(EPOCH_COLUMNS, store.history(run.id))
    headers = {"Content-Disposition": f'attachment; filename="run-{run.id}.csv"', "Cache-Control": "no-store"}
    return Response(table, media_type="text/csv", headers=headers)


def _write(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()
