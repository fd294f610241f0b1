"""JSON as visitors send it: what it is refused for, and that nobody waits for who sends much of it."""

import json
from collections.abc import Iterator

import psutil
import pytest
from starlette.testclient import TestClient

from app.web.forms import LONGEST_JSON
from app.web.json_texts import parse_json
from app.web.refusals import MalformedRequest
from tests.test_cli import serving
from tests.web.conftest import Post, problem
from tests.web.live_server import Server

MARK = "\ufeff"
DIGITS = "9" * 5000
NETWORK = {"input": [1, 8, 8], "classes": 2, "layers": [{"type": "flatten"}, {"type": "dense", "units": 2}]}
MEBIBYTE = {  # what takes longest to read
    "lists": "[" + ",".join(["[]"] * 349_000) + "]",
    "objects": "[" + ",".join(['{"a":1}'] * 130_000) + "]",
    "numbers": "[" + ",".join(["0"] * 520_000) + "]",
}
FIELD = {name: text[: LONGEST_JSON - 20].rpartition(",")[0] + "]" for name, text in MEBIBYTE.items()}


def post(client: TestClient, body: bytes, path: str = "/api/networks", method: str = "POST") -> object:
    return client.request(method, path, content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize("sent", [f'{MARK}{{"a": [1]}}', f'{MARK}{{"a": [1]}}'.encode(), b'{"a": [1]}'])
def test_a_byte_order_mark_is_no_part_of_it(sent: str | bytes) -> None:
    assert parse_json(sent) == {"a": [1]}


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"{", "not valid JSON"),
        (b"", "not valid JSON"),
        (f"{MARK}{MARK}1".encode(), "not valid JSON"),
        ('{"a": 1}'.encode("utf-16"), "not written in UTF-8"),
        (b'{"name": "\xe9"}', "not written in UTF-8"),
        (f'{{"a": {DIGITS}}}'.encode(), "more than 4300 digits"),
        (f"-{DIGITS}".encode(), "more than 4300 digits"),
        (b"[" * 33 + b"]" * 33, "more than 32 deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "more than 32 deep"),
        (b"[" * 500_000, "more than 32 deep"),
    ],
)
def test_what_is_wrong_is_named_for_what_it_is(sent: bytes, reason: str) -> None:
    with pytest.raises(MalformedRequest, match=reason):
        parse_json(sent)


@pytest.mark.parametrize(
    "text", ["[" * 32 + "]" * 32, '{"a":[' * 16 + "1" + "]}" * 16, json.dumps(["[" * 40, '"]]{{']), f"{DIGITS}.0"]
)
def test_what_is_not_too_deep_is_read_as_it_is(text: str) -> None:
    assert parse_json(text) == json.loads(text)


def test_a_field_of_a_form_says_the_same(convolve: Post) -> None:
    marked = convolve({"matrix": f"{MARK}[[1]]"})
    endless = problem(convolve({"matrix": f"[[{DIGITS}]]"}), 400)
    long = problem(convolve({"matrix": MEBIBYTE["lists"][: LONGEST_JSON + 1]}), 422)

    assert marked.status_code == 200
    assert (endless["field"], endless["limit"]) == ("matrix", 4300)
    assert (long["field"], long["limit"], long["value"]) == ("matrix", LONGEST_JSON, LONGEST_JSON + 1)


def test_a_kernel_of_the_largest_side_with_all_digits_is_short_enough() -> None:
    assert len(json.dumps([[-0.12345678901234567] * 63] * 63)) < LONGEST_JSON


def test_bodies_say_the_same(client: TestClient) -> None:
    marked = post(client, f"{MARK}{json.dumps(NETWORK)}".encode())
    endless = problem(post(client, f'{{"classes": {DIGITS}}}'.encode()), 400)

    assert marked.status_code == 200
    assert endless["limit"] == 4300


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("data"), PLAYGROUND_RUNS_AT_ONCE="0") as (process, port, _):
        server = Server(process, port)
        yield server
        server.client.close()


@pytest.mark.parametrize("kind", MEBIBYTE)
def test_the_server_itself_reads_none_that_is_long(server: Server, kind: str) -> None:
    """Counted in processor time, of which all who wait have to be patient: a load of the machine does not matter."""
    itself = psutil.Process(server.process.pid)
    form, json_type = {"matrix": FIELD[kind], "steps": FIELD[kind]}, {"content-type": "application/json"}
    server.client.post("/api/networks", json=NETWORK)

    before = sum(itself.cpu_times()[:2])
    for _ in range(8):
        body = server.client.post("/api/networks", content=MEBIBYTE[kind], headers=json_type)
        fields = server.client.post("/api/convolutions", data=form, files={"image": b""})
    spent = (sum(itself.cpu_times()[:2]) - before) / 8

    assert (body.status_code, fields.status_code) == (422, 422)
    assert spent < 0.1
