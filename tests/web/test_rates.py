"""The limit on how often one address may call, which is off unless the settings ask for it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.files.files import Files
from app.main import create_app
from app.runs.store.database import open_engine, reading
from app.runs.store.rates import count_call, forget_rates
from app.runs.store.schema import rates as table
from app.runs.store.store import Store
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


@pytest.fixture
def engine(database: str, tmp_path: Path) -> Iterator[Engine]:
    store = Store.open(database, Files(tmp_path))
    yield store.engine
    store.close()


def test_calls_are_counted_over_all_servers_in_a_window_that_slides(engine: Engine) -> None:
    def call(at: float, address: str = "10.0.0.1") -> float:
        return count_call(engine, address, most=4, window_s=60.0, now=at)

    assert [call(at) for at in (6000.0, 6010.0, 6020.0, 6030.0)] == [0.0] * 4
    assert call(6040.0) == 20.0, "this window is full: the next begins at 6060"
    assert call(6040.0, "10.0.0.2") == 0.0
    assert call(6060.0) == pytest.approx(15.0), "all four still count; in a quarter of a minute one is over"
    assert call(6075.0) == 0.0
    assert call(6076.0) > 0
    assert call(6900.0) == 0.0
    with reading(engine) as connection:
        began = sorted(row.began for row in connection.execute(table.select()) if row.address == "10.0.0.1")
    assert began == [6900.0], "what does not matter any more is gone"


@pytest.mark.parametrize("world", ["postgresql"])
def test_two_servers_let_an_address_call_no_more_often_than_one(database: str) -> None:
    engines = [open_engine(database) for _ in range(2)]
    servers = [Rates("40/hour", engine) for engine in engines]

    def call(number: int) -> bool:
        try:
            servers[number % 2].count("10.0.0.1")
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        taken = sum(threads.map(call, range(60)))

    assert all(server.is_shared for server in servers)
    assert 40 <= taken <= 44, "calls of the same moment may pass each other"
    forget_rates(engines[0], time.time() + 1)
    with reading(engines[0]) as connection:
        assert connection.execute(table.select()).all() == []
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("world", ["postgresql"])
def test_without_its_database_a_server_counts_alone(database: str) -> None:
    engine = open_engine(database, wait_s=1.0)
    rates = Rates("2/minute", engine)
    with engine.begin() as connection:
        table.drop(connection)

    rates.count("10.0.0.1")
    rates.count("10.0.0.1")
    with pytest.raises(TooManyRequests):
        rates.count("10.0.0.1")
    engine.dispose()
