"""A class over HTTP: who may do what, what each is told and when, and what is pushed."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.questions.questions import pose
from tests.web.conftest import problem
from tests.web.logged_runs import another_visitor, quiet_client

ASKED = {"kind": "output-size", "seed": 12}
RIGHT = "abcd"[pose("output-size", 12).right]
WRONG = next(letter for letter in "abcd" if letter != RIGHT)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data"), classroom_pupils=6) as client:
        yield client


@pytest.fixture
def teacher(quiet: TestClient) -> TestClient:
    return another_visitor(quiet, "10.0.0.9")


@pytest.fixture
def code(teacher: TestClient) -> Iterator[str]:
    """Of an open class."""
    opened = teacher.post("/api/classes")
    assert opened.status_code == 201, opened.text
    code = opened.json()["code"]
    yield code
    teacher.delete(f"/api/classes/{code}")


def pupil(client: TestClient, code: str) -> TestClient:
    """Somebody behind the school's router who opened the page."""
    made = another_visitor(client, "10.0.0.2")
    assert made.get(f"/class/{code}").status_code == 200
    return made


def ask(teacher: TestClient, code: str, **question: Any) -> dict[str, Any]:
    response = teacher.put(f"/api/classes/{code}/question", json=question or ASKED)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


def answer(client: TestClient, code: str, given: Any, number: int = 1) -> Any:
    return client.post(f"/api/classes/{code}/answers", json={"number": number, "answer": given})


def test_a_class_from_its_opening_to_its_close(quiet: TestClient, teacher: TestClient, code: str) -> None:
    first, second, third = (pupil(quiet, code) for _ in range(3))
    assert ask(teacher, code)["question"] == {"number": 1, **ASKED}

    assert answer(first, code, WRONG).json()["answer"] == WRONG
    assert answer(first, code, RIGHT).json()["answer"] == RIGHT
    answer(second, code, WRONG)
    before = [client.get(f"/api/classes/{code}").json() for client in (teacher, first, third)]
    shown = teacher.post(f"/api/classes/{code}/reveal").json()
    after = first.get(f"/api/classes/{code}").json()

    assert [told["answered"] for told in before] == [2, None, None]
    assert [told["answer"] for told in before] == [None, RIGHT, None]
    assert all(told["answers"] is None for told in before)
    assert {bar["answer"]: bar["count"] for bar in shown["answers"]} == {**dict.fromkeys("abcd", 0), RIGHT: 1, WRONG: 1}
    assert [bar["answer"] for bar in shown["answers"] if bar["right"]] == [RIGHT]
    assert after == shown | {"is_teacher": False, "answer": RIGHT}
    problem(answer(third, code, RIGHT), 409)
    assert teacher.delete(f"/api/classes/{code}").status_code == 204
    problem(first.get(f"/api/classes/{code}"), 404)


def test_a_pupil_may_not_do_what_the_teacher_does(quiet: TestClient, teacher: TestClient, code: str) -> None:
    one, path = pupil(quiet, code), f"/api/classes/{code}"
    ask(teacher, code)

    for response in (one.put(f"{path}/question", json=ASKED), one.post(f"{path}/reveal"), one.delete(path)):
        assert "teacher's link" in problem(response, 403)["detail"]
    other = another_visitor(quiet, "10.0.0.9")
    other.post("/api/classes")
    problem(other.post(f"{path}/reveal"), 403)


def test_the_teachers_link_makes_another_browser_the_teachers(quiet: TestClient, teacher: TestClient) -> None:
    opened, phone = teacher.post("/api/classes").json(), another_visitor(quiet, "10.0.0.4")

    page = phone.get(opened["teacher_link"], follow_redirects=False)

    assert (page.status_code, page.headers["location"]) == (303, "http://localhost/class")
    assert "httponly" in page.headers["set-cookie"].lower()
    assert opened["code"] in phone.get("/class").text
    assert phone.get(f"/class/{opened['code']}", follow_redirects=False).status_code == 303
    assert ask(phone, opened["code"])["is_teacher"]
    assert phone.delete(f"/api/classes/{opened['code']}").status_code == 204


