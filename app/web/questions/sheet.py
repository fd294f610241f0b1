"""A sheet of questions to print: one of each kind that is wished, all of one seed, with or without answers.

It is a page alone: nothing is kept, and the same address is always the same sheet.
"""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.core.questions.kinds import HIGHEST_SEED, QUESTION_KINDS, find_question_kind
from app.core.questions.posed import LETTERS, Judged, Number, Posed, Said
from app.web import tasks
from app.web.dependencies import WorkersDep, limit_rate
from app.web.i18n import choose_language, render, translate
from app.web.questions.words import say, tell_judged, tell_question, write_number

router = APIRouter(include_in_schema=False)

SHEET = "/lessons/questions"
_USUAL = ("pixel", "output-size", "parameters", "pooling", "receptive-field", "softmax", "overfitting", "remedy")
_HIGHEST_RANDOM = 10_000  # a seed that is short enough to be called out
_LONGEST = 1_000  # characters of a list of kinds
_WIDTH, _HEIGHT = 240, 120  # of drawn curves


@router.get(SHEET, dependencies=[Depends(limit_rate)])
async def show_sheet(
    request: Request,
    workers: WorkersDep,
    seed: Annotated[int | None, Query(ge=0, le=HIGHEST_SEED)] = None,
    kinds: Annotated[list[str] | None, Query(max_length=len(QUESTION_KINDS))] = None,
    answers: bool = False,
) -> Response:
    """Without a seed the address gets one: what is printed can be printed again."""
    if seed is None:
        query = request.url.include_query_params(seed=secrets.randbelow(_HIGHEST_RANDOM)).query
        return RedirectResponse(f"{SHEET}?{query}", status_code=307)
    names, language = _wished(kinds), choose_language(request)
    posed = [await workers.run(request, tasks.pose, name, seed) for name in names]
    return render(
        request,
        "questions/sheet.html",
        questions=[_tell(one, language) for one in posed],
        kinds=QUESTION_KINDS.values(),
        names=names,
        seed=seed,
        highest=HIGHEST_SEED,
        answers=answers,
        write=partial(write_number, decimals=3, language=language),
        points=_points,
        size=(_WIDTH, _HEIGHT),
    )


def _wished(kinds: Sequence[str] | None) -> list[str]:
    """The kinds in the order of the lecture; UnknownQuestion where one is none."""
    said = {name for names in kinds or () for name in names[:_LONGEST].split(",") if name}
    for name in said:
        find_question_kind(name)
    return [name for name in QUESTION_KINDS if name in (said or _USUAL)]


def _tell(posed: Posed, language: str) -> dict[str, Any]:
    """A question with its answer: a letter, or the number that is to be written."""
    row, right = QUESTION_KINDS[posed.kind], posed.options[posed.right]
    told = tell_question(posed, language)
    judged = tell_judged(Judged(True, right.reply, posed.draft.working), language)
    number = say(right.shows, language) if isinstance(right.shows, Number | Said) else ""
    answer = number if posed.draft.is_typed else LETTERS[posed.right]
    return told | judged | {"title": translate(language, row.title), "chapter": row.chapter, "answer": answer}


def _points(accuracies: Sequence[float]) -> str:
    """Of a line in a drawing of that size: 0 below, 1 above."""
    step = _WIDTH / max(1, len(accuracies) - 1)
    return " ".join(f"{index * step:.1f},{(1 - value) * _HEIGHT:.1f}" for index, value in enumerate(accuracies))
