"""An order that is sent twice, for want of an answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from app.runs.store.request_keys import RequestKey
from app.runs.store.states import Visitor
from tests.web.conftest import problem
from tests.web.logged_runs import SMALL, another_visitor, quiet_client

KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'
ORDER = {"dataset": "digits", "network": SMALL, "training": {"epochs": 4}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def quiet(folder: Path) -> Iterator[TestClient]:
    with quiet_client(folder) as client:
        yield client


def send(client: TestClient, order: object = ORDER, key: str | None = KEY) -> httpx2.Response:
    keyed = {} if key is None else {"idempotency-key": key}
    content, kind = json.dumps(order), {"content-type": "application/json"}
    return client.post("/api/runs", content=content, headers=kind | keyed)


def test_the_same_order_with_the_same_key_is_one_run(quiet: TestClient) -> None:
    first, again = send(quiet), send(quiet)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert len(quiet.get("/api/runs").json()["runs"]) == 1


def test_without_a_key_or_with_another_or_of_another_visitor_it_is_another_run(quiet: TestClient) -> None:
    bob = another_visitor(quiet)

    answers = [send(quiet), send(quiet, key=None), send(quiet, key='"another"'), send(bob)]

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 4


def test_a_key_is_known_after_a_restart_and_forgotten_with_its_run(folder: Path) -> None:
    with quiet_client(folder) as client:
        first = send(client).json()["id"]

    with quiet_client(folder) as client:
        again = send(client).json()["id"]
        client.delete(f"/api/runs/{first}")
        anew = send(client).json()["id"]

    assert again == first
    assert anew != first


def test_another_order_with_the_same_key_is_refused(quiet: TestClient) -> None:
    send(quiet)

    told = problem(send(quiet, ORDER | {"name": "Other"}), 422)

    assert told["type"] == "/api/problems#reused-key"
    assert "another order" in told["detail"]
    assert len(quiet.get("/api/runs").json()["runs"]) == 1


def test_while_the_first_is_looked_at_the_second_is_told_to_come_back(quiet: TestClient) -> None:
    key = RequestKey.of(Visitor(None, "testclient"), KEY, json.dumps(ORDER).encode())

    with quiet.app.state.orders.looking_at(key):
        early = send(quiet)
    late = send(quiet)

    assert problem(early, 409)["type"] == "/api/problems#key-in-use"
    assert early.headers["retry-after"] == "1"
    assert late.status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_is_none_is_refused(quiet: TestClient, key: str) -> None:
    told = problem(send(quiet, key=key), 400)

    assert told["field"] == "Idempotency-Key"


def test_an_order_that_was_refused_may_be_mended_under_its_key(quiet: TestClient) -> None:
    refused = send(quiet, ORDER | {"dataset": "none"})
    mended = send(quiet)

    assert (refused.status_code, mended.status_code) == (404, 201)
