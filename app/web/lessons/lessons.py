"""The lecture: a page a chapter, the list of all, the glossary; and chapters as JSON.

A chapter is read by a worker, since its numbers are computed with PyTorch, and kept. A page only renders a template.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as Part
from fastapi.responses import Response

from app.core.errors import N_
from app.core.lessons.chapters import CHAPTERS, Chapter
from app.core.lessons.glossary import terms
from app.core.lessons.texts import chapter_text
from app.core.questions.kinds import QUESTION_KINDS
from app.web import tasks
from app.web.i18n import choose_language, render
from app.web.lessons.address import GLOSSARY, PATH, way_to
from app.web.refusals import UnknownLesson
from app.web.rooms import ROOMS

router = APIRouter(tags=["lessons"])

_ROOMS = {room.name: room for room in ROOMS}
_ALONE = {kind.name for kind in QUESTION_KINDS.values() if kind.is_alone}


async def chapter_of(number: Annotated[str, Part(max_length=8, description=f"From 1 to {len(CHAPTERS)}.")]) -> Chapter:
    """The chapter in the address; UnknownLesson, which is 404, if there is none."""
    for chapter in CHAPTERS:
        if number == str(chapter.number):
            return chapter
    raise UnknownLesson(N_("There is no chapter of that number; GET /api/lessons lists all."), field="number")


ChapterDep = Annotated[Chapter, Depends(chapter_of)]


@router.get(PATH, include_in_schema=False)
def list_chapters(request: Request) -> Response:
    """The way through the lecture."""
    return _render(request, "lessons/lessons.html")


@router.get(GLOSSARY, include_in_schema=False)
def show_glossary(request: Request) -> Response:
    """All terms, for who wants to read on."""
    return _render(request, "lessons/glossary.html", terms=terms(choose_language(request)))


@router.get(PATH + "/{number}", include_in_schema=False)
async def show_chapter(request: Request, chapter: ChapterDep) -> Response:
    """A chapter: its cards, each with the state that its exhibit shows."""
    lesson = await _read(request, chapter)
    return _render(request, "lessons/lesson.html", lesson=lesson, here=chapter.number)


@router.get("/api/lessons")
def tell_chapters(request: Request) -> dict[str, Any]:
    """The lecture's chapters: title, idea, the names of the cards; in the language of Accept-Language."""
    return {"lessons": _heads(choose_language(request))}


@router.get("/api/lessons/{number}")
async def tell_chapter(request: Request, chapter: ChapterDep) -> dict[str, Any]:
    """A chapter's cards: HTML whose numbers are computed, the address of the state beside it, kinds of questions."""
    return await _read(request, chapter)


async def _read(request: Request, chapter: Chapter) -> dict[str, Any]:
    language = choose_language(request)

    async def make() -> dict[str, Any]:
        lesson = await request.app.state.workers.run(request, tasks.read_lesson, chapter.number, language)
        return lesson | {"cards": [_with_address(card) for card in lesson["cards"]]}

    return await request.app.state.kept_lessons.read((chapter.number, language), make)


def _with_address(card: dict[str, Any]) -> dict[str, Any]:
    room = _ROOMS.get(card["room"])
    return card | {"address": f"{room.path}?{card['query']}" if room else None}


def _heads(language: str) -> list[dict[str, Any]]:
    return [_head(chapter, language) for chapter in CHAPTERS]


def _head(chapter: Chapter, language: str) -> dict[str, Any]:
    text = chapter_text(chapter, language)
    names = [card.name for card in chapter.cards]
    return {"number": chapter.number, "name": chapter.name, "title": text.title, "idea": text.lead, "cards": names,
            "address": way_to(chapter)}  # fmt: skip


def _render(request: Request, template: str, **context: Any) -> Response:
    modules = request.app.state.static.modules("js/rooms/base.js", "js/lessons/lessons.js")
    told = {"rooms": {room.name: room.path for room in ROOMS}}
    context = {"here": None, "glossary": GLOSSARY} | context
    chapters = _heads(choose_language(request))
    titles = {room.name: room.title for room in ROOMS}
    context |= {"chapters": chapters, "titles": titles, "alone": _ALONE}
    return render(request, template, page="lessons", modules=modules, told=told, **context)
