"""The API's documentation: Swagger UI from our own files, since its usual CDN is not there in a classroom."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.i18n import render

router = APIRouter(include_in_schema=False)


@router.get("/api/docs", name="api_docs")
def show_docs(request: Request) -> Response:
    """Try every call in the browser."""
    return render(request, "docs.html", page="docs", openapi=str(request.app.url_path_for("openapi")))
