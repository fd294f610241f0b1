"""What the pages are told, so that no script repeats it: the rows of the layers, the fields of a training."""

from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Request

from app.core.networks.telling import tell_layers
from app.core.training.hyperparameters import tell_hyperparameters
from app.web.i18n import choose_language, translate

router = APIRouter(prefix="/api")


@router.get("/layers", tags=["networks"])
def list_layers(request: Request) -> dict[str, Any]:
    """Every type of layer: its fields with their limits, its arithmetic, its words; these follow Accept-Language."""
    return tell(choose_language(request))["layers"]


@router.get("/hyperparameters", tags=["training"])
def list_hyperparameters() -> dict[str, Any]:
    """Every field of a training: its kind, default and limits, and whether the time of an epoch depends on it."""
    return {"hyperparameters": tell_hyperparameters()}


@cache
def tell(language: str) -> dict[str, Any]:
    """All of it in one language, as the pages hold it."""
    return {"layers": tell_layers(partial(translate, language)), "hyperparameters": tell_hyperparameters()}
