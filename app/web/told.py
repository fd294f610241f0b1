"""What the pages are told, so that no script repeats it: the rows of the layers."""

from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Request

from app.core.networks.telling import tell_layers
from app.web.i18n import choose_language, translate

router = APIRouter(prefix="/api/layers", tags=["networks"])


@router.get("")
def list_layers(request: Request) -> dict[str, Any]:
    """Every type of layer: its fields with their limits, its arithmetic, its words; these follow Accept-Language."""
    return tell(choose_language(request))["layers"]


@cache
def tell(language: str) -> dict[str, Any]:
    """All of it in one language, as the pages hold it."""
    return {"layers": tell_layers(partial(translate, language))}
