"""The teacher's board: who of the class trains, waits, has ended, by nicknames; for the projector.

Names that visitors chose are left out: only what the app itself says is shown to a room.
"""

import time
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from app.core.datasets.builtin import is_own
from app.core.errors import N_
from app.runs.store.orders import RunRow
from app.runs.store.states import QUEUED, RUNNING
from app.runs.store.store import Store
from app.web.dependencies import StoreDep, VisitorDep
from app.web.i18n import choose_language, render
from app.web.refusals import WrongKey
from app.web.training.nicknames import nickname
from app.web.training.run_objects import Curves, seconds_left

router = APIRouter(include_in_schema=False)

RECENT_S = 2 * 3600.0  # how long an ended run stays: a lesson
MOST = 60
_ORDER = {RUNNING: 0, QUEUED: 1}


async def check_teacher(visitor: VisitorDep) -> None:
    """WrongKey, which is 403, for everybody else."""
    if not visitor.is_teacher:
        raise WrongKey(
            N_("The board is the teacher's: open the link that was printed where the server was started, in this "
               "browser.")
        )  # fmt: skip


@router.get("/board", dependencies=[Depends(check_teacher)])
def show_board(request: Request) -> Response:
    """The page."""
    ways = {room.name: room.path for room in request.app.state.rooms}
    return render(request, "training/board.html", page="training", told={"rooms": ways})


@router.get("/api/board", dependencies=[Depends(check_teacher)])
def tell_board(request: Request, store: StoreDep) -> dict[str, Any]:
    """The runs of the lesson: those that are on, those that wait in their order, those that ended, the newest first."""
    curves, language = request.app.state.curves, choose_language(request)
    since = time.time() - RECENT_S
    rows = [row for row in store.list() if row.state in _ORDER or (row.ended_at or row.created_at) > since]
    rows.sort(key=lambda row: (_ORDER.get(row.state, 2), row.queue_position or 0, -(row.ended_at or row.created_at)))
    return {"runs": [_tell(row, store, curves, language) for row in rows[:MOST]]}


def _tell(row: RunRow, store: Store, curves: Curves, language: str) -> dict[str, Any]:
    ticket = store.tickets.find(row.id) if row.state == QUEUED else None
    curve, last = curves.find(row), row.last or {}
    return {
        "id": row.id,
        "nickname": nickname(row.visitor.key, language),
        "state": row.state,
        "dataset": None if is_own(row.dataset) else row.dataset,
        "done": row.step / row.steps if row.steps else 0.0,
        "place": row.queue_position,
        "seconds": round(ticket.seconds, 1) if ticket else seconds_left(row),
        "lasts": round(ticket.lasts, 1) if ticket else None,
        "accuracy": row.test_accuracy if row.test_accuracy is not None else last.get("validation_accuracy"),
        "curve": list(curve.points),
    }
