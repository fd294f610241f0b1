"""School classes: a code, the question that is on, what each pupil answers. All of it goes when the class is closed.

A `classroom` in the code, since `classes` are what a network tells apart. Kept in the runs' database, so that it
survives a reload and a restart. It knows neither who asks what nor who is a teacher. Safe from any thread.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select

from app.core.errors import N_, AnswerTooLate, ClassroomFull, InvalidValue, UnknownClassroom
from app.core.questions.posed import Number
from app.core.shares import Holder, Kept, choose_to_go
from app.runs.store.database import Decision, decide, reading, tell, writing
from app.runs.store.schema import classrooms, pupils
from app.runs.store.states import Visitor

UNUSED_S = 24 * 3600.0  # after which a class closes by itself
CODE_LENGTH = 5
# Without vowels, so that no code is a word; without letters and digits that look, or sound, like another one.
ALPHABET = "CDFHJKMNPRTWXY34679"
LONGEST_NUMBER = 1e15


@dataclass(frozen=True, slots=True)
class ClassQuestion:
    """A question by its kind and seed; with `choices` letters, or none where a number with `decimals` is written."""

    kind: str
    seed: int
    choices: str
    decimals: int
    right: str

    def read(self, answer: Any) -> str:
        """What was answered, as it is kept and counted. Raises InvalidValue."""
        if self.choices:
            if not isinstance(answer, str) or len(answer) != 1 or answer not in self.choices:
                allowed = ", ".join(self.choices)
                raise InvalidValue(N_("The answer is one of %(allowed)s."), field="answer", allowed=allowed)
            return answer
        if isinstance(answer, bool) or not isinstance(answer, int | float) or not abs(answer) < LONGEST_NUMBER:
            raise InvalidValue(N_("The answer to this question is a number."), field="answer")
        is_plain = Number(round(answer, self.decimals), self.decimals).is_meant_by(answer)
        return write_number(answer, self.decimals if is_plain else self.decimals + 1)


@dataclass(frozen=True, slots=True)
class Classroom:
    """How a class stands. `number` counts its questions; `counts` says how many gave each answer to the last one."""

    code: str
    nonce: str
    number: int
    question: ClassQuestion | None
    is_revealed: bool
    pupils: int
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """By how many pupils."""
        return sum(self.counts.values())


class Classrooms:
    """All that are open: at most `most`, with at most `most_pupils` each."""

    def __init__(self, engine: Engine, most: int, most_pupils: int) -> None:
        self._engine = engine
        self._most = most
        self._most_pupils = most_pupils

    def open(self, visitor: Visitor) -> Classroom:
        """A new class. Where there are too many, one of whoever has most is closed, the least used."""
        code = _draw()
        with writing(self._engine) as connection:
            decide(connection, Decision.CLASSES)
            _sweep(connection)
            while connection.scalar(select(classrooms.c.code).where(classrooms.c.code == code)):
                code = _draw()
            holder = visitor.holder.sealed()
            connection.execute(
                classrooms.insert().values(
                    code=code, nonce=secrets.token_hex(8), address=holder.address, visitor=holder.visitor,
                    used_at=time.time(), number=0, is_revealed=False,
                )
            )  # fmt: skip
            for gone in choose_to_go(_weigh(connection, code), self._most):
                _remove(connection, gone)
        return self.find(code)

    def find(self, code: str) -> Classroom:
        """The class of that code. Raises UnknownClassroom."""
        with reading(self._engine) as connection:
            row = _row(connection, code)
            answers = connection.execute(
                select(pupils.c.answer, func.count()).where(pupils.c.code == row["code"]).group_by(pupils.c.answer)
            )
            counts = {row[0]: row[1] for row in answers}
        question = ClassQuestion(**row["question"]) if row["question"] else None
        told = {answer: count for answer, count in counts.items() if answer is not None}
        return Classroom(
            row["code"], row["nonce"], row["number"], question, row["is_revealed"], sum(counts.values()), told
        )

    def look_for(self, code: str) -> Classroom | None:
        """The class of that code, if one is open."""
        try:
            return self.find(code)
        except UnknownClassroom:
            return None

    def ask(self, code: str, question: ClassQuestion) -> Classroom:
        """The question is on, and nobody has answered it yet. Raises UnknownClassroom."""
        with writing(self._engine) as connection:
            row = _row(connection, code, to_change=True)
            _change(connection, code, number=row["number"] + 1, question=asdict(question), is_revealed=False)
            connection.execute(pupils.update().where(pupils.c.code == code).values(answer=None))
        return self.find(code)

    def reveal(self, code: str) -> Classroom:
        """The answers are shown, and stay as they are. Raises UnknownClassroom, or InvalidValue before any question."""
        with writing(self._engine) as connection:
            if _row(connection, code, to_change=True)["question"] is None:
                raise InvalidValue(N_("No question is on in this class; PUT one first."), field="question")
            _change(connection, code, is_revealed=True)
        return self.find(code)

    def join(self, code: str, visitor: Visitor) -> None:
        """The visitor is one of its pupils. Raises UnknownClassroom or ClassroomFull."""
        with writing(self._engine) as connection:
            self._seat(connection, _row(connection, code, to_change=True), visitor)

    def answer(self, code: str, number: int, answer: Any, visitor: Visitor) -> str:
        """A pupil's answer to question `number`, in the place of an earlier one; as it is kept.

        Raises UnknownClassroom, ClassroomFull, AnswerTooLate, or InvalidValue for what is no answer.
        """
        with writing(self._engine) as connection:
            row = _row(connection, code, to_change=True)
            if row["question"] is None or row["number"] != number:
                raise AnswerTooLate(N_("Another question is on by now; read the class anew."), field="number")
            if row["is_revealed"]:
                raise AnswerTooLate(N_("The answers are shown already; wait for the next question."), field="answer")
            kept = ClassQuestion(**row["question"]).read(answer)
            mine = self._seat(connection, row, visitor)
            connection.execute(
                pupils.update().where(pupils.c.code == code, pupils.c.pupil == mine).values(answer=kept)
            )  # fmt: skip
        return kept

    def answer_of(self, code: str, visitor: Visitor) -> str | None:
        """What the visitor has answered to the question that is on. Raises UnknownClassroom."""
        with reading(self._engine) as connection:
            mine = _seal(_row(connection, code), visitor)
            found: str | None = connection.scalar(
                select(pupils.c.answer).where(pupils.c.code == code, pupils.c.pupil == mine)
            )
        return found

    def close(self, code: str) -> None:
        """Nothing of it is kept. Raises UnknownClassroom."""
        with writing(self._engine) as connection:
            _row(connection, code, to_change=True)
            _remove(connection, code)

    def sweep(self) -> None:
        """Closes those that nobody has used for a day."""
        with writing(self._engine) as connection:
            decide(connection, Decision.CLASSES)
            _sweep(connection)

    def _seat(self, connection: Connection, row: RowMapping, visitor: Visitor) -> str:
        """How the visitor is called in this class, from now on."""
        code, mine = row["code"], _seal(row, visitor)
        seated = select(pupils.c.pupil).where(pupils.c.code == code)
        if connection.scalar(seated.where(pupils.c.pupil == mine)) is None:
            if _count(connection, code) >= self._most_pupils:
                raise ClassroomFull(N_("This class has %(limit)d pupils, and takes no more."), limit=self._most_pupils)
            connection.execute(pupils.insert().values(code=code, pupil=mine))
        _change(connection, code)
        return mine


def write_number(value: float, decimals: int) -> str:
    """With so many decimals; what is nothing has no sign."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _draw() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _row(connection: Connection, code: str, *, to_change: bool = False) -> RowMapping:
    """Of an open class; nobody else changes what is of it before the transaction's end, where it is `to_change`."""
    chosen = select(classrooms).where(classrooms.c.code == code)
    found = connection.execute(chosen.with_for_update() if to_change else chosen).mappings().first()
    if found is None or found["used_at"] < time.time() - UNUSED_S:
        raise UnknownClassroom(N_("No class of that code is open. Look at the code again, or ask your teacher."))
    return found


