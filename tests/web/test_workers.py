"""A worker that dies, hangs or swells costs one request."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from app.core.errors import InvalidValue, PlaygroundError
from app.settings import Settings
from app.web.refusals import Busy, TookTooLong, TookTooMuchMemory, VisitorLeft, WorkerLost
from app.web.workers import Workers

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    workers = Workers(Settings(workers=1, waiting=1, task_seconds=1, worker_bytes=256 * MEBIBYTE))
    yield workers
    workers.stop()


def visitor(leaves_after: float = 60) -> Request:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(leaves_after)
        return {"type": "http.disconnect"}

    return Request({"type": "http"}, receive)


def ask(workers: Workers, function: Any, *arguments: Any, leaves_after: float = 60) -> Any:
    return asyncio.run(workers.run(visitor(leaves_after), function, *arguments))


def refuse() -> None:
    raise InvalidValue("'%(name)s' is %(value)d.", field="stride", name="stride", value=7)


def die() -> None:
    os._exit(9)


def linger(done: Path) -> None:
    time.sleep(0.6)
    done.touch()


def swell() -> int:
    return len(bytearray(1024 * MEBIBYTE))


def test_a_result_comes_back(workers: Workers) -> None:
    assert ask(workers, sum, [1, 2, 3]) == 6


def test_a_refusal_comes_back_whole(workers: Workers) -> None:
    with pytest.raises(InvalidValue, match="'stride' is 7") as caught:
        ask(workers, refuse)

    assert (caught.value.field, caught.value.values["value"]) == ("stride", 7)


@pytest.mark.parametrize(("function", "arguments", "kind"), [
    (die, (), WorkerLost),
    (time.sleep, (60,), TookTooLong),
    (swell, (), TookTooMuchMemory),
])  # fmt: skip
def test_what_goes_wrong_is_told_and_the_next_request_is_served(
    workers: Workers, function: Any, arguments: Any, kind: type[PlaygroundError]
) -> None:
    with pytest.raises(kind):
        ask(workers, function, *arguments)

    assert ask(workers, abs, -1) == 1


def test_work_that_nobody_waits_for_is_stopped(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(VisitorLeft):
        ask(workers, linger, tmp_path / "done", leaves_after=0.05)

    assert ask(workers, abs, -1) == 1
    time.sleep(0.8)
    assert not (tmp_path / "done").exists()


def test_one_too_many_is_told_to_come_back(workers: Workers) -> None:
    async def crowd() -> list[Any]:
        calls = [workers.run(visitor(), time.sleep, 0.1) for _ in range(3)]
        return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(crowd())

    assert [type(result) for result in results] == [type(None), type(None), Busy]
    assert results[2].values["seconds"] > 0
