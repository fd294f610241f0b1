"""Classes as they are kept: who answers what and when, what a restart keeps, and that closing leaves nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.errors import AnswerTooLate, ClassroomFull, InvalidValue, UnknownClassroom
from app.runs.store.classrooms import ALPHABET, CODE_LENGTH, UNUSED_S, ClassQuestion, Classrooms
from app.runs.store.database import reading, writing
from app.runs.store.schema import classrooms as classrooms_table
from app.runs.store.schema import pupils as pupils_table
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, BOB

LETTERS = ClassQuestion("output-size", 12, "abcd", 0, "b")
NUMBERS = ClassQuestion("photo-pixel", 7, "", 1, "31.5")


@pytest.fixture
def classes(store: Store) -> Classrooms:
    return Classrooms(store.engine, most=20, most_pupils=200)


def count(store: Store) -> tuple[int, int]:
    """Rows of classes, and of pupils."""
    with reading(store.engine) as connection:
        rows, seats = (
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (classrooms_table, pupils_table)
        )
    return rows, seats


def let_pass(store: Store, seconds: float) -> None:
    """All classes were used so much longer ago."""
    with writing(store.engine) as connection:
        used_at = classrooms_table.c.used_at
        connection.execute(classrooms_table.update().values(used_at=used_at - seconds))


def test_a_code_is_short_and_has_no_letters_that_look_alike(classes: Classrooms) -> None:
    codes = {classes.open(ANNA).code for _ in range(10)}

    assert len(codes) == 10
    assert all(len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("01OQIL258SZBVUAEU")


def test_each_pupil_has_one_answer_and_may_change_it_until_it_is_shown(classes: Classrooms) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)

    for answer in ("a", "b"):
        classes.answer(code, 1, answer, BOB)
    classes.answer(code, 1, "a", Visitor("carl", BOB.address))

    assert classes.find(code).counts == {"a": 1, "b": 1}
    assert classes.answer_of(code, BOB) == "b"
    assert classes.answer_of(code, ANNA) is None
    assert (classes.find(code).pupils, classes.find(code).answered) == (2, 2)


def test_once_answers_are_shown_they_stay(classes: Classrooms) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)
    classes.answer(code, 1, "b", BOB)

    classes.reveal(code)

    with pytest.raises(AnswerTooLate, match="shown already"):
        classes.answer(code, 1, "a", BOB)
    assert classes.find(code).counts == {"b": 1}


def test_the_next_question_begins_with_no_answer_and_takes_none_to_the_last(classes: Classrooms) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)
    classes.answer(code, 1, "b", BOB)
    classes.reveal(code)

    state = classes.ask(code, NUMBERS)

    assert (state.number, state.question, state.is_revealed) == (2, NUMBERS, False)
    assert (state.pupils, state.answered) == (1, 0)
    with pytest.raises(AnswerTooLate, match="Another question"):
        classes.answer(code, 1, "b", BOB)


def test_before_a_question_there_is_nothing_to_answer_or_show(classes: Classrooms) -> None:
    code = classes.open(ANNA).code

    with pytest.raises(AnswerTooLate):
        classes.answer(code, 0, "a", BOB)
    with pytest.raises(InvalidValue):
        classes.reveal(code)


@pytest.mark.parametrize("answer", ["e", "ab", "", 1, None, True, ["a"]])
def test_what_is_no_choice_is_refused(classes: Classrooms, answer: Any) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)

    with pytest.raises(InvalidValue):
        classes.answer(code, 1, answer, BOB)
    assert classes.find(code).answered == 0


def test_numbers_are_counted_as_one_where_they_are_one(classes: Classrooms) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, NUMBERS)

    for name, answer in {"a": 31.5, "b": 31.52, "c": 32, "d": -0.01}.items():
        classes.answer(code, 1, answer, Visitor(name, ""))

    assert classes.find(code).counts == {"31.5": 2, "32.0": 1, "0.0": 1}
    for wrong in ("31", True, None, float("nan"), float("inf"), 1e16):
        with pytest.raises(InvalidValue):
            NUMBERS.read(wrong)


def test_closing_deletes_all_of_it(classes: Classrooms, store: Store) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)
    classes.answer(code, 1, "b", BOB)
    other = classes.open(ANNA).code

    classes.close(code)

    assert count(store) == (1, 0)
    assert classes.find(other).code == other
    for call in (classes.find, classes.close, classes.reveal):
        with pytest.raises(UnknownClassroom):
            call(code)


def test_a_day_without_use_closes_it(classes: Classrooms, store: Store) -> None:
    code = classes.open(ANNA).code
    classes.join(code, BOB)
    let_pass(store, UNUSED_S - 60)
    classes.join(code, BOB)  # which is a use
    let_pass(store, UNUSED_S - 60)
    assert classes.find(code).pupils == 1

    let_pass(store, 120)

    with pytest.raises(UnknownClassroom):
        classes.find(code)
    classes.sweep()
    assert count(store) == (0, 0)


def test_another_server_or_a_restart_finds_it_as_it_was(classes: Classrooms, open_store: Callable[..., Store]) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)
    classes.answer(code, 1, "b", BOB)

    again = Classrooms(open_store().engine, 20, 200)

    assert again.find(code) == classes.find(code)
    assert again.answer_of(code, BOB) == "b"


def test_a_class_takes_so_many_pupils_and_no_more(store: Store) -> None:
    classes = Classrooms(store.engine, most=20, most_pupils=2)
    code = classes.open(ANNA).code
    for name in ("a", "b", "a"):
        classes.join(code, Visitor(name, ""))

    with pytest.raises(ClassroomFull) as refused:
        classes.join(code, Visitor("c", ""))

    assert refused.value.values["limit"] == 2


def test_past_the_limit_who_has_most_gives_the_least_used(store: Store) -> None:
    classes = Classrooms(store.engine, most=4, most_pupils=200)
    lesson = classes.open(BOB).code
    many = [classes.open(replace(ANNA, cookie=f"invented {k}")).code for k in range(6)]

    assert classes.find(lesson).code == lesson
    assert classes.look_for(many[-1]) is not None
    assert count(store)[0] == 4


def test_thirty_who_answer_at_once_are_all_counted(classes: Classrooms) -> None:
    code = classes.open(ANNA).code
    classes.ask(code, LETTERS)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda k: classes.answer(code, 1, "abcd"[k % 4], Visitor(f"pupil {k}", "")), range(30)))

    assert classes.find(code).counts == {"a": 8, "b": 8, "c": 7, "d": 7}


def test_who_answered_cannot_be_found_among_visitors(classes: Classrooms, store: Store) -> None:
    first, second = classes.open(ANNA).code, classes.open(ANNA).code
    for code in (first, second):
        classes.join(code, BOB)

    with reading(store.engine) as connection:
        names = connection.scalars(select(pupils_table.c.pupil)).all()

    assert len(set(names)) == 2
    assert all("bob" not in name for name in names)