def _change(connection: Connection, code: str, **values: Any) -> None:
    """Sets columns of the row, which is used with that."""
    connection.execute(classrooms.update().where(classrooms.c.code == code).values(used_at=time.time(), **values))
    tell(connection, code)


def _count(connection: Connection, code: str) -> int:
    return connection.scalar(select(func.count()).where(pupils.c.code == code)) or 0


def _remove(connection: Connection, code: str) -> None:
    """Its pupils go with it."""
    connection.execute(classrooms.delete().where(classrooms.c.code == code))
    tell(connection, code)


def _sweep(connection: Connection) -> None:
    old = select(classrooms.c.code).where(classrooms.c.used_at < time.time() - UNUSED_S)
    for code in connection.scalars(old).all():
        _remove(connection, code)


def _weigh(connection: Connection, new: str) -> list[Kept]:
    """What each is worth: one with many pupils more than one with few, one just used more than one long left."""
    rows = connection.execute(select(classrooms)).mappings().all()
    return [
        Kept(row["code"], Holder(row["address"], row["visitor"]), (_count(connection, row["code"]), row["used_at"]),
             may_go=row["code"] != new)
        for row in rows
    ]  # fmt: skip


def _seal(row: RowMapping, visitor: Visitor) -> str:
    """A pupil's name in this class alone."""
    return sha256(f"{row['nonce']}\n{visitor.key}".encode()).hexdigest()
