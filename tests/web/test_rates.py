"""The limit on how often one address may call, which is off unless the settings ask for it."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.rates import Rates
from app.web.refusals import TooManyRequests
from tests.web.conftest import problem


def test_without_a_limit_nothing_is_counted() -> None:
    rates = Rates(None)

    for _ in range(1000):
        rates.count("10.0.0.1")


def test_each_address_has_its_own_count() -> None:
    rates = Rates("2/minute")

    for address in ("10.0.0.1", "10.0.0.2"):
        rates.count(address)
        rates.count(address)

    with pytest.raises(TooManyRequests):
        rates.count("10.0.0.1")


def test_a_call_past_the_limit_is_told_when_to_come_back(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, rate_limit="1/minute", runs_at_once=0)

    with TestClient(create_app(settings), base_url="http://localhost") as client:
        fields = {"sample": "impulse", "kernel": "identity"}
        assert client.post("/api/convolutions", data=fields).status_code == 200

        response = client.post("/api/convolutions", data=fields)

    problem(response, 429)
    assert 1 <= int(response.headers["retry-after"]) <= 60
