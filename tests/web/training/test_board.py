"""The teacher's board: who may see it, what it tells and what not."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.web.training.nicknames import nickname, read_list
from tests.web.conftest import problem
from tests.web.logged_runs import ROW, another_visitor, quiet_client, set_state, store_of, submit, write


@pytest.fixture
def quiet(tmp_path: Any) -> Iterator[TestClient]:
    with quiet_client(tmp_path) as client:
        yield client


def teacher(client: TestClient) -> TestClient:
    made = another_visitor(client, "10.0.0.77")
    made.get("/teacher", params={"key": client.app.state.signatures.teacher_key})  # type: ignore[attr-defined]
    return made


def test_only_the_teacher_sees_it(quiet: TestClient) -> None:
    pupil = another_visitor(quiet)

    assert pupil.get("/board", headers={"Accept": "text/html"}).status_code == 403
    assert "printed where the server was started" in problem(pupil.get("/api/board"), 403)["detail"]
    assert teacher(quiet).get("/board").status_code == 200


def test_the_train_page_leads_the_teacher_there_and_nobody_else(quiet: TestClient) -> None:
    assert 'href="/board"' in teacher(quiet).get("/train").text
    assert 'href="/board"' not in another_visitor(quiet).get("/train").text


def test_the_board_leads_to_a_question_for_the_class(quiet: TestClient) -> None:
    assert 'href="/class"' in teacher(quiet).get("/board").text


def test_it_tells_the_runs_of_the_lesson_in_their_order(quiet: TestClient) -> None:
    ended, on, next_, last = (submit(another_visitor(quiet, f"10.0.0.{k}"), name="Bad word")["id"] for k in range(2, 6))
    store = store_of(quiet)
    write(store, ended, ("epoch", ROW | {"validation_accuracy": 0.75}))
    set_state(store, ended, "finished", last=ROW | {"validation_accuracy": 0.75})
    set_state(store, on, "running", step=10, steps=40, seconds=20.0, started_at=1.0)

    # what ended long ago, as `set_state` says, is no part of the lesson
    told = teacher(quiet).get("/api/board").json()["runs"]

    assert [run["id"] for run in told] == [on, next_, last]
    assert [run["place"] for run in told] == [None, 1, 2]
    assert (told[0]["done"], told[0]["seconds"]) == (0.25, 60.0)
    assert told[1]["seconds"] < told[2]["seconds"]
    assert "Bad word" not in str(told)


def test_a_nickname_is_the_same_animal_in_both_languages() -> None:
    animals, places = read_list()
    english, spanish = {row[1]: row[2] for row in animals}, {row[1].lower(): row[2] for row in places}

    for visitor in map(str, range(200)):
        place, animal = nickname(visitor, "en").lower().split()
        assert nickname(visitor, "es").lower() == f"{english[animal]} {spanish[place]}"


def test_few_of_a_class_share_a_nickname() -> None:
    animals, places = read_list()

    assert len(animals) * len(places) > 1000
    assert len({row[1] for row in animals}) == len({row[2] for row in animals}) == len(animals)


def test_who_waits_knows_the_own_nickname(quiet: TestClient) -> None:
    run = submit(quiet)

    shown = next(one for one in teacher(quiet).get("/api/board").json()["runs"] if one["id"] == run["id"])

    assert run["nickname"] == shown["nickname"]
