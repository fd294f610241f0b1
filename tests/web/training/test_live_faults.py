"""A real server that is stopped or killed while a run really trains and many watch."""

import asyncio
import signal
import time
from contextlib import ExitStack
from pathlib import Path

from tests.test_cli import free_port, serving, until
from tests.web.live_server import DIGITS, ENDLESS, Server
from tests.web.viewers import Viewer, follow


def test_the_server_stops_soon_though_fifty_watch(tmp_path: Path) -> None:
    async def watched_stop(server: Server, run_id: str) -> float:
        viewers = [asyncio.create_task(Viewer(server.port, run_id).watch()) for _ in range(50)]
        await asyncio.sleep(2)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*viewers, return_exceptions=True)
        await asyncio.to_thread(server.process.wait, 20)
        return time.monotonic() - started

    with serving(tmp_path) as (process, port, log):
        server = Server(process, port)
        with server.client:
            run_id = server.submit(ENDLESS)
            until(lambda: server.run(run_id)["state"] == "running")
        seconds = asyncio.run(watched_stop(server, run_id))

        assert seconds < 10
        assert "Traceback" not in log.read_text("utf-8")


def test_twenty_viewers_miss_nothing_though_their_connections_break_and_the_server_is_killed(tmp_path: Path) -> None:
    port = free_port()

    async def watched_kill(stack: ExitStack, server: Server, run_id: str) -> list[list[int]]:
        viewers = [asyncio.create_task(follow(port, run_id, seed)) for seed in range(20)]
        await asyncio.sleep(1.5)
        server.process.kill()
        await asyncio.to_thread(server.process.wait)
        await asyncio.to_thread(stack.enter_context, serving(tmp_path, port))
        return await asyncio.gather(*viewers)

    with ExitStack() as stack:
        process, _, _ = stack.enter_context(serving(tmp_path, port))
        server = Server(process, port)
        stack.enter_context(server.client)
        run_id = server.submit(DIGITS | {"training": {"epochs": 30, "batch_size": 32}})
        until(lambda: server.run(run_id)["step"] > 0)

        seen = asyncio.run(watched_kill(stack, server, run_id))
        whole = [number for number, _, _ in server.watch(run_id)]

    assert whole == list(range(1, len(whole) + 1))
    assert all(numbers == whole for numbers in seen)
