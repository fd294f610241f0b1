"""Everything that one checkout's app shows and answers, gathered in a folder: pictures of its pages, and answers.

What changes with every start (times, ids, dates) is made alike on the way to the page, so that the rest can be compared
exactly. It does not know what it is compared with.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from playwright.sync_api import Browser, Request, Route, ViewportSize, sync_playwright

from scripts.compare.calls import ORDERS, VOLATILE, Call, calls, presets
from scripts.compare.states import STATES, State, View
from tests.browser.conftest import ARGUMENTS, find_chromium, running_server

HOME = "http://localhost:8000"  # what the pages believe the address to be
PATIENCE_S = 300
QUIET, MOMENT_MS = 4, 250  # so many moments with nothing asked: what a page asks later, it asks after a pause
ANSWERS = "answers.json"
_SCREEN = ViewportSize(width=1280, height=720)
_DATE = re.compile(r'"\d{4}-\d\d-\d\dT[^"]*"')
_FIELD = re.compile(rf'"({"|".join(sorted(VOLATILE))})":\s*("[^"]*"|-?[\d.]+(?:e-?\d+)?|true|false)')
DAY = "2026-01-01T00:00:00Z"
_NUMBER = re.compile(r"^id: \d+$", re.MULTILINE)  # it counts the steps as well
_STEP = re.compile(r"event: step\r?\n.*?\n\r?\n", re.DOTALL)
_SNAPSHOT = re.compile(r"event: snapshot\r?\n.*?\n\r?\n", re.DOTALL)
_KEPT = re.compile(r'(?<="epochs":)\[[^]]*\]')  # of which confusion matrices: a clock chose them
_PACE = re.compile(r"(?<=\d),[\d.]+,[\d.]+(?=\r?$)", re.MULTILINE)  # the last columns of a table of numbers

# The page's own clock stands, else it would tell how long its sums took.
_NO_CLOCK = "performance.now = () => 0;"
_STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const seen = () => [document.documentElement.scrollHeight, document.querySelectorAll("[aria-busy=true]").length];
  await document.fonts.ready;
  const end = Date.now() + 20000;
  for (let still = 0, before = ""; still < 30 && Date.now() < end;) {
    await frame();
    const [height, busy] = seen();
    still = !busy && height === before ? still + 1 : 0;
    before = height;
  }
}"""


def gather(checkout: Path, folder: Path, views: tuple[View, ...], only: re.Pattern[str]) -> None:
    """Fills `folder` with `<state>.<view>.png` of the states whose names match, and with the answers to all calls."""
    folder.mkdir(parents=True)
    python = str(checkout / ".venv/bin/python")
    with TemporaryDirectory() as data, running_server(Path(data), checkout, python) as address:
        runs = _train(address)
        answers = _ask_all(address, runs) if only.search("answers") else {}
        (folder / ANSWERS).write_text(json.dumps(answers, indent=1, ensure_ascii=False), "utf-8")
        with _chromium(address) as browser:
            for state in filter(lambda state: only.search(state.name), STATES):
                for language in sorted({view.language for view in views}):
                    visitor = _Visitor(browser, language, address)
                    visitor.open(state, runs)
                    for view in (view for view in views if view.language == language):
                        visitor.take(view, folder / f"{state.name}.{view.name}.png")
                    visitor.leave()


def _train(address: str) -> list[str]:
    """Trains the small runs, one after the other; their ids."""
    runs = []
    with httpx2.Client(base_url=address, timeout=PATIENCE_S) as client:
        for order in ORDERS:
            runs.append(client.post("/api/runs", json=order).raise_for_status().json()["id"])
            while client.get(f"/api/runs/{runs[-1]}").json()["state"] not in ("finished", "failed", "diverged"):
                time.sleep(0.2)
    return runs


def _ask_all(address: str, runs: list[str]) -> dict[str, Any]:
    """Each call's answer, by what was asked."""
    with httpx2.Client(base_url=address, timeout=PATIENCE_S) as client:
        cards = client.get("/api/models").raise_for_status().json()["models"]
        models = {card["name"]: _layers(client, card["name"]) for card in cards if not card["name"].startswith("run-")}
        prepared = presets(client.get("/api/networks").raise_for_status().json()["networks"])
        return dict(
            answered for call in (*calls(models), *prepared) for answered in _ask(client, address, call, runs)
        )  # fmt: skip


def _layers(client: httpx2.Client, model: str) -> list[str]:
    return [layer["name"] for layer in client.get(f"/api/models/{model}").raise_for_status().json()["layers"]]


