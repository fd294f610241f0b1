"""A real server in its own process, and a real Chromium on it. Every page is watched for what must never happen."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.calls import PATIENCE_S
from tests.browser.running import stop_all, trained
from tests.browser.seeing import LEARNED, SHAPES
from tests.browser.still import still

ROOT = Path(__file__).parents[2]
CHROMIUM = [Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")]  # the first draws no windows
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a question to any other host fails, and is heard of
]  # fmt: skip
START_S = 180  # where other things run beside it
SLOW = float(os.environ.get("SLOW", "1"))  # how much slower than this machine the pages shall run, to find races
_OWN_READING = "willReadFrequently"  # Chromium's advice on how these tests read pixels

Open = Callable[..., Page]
expect.set_options(timeout=PATIENCE_S * 1000)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{address}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError("the server did not become ready")


@contextmanager
def running_server(
    folder: Path, checkout: Path = ROOT, python: str = sys.executable, **environment: str
) -> Iterator[str]:
    """The address of an app of its own, ready, with its data and its log in `folder`."""
    port = _free_port()
    command = [python, "-m", "app", "serve", "--host", "127.0.0.1", "--port", str(port), "--data", str(folder)]
    address = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=checkout, env={**os.environ, **environment}
        )
        try:
            _wait_until_ready(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=15)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running app."""
    with running_server(tmp_path_factory.mktemp("data")) as address:
        yield address


@pytest.fixture(scope="session")
def run(server: str) -> str:
    """A small run of colored pictures that has ended."""
    return trained(server, LEARNED, **SHAPES)


@pytest.fixture(scope="session")
def quick_run(server: str) -> str:
    """A run of three epochs on the digits that has ended, for tests that only look."""
    return trained(server)


@pytest.fixture
def quiet(server: str) -> Iterator[None]:
    """No run of one test is in the way of the next."""
    yield
    stop_all(server)


def find_chromium() -> str | None:
    """The one that `CHROMIUM` names, or Debian's; None for Playwright's own."""
    return os.environ.get("CHROMIUM") or next((str(path) for path in CHROMIUM if path.exists()), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium where it is, else Playwright's own. Its event loop must end before other tests start theirs."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(server: str, browser: Browser) -> Iterator[Open]:
    """Opens an address in a fresh context. At the end: no console error, no page error, no other host."""
    wrong: list[str] = []
    contexts = []

    def watch(page: Page, expected: str | None) -> None:
        def hear(text: str) -> None:
            if not (expected and expected in text) and _OWN_READING not in text:
                wrong.append(text)

        page.on("console", lambda message: hear(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: hear(str(error)))
        page.on("requestfailed", lambda request: None if _is_own(request.url, server) else wrong.append(request.url))

    def open_(
        path: str = "/convolve", *, expected: str | None = None, ready: str = "html[data-ready]", **options: Any
    ) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options})
        context.set_default_timeout(PATIENCE_S * 1000)
        context.grant_permissions(["clipboard-read", "clipboard-write", "camera"], origin=server)
        contexts.append(context)
        page = context.new_page()
        _slow(page)
        watch(page, expected)
        page.goto(server + path)
        page.wait_for_selector(ready)
        still(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def _slow(page: Page) -> None:
    if SLOW > 1:
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
        unhindered = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        devtools.send("Network.emulateNetworkConditions", unhindered | {"latency": 20 * SLOW})


def _is_own(url: str, server: str) -> bool:
    return url.startswith((server, "data:", "blob:"))