@pytest.mark.parametrize("key", ["", "x", "CDFHJ-0011.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "."])
def test_another_link_is_none(quiet: TestClient, key: str) -> None:
    problem(another_visitor(quiet).get("/class", params={"key": key}), 403)


def test_a_code_may_be_written_small_and_typed_into_the_page(quiet: TestClient, code: str) -> None:
    one = another_visitor(quiet)

    typed = one.get("/class", params={"code": f" {code.lower()} "}, follow_redirects=False)

    assert typed.headers["location"] == f"http://localhost/class/{code}"
    assert one.get(f"/api/classes/{code.lower()}").json()["code"] == code
    missing = one.get("/class/NOONE")
    assert missing.status_code == 404
    assert "No class of that code is open" in missing.text


def test_numbers_that_were_written_are_counted_the_right_one_first(quiet: TestClient, teacher: TestClient) -> None:
    code = teacher.post("/api/classes").json()["code"]
    right = pose("receptive-field", 3)
    value = right.options[right.right].shows.value  # type: ignore[union-attr]
    ask(teacher, code, kind="receptive-field", seed=3)

    for given in (value, value + 1, value + 1):
        assert answer(pupil(quiet, code), code, given).status_code == 200

    bars = teacher.post(f"/api/classes/{code}/reveal").json()["answers"]
    assert [(float(bar["answer"]), bar["count"], bar["right"]) for bar in bars] == [
        (value, 1, True),
        (value + 1, 2, False),
    ]


def test_without_a_seed_one_is_drawn(teacher: TestClient, code: str) -> None:
    seeds = {ask(teacher, code, kind="pixel")["question"]["seed"] for _ in range(3)}

    assert len(seeds) > 1


@pytest.mark.parametrize(("body", "status"), [
    ({}, 422), ([], 422), ({"kind": 3}, 422), ({"kind": "pixel", "seed": -1}, 422),
    ({"kind": "pixel", "seed": True}, 422),
    ({"kind": "pixel", "more": 1}, 422), ({"kind": "nonsense"}, 404),
])  # fmt: skip
def test_what_is_no_question_is_refused(teacher: TestClient, code: str, body: Any, status: int) -> None:
    problem(teacher.put(f"/api/classes/{code}/question", json=body), status)


@pytest.mark.parametrize("body", [
    {}, [], {"answer": "a"}, {"number": "1", "answer": "a"}, {"number": 1, "answer": "z"},
    {"number": True, "answer": "a"}, {"number": 1, "answer": "a", "more": 1},
])  # fmt: skip
def test_what_is_no_answer_is_refused(quiet: TestClient, teacher: TestClient, code: str, body: Any) -> None:
    ask(teacher, code)

    problem(pupil(quiet, code).post(f"/api/classes/{code}/answers", json=body), 422)


def test_a_full_class_says_so(quiet: TestClient, teacher: TestClient, code: str) -> None:
    ask(teacher, code)
    for _ in range(6):
        assert answer(pupil(quiet, code), code, RIGHT).status_code == 200

    assert problem(answer(pupil(quiet, code), code, RIGHT), 429)["limit"] == 6


def test_the_code_for_the_wall_is_written_for_a_class_and_no_other_place(quiet: TestClient, code: str) -> None:
    assert quiet.get("/api/qr", params={"path": f"/class/{code}"}).status_code == 200
    for path in (f"/class/{code}/", f"/class/{code}?x=1", "/class/evil.org", "/class/"):
        problem(quiet.get("/api/qr", params={"path": path}), 422)


def test_the_front_page_leads_the_teacher_there(quiet: TestClient) -> None:
    at_the_machine = another_visitor(quiet, "127.0.0.1")

    assert 'href="/class"' in at_the_machine.get("/").text
    assert 'href="/class"' not in another_visitor(quiet).get("/").text


def test_a_class_takes_a_number_for_right_where_a_chapter_does(quiet: TestClient, teacher: TestClient) -> None:
    code = teacher.post("/api/classes").json()["code"]
    posed = pose("receptive-field", 3)
    value = posed.options[posed.right].shows.value  # type: ignore[union-attr]
    ask(teacher, code, kind="receptive-field", seed=3)
    given = [value + by for by in (0, 0.4, -0.4, 0.5, -0.5, 0.6)]

    kept = [answer(pupil(quiet, code), code, number).json()["answer"] for number in given]

    right = {bar["answer"]: bar["right"] for bar in teacher.post(f"/api/classes/{code}/reveal").json()["answers"]}
    judged = [
        quiet.post("/api/questions/receptive-field/answers", json={"seed": 3, "answer": number}).json()["right"]
        for number in given
    ]
    assert [right[one] for one in kept] == judged == [True, True, True, False, False, False]
