"""A school class: opened, joined by its code, asked a question, answered, shown; pushed to all browsers that are in it.

Who opened it, or has its teacher's link, has a signed cookie that says so. What a question is, and whether an answer is
right, is asked of /api/questions by its kind and seed, so that each browser has its own language.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from app.core.errors import N_, InvalidValue
from app.core.questions.kinds import HIGHEST_SEED, find_question_kind
from app.core.questions.posed import LETTERS, Number, Posed
from app.runs.store.classrooms import ClassQuestion, Classroom, Classrooms, write_number
from app.web import tasks
from app.web.answers import EventStream
from app.web.bodies import SmallJson, describe_body
from app.web.dependencies import PlaceDep, VisitorDep, WorkersDep, limit_rate
from app.web.refusals import WrongKey
from app.web.visitors import read_signed, set_signed, sign

router = APIRouter(prefix="/api/classes", tags=["lecture"])

COOKIE = "class"
KEPT_S = 7 * 24 * 3600
MOST_BARS = 8  # of numbers that were written; what few wrote is counted together
_RANDOM_SEEDS = 1_000_000  # short enough to be said

QUESTION = describe_body(
    {
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"type": "string"},
            "seed": {"type": "integer", "minimum": 0, "maximum": HIGHEST_SEED, "description": "Without one any."},
        },
    },
    {"kind": "output-size", "seed": 12},
)
ANSWER = describe_body(
    {
        "type": "object",
        "required": ["number", "answer"],
        "properties": {
            "number": {"type": "integer", "description": "Of the question that is answered, as the class tells it."},
            "answer": {"type": ["string", "number"], "description": "A choice's `id`; a number where there are none."},
        },
    },
    {"number": 1, "answer": "b"},
)


class AskedQuestion(BaseModel):
    """`number` counts the questions of the class; `GET /api/questions/{kind}?seed=` is the question."""

    number: int
    kind: str
    seed: int


class Bar(BaseModel):
    """How many gave this answer; null is all others together."""

    answer: str | None
    count: int
    right: bool


class ClassAnswer(BaseModel):
    """As the one who asks may see it: `pupils` and `answered` are the teacher's alone until the answers are shown.

    `answer` is one's own, `answers` what all gave, once it is shown.
    """

    code: str
    is_teacher: bool
    question: AskedQuestion | None
    is_revealed: bool
    answer: str | None
    pupils: int | None
    answered: int | None
    answers: list[Bar] | None


class OpenedAnswer(ClassAnswer):
    """The paths of the pupils' page, and of the one that makes a browser its teacher's."""

    join: str
    teacher_link: str


async def classrooms_of(request: Request) -> Classrooms:
    """The application's classes."""
    return request.app.state.classrooms


ClassroomsDep = Annotated[Classrooms, Depends(classrooms_of)]


def classroom_of(code: Annotated[str, Part(max_length=64)], classrooms: ClassroomsDep) -> Classroom:
    """The class of the code in the address, which may be written small; UnknownClassroom, which is 404, if none."""
    return classrooms.find(code.strip().upper())


ClassroomDep = Annotated[Classroom, Depends(classroom_of)]


async def taught_classroom(request: Request, classroom: ClassroomDep) -> Classroom:
    """The same for its teacher; WrongKey, which is 403, for others."""
    if not teaches(request, classroom):
        raise WrongKey(N_("Only the browser that opened the class, or was given its teacher's link, may do that."))
    return classroom


TaughtDep = Annotated[Classroom, Depends(taught_classroom)]


def teaches(request: Request, classroom: Classroom) -> bool:
    """Whether the browser is the teacher's."""
    return read_signed(request, COOKIE) == _key_of(classroom)


def find_taught(request: Request, classrooms: Classrooms, key: str | None = None) -> Classroom | None:
    """The open class whose teacher the cookie, or the key of a link, says this is."""
    said = read_signed(request, COOKIE, key)
    classroom = classrooms.look_for((said or "").partition("-")[0])
    return classroom if classroom and said == _key_of(classroom) else None


def make_teacher(request: Request, response: Response, classroom: Classroom) -> None:
    """From now on the browser is the teacher's."""
    set_signed(request, response, COOKIE, _key_of(classroom), KEPT_S)


@router.post("", status_code=201, dependencies=[Depends(limit_rate)])
def open_class(request: Request, response: Response, classrooms: ClassroomsDep, visitor: VisitorDep) -> OpenedAnswer:
    """A new class; this browser is its teacher's, and whoever opens the teacher's link."""
    classroom = classrooms.open(visitor)
    make_teacher(request, response, classroom)
    told = tell_class(classroom, is_teacher=True).model_dump()
    return OpenedAnswer(**told, join=f"/class/{classroom.code}", teacher_link=teacher_link(request, classroom))


def teacher_link(request: Request, classroom: Classroom) -> str:
    """Its path: whoever opens it is the teacher of this class."""
    return f"/class?key={sign(request, COOKIE, _key_of(classroom))}"


@router.get("/{code}")
def read_class(
    request: Request, classroom: ClassroomDep, classrooms: ClassroomsDep, visitor: VisitorDep
) -> ClassAnswer:
    """How the class stands."""
    mine = classrooms.answer_of(classroom.code, visitor)
    return tell_class(classroom, is_teacher=teaches(request, classroom), answer=mine)


