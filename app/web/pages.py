"""The pages a visitor opens: the front and the rooms, and their addresses for a wall: a QR code, short ones of states.

A page only renders a template; all else goes through the API. Nothing is stored for an address (docs/decisions/0025).
"""

import io
import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.core.errors import N_, InvalidValue
from app.runs.store.classrooms import ALPHABET, CODE_LENGTH
from app.web.addresses import read_look
from app.web.dependencies import limit_rate
from app.web.front.front import tell_front
from app.web.i18n import choose_language, render, translate
from app.web.lessons.address import ways as lesson_ways
from app.web.refusals import UnknownState
from app.web.rooms import ROOMS, Room
from app.web.told import tell
from app.web.visitors import remember, visitor_of

router = APIRouter(include_in_schema=False)

SHORT = "/s/"
_OF_A_CLASS = re.compile(f"/class/[{ALPHABET}]{{{CODE_LENGTH}}}")
_FIXED = N_("Fixed by the link that opened this page")
_OF_A_FIRST_VISIT = {"sample", "lang"}  # all that the address of who comes to a room first may say
_LONGEST = 2_000  # characters of an address: a code of level L holds 2,953


@router.get("/")
def front(request: Request) -> Response:
    """Where all begins: no room, but the way to them."""
    told = {"rooms": _ways(), "front": tell_front(choose_language(request))}
    return _render(request, "front/front.html", "front", told=told, is_teacher=visitor_of(request).is_teacher)


def _page_of(room: Room) -> Callable[[Request], Response]:
    def page(request: Request) -> Response:
        language = choose_language(request)
        look = read_look(room.parts, request.query_params, translate(language, _FIXED))
        is_first = not look.parts and set(request.query_params) <= _OF_A_FIRST_VISIT
        context = {"room": room, "told": _told(room, language), "look": look, "is_first": is_first}
        if not room.knows_visitors:
            return _render(request, room.template, room.name, **context)
        is_teacher = visitor_of(request).is_teacher
        return remember(request, _render(request, room.template, room.name, is_teacher=is_teacher, **context))

    return page


def _render(request: Request, template: str, page: str, **context: Any) -> Response:
    """It names all its scripts, so that none is found only after another one has come."""
    modules = request.app.state.static.modules("js/rooms/base.js", f"js/{page}/{page}.js")
    return render(request, template, page=page, modules=modules, **context)


def _told(room: Room, language: str) -> dict[str, Any]:
    """What the page need not ask for: the way to all rooms, the grammar of its own address, and the rows of layers."""
    own: dict[str, Any] = {"rooms": _ways(), "address": room.grammar.describe()}
    if not room.knows_networks:  # whose states' addresses are long, and have names of their own
        own["short"] = {SHORT + state.name: state.query for state in room.states()}
    return own | (tell(language) if room.knows_networks else {})


def _ways() -> dict[str, str]:
    return {room.name: room.path for room in ROOMS}


for _room in ROOMS:
    router.add_api_route(_room.path, _page_of(_room), name=_room.name)


@router.get("/api/qr", dependencies=[Depends(limit_rate)])
def show_code(
    request: Request, path: Annotated[str, Query(max_length=_LONGEST, description="From `/` on: a page's address.")]
) -> Response:
    """The address of one of this app's pages as a QR code, SVG. No other address is written."""
    place = re.split("[?#]", path, maxsplit=1)[0]
    if place not in _places() and not _OF_A_CLASS.fullmatch(path):
        raise InvalidValue(N_("That is not the address of one of these pages."), field="path")
    code = segno.make_qr(str(request.base_url).rstrip("/") + path, error="l")
    svg = io.BytesIO()
    code.save(svg, kind="svg", border=4, light="white", dark="black", omitsize=True, xmldecl=False)
    return Response(svg.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@router.get(SHORT + "{name}")
def open_state(request: Request, name: str) -> Response:
    """The room of a prepared state, set up as it says; what else the address says goes along."""
    query = _short().get(name)
    if query is None:
        raise UnknownState(N_("There is no experiment of that name."), field="name")
    more = f"&{request.url.query}" if request.url.query else ""
    return RedirectResponse(str(request.base_url).rstrip("/") + query + more, status_code=307)


@cache
def _short() -> dict[str, str]:
    """The address of each prepared state, by its name."""
    return {state.name: f"{room.path}?{state.query}" for room in ROOMS for state in room.states()}


@cache
def _places() -> frozenset[str]:
    """Every page that may be shared."""
    return frozenset({"/", *lesson_ways(), *(room.path for room in ROOMS), *(SHORT + name for name in _short())})