def _ask(client: httpx2.Client, address: str, call: Call, runs: list[str]) -> Iterator[tuple[str, Any]]:
    for language in call.languages:
        answer = client.request(
            call.method, call.path.replace("{run}", runs[0]), data=call.form, files=call.files, json=call.body,
            headers={"Accept-Language": language, "Accept": call.accept},
        )  # fmt: skip
        sent = call.form if call.body is None else call.body
        asked = " ".join(filter(None, [
            call.method, call.path, "" if sent is None else json.dumps(sent),
            *[sha256(data).hexdigest()[:8] for data in call.files.values()], language, call.accept,
        ]))  # fmt: skip
        yield asked, _told(answer, address, runs)


def _told(answer: httpx2.Response, address: str, runs: list[str]) -> dict[str, Any]:
    """Status, type and content: as JSON, as text, or the fingerprint of bytes."""
    kind = answer.headers.get("content-type", "")
    told: dict[str, Any] = {"status": answer.status_code, "type": kind}
    if not kind.startswith(("application/json", "application/problem+json", "text/")):
        return told | {"bytes": len(answer.content), "sha256": sha256(answer.content).hexdigest()}
    text = _KEPT.sub("[]", _NUMBER.sub("id:", settled(answer.text))).replace(address, HOME)
    for run, name in zip(runs, ("{run}", "{other}"), strict=True):
        text = text.replace(run, name)
    if kind.startswith("text/csv"):
        text = _PACE.sub("", text)
    return told | {"content": json.loads(text) if "json" in kind else text.splitlines()}


def settled(text: str) -> str:
    """An answer's text without what differs every time; a stream without the steps and moments that a clock chose."""
    text = _STEP.sub("", text)
    for event in _SNAPSHOT.findall(text)[1:-1]:
        text = text.replace(event, "")
    return _FIELD.sub(r'"\1":1', _DATE.sub(f'"{DAY}"', text))


@contextmanager
def _chromium(address: str) -> Iterator[Browser]:
    here = f"--host-resolver-rules=MAP {HOME.removeprefix('http://')} {address.removeprefix('http://')}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS, here])
        yield browser
        browser.close()


class _Visitor:
    """Someone who opens states, in a fresh browser context of that language."""

    def __init__(self, browser: Browser, language: str, address: str) -> None:
        self._address = address
        self._awaited: set[Request] = set()
        context = browser.new_context(locale=language, reduced_motion="reduce", viewport=_SCREEN)
        context.set_default_timeout(PATIENCE_S * 1000)
        context.add_init_script(_NO_CLOCK)
        context.route("**/api/**", self._settle)
        context.on("request", lambda request: self._awaited.add(request))
        context.on("requestfinished", lambda request: self._awaited.discard(request))
        context.on("requestfailed", lambda request: self._awaited.discard(request))
        self._page = context.new_page()

    def open(self, state: State, runs: list[str]) -> None:
        """Opens it, and does its clicks."""
        self._page.goto(HOME + state.path.replace("{run}", runs[0]).replace("{other}", runs[1]))
        self._page.wait_for_selector(state.ready)
        self._rest()
        for selector in state.clicks:
            self._page.locator(selector).first.click()
            self._rest()

    def take(self, view: View, file: Path) -> None:
        """A picture of the whole page, as wide and as dark as the view says."""
        self._page.emulate_media(color_scheme=view.theme)  # first: some drawings take its colors when they are resized
        self._page.set_viewport_size({"width": view.width, "height": view.height})
        self._rest()
        self._page.screenshot(path=file, full_page=True, animations="disabled")

    def leave(self) -> None:
        """Closes all."""
        self._page.context.unroute_all(behavior="ignoreErrors")
        self._page.context.close()

    def _settle(self, route: Route) -> None:
        answer = route.fetch(url=route.request.url.replace(HOME, self._address), timeout=PATIENCE_S * 1000)
        if answer.headers.get("content-type", "").startswith(("application/json", "text/event-stream")):
            route.fulfill(response=answer, body=settled(answer.text()))
        else:
            route.fulfill(response=answer)

    def _rest(self) -> None:
        """Waits until nothing is asked, the letters are there, nothing is busy, and the page keeps its height."""
        quiet = 0
        while quiet < QUIET:
            self._page.evaluate(_STILL)
            self._page.wait_for_timeout(MOMENT_MS)
            quiet = 0 if self._awaited else quiet + 1
