"""The API's documentation: Swagger UI from our own files, since its usual CDN is not there in a classroom."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.web.errors import describe
from app.web.i18n import render

router = APIRouter(include_in_schema=False)


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
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": "; ".join(said), "content": content} for status, said in titles.items()}


@router.get("/api/docs", name="api_docs")
def show_docs(request: Request) -> Response:
    """Try every call in the browser."""
    return render(request, "shared/docs.html", page="docs", openapi=str(request.app.url_path_for("openapi")))
