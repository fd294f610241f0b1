"""The pages of a class: where it is opened or joined, the teacher's, the pupils'. A page only renders a template."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from app.core.errors import N_
from app.core.questions.kinds import QUESTION_KINDS
from app.runs.store.classrooms import Classroom
from app.web.classrooms.classrooms import ClassroomsDep, find_taught, make_teacher, teacher_link, teaches
from app.web.i18n import choose_language, render, translate
from app.web.refusals import WrongKey
from app.web.visitors import remember

router = APIRouter(include_in_schema=False)


@router.get("/class")
def show_class(
    request: Request,
    classrooms: ClassroomsDep,
    key: Annotated[str | None, Query(max_length=200)] = None,
    code: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The teacher's page; for others the way to a class: by its code, by a teacher's link, or by opening one."""
    if key is not None:
        classroom = find_taught(request, classrooms, key)
        if classroom is None:
            raise WrongKey(N_("This is not the teacher's link of a class that is open. Open a class anew."))
        return _become_teacher(request, classroom)
    if code.strip():
        return _redirect(request, f"/class/{code.strip().upper()}")
    taught = find_taught(request, classrooms)
    return _show_start(request) if taught is None else _show_board(request, taught)


@router.get("/class/{code}")
def show_pupil(request: Request, code: str, classrooms: ClassroomsDep) -> Response:
    """A pupil's page, which joins the class."""
    classroom = classrooms.look_for(code.strip().upper())
    if classroom is None:
        return _show_start(request, is_missing=True)
    if teaches(request, classroom):
        return _redirect(request, "/class")
    return remember(request, _render(request, "pupil", told={"classroom": {"code": classroom.code}}))


def _become_teacher(request: Request, classroom: Classroom) -> Response:
    response = _redirect(request, "/class")
    make_teacher(request, response, classroom)
    return response


def _show_start(request: Request, *, is_missing: bool = False) -> Response:
    return remember(request, _render(request, "start", 404 if is_missing else 200, is_missing=is_missing))


def _show_board(request: Request, classroom: Classroom) -> Response:
    language = choose_language(request)
    kinds = [
        {"kind": kind.name, "chapter": kind.chapter, "title": translate(language, kind.title)}
        for kind in QUESTION_KINDS.values()
    ]
    told = {"classroom": {"code": classroom.code, "teacher_link": teacher_link(request, classroom)}}
    return remember(request, _render(request, "teacher", told=told, code=classroom.code, kinds=kinds))


def _redirect(request: Request, path: str) -> Response:
    place = str(request.base_url).rstrip("/") + path
    return RedirectResponse(place, 303, {"Cache-Control": "no-store"})


def _render(request: Request, name: str, status: int = 200, **context: object) -> Response:
    modules = request.app.state.static.modules("js/rooms/base.js", f"js/classrooms/{name}.js")
    return render(request, f"classrooms/{name}.html", status, page="classrooms", modules=modules, **context)
