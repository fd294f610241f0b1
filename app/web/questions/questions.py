"""Questions whose answers are computed: the kinds, one of a seed, and what is said of an answer.

A question is made anew from its seed whenever it is asked for or answered, so nothing is kept of who answers.
"""

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from app.core.errors import N_, InvalidValue
from app.core.questions.kinds import HIGHEST_SEED, QUESTION_KINDS, find_question_kind
from app.web import tasks
from app.web.bodies import SmallJson, describe_body
from app.web.dependencies import WorkersDep, limit_rate
from app.web.i18n import choose_language, translate
from app.web.questions.words import tell_judged, tell_question

router = APIRouter(prefix="/api/questions", tags=["lecture"])

_HIGHEST_RANDOM = 1_000_000  # a seed that is short enough to be said
SCHEMA = {
    "type": "object",
    "required": ["seed", "answer"],
    "properties": {
        "seed": {"type": "integer", "minimum": 0, "maximum": HIGHEST_SEED},
        "answer": {"type": ["string", "number"], "description": "A choice's `id`; a number where there are none."},
    },
}
EXAMPLE = {"seed": 7, "answer": "b"}


class KindAnswer(BaseModel):
    """`chapter` is that of the lecture."""

    kind: str
    chapter: int
    title: str


class KindsAnswer(BaseModel):
    """In the order of the lecture."""

    questions: list[KindAnswer]


class Matrix(BaseModel):
    """Rows of numbers, a kernel's to be divided by `divisor`; `marked` is [row, column], `outside` the border's."""

    kind: Literal["matrix"]
    name: str
    title: str
    rows: list[list[float]]
    divisor: float
    marked: tuple[int, int] | None
    outside: list[list[bool]] | None


class Picture(BaseModel):
    """`image` is a PNG (data URL); `window` is [x, y, width, height] of the pixels that are meant."""

    kind: Literal["picture"]
    name: str
    title: str
    width: int
    height: int
    image: str
    window: tuple[int, int, int, int] | None


class TableRow(BaseModel):
    """`value` is written in the visitor's language."""

    name: str
    title: str
    value: str


class Table(BaseModel):
    """What is given, row by row."""

    kind: Literal["table"]
    name: str
    title: str
    rows: list[TableRow]


class Curves(BaseModel):
    """Accuracies (0–1) of a training, one an epoch."""

    kind: Literal["curves"]
    name: str
    title: str
    training: list[float]
    validation: list[float]


Figure = Matrix | Picture | Table | Curves


class ChoiceAnswer(BaseModel):
    """Has a `text` or a `figure`."""

    id: str
    text: str | None
    figure: Figure | None


class QuestionAnswer(BaseModel):
    """Without `choices` a number is typed."""

    kind: str
    seed: int
    chapter: int
    title: str
    text: str
    figures: list[Figure]
    choices: list[ChoiceAnswer] | None


class StepAnswer(BaseModel):
    """A line of a working."""

    text: str
    formula: str | None


class JudgedAnswer(BaseModel):
    """Whether the answer is right, what is said of it, and how the right one comes about."""

    right: bool
    reply: str
    working: list[StepAnswer]


@router.get("")
def list_question_kinds(request: Request) -> KindsAnswer:
    """Every kind of question with its chapter of the lecture; titles follow Accept-Language."""
    language = choose_language(request)
    return KindsAnswer(questions=[
        KindAnswer(kind=kind.name, chapter=kind.chapter, title=translate(language, kind.title))
        for kind in QUESTION_KINDS.values()
    ])  # fmt: skip


@router.get("/{kind}", dependencies=[Depends(limit_rate)], response_model=QuestionAnswer)
async def ask_question(
    request: Request, kind: str, workers: WorkersDep, seed: Annotated[int | None, Query(ge=0, le=HIGHEST_SEED)] = None
) -> Response:
    """The question of that kind and seed, always the same; without a seed any of them, whose seed it tells."""
    row, language = find_question_kind(kind), choose_language(request)
    seed = secrets.randbelow(_HIGHEST_RANDOM) if seed is None else seed

    async def make() -> dict[str, Any]:
        posed = await workers.run(request, tasks.pose, kind, seed)
        told = tell_question(posed, language) | {"chapter": row.chapter, "title": translate(language, row.title)}
        return QuestionAnswer.model_validate(told).model_dump()

    # A class asks for the same one at once: the first makes it for all.
    answer: Response = await request.app.state.kept_answers.answer(("question", kind, seed, language), make)
    return answer


@router.post("/{kind}/answers", dependencies=[Depends(limit_rate)], openapi_extra=describe_body(SCHEMA, EXAMPLE))
async def answer_question(request: Request, kind: str, body: SmallJson, workers: WorkersDep) -> JudgedAnswer:
    """Whether the answer is right, a reply to just this answer, and the working with these numbers."""
    find_question_kind(kind)
    judged = await workers.run(request, tasks.judge_answer, kind, *_read(body))
    return JudgedAnswer.model_validate(tell_judged(judged, choose_language(request)))


def _read(body: Any) -> tuple[int, Any]:
    """The seed and the answer of a JSON body; raises InvalidValue."""
    if not isinstance(body, dict) or set(body) != {"seed", "answer"}:
        raise InvalidValue(N_("An answer is an object with 'seed' and 'answer', and no others."), field="answer")
    seed = body["seed"]
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= HIGHEST_SEED:
        raise InvalidValue(N_("'seed' is a whole number from 0 to %(limit)d."), field="seed", limit=HIGHEST_SEED)
    return seed, body["answer"]
