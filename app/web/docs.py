"""The API's documentation: Swagger UI from our own files, since its usual CDN is not there in a classroom.

What routes, fields and answers say of themselves are English sentences, keys of the catalog as all others
(scripts/api_sentences.py finds them); a description in another language is the same document with them translated.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.web.errors import describe
from app.web.i18n import LANGUAGES, choose_language, render, translate

router = APIRouter(include_in_schema=False)

_PROBLEM = "application/problem+json"
_SENTENCES = ("summary", "description")
_VALUES = ("default", "enum", "const", "example", "examples")  # what is sent and answered, whatever its keys
_BETWEEN = "; "  # kinds of problems of one status


class Problem(BaseModel):
    """RFC 9457: what was wrong, in the visitor's language."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None
    field: str | None = None
    value: float | None = None
    limit: float | None = None
    estimate: float | None = None
    line: int | None = None
    errors: list[dict[str, str]] | None = None


def responses() -> dict[int | str, dict[str, Any]]:
    """How any call may be refused, for its description."""
    titles: dict[int | str, list[str]] = {}
    for kind in describe():
        titles.setdefault(kind["status"], []).append(kind["title"])
    content = {_PROBLEM: {"schema": Problem.model_json_schema()}}
    return {status: {"description": _BETWEEN.join(said), "content": content} for status, said in titles.items()}


def retell(part: Any, say: Callable[[str], str]) -> Any:
    """A part of an OpenAPI document with every sentence and tag as `say` has it.

    Titles that only repeat a field's name are left out: what is shown in their place is the name.
    """
    if isinstance(part, list):
        return [retell(one, say) for one in part]
    if not isinstance(part, dict):
        return part
    told: dict[str, Any] = {}
    for key, value in part.items():
        if key in _SENTENCES and isinstance(value, str):
            told[key] = _retell_kinds(value, say) if _PROBLEM in part.get("content", ()) else say(value)
        elif key == "tags" and isinstance(value, list):
            told[key] = [say(tag) for tag in value]
        elif not (key == "title" and isinstance(value, str)):
            told[key] = value if key in _VALUES else retell(value, say)
    return told


def _retell_kinds(said: str, say: Callable[[str], str]) -> str:
    return _BETWEEN.join(say(kind) for kind in said.split(_BETWEEN))


@router.get("/api/openapi.json", name="openapi")
def send_description(request: Request) -> Response:
    """OpenAPI's description of the API, in the visitor's language."""
    language = choose_language(request)
    headers = {"Content-Language": language, "Vary": "Accept-Language, Cookie"}
    return JSONResponse(describe_in(request.app, language), headers=headers)


@lru_cache(maxsize=len(LANGUAGES))
def describe_in(app: FastAPI, language: str) -> dict[str, Any]:
    """The app's description in that language; its name stays."""
    described = app.openapi()
    if language == LANGUAGES[0]:
        return described
    told: dict[str, Any] = retell(described, partial(translate, language))
    return told | {"info": told["info"] | {"title": described["info"]["title"]}}


@router.get("/api/docs", name="api_docs")
def show_docs(request: Request) -> Response:
    """Try every call in the browser."""
    openapi, language = request.app.url_path_for("openapi"), choose_language(request)
    return render(request, "shared/docs.html", page="docs", openapi=f"{openapi}?lang={language}")