@router.put("/{code}/question", dependencies=[Depends(limit_rate)], openapi_extra=QUESTION)
async def ask_class(
    request: Request, classroom: TaughtDep, body: SmallJson, classrooms: ClassroomsDep, workers: WorkersDep
) -> ClassAnswer:
    """The question of that kind and seed is on; answers to the one before are gone. For the teacher."""
    kind, seed = _read_question(body)
    posed = await workers.run(request, tasks.pose, kind, seed)
    asked = await run_in_threadpool(classrooms.ask, classroom.code, _question_of(posed))
    return tell_class(asked, is_teacher=True)


@router.post("/{code}/answers", dependencies=[Depends(limit_rate)], openapi_extra=ANSWER)
def answer_class(
    request: Request, classroom: ClassroomDep, body: SmallJson, classrooms: ClassroomsDep, visitor: VisitorDep
) -> ClassAnswer:
    """One's own answer to the question that is on; it may be changed until the answers are shown."""
    mine = classrooms.answer(classroom.code, *_read_answer(body), visitor)
    return tell_class(classroom, is_teacher=teaches(request, classroom), answer=mine)


@router.post("/{code}/reveal", dependencies=[Depends(limit_rate)])
def reveal_answers(classroom: TaughtDep, classrooms: ClassroomsDep) -> ClassAnswer:
    """From now on all see what was answered, and nobody answers. For the teacher."""
    return tell_class(classrooms.reveal(classroom.code), is_teacher=True)


@router.delete("/{code}", status_code=204)
def close_class(response: Response, classroom: TaughtDep, classrooms: ClassroomsDep) -> None:
    """Nothing of the class is kept. For the teacher."""
    classrooms.close(classroom.code)
    response.delete_cookie(COOKIE)


@router.get("/{code}/events", status_code=200, response_class=EventStream)
async def stream_class(
    request: Request, classroom: ClassroomDep, classrooms: ClassroomsDep, visitor: VisitorDep, place: PlaceDep
) -> Response:
    """Joins the class, unless one is its teacher; then a `class` event for each of its states, and `closed`."""
    is_teacher = teaches(request, classroom)
    if not is_teacher:
        await run_in_threadpool(classrooms.join, classroom.code, visitor)
    frames = request.app.state.watches.watch(classroom.code, partial(tell_event, is_teacher=is_teacher), place)
    return EventStream(frames)


def tell_class(classroom: Classroom, *, is_teacher: bool, answer: str | None = None) -> ClassAnswer:
    """What is told of it to the teacher, or to a pupil."""
    question, is_open = classroom.question, is_teacher or classroom.is_revealed
    asked = AskedQuestion(number=classroom.number, kind=question.kind, seed=question.seed) if question else None
    return ClassAnswer(
        code=classroom.code,
        is_teacher=is_teacher,
        question=asked,
        is_revealed=classroom.is_revealed,
        answer=answer,
        pupils=classroom.pupils if is_open else None,
        answered=classroom.answered if is_open else None,
        answers=_tell_bars(question, classroom.counts) if question and classroom.is_revealed else None,
    )


def _tell_bars(question: ClassQuestion, counts: Mapping[str, int]) -> list[Bar]:
    """Of all choices in their order; of written numbers the right one first, then those that most wrote."""
    if question.choices:
        return [Bar(answer=c, count=counts.get(c, 0), right=c == question.right) for c in question.choices]
    given = Counter(counts)
    bars = [Bar(answer=question.right, count=given.pop(question.right, 0), right=True)]
    common = given.most_common(MOST_BARS - 1)
    bars += [Bar(answer=answer, count=count, right=False) for answer, count in common]
    rest = given.total() - sum(count for _, count in common)
    return [*bars, Bar(answer=None, count=rest, right=False)] if rest else bars


def tell_event(classroom: Classroom, *, is_teacher: bool) -> str:
    """As JSON, the same for all pupils: each browser knows its own answer, and asks for it at its start."""
    return tell_class(classroom, is_teacher=is_teacher).model_dump_json(exclude={"answer"})


def _key_of(classroom: Classroom) -> str:
    return f"{classroom.code}-{classroom.nonce}"


def _question_of(posed: Posed) -> ClassQuestion:
    right = posed.options[posed.right].shows
    if not posed.draft.is_typed:
        choices = LETTERS[: len(posed.options)]
        return ClassQuestion(posed.kind, posed.seed, choices, 0, choices[posed.right])
    assert isinstance(right, Number)
    return ClassQuestion(posed.kind, posed.seed, "", right.decimals, write_number(right.value, right.decimals))


def _read_question(body: Any) -> tuple[str, int]:
    """The kind and the seed; raises InvalidValue or UnknownQuestion."""
    if not isinstance(body, dict) or "kind" not in body or not body.keys() <= {"kind", "seed"}:
        raise InvalidValue(N_("A question is an object with 'kind' and, if wished, 'seed'."), field="kind")
    kind, seed = body["kind"], body.get("seed")
    if not isinstance(kind, str):
        raise InvalidValue(N_("A question is an object with 'kind' and, if wished, 'seed'."), field="kind")
    find_question_kind(kind)
    if seed is None:
        return kind, secrets.randbelow(_RANDOM_SEEDS)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= HIGHEST_SEED:
        raise InvalidValue(N_("'seed' is a whole number from 0 to %(limit)d."), field="seed", limit=HIGHEST_SEED)
    return kind, seed


def _read_answer(body: Any) -> tuple[int, Any]:
    """The question's number and the answer; raises InvalidValue."""
    if not isinstance(body, dict) or set(body) != {"number", "answer"}:
        raise InvalidValue(N_("An answer is an object with 'number' and 'answer', and no others."), field="answer")
    number = body["number"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise InvalidValue(N_("'number' is that of the question, a whole number."), field="number")
    return number, body["answer"]
