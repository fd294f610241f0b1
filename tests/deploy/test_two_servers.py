"""Web servers that are all alike: what one was told the other knows, and none is missed when it stops."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.files.opening import open_files
from app.runs.store.store import Store
from tests.deploy.alike import ALIKE, Serving, two_servers
from tests.deploy.balancer import Balancer, balancing
from tests.postgresql import PostgreSQL
from tests.test_cli import asked
from tests.web.logged_runs import SMALL, set_state, steps, write
from tests.web.viewers import Viewer

ORDER: dict[str, Any] = {"dataset": "digits", "network": SMALL, "sample": "cat"}
EVENTS = 300


@pytest.fixture(scope="module")
def shared(postgresql: PostgreSQL) -> str:
    """The servers' own database, without tables: the first one makes them."""
    return postgresql.url(postgresql.make_database())


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, shared: str) -> Iterator[list[Serving]]:
    with two_servers(tmp_path_factory.mktemp("alike"), shared) as started:
        yield started


Ask = Callable[..., httpx2.Response]


@pytest.fixture
def ask(servers: list[Serving]) -> Iterator[Ask]:
    """A browser behind a proxy: the server is named 0 or 1, cookies go to both."""
    with httpx2.Client(timeout=60, headers={"X-Forwarded-For": "192.0.2.7"}) as client:
        yield lambda server, method, path, **sent: client.request(
            method, f"http://127.0.0.1:{servers[server][1]}{path}", **sent
        )


def test_a_cookie_of_one_is_known_to_the_other(ask: Ask) -> None:
    ask(0, "GET", "/train")
    run = ask(0, "POST", "/api/runs", json=ORDER).json()

    assert ask(1, "PATCH", f"/api/runs/{run['id']}", json={"name": "mine"}).json()["name"] == "mine"
    assert "set-cookie" not in ask(1, "GET", "/train").headers
    assert ask(0, "DELETE", f"/api/runs/{run['id']}").status_code == 204
    assert ask(1, "GET", f"/api/runs/{run['id']}").status_code == 404


def test_the_order_that_one_took_is_not_taken_again_by_the_other(ask: Ask) -> None:
    ask(0, "GET", "/train")
    key = {"Idempotency-Key": "pressed-once"}

    runs = [ask(server, "POST", "/api/runs", json=ORDER, headers=key).json()["id"] for server in (0, 1, 0)]

    assert len(set(runs)) == 1


def test_a_visitor_has_no_more_in_the_queue_by_asking_both(ask: Ask) -> None:
    ask(0, "GET", "/train")

    told = [ask(number % 2, "POST", "/api/runs", json=ORDER).status_code for number in range(4)]

    assert told == [201, 201, 201, 429]


def test_what_one_was_given_to_watch_the_other_shows(ask: Ask) -> None:
    ask(0, "GET", "/train")
    run = ask(0, "POST", "/api/runs", json=ORDER).json()["id"]
    before = ask(1, "GET", f"/api/runs/{run}/photo").content

    assert ask(0, "PUT", f"/api/runs/{run}/photo", data={"sample": "rocket"}).status_code in (200, 204)
    assert ask(1, "GET", f"/api/runs/{run}/photo").content == ask(0, "GET", f"/api/runs/{run}/photo").content != before


def test_a_class_that_one_opened_is_asked_by_the_other(ask: Ask, servers: list[Serving]) -> None:
    code = ask(0, "POST", "/api/classes").json()["code"]
    with httpx2.Client(timeout=60, base_url=f"http://127.0.0.1:{servers[0][1]}") as pupil:
        pupil.get(f"/class/{code}")
        with pupil.stream("GET", f"/api/classes/{code}/events") as stream:
            lines = stream.iter_lines()
            next(line for line in lines if line.startswith("data:"))
            asked_at_the_other = ask(
                1, "PUT", f"/api/classes/{code}/question", json={"kind": "output-size", "seed": 12}
            )
            told = json.loads(next(line for line in lines if line.startswith("data:"))[5:])

    assert asked_at_the_other.status_code == 200
    assert told["question"]["kind"] == "output-size"


def test_a_viewer_sees_every_event_once_though_its_server_stops(tmp_path: Path, postgresql: PostgreSQL) -> None:
    url = postgresql.url(postgresql.make_database())
    with two_servers(tmp_path, url) as [(first, one), (_, other)], balancing([one, other]) as balancer:
        store = Store.open(url, open_files(tmp_path / "shared"))
        run_id = httpx2.post(f"http://127.0.0.1:{other}/api/runs", json=ORDER, timeout=60).json()["id"]
        half = threading.Event()
        trainer = threading.Thread(target=train, args=(store, run_id, half))
        trainer.start()
        seen, times = asyncio.run(follow(balancer, run_id, half, first.terminate))
        trainer.join()
        code, ready = first.wait(20), (asked(one, "/readyz"), asked(other, "/readyz"))
        store.close()

    assert seen == list(range(1, EVENTS + 3))
    assert balancer.taken[0] == one
    assert set(balancer.taken[1:]) == {other}
    assert times <= 3, "who comes back to the other server stays there"
    assert code in (0, -signal.SIGTERM)
    assert ready == (0, 200)


def train(store: Store, run_id: str, half: threading.Event) -> None:
    """Writes as a trainer does, for six seconds."""
    for number in range(1, EVENTS + 1):
        write(store, run_id, *steps(number, 1))
        if number == EVENTS // 2:
            half.set()
        time.sleep(0.02)
    set_state(store, run_id, "finished")


async def follow(
    balancer: Balancer, run_id: str, half: threading.Event, stop: Callable[[], None]
) -> tuple[list[int], int]:
    """A browser: comes back with the last number when its stream ends. Half way its server is told to stop."""
    seen, times = [0], 0

    async def stop_half_way() -> None:
        await asyncio.to_thread(half.wait)
        stop()

    stopping = asyncio.create_task(stop_half_way())
    while True:
        viewer, times = Viewer(balancer.port, run_id, seen[-1]), times + 1
        with suppress(OSError, EOFError, IndexError, ValueError):
            await asyncio.wait_for(viewer.watch(), 60)
        del viewer.raw[viewer.raw.rfind(b"\n\n") + 2 :]
        seen += [number for number, _, _ in viewer.events]
        if viewer.status == 204:
            await stopping
            return seen[1:], times
        await asyncio.sleep(0.1)


def test_one_secret_makes_one_teacher(servers: list[Serving]) -> None:
    from app.settings import Settings
    from app.web.signatures import Signatures

    key = Signatures(Settings(secret=ALIKE["PLAYGROUND_SECRET"])).teacher_key  # type: ignore[arg-type]
    for _, port in servers:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            assert client.get("/teacher", params={"key": key}).status_code == 303
