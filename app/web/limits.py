"""Every limit in force, by subject: those of the settings, and those that belong to the subject itself."""

from typing import Any

from app.core.classification.questions import MOST_WEIGHTS
from app.core.convolution import steps
from app.core.datasets.builtin import MOST_CLASSES as MAXIMUM_DATASET_CLASSES
from app.core.networks.networks import MAXIMUM_CHANNELS, MAXIMUM_CLASSES, MAXIMUM_INPUT_SIDE
from app.core.networks.programs.texts import MAXIMUM_TEXT
from app.core.networks.reports import MAXIMUM_LAYERS
from app.core.pictures import changes
from app.core.pictures.outputs import FORMATS as RESULTS
from app.core.pictures.uploads import FORMATS
from app.core.training.hyperparameters import BOUNDS
from app.runs.store.states import LONGEST_NAME
from app.settings import Settings
from app.web.forms import LONGEST_JSON
from app.web.json_texts import MAXIMUM_DEPTH

Told = dict[str, Any]


def describe_limits(settings: Settings) -> Told:
    """All of them."""
    return _pictures(settings) | _networks(settings) | _runs(settings) | _requests(settings)


def _pictures(settings: Settings) -> Told:
    return {
        "image": {
            "bytes": settings.image_bytes,
            "pixels": settings.image_pixels,
            "reduced_pixels": settings.image_reduced_pixels,
            "side": settings.image_side,
            "formats": list(FORMATS),
        },
        "result": {"formats": list(RESULTS)},
        "kernel": {
            "side": steps.MAXIMUM_SIDE,
            "weight": steps.MAXIMUM_WEIGHT,
            "divisor_at_least": steps.MINIMUM_DIVISOR,
        },
        "step": {"stride": steps.MAXIMUM_STEP, "dilation": steps.MAXIMUM_STEP, "pool": steps.MAXIMUM_STEP},
        "steps": steps.MAXIMUM_STEPS,
        "change": {"shift": changes.MOST_SHIFT, "noise": changes.MOST_NOISE, "blur": changes.MOST_BLUR},
        "multiply_adds": settings.multiply_adds,
    }


def _networks(settings: Settings) -> Told:
    return {
        "filters": {"weights": MOST_WEIGHTS},
        "network": {
            "layers": MAXIMUM_LAYERS,
            "parameters": settings.network_parameters,
            "memory_mb": settings.network_memory_mb,
            "channels": MAXIMUM_CHANNELS,
            "side": MAXIMUM_INPUT_SIDE,
            "classes": MAXIMUM_CLASSES,
            "text_characters": MAXIMUM_TEXT,
        },
        "model": {"bytes": settings.model_bytes, "kept": settings.models_kept},
        "dataset": {
            "bytes": settings.dataset_bytes,
            "unpacked_bytes": settings.dataset_unpacked_bytes,
            "entries": settings.dataset_entries,
            "seconds": settings.dataset_seconds,
            "uploads_at_once": settings.dataset_uploads,
            "kept": settings.datasets_kept,
            "classes": MAXIMUM_DATASET_CLASSES,
        },
    }


def _runs(settings: Settings) -> Told:
    return {
        "training": {name: {"from": low, "to": high} for name, (low, high) in BOUNDS.items()},
        "runs": {
            "at_once": settings.runs_at_once,
            "queued": settings.runs_queued,
            "per_visitor": settings.runs_per_visitor,
            "kept": settings.runs_kept,
            "bytes": settings.runs_bytes,
            "name_characters": LONGEST_NAME,
        },
        "event_streams": settings.event_streams,
        "classes": {"open": settings.classrooms, "pupils": settings.classroom_pupils},
    }


def _requests(settings: Settings) -> Told:
    return {
        "json": {"bytes": settings.json_bytes, "field_characters": LONGEST_JSON, "depth": MAXIMUM_DEPTH},
        "form": {"fields": settings.form_fields},
        "requests": {
            "at_once": settings.workers,
            "waiting": settings.waiting,
            "seconds": settings.task_seconds,
            "memory_bytes": settings.worker_bytes,
            "rate": settings.rate_limit,
        },
    }
