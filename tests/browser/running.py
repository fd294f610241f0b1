"""What tests of the train page share: a network that is learned in a second, and the same run as the API tells it."""

import json
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.calls import PATIENCE_S, get, patch, post

TINY = {
    "input": [1, 8, 8],
    "classes": 10,
    "layers": [
        {"type": "conv2d", "filters": 4, "kernel_size": 3, "activation": "relu"},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ],
}
QUICK = {"epochs": 3, "learning_rate": 0.01}
LONG = {"epochs": 5000, "learning_rate": 0.001}


def address(training: dict[str, Any], **more: str) -> str:
    """The train page with the tiny network on the digits."""
    query = {"dataset": "digits", "network": json.dumps(TINY), "training": json.dumps(training)}
    return f"/train?{urlencode(query | more)}"


def start(page: Page) -> str:
    """Presses Start; the id of the run."""
    before = opened(page)
    page.click("#run-start")
    page.wait_for_function("before => new URL(location.href).searchParams.get('run') !== before", arg=before)
    return opened(page) or ""


def opened(page: Page) -> str | None:
    """The id of the run that the address names."""
    found = re.search(r"[?&]run=([0-9a-f]{16})", page.url)
    return found[1] if found else None


def finish(page: Page) -> None:
    """Waits until the last line is there."""
    expect(page.locator("#final-card")).to_be_visible()


def submit(server: str, training: dict[str, Any], **more: Any) -> str:
    """Starts a run past the page; its id."""
    order = {"dataset": "digits", "network": TINY, "training": training} | more
    answer = post(f"{server}/api/runs", json=order)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def tell(server: str, run: str) -> dict[str, Any]:
    """The run as the API tells it."""
    told: dict[str, Any] = get(f"{server}/api/runs/{run}").json()
    return told


def ask(server: str, run: str, **asked: Any) -> None:
    """Asks the run for something, past the page."""
    patch(f"{server}/api/runs/{run}", json=asked)


def until(server: str, run: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The run once it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(told := tell(server, run)):
        assert time.monotonic() < deadline, told["state"]
        time.sleep(0.1)
    return told


def trained(server: str, training: dict[str, Any] = QUICK, **more: Any) -> str:
    """A run past the page that has finished; its id."""
    run = submit(server, training, **more)
    assert ended(server, run)["state"] == "finished"
    return run


def ended(server: str, run: str) -> dict[str, Any]:
    """The run once nothing more will come."""
    return until(server, run, lambda told: told["state"] in ("finished", "stopped", "diverged", "failed"))


def unfold(page: Page, line: str) -> None:
    """Opens a line of the settings' rail."""
    if page.get_attribute(f"[data-line={line}]", "open") is None:
        page.click(f"[data-line={line}] > summary")


def fold_out(page: Page, row: str) -> None:
    """Opens a closed row under the stage."""
    if page.get_attribute(row, "open") is None:
        page.click(f"{row} > summary")


def tab(page: Page, name: str) -> None:
    """Goes to a tab of the room: overfitting, experiments, networks."""
    page.click(f"a[data-tab={name}] >> visible=true")
    expect(page.locator(f"[data-panel={name}]")).to_be_visible()


def stop(page: Page) -> None:
    """Stops the run, or leaves the queue: in the menu beside the large button."""
    page.click("#run-more > summary")
    page.click("#run-stop")


def table(page: Page) -> list[list[str]]:
    """The rows of the table of numbers, the first epoch first."""
    if page.get_attribute("#numbers", "open") is None:
        page.click("#numbers > summary")
        expect(page.locator("#numbers-table thead")).to_be_attached()  # it is filled once it is open
    rows: list[list[str]] = page.locator("#numbers-table tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return rows[::-1]


def written(history: list[dict[str, Any]]) -> list[list[str]]:
    """The same rows from the API."""
    fields = ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy")
    return [[str(row["epoch"]), *(f"{row[field]:.4f}" for field in fields)] for row in history]


def stop_all(server: str) -> None:
    """Ends whatever a test has left behind, so that the next one does not wait for it."""
    for run in get(f"{server}/api/runs").json()["runs"]:
        if run["state"] in ("queued", "running", "paused", "interrupted"):
            ask(server, run["id"], state="stopped")
            ended(server, run["id"])


class Relay:
    """A way to the server that can be cut, and mended."""

    def __init__(self, server: str) -> None:
        self._port = urlsplit(server).port or 80
        self._pairs: list[socket.socket] = []
        self._is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Breaks every connection, and refuses new ones."""
        self._is_cut = True
        for end in self._pairs:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def mend(self, server: str | None = None) -> None:
        """Lets new connections through, to another server where one is named."""
        self._port = urlsplit(server).port or 80 if server else self._port
        self._is_cut = False

    def close(self) -> None:
        """Ends it."""
        self.cut()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            try:
                outer = None if self._is_cut else socket.create_connection(("127.0.0.1", self._port))
            except OSError:  # the server has gone while a page still asks
                outer = None
            if outer is None:
                inner.close()
                continue
            self._pairs += [inner, outer]
            for one, other in ((inner, outer), (outer, inner)):
                Thread(target=_pour, args=(one, other), daemon=True).start()


def _pour(one: socket.socket, other: socket.socket) -> None:
    """Copies what comes from one end until either is shut; then both are."""
    with one, suppress(OSError):
        while received := one.recv(1 << 16):
            other.sendall(received)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
