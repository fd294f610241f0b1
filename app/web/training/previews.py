"""What a training's network would be fed, shown before it starts."""

from functools import lru_cache
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import Any

from fastapi import APIRouter, Depends, Request

from app.core.classification.sprites import draw_picture
from app.core.datasets.builtin import check_name
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.training.hyperparameters import parse_training
from app.core.training.previews import COLUMNS, SHOWN, Preview, preview
from app.web.bodies import JsonBody, describe_body
from app.web.dependencies import DatasetsDep, WorkersDep, limit_rate
from app.web.i18n import choose_language, translate
from app.web.training.orders import check_fields, named

router = APIRouter(prefix="/api/runs/preview", tags=["training"])

SCHEMA = {
    "type": "object",
    "required": ["dataset"],
    "properties": {"dataset": {"type": "string"}, "training": {"type": "object"}},
}
EXAMPLE = {"dataset": "digits", "training": {"normalization": "standardize", "augmentation": ["shift"]}}


@router.post("", dependencies=[Depends(limit_rate)], openapi_extra=describe_body(SCHEMA, EXAMPLE))
async def preview_input(request: Request, body: JsonBody, folder: DatasetsDep, workers: WorkersDep) -> dict[str, Any]:
    """16 training pictures as they are and as they are changed, and the numbers that the network is fed."""
    told, source, count = await workers.run(request, _preview, body, folder)
    return told | {"source": translate(choose_language(request), source, {"count": count})}


def _preview(body: Any, folder: Path) -> tuple[dict[str, Any], str, int]:
    """What is told, and the sentence on what was measured with its count. Runs in a worker."""
    fields = check_fields(body, ("dataset", "training"))
    training, dataset = parse_training(fields.get("training", {})), _open(named(fields), folder)
    shown = preview(dataset, training)
    told = _tell(shown)
    told["statistics"]["of"] = training.statistics
    return told | {"count": min(SHOWN, len(dataset.labels))}, shown.source, shown.count


def _tell(shown: Preview) -> dict[str, Any]:
    mean = fmean(shown.mean)
    return {
        "originals": draw_picture(shown.originals),
        "batch": draw_picture(shown.batch),
        "columns": COLUMNS,
        "statistics": {"mean": list(shown.preparation.mean), "std": list(shown.preparation.std)},
        "range": [shown.histogram.lowest, shown.histogram.highest],
        "histogram": {
            "counts": list(shown.histogram.counts),
            "minimum": shown.histogram.lowest,
            "maximum": shown.histogram.highest,
        },
        "mean": mean,
        "deviation": sqrt(fmean(s**2 + (m - mean) ** 2 for m, s in zip(shown.mean, shown.std, strict=True))),
    }


def _open(name: str, folder: Path) -> DataSet:
    """As the file is now; a slider that is moved asks again and again."""
    check_name(name)
    path = cache_path(folder, name)
    return _kept(name, folder, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=1)
def _kept(name: str, folder: Path, _stamp: int) -> DataSet:
    return load_dataset(name, folder)
