"""The pages a visitor opens. Each only renders its room's template; everything else happens through the API."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.web.i18n import choose_language, render
from app.web.rooms import ROOMS, Room
from app.web.told import tell
from app.web.visitors import remember

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request) -> Response:
    """The first room is the home page; what the address says goes along."""
    return RedirectResponse(request.url_for(ROOMS[0].name).replace(query=request.url.query), status_code=307)


def _page_of(room: Room) -> Callable[[Request], Response]:
    def page(request: Request) -> Response:
        response = render(request, room.template, page=room.name, room=room, told=_told(room, choose_language(request)))
        return remember(request, response) if room.knows_visitors else response

    return page


def _told(room: Room, language: str) -> dict[str, Any]:
    """What the page need not ask for: the way to all rooms, the grammar of its own address, and the rows of layers."""
    own = {"rooms": {other.name: other.path for other in ROOMS}, "address": room.grammar.describe()}
    return own | (tell(language) if room.knows_networks else {})


for _room in ROOMS:
    router.add_api_route(_room.path, _page_of(_room), name=_room.name)
