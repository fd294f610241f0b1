"""The pages a visitor opens: the front and the rooms. Each only renders a template; all else goes through the API."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.front.front import tell_front
from app.web.i18n import choose_language, render
from app.web.rooms import ROOMS, Room
from app.web.told import tell, tell_names
from app.web.visitors import remember

router = APIRouter(include_in_schema=False)


@router.get("/")
def front(request: Request) -> Response:
    """Where all begins: no room, but the way to them."""
    told = {"rooms": _ways(), "front": tell_front(choose_language(request))}
    return _render(request, "front/front.html", "front", told=told)


def _page_of(room: Room) -> Callable[[Request], Response]:
    def page(request: Request) -> Response:
        response = _render(request, room.template, room.name, room=room, told=_told(room, choose_language(request)))
        return remember(request, response) if room.knows_visitors else response

    return page


def _render(request: Request, template: str, page: str, **context: Any) -> Response:
    """It names all its scripts, so that none is found only after another one has come."""
    modules = request.app.state.static.modules("js/rooms/base.js", f"js/{page}/{page}.js")
    return render(request, template, page=page, modules=modules, **context)


def _told(room: Room, language: str) -> dict[str, Any]:
    """What the page need not ask for: the way to all rooms, the grammar of its own address, and the rows of layers."""
    own = {"rooms": _ways(), "address": room.grammar.describe()}
    names = {"names": tell_names(language)} if room.knows_names else {}
    return own | (tell(language) if room.knows_networks else {}) | names


def _ways() -> dict[str, str]:
    return {room.name: room.path for room in ROOMS}


for _room in ROOMS:
    router.add_api_route(_room.path, _page_of(_room), name=_room.name)
