"""PostgreSQL is stopped and started again under a server: what is answered meanwhile, and what goes on."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import pytest

from app.files.files import Files
from app.runs.store.store import Store
from app.web.training.streams import Streams
from tests.postgresql import PostgreSQL
from tests.web.logged_runs import quiet_client, steps, store_of, submit, write
from tests.web.stream_readers import take

pytestmark = pytest.mark.parametrize("world", ["postgresql"])


@contextmanager
def away(postgresql: PostgreSQL) -> Iterator[None]:
    """While it is stopped."""
    postgresql.stop()
    try:
        yield
    finally:
        postgresql.start()


def test_a_problem_says_when_to_come_back_and_then_all_is_as_before(
    database: str, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    with quiet_client(tmp_path, database=database) as client:
        run_id = submit(client)["id"]
        before = client.get("/readyz").status_code

        with away(postgresql):
            refused = [client.get(path) for path in ("/readyz", "/api/runs", f"/api/runs/{run_id}")]
            alive = client.get("/healthz").status_code
        after = client.get("/readyz").status_code
        found = client.get(f"/api/runs/{run_id}").json()["state"]

    assert [answer.status_code for answer in refused] == [503] * 3
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert {answer.json()["type"].partition("#")[2] for answer in refused} == {"runs-away"}
    assert (before, alive, after, found) == (200, 200, 200, "queued")


def test_a_stream_stays_open_and_goes_on(database: str, postgresql: PostgreSQL, tmp_path: Path) -> None:
    store = Store.open(database, Files(tmp_path))

    async def scene() -> list[int]:
        streams = Streams(store, 10)
        try:
            async with aclosing(streams.watch(run_id, 0, "en")) as frames:
                seen = await take(frames, 1)
                with away(postgresql):
                    await asyncio.sleep(1.5)
                await asyncio.to_thread(write, store, run_id, *steps(1, 3))
                return [*seen, *await take(frames, 4)]
        finally:
            streams.stop()

    with quiet_client(tmp_path / "other", database=database) as client:
        run_id = submit(client)["id"]
        assert store_of(client).newest(run_id) == 1
    heard = asyncio.run(asyncio.wait_for(scene(), 60))
    store.close()

    assert heard == [1, 2, 3, 4]
