"""What is shared with a room: codes of this app's own pages, and short addresses of prepared states."""

import io
from urllib.parse import parse_qsl, urlsplit

import pytest
import segno
from starlette.testclient import TestClient

from app.web.rooms import ROOMS
from tests.web.conftest import problem

LONG = "/convolve?steps=" + "x" * 1_900


@pytest.mark.parametrize(
    "path", ["/", "/convolve", "/lessons/3#lower", "/classify?model=best&sample=cat", "/s/mouse-back", LONG]
)
def test_a_code_holds_the_address_by_which_the_app_was_asked(client: TestClient, path: str) -> None:
    answer = client.get("/api/qr", params={"path": path})

    expected = io.BytesIO()
    segno.make_qr(f"http://localhost{path}", error="l").save(
        expected, kind="svg", border=4, light="white", dark="black", omitsize=True, xmldecl=False
    )
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == expected.getvalue()


@pytest.mark.parametrize(
    "path",
    ["", "convolve", "//evil.org", "//evil.org/convolve", "https://evil.org/", "/api/runs", "/s/nobody", "/static/x",
     "/convolve/../api/runs", "\\\\evil.org", "@evil.org/"],
)  # fmt: skip
def test_no_other_address_is_written(client: TestClient, path: str) -> None:
    assert problem(client.get("/api/qr", params={"path": path}), 422)["field"] == "path"


def test_a_path_has_a_limit(client: TestClient) -> None:
    problem(client.get("/api/qr", params={"path": "/convolve?" + "x" * 2_000}), 422)


def read(location: str) -> tuple[str, list[tuple[str, str]]]:
    """The path and the fields of an address of this app."""
    parts = urlsplit(location)
    assert (parts.scheme, parts.netloc) == ("http", "localhost")
    return parts.path, parse_qsl(parts.query)


def test_every_prepared_state_has_a_short_address_that_opens_it(client: TestClient) -> None:
    names = [state.name for room in ROOMS for state in room.states()]
    assert len(set(names)) == len(names)

    for room in ROOMS:
        for state in room.states():
            answer = client.get(f"/s/{state.name}", follow_redirects=False)
            assert answer.status_code == 307
            assert read(answer.headers["location"]) == (room.path, parse_qsl(state.query))


def test_what_else_a_short_address_says_goes_along(client: TestClient) -> None:
    answer = client.get("/s/mouse-back?class=1&lang=es", follow_redirects=False)

    assert answer.headers["location"].endswith("&class=1&lang=es")


def test_a_short_address_of_nothing_is_told(client: TestClient) -> None:
    problem(client.get("/s/nobody"), 404)
