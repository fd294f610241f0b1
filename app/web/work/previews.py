"""What a training's network would be fed, drawn and counted."""

from functools import lru_cache
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import Any

from app.core.classification.sprites import draw_picture
from app.core.datasets.builtin import check_name
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.training.hyperparameters import parse_training
from app.core.training.previews import COLUMNS, SHOWN, Preview, preview
from app.web.training.orders import check_fields, named


def preview_training(body: Any, folder: Path) -> tuple[dict[str, Any], str, int]:
    """What is told, and the sentence on what was measured with its count."""
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
