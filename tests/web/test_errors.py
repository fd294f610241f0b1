"""Every refusal is a problem in the visitor's language, and says nothing that it should not."""

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.errors import InvalidValue, PlaygroundError
from app.main import create_app
from app.settings import Settings
from app.web import errors
from tests.web.conftest import Post, problem


def subclasses(kind: type[PlaygroundError]) -> list[type[PlaygroundError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in subclasses(child))]


def test_every_error_of_the_tree_has_a_status() -> None:
    for kind in subclasses(PlaygroundError)[1:]:
        assert any(parent in errors.KINDS for parent in kind.__mro__) or kind.__subclasses__(), kind


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/no-such", 404),
    ("GET", "/api/no-such", 404),
    ("GET", "/static/no-such.js", 404),
    ("GET", "/static/../app/settings.py", 404),
    ("GET", "/static/%2e%2e/app/settings.py", 404),
    ("GET", "/api/convolutions", 405),
    ("DELETE", "/healthz", 405),
])  # fmt: skip
def test_what_is_not_there_is_a_problem(client: TestClient, method: str, path: str, status: int) -> None:
    told = problem(client.request(method, path), status)

    assert told["request_id"]


@pytest.mark.parametrize(("path", "methods"), [
    ("/api/runs", "GET, HEAD, POST"), ("/api/runs/0", "DELETE, GET, HEAD, PATCH"),
    ("/api/runs/0/photo", "GET, HEAD, PUT"), ("/api/convolutions", "POST"),
])  # fmt: skip
def test_a_method_that_is_not_there_is_told_with_all_that_are(client: TestClient, path: str, methods: str) -> None:
    response = client.request("OPTIONS", path)

    problem(response, 405)
    assert response.headers["allow"] == methods


def test_problems_are_told_in_the_visitors_language(convolve: Post) -> None:
    english, spanish = (
        problem(convolve({"kernel": "identity", "stride": "0"}, headers={"Accept-Language": language}), 422)
        for language in ("en", "es")
    )

    assert english["detail"] == "'stride' is 0; it must be from 1 to 64."
    assert spanish["detail"] != english["detail"]
    assert "64" in spanish["detail"]
    assert (english["value"], english["limit"], english["field"]) == (0, 64, "stride")


def test_a_wrong_choice_is_told_with_the_choices_there_are(convolve: Post) -> None:
    fields = {"kernel": "identity", "border": "QQQ"}

    english, spanish = (convolve(fields, headers={"Accept-Language": language}) for language in ("en", "es"))

    allowed = "zero, reflect, replicate, wrap, valid"
    assert problem(english, 422)["detail"] == f"'border': This must be one of {allowed}."
    assert f"«border»: Debe ser uno de estos: {allowed}." in spanish.text, "readable in a terminal, not escaped"


def test_what_was_sent_is_never_repeated(convolve: Post) -> None:
    for fields in ({"kernel": "QQQ"}, {"kernel": "identity", "border": "QQQ"}, {"matrix": "QQQ"}, {"sample": "QQQ"}):
        assert "QQQ" not in convolve(fields).text


def test_a_person_who_browses_sees_a_page(client: TestClient) -> None:
    response = client.get("/no-such?lang=es", headers={"Accept": "text/html"})
    client.cookies.clear()  # it is everybody's client

    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert '<html lang="es">' in response.text


def test_at_most_eight_fields_are_told(client: TestClient) -> None:
    fields = dict.fromkeys(
        ("stride", "dilation", "offset", "divisor", "flip", "border", "display", "format", "color", "max_side"), "x"
    )

    told = problem(client.post("/api/convolutions", data=fields), 422)

    assert len(told["errors"]) == 8
    assert "10" in told["detail"]


@pytest.fixture
def broken(tmp_path: Path) -> FastAPI:
    app = create_app(Settings(data=tmp_path, runs_at_once=0))

    @app.get("/break")
    def fail() -> None:
        raise RuntimeError("the secret of the house")

    @app.get("/odd")
    def refuse() -> None:
        raise InvalidValue("Odd: %(value)s.", value=float("nan"))

    return app


def test_what_nobody_expected_is_a_plain_500_with_its_number(broken: FastAPI) -> None:
    with TestClient(broken, base_url="http://localhost", raise_server_exceptions=False) as client:
        response = client.get("/break")

    told = problem(response, 500)
    assert "secret" not in response.text
    assert told["request_id"] == response.headers["x-request-id"]


def test_a_number_that_json_cannot_hold_is_left_out(broken: FastAPI) -> None:
    with TestClient(broken, base_url="http://localhost") as client:
        response = client.get("/odd")

    assert "value" not in json.loads(response.text)
