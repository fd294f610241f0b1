"""Questions over HTTP: listed, asked, answered, in both languages; refused where there is nothing to answer."""

import base64
import io
from typing import Any

import httpx2
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.core.questions.kinds import QUESTION_KINDS
from app.core.questions.questions import judge_answer, pose
from tests.web.conftest import problem


def ask(client: TestClient, kind: str, seed: int, language: str = "en") -> dict[str, Any]:
    response = client.get(f"/api/questions/{kind}?seed={seed}", headers={"Accept-Language": language})
    assert response.status_code == 200, response.text
    return response.json()


def answer(client: TestClient, kind: str, language: str = "en", **body: Any) -> httpx2.Response:
    return client.post(f"/api/questions/{kind}/answers", json=body, headers={"Accept-Language": language})


def test_all_kinds_are_listed_with_chapter_and_title(client: TestClient) -> None:
    english, spanish = (
        client.get("/api/questions", headers={"Accept-Language": language}).json()["questions"]
        for language in ("en", "es")
    )

    assert [row["kind"] for row in english] == list(QUESTION_KINDS)
    assert english[7] == {"kind": "output-size", "chapter": 3, "title": "Size of the result"}
    assert spanish[7] == {"kind": "output-size", "chapter": 3, "title": "Tamaño del resultado"}
    assert [row["chapter"] for row in english] == sorted(row["chapter"] for row in english)


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_every_kind_is_asked_and_answered_right_and_wrong_in_both_languages(client: TestClient, kind: str) -> None:
    posed = pose(kind, 5)
    for language in ("en", "es"):
        told = ask(client, kind, 5, language)

        if told["choices"] is None:
            answers = [option.shows.value for option in posed.options]  # type: ignore[union-attr]
        else:
            answers = [choice["id"] for choice in told["choices"]]
        judged = [answer(client, kind, language, seed=5, answer=given).json() for given in answers]

        assert [found["right"] for found in judged].count(True) == 1
        assert judged[posed.right]["right"]
        assert all(found["reply"] and found["working"] for found in judged)


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_a_question_does_not_tell_its_answer(client: TestClient, kind: str) -> None:
    told = ask(client, kind, 5)

    assert set(told) == {"kind", "seed", "chapter", "title", "text", "figures", "choices"}
    for choice in told["choices"] or ():
        assert set(choice) == {"id", "text", "figure"}
    said = " ".join(step.text.message for step in judge_answer(kind, 5, "a" if told["choices"] else 1).working)
    assert said not in str(told)


def test_words_and_numbers_follow_the_language(client: TestClient) -> None:
    english, spanish = (ask(client, "preparation", 12, language) for language in ("en", "es"))

    assert english["figures"][0]["rows"][1]["value"] == "0.31"
    assert spanish["figures"][0]["rows"][1]["value"] == "0,31"
    assert spanish["choices"][0]["text"] == "de −1,41 a 3,14"


def test_without_a_seed_one_is_drawn_and_told(client: TestClient) -> None:
    drawn = [client.get("/api/questions/pixel").json() for _ in range(3)]

    assert len({told["seed"] for told in drawn}) > 1
    assert ask(client, "pixel", drawn[0]["seed"]) == drawn[0]


def test_pictures_come_as_png(client: TestClient) -> None:
    told = ask(client, "which-picture", 5)

    for shown in (told["figures"][0], *(choice["figure"] for choice in told["choices"])):
        head, _, data = shown["image"].partition(",")
        assert head == "data:image/png;base64"
        assert Image.open(io.BytesIO(base64.b64decode(data))).size == (shown["width"], shown["height"])


def test_a_kind_that_is_none_is_not_found(client: TestClient) -> None:
    for response in (client.get("/api/questions/nonsense"), answer(client, "nonsense", seed=1, answer="a")):
        assert problem(response, 404)["limit"] == len(QUESTION_KINDS)


@pytest.mark.parametrize("seed", ["-1", "2147483648", "x", "1.5", ""])
def test_a_seed_that_is_none_is_refused(client: TestClient, seed: str) -> None:
    assert problem(client.get(f"/api/questions/pixel?seed={seed}"), 422)["field"] == "seed"


@pytest.mark.parametrize(("body", "field"), [
    ({"seed": 1}, "answer"),
    ({"answer": "a"}, "answer"),
    ({"seed": 1, "answer": "a", "more": 1}, "answer"),
    ([1], "answer"),
    ({"seed": -1, "answer": "a"}, "seed"),
    ({"seed": 1.0, "answer": "a"}, "seed"),
    ({"seed": True, "answer": "a"}, "seed"),
    ({"seed": 2**31, "answer": "a"}, "seed"),
    ({"seed": 1, "answer": "z"}, "answer"),
    ({"seed": 1, "answer": 3}, "answer"),
    ({"seed": 1, "answer": None}, "answer"),
])  # fmt: skip
def test_an_answer_that_is_none_is_refused(client: TestClient, body: Any, field: str) -> None:
    assert problem(client.post("/api/questions/pixel/answers", json=body), 422)["field"] == field


def test_a_number_that_json_does_not_have_is_refused(client: TestClient) -> None:
    response = client.post(
        "/api/questions/receptive-field/answers", content=b'{"seed": 1, "answer": NaN}',
        headers={"Content-Type": "application/json"},
    )  # fmt: skip

    assert problem(response, 422)["field"] == "answer"
