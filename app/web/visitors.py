"""Who calls: a random cookie that pages set, and the address. Only what a run needs to know whose it is."""

import re
import secrets

from fastapi import Request
from starlette.responses import Response

from app.runs.store.states import Visitor

COOKIE = "visitor"
_KEPT_S = 31_536_000
_SANE = re.compile(r"[A-Za-z0-9_-]{20,64}")


def visitor_of(request: Request) -> Visitor:
    """The visitor of a request; one without a sane cookie is known by address alone."""
    cookie = request.cookies.get(COOKIE, "")
    return Visitor(cookie if _SANE.fullmatch(cookie) else None, request.client.host if request.client else "")


def remember(request: Request, response: Response) -> Response:
    """The response, which makes the browser known again where it is not yet."""
    if visitor_of(request).cookie is None:
        response.set_cookie(
            COOKIE, secrets.token_urlsafe(18), max_age=_KEPT_S, httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response
