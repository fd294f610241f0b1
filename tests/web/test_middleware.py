"""What every request passes through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.main import create_app
from app.settings import Settings
from tests.web.conftest import Post, problem


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.20", "a.localhost"]
)
def test_local_names_and_addresses_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "localhost:99999999"]
)
def test_other_host_names_are_refused(client: TestClient, host: str) -> None:
    problem(client.get("/healthz", headers={"Host": host}), 400)


def test_a_host_that_the_settings_allow_is_answered(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, runs_at_once=0, allowed_hosts=("class.example.org",)))

    with TestClient(app, base_url="http://class.example.org") as client:
        assert client.get("/healthz").status_code == 200


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"}, {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "null"}, {"Origin": ""}, {"Origin": "http://localhost:8001"}, {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:80:80"}, {"Origin": "localhost"}, {"Origin": "http://127.0.0.1"},
]  # fmt: skip
UNSAFE = [
    ("POST", "/api/convolutions"), ("POST", "/api/datasets"), ("POST", "/api/runs"),
    ("PATCH", "/api/runs/0123456789abcdef"),
    ("DELETE", "/api/runs/0123456789abcdef"), ("PUT", "/api/runs"), ("POST", "/no-such"), ("BREW", "/convolve"),
]  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_call_sent_by_another_site_is_refused(convolve: Post, headers: dict[str, str]) -> None:
    problem(convolve({"kernel": "identity"}, headers=headers), 403)


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_whatever_may_change_something_is_refused_to_another_site(client: TestClient, method: str, path: str) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        told = problem(client.request(method, path, headers=headers, data={"name": "a"}), 403)

        assert told["type"].endswith("foreign-origin")


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, {"Origin": "http://LOCALHOST:80"},
        {"Origin": "http://10.0.0.7:8000", "Host": "10.0.0.7:8000"},
        {"Origin": "https://localhost", "Host": "localhost"}, {"Sec-Fetch-Site": "none"},
        {"Origin": "http://[::1]:8000", "Host": "[::1]:8000"},
    ],
)  # fmt: skip
def test_a_call_of_ones_own_page_or_program_is_answered(convolve: Post, headers: dict[str, str]) -> None:
    assert convolve({"kernel": "identity"}, headers=headers).status_code == 200


def test_behind_a_proxy_the_site_is_known_by_the_name_that_is_allowed(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, runs_at_once=0, allowed_hosts=("class.example.org",)))

    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        own = client.post("/no-such", headers={"Origin": "https://class.example.org"})
        other = client.post("/no-such", headers={"Origin": "https://class.example.org:8443"})

    assert (own.status_code, other.status_code) == (404, 403)


@pytest.mark.parametrize("path", ["/healthz", "/convolve", "/static/js/api.js", "/no-such"])
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert policy.endswith("; frame-ancestors 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_pages_of_the_sites_that_the_settings_name_may_show_ours(tmp_path: Path) -> None:
    sites = ("https://moodle.example.org", "http://*.example.edu:8080")
    app = create_app(Settings(data=tmp_path, runs_at_once=0, embed=sites))

    with TestClient(app, base_url="http://localhost") as client:
        policy = client.get("/convolve").headers["content-security-policy"]

    assert policy.endswith("; frame-ancestors 'self' https://moodle.example.org http://*.example.edu:8080")


def test_a_request_keeps_a_sane_number_and_gets_another_for_a_wild_one(client: TestClient) -> None:
    sane = client.get("/healthz", headers={"X-Request-ID": "demo-42"}).headers["x-request-id"]
    wild = client.get("/healthz", headers={"X-Request-ID": "a b\t<script>"}).headers["x-request-id"]

    assert sane == "demo-42"
    assert len(wild) == 16


def test_a_body_declared_too_large_is_refused_unread(client: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(10**12)}

    problem(client.post("/api/convolutions", content=b"", headers=headers), 413)


def test_a_body_that_never_said_its_size_is_cut_off(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        while sent < 200:
            sent += 1
            yield bytes(1024 * 1024)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    problem(client.post("/api/convolutions", content=endless(), headers=headers), 413)


@pytest.mark.parametrize("path", ["/", "/convolve", "/api/docs", "/api/openapi.json", "/api/limits", "/healthz",
                                  "/static/js/api.js"])  # fmt: skip
def test_head_is_answered_as_get_without_the_body(client: TestClient, path: str) -> None:
    plain = {"Accept-Encoding": "identity"}
    get, head = (client.request(method, path, follow_redirects=False, headers=plain) for method in ("GET", "HEAD"))

    assert head.status_code == get.status_code
    assert head.headers.get("content-type") == get.headers.get("content-type")
    assert head.headers["content-length"] == str(len(get.content))
    assert head.content == b""


@pytest.mark.parametrize(("path", "status"), [("/no-such", 404), ("/api/convolutions", 405)])
def test_head_is_refused_where_get_is(client: TestClient, path: str, status: int) -> None:
    assert client.head(path).status_code == status


def test_head_of_a_stream_ends_and_is_logged_with_its_route(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, runs_at_once=0))

    @app.get("/ticks/{speed}")
    def stream(speed: int) -> StreamingResponse:
        return StreamingResponse(b"tick" for _ in range(speed))

    with TestClient(app, base_url="http://localhost") as client, capture_logs() as logs:
        response = client.head("/ticks/3")

    told = next(line for line in logs if line["event"] == "request")
    assert (response.status_code, response.content) == (200, b"")
    assert (told["method"], told["route"]) == ("HEAD", "/ticks/{speed}")
