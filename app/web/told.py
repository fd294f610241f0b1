"""What the pages are told, so that no script repeats it: rows of layers, fields of a training, names of classes."""

from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Request

from app.core.datasets.builtin import BUILTIN
from app.core.datasets.nouns import nouns
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


@router.get("/nouns", tags=["classification"])
def list_nouns(request: Request) -> dict[str, Any]:
    """Every class and group of classes that is known: its label, its name in the visitor's language, and its group."""
    language = choose_language(request)
    rows = nouns().values()
    return {"nouns": [{"label": row.label, "name": row.names[language], "group": row.group} for row in rows]}


@cache
def tell(language: str) -> dict[str, Any]:
    """What the pages hold that build or show networks; `names` are those of the known sets' classes."""
    return {
        "layers": tell_layers(partial(translate, language)),
        "hyperparameters": tell_hyperparameters(),
        "names": _names(language),
    }


def _names(language: str) -> dict[str, str]:
    """Those that are not the label itself."""
    labels = {label for known in BUILTIN.values() for label in known.classes}
    rows = (row for row in nouns().values() if row.label in labels)
    return {row.label: row.names[language] for row in rows if row.names[language] != row.label}
