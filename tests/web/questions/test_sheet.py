"""The sheet of questions to print: the same for a seed, with and without answers, in both languages."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.core.questions.kinds import QUESTION_KINDS
from app.core.questions.posed import LETTERS
from app.core.questions.questions import pose
from tests.web.conftest import problem

SHEET = "/lessons/questions"
ALL = ",".join(QUESTION_KINDS)


def shown(client: TestClient, query: str) -> str:
    answer = client.get(f"{SHEET}?{query}")
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def questions(page: str) -> list[str]:
    """The kinds on the sheet, in its order."""
    return re.findall(r'<li id="([a-z-]+)">', page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_is_printed_as_it_is_asked(client: TestClient, language: str) -> None:
    page = shown(client, f"seed=7&kinds={ALL}&lang={language}")

    assert questions(page) == list(QUESTION_KINDS)
    for kind in QUESTION_KINDS:
        told = client.get(f"/api/questions/{kind}?seed=7", headers={"Accept-Language": language}).json()
        assert told["text"] in page
        assert all(choice["text"] in page for choice in told["choices"] or () if choice["text"])


def test_a_seed_is_always_the_same_sheet_and_another_one_is_another(client: TestClient) -> None:
    assert shown(client, "seed=7&answers=1") == shown(client, "seed=7&answers=1")
    assert shown(client, "seed=7") != shown(client, "seed=8")


def test_answers_are_there_on_request_alone(client: TestClient) -> None:
    kinds = [kind for kind in QUESTION_KINDS if not pose(kind, 3).draft.is_typed]

    bare = shown(client, f"seed=3&kinds={','.join(kinds)}")
    answered = shown(client, f"seed=3&kinds={','.join(kinds)}&answers=1")

    assert 'class="working"' not in bare
    assert 'class="is-right"' not in bare
    letters = re.findall(r"<p><strong>([a-d])\)</strong>", answered)
    assert letters == [LETTERS[pose(kind, 3).right] for kind in kinds]
    assert answered.count('class="is-right"') == len(kinds)


def test_without_a_seed_the_address_gets_one_and_keeps_the_rest(client: TestClient) -> None:
    answer = client.get(f"{SHEET}?kinds=relu&answers=1", follow_redirects=False)

    assert answer.status_code == 307
    assert re.fullmatch(rf"{SHEET}\?kinds=relu&answers=1&seed=\d+", answer.headers["location"])


def test_kinds_come_in_the_order_of_the_lecture_however_they_are_named(client: TestClient) -> None:
    commas = shown(client, "seed=1&kinds=softmax,relu,relu")
    boxes = shown(client, "seed=1&kinds=relu&kinds=softmax")

    assert questions(commas) == questions(boxes) == ["relu", "softmax"]


@pytest.mark.parametrize("query", ["seed=-1", "seed=2147483648", "seed=x", "seed=1&answers=perhaps"])
def test_what_is_no_seed_is_refused(client: TestClient, query: str) -> None:
    problem(client.get(f"{SHEET}?{query}"), 422)


def test_a_kind_that_is_none_is_not_found(client: TestClient) -> None:
    problem(client.get(f"{SHEET}?seed=1&kinds=kitchen"), 404)
