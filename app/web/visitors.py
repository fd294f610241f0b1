"""Who calls: a cookie that pages set and the server signs, the address, and whether it is the teacher.

Only what a run needs to know whose it is.
"""

import re
import secrets
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import N_
from app.core.shares import BEHIND
from app.runs.store.states import Visitor
from app.web.refusals import WrongKey
from app.web.signatures import Signatures

router = APIRouter(include_in_schema=False)

COOKIE, TEACHER = "visitor", "teacher"
_KEPT_S = 31_536_000
_SANE = re.compile(r"[A-Za-z0-9_-]{20,64}")
# What proxies, tunnels and hosted spaces say of themselves; a browser at the machine sends none of them.
_PROXIES = ("forwarded", "x-forwarded", "x-real-ip", "via", "cf-", "x-client-ip", "true-client-ip", "x-original-",
            "x-cluster-client-ip", "x-envoy-", "x-amzn-", "x-appengine-", "x-azure-", "fly-", "x-scheme")  # fmt: skip


def visitor_of(request: Request) -> Visitor:
    """The visitor of a request; one without a cookie that this server signed is known by address alone."""
    host = request.client.host if request.client else ""
    is_hidden = not request.app.state.settings.trusted_proxies and _comes_through_a_proxy(request)
    address = BEHIND + host if is_hidden else host
    return Visitor(read_signed(request, COOKIE), address, is_teacher=_has_key(request) or _is_at_the_machine(request))


def remember(request: Request, response: Response) -> Response:
    """The response, which makes the browser known again where it is not yet.

    A cookie that somebody's runs bear already, unsigned or signed with another secret, is signed as it is: 144 random
    bits are proof enough, and who holds them keeps the runs.
    """
    if read_signed(request, COOKIE) is None:
        held = request.cookies.get(COOKIE, "").partition(".")[0]
        has_runs = _SANE.fullmatch(held) and request.app.state.store.knows(held)
        set_signed(request, response, COOKIE, held if has_runs else secrets.token_urlsafe(18))
    return response


@router.get("/teacher")
def become_teacher(request: Request, key: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The link that the server prints at its start: from now on this browser may change every run."""
    if not secrets.compare_digest(key.encode("utf-8", "replace"), _signatures(request).teacher_key.encode()):
        raise WrongKey(N_("This is not the teacher's link of this server. It is printed where the server was started."))
    response = RedirectResponse(request.url_for("training").replace(query=""), 303, {"Cache-Control": "no-store"})
    set_signed(request, response, TEACHER, secrets.token_urlsafe(18))
    return response


def read_signed(request: Request, cookie: str, said: str | None = None) -> str | None:
    """What the cookie, or somebody in its place, says, if this server said it."""
    value, _, signature = (request.cookies.get(cookie, "") if said is None else said).partition(".")
    return value if value and _signatures(request).is_signed(signature, cookie, value) else None


def sign(request: Request, cookie: str, value: str) -> str:
    """The value as the cookie says it."""
    return f"{value}.{_signatures(request).sign(cookie, value)}"


def set_signed(request: Request, response: Response, cookie: str, value: str, kept_s: int = _KEPT_S) -> None:
    """The response sets the cookie, which no script reads."""
    response.set_cookie(
        cookie, sign(request, cookie, value), max_age=kept_s, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def _has_key(request: Request) -> bool:
    return read_signed(request, TEACHER) is not None


def _is_at_the_machine(request: Request) -> bool:
    """Whether nobody but who sits there can have called: nothing speaks of a proxy, and none was named."""
    return (
        request.client is not None
        and _is_loopback(request.client.host)
        and _names_the_machine(request.headers.get("host", "").lower())
        and not request.app.state.settings.trusted_proxies
        and not _comes_through_a_proxy(request)
    )


def _names_the_machine(host: str) -> bool:
    name = re.sub(r":\d{1,5}$", "", host).strip("[].")
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)


def _comes_through_a_proxy(request: Request) -> bool:
    """By what it says of itself, or by HTTP/1.0, which nginx speaks where nobody told it otherwise."""
    is_old = request.scope.get("http_version") == "1.0"
    return is_old or any(name.startswith(_PROXIES) for name in request.headers)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _signatures(request: Request) -> Signatures:
    found: Signatures = request.app.state.signatures
    return found
