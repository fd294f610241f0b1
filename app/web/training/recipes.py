"""Trainings to start from, and those that fail or work for a reason."""

from typing import Any

from fastapi import APIRouter, Request

from app.core.training.recipes import recipes
from app.web.i18n import choose_language, translate
from app.web.training.states import state_of

router = APIRouter(prefix="/api/recipes", tags=["training"])


@router.get("")
def list_recipes(request: Request) -> dict[str, Any]:
    """Each as `POST /api/runs` takes it, with what it shows; titles and sentences follow Accept-Language."""
    language = choose_language(request)
    told = [
        recipe.describe() | {
            "name": recipe.name, "kind": recipe.kind, "title": translate(language, recipe.title),
            "why": translate(language, recipe.why), "beside": recipe.beside, "query": state_of(recipe).query,
        }
        for recipe in recipes().values()
    ]  # fmt: skip
    return {"recipes": told}
