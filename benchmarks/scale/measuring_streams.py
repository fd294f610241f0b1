"""What a viewer of a live run costs, and a run that is watched."""

import asyncio
import threading
import time
from typing import Any

import httpx2

from app.files.opening import open_files
from app.runs.store.store import Store
from benchmarks.scale.measuring import House
from tests.web.logged_runs import SMALL, write

WATCHED_S = 15.0
MANY = 100
PACE_S = 0.5  # between two `step` events, as a trainer writes them


def measure_streams(house: House) -> dict[str, Any]:
    """Of an hour: a viewer more, and the first viewer of a run, who has the log read."""
    one, some_bytes = _watch(house, 1)
    many, more_bytes = _watch(house, MANY)
    hour = 3600 / WATCHED_S
    return {
        "viewer-hour": {
            "main": round((many - one) / (MANY - 1) * hour, 3),
            "bytes": round((more_bytes - some_bytes) / (MANY - 1) * hour),
        },
        "watched run-hour": {"main": round(one * hour, 3)},
    }


def _watch(house: House, viewers: int) -> tuple[float, int]:
    """Processor seconds of the server beyond idling, and bytes of all."""
    order = {"dataset": "digits", "network": SMALL, "training": {"epochs": 1}}
    with httpx2.Client(base_url=house.address, timeout=60) as client:
        run_id = client.post("/api/runs", json=order).json()["id"]
        time.sleep(8)  # it ends; then the log goes on as if it had not
        store = Store.open(f"sqlite:///{house.data / 'runs.sqlite3'}", open_files(house.data))
        over = threading.Event()
        _reopen(store, run_id)
        writer = threading.Thread(target=_write_on, args=(store, run_id, over))
        writer.start()
        before, began = house.spent(), time.monotonic()
        got = asyncio.run(_view(house.port, run_id, viewers))
        spent, passed = house.spent() - before, time.monotonic() - began
        over.set()
        writer.join()
        store.close()
        client.patch(f"/api/runs/{run_id}", json={"state": "stopped"})
        client.delete(f"/api/runs/{run_id}")
    return max(spent.main - house.idle.main * passed, 0.0), got


def _reopen(store: Store, run_id: str) -> None:
    """Paused: its stream has no end, and nobody trains it."""
    from app.runs.store.database import writing
    from app.runs.store.schema import runs

    with writing(store.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run_id).values(state="paused"))


def _write_on(store: Store, run_id: str, over: threading.Event) -> None:
    told = {"step": 1, "steps": 10, "epoch": 1, "loss": 0.123456789, "smoothed": 0.123456789, "learning_rate": 0.001,
            "accuracy": 0.512345678, "images_per_second": 5123.456, "seconds": 12.345678}  # fmt: skip
    while not over.wait(PACE_S):
        write(store, run_id, ("step", told))


async def _view(port: int, run_id: str, viewers: int) -> int:
    return sum(await asyncio.gather(*(_stream(port, run_id) for _ in range(viewers))))


async def _stream(port: int, run_id: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    got = 0
    try:
        async with asyncio.timeout(WATCHED_S):
            while piece := await reader.read(65_536):
                got += len(piece)
    except TimeoutError:
        pass
    finally:
        writer.close()
    return got
