"""Polite visitors: what a class does in all rooms, by HTTP, with time to think; and what each holds the server to.

A visitor remembers the runs and data sets that it was given, and the last event that it heard of each run. It does not
know who else is there.
"""

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.attacks.attackers import NAME, archive, picture

STATIC = re.compile(r'(?:src|href)="(/static/[^"?]+[^"]*)"')
ID = re.compile(r"/(?:run-)?[0-9a-f]{16}|/own-[A-Za-z0-9_-]+")
SAMPLES = ("cat", "coffee", "rocket", "astronaut", "mouse")
KERNELS = ("sobel-x", "sharpen", "gaussian-blur", "edge-laplacian-8", "box-blur")
MODELS = ("explain", "best", "digits")
OVER = ("finished", "stopped", "diverged", "failed")
BUSY = (429, 503)
TINY = {"input": [1, 8, 8], "classes": 10, "layers": [
    {"type": "conv2d", "filters": 8, "activation": "relu"}, {"type": "max_pooling2d"}, {"type": "flatten"},
    {"type": "dense", "units": 10},
]}  # fmt: skip
OUTAGE_S = 30.0  # after a kill


@dataclass
class Record:
    """What all visitors met."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)  # answers with a status that the API guide tells to expect
    killed_at: float = -OUTAGE_S  # when something was last killed, by the monotonic clock
    last_kill: str = ""

    def fault(self, sentence: str) -> None:
        """Something that must never happen."""
        self.faults.append(f"{time.strftime('%H:%M:%S')} {sentence}")

    def is_excused(self) -> bool:
        """Whether something has just been killed, so that an answer may be missing."""
        return time.monotonic() < self.killed_at + OUTAGE_S

    def note(self, route: str, response: httpx2.Response, seconds: float) -> None:
        """Counts an answer, and judges its status."""
        self.answers[route, response.status_code] += 1
        self.seconds[route].append(seconds)
        status, text = response.status_code, response.text[:200] if response.status_code >= 400 else ""
        if status in BUSY and "retry-after" in response.headers:
            self.told[f"{status} {_kind(response)}{' after a kill' if self.is_excused() else ''}"] += 1
            if status >= 500 and not self.is_excused():
                self.fault(f"{route} was answered {status}: {text}")
        elif status >= 500:
            self.fault(f"{route} was answered {status} ({self.last_kill}): {text}")


def _kind(response: httpx2.Response) -> str:
    try:
        return str(response.json()["type"]).rpartition("#")[2]
    except (ValueError, KeyError):
        return "without a problem"


@dataclass
class Seen:
    """A run as its visitor knows it."""

    last: int = 0  # the number of the newest event that was heard
    state: str = "queued"
    history: list[Any] = field(default_factory=list)


class Visitor:
    """One browser. `think` are the least and most seconds between two calls, `rooms` the methods to walk through."""

    def __init__(
        self, address: str, number: int, record: Record, think: tuple[float, float] = (5.0, 15.0),
        rooms: tuple[str, ...] = ("convolve", "classify", "train"),
    ) -> None:  # fmt: skip
        self.name = f"visitor {number}"
        self.record = record
        self.runs: dict[str, Seen] = {}
        self.sets: list[str] = []
        self._chance = random.Random(number)
        self._think = think
        self._rooms = rooms
        self._tags: dict[str, str] = {}
        self._following: set[asyncio.Task[None]] = set()
        self._client = httpx2.AsyncClient(
            base_url=address,
            timeout=90,
            verify=False,  # plain HTTP: reading all certificates of the world takes each of thirty a tenth of a second
            # The server closes after five seconds; who asks just then has to ask again, as browsers do by themselves.
            limits=httpx2.Limits(max_connections=6, keepalive_expiry=1),
            headers={"Host": NAME},  # by a loopback name every visitor would be the teacher
        )

    async def stay(self, until: float) -> None:
        """Walks through the rooms, until that time of the monotonic clock."""
        await self.rest(0.1)
        while time.monotonic() < until:
            room = self._chance.choice(self._rooms)
            for act in getattr(self, room)():
                if time.monotonic() < until:
                    await act()
                    await self.rest()

    async def leave(self) -> None:
        """Closes all connections."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        await self._client.aclose()

    async def rest(self, share: float = 1.0) -> None:
        """Thinks."""
        await asyncio.sleep(share * self._chance.uniform(*self._think))

    async def ask(self, method: str, path: str, **options: Any) -> httpx2.Response | None:
        """The answer; None where there was none though it was asked for thrice."""
        route = f"{method} {ID.sub('/*', path).partition('?')[0]}"
        for _ in range(12):
            began = time.monotonic()
            try:
                response = await self._client.request(method, path, **options)
            except httpx2.TransportError as error:
                if not self.record.is_excused():
                    self.record.fault(f"{self.name} got no answer to {route}: {error!r}")
                self.record.answers[route, 0] += 1
                await asyncio.sleep(2)
                continue
            self.record.note("GET /static" if "/static/" in route else route, response, time.monotonic() - began)
            if response.status_code not in BUSY:
                return response
            if method == "POST" and path == "/api/runs":
                return response
            await asyncio.sleep(float(response.headers.get("retry-after", 2)))
        return None

    async def want(self, method: str, path: str, *statuses: int, **options: Any) -> httpx2.Response | None:
        """The answer, whose status has to be one of these (200 where none is said)."""
        response = await self.ask(method, path, **options)
        if response is None or response.status_code not in (statuses or (200,)):
            if response is not None and response.status_code not in BUSY:
                self.record.fault(f"{self.name}: {method} {path} {response.status_code} {response.text[:200]}")
            return None
        return response

    async def look(self, page: str) -> None:
        """A page with all that it names, as a browser that asks whether what it has is still good."""
        response = await self.want("GET", page)
        for path in sorted(set(STATIC.findall(response.text if response else ""))):
            tag = self._tags.get(path)
            got = await self.want("GET", path, 200, 304, headers={"If-None-Match": tag} if tag else {})
            if got is not None and "etag" in got.headers:
                self._tags[path] = got.headers["etag"]

    def _picture(self) -> dict[str, Any]:
        """A sample, or a file of one's own."""
        if self._chance.random() < 0.5:
            return {"data": {"sample": self._chance.choice(SAMPLES)}}
        width, height = self._chance.choice((40, 333, 900)), self._chance.choice((41, 256, 700))
        return {"data": {}, "files": {"image": ("a.png", picture(width, height))}}

    async def _post_picture(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> None:
        asked = self._picture()
        files = {name: (None, value) for name, value in (asked["data"] | fields).items()} | asked.get("files", {})
        await self.want("POST", path, files=files, headers=headers or {})

    def convolve(self) -> list[Callable[[], Awaitable[object]]]:
        """The first room: a filter, the arithmetic of a pixel, the numbers, the program."""
        kernel = self._chance.choice(KERNELS)
        return [
            lambda: self.look("/convolve"),
            lambda: self._post_picture("/api/convolutions", kernel=kernel),
            lambda: self._post_picture("/api/convolutions", {"Accept": "application/json"}, kernel=kernel),
            lambda: self._post_picture("/api/convolutions/pixel", kernel=kernel, x="15", y="33"),
            lambda: self._post_picture("/api/convolutions", kernel=kernel, format="npy", max_side="256"),
            lambda: self.want("POST", "/api/convolutions/code", files={"kernel": (None, kernel)}),
        ]

    def classify(self) -> list[Callable[[], Awaitable[object]]]:
        """The second: an answer, the maps, a unit, what speaks for it, the kernels."""
        model = self._chance.choice(MODELS)
        at = f"/api/models/{model}"
        method = self._chance.choice(("grad-cam", "saliency", "occlusion"))
        return [
            lambda: self.look("/classify"),
            lambda: self.want("GET", at),
            lambda: self._post_picture(f"{at}/classifications"),
            lambda: self._post_picture(f"{at}/activations"),
            lambda: self._post_picture(f"{at}/attributions", method=method),
            lambda: self._post_picture(f"{at}/explanations", layer="conv2d_1", channel="0", x="2", y="3"),
            lambda: self.want("GET", f"{at}/filters/conv2d_1"),
            lambda: self.want("GET", f"{at}/weights"),
        ]

    def train(self) -> list[Callable[[], Awaitable[object]]]:
        """The third: a run from its order to its end, watched; one is kept at a time."""
        return [
            lambda: self.look("/train"),
            lambda: self.want("GET", "/api/datasets"),
            self.bring,
            self.check,
            self.start,
            lambda: self.want("GET", "/api/runs"),
            self.meddle,
            lambda: self._of_run("GET", "", 200),
            lambda: self._of_run("GET", "/confusion", 200, 404),
            lambda: self._of_run("GET", "/metrics.csv?steps=true", 200),
            lambda: self._of_run("GET", "/snapshots/0", 200, 404),
            self.go_on,
            self.check,
        ]

    async def bring(self) -> None:
        """A data set of one's own, once in a visit."""
        if not self.sets and self._chance.random() < 0.3:
            files = {"archive": ("a.zip", archive(self._chance.randrange(1000), 12)), "title": (None, self.name)}
            if response := await self.want("POST", "/api/datasets", 201, files=files):
                self.sets.append(response.json()["name"])

    def _order(self) -> dict[str, Any]:
        epochs = self._chance.randint(1, 3)
        if self.sets and self._chance.random() < 0.3:
            return {"dataset": self.sets[0], "training": {"epochs": epochs, "batch_size": 8}}
        if self._chance.random() < 0.3:
            return {"dataset": "shapes", "network": "tiny-vgg", "training": {"epochs": 1}, "sample": "cat"}
        return {"dataset": "digits", "network": TINY, "sample": "cat",
                "training": {"epochs": 2 * epochs, "batch_size": 16}}  # fmt: skip

    async def start(self) -> None:
        """Another run, in the place of an older one that is over."""
        for run_id, seen in list(self.runs.items()):
            if seen.state in OVER and await self.want("DELETE", f"/api/runs/{run_id}", 204, 404):
                del self.runs[run_id]
        if self.runs:
            return
        once = {"Idempotency-Key": self._chance.randbytes(12).hex()}  # asked for again where the answer got lost
        response = await self.want("POST", "/api/runs", 201, json=self._order(), headers=once)
        if response is not None:
            run_id = response.json()["id"]
            if not response.json()["mine"]:
                self.record.fault(f"{self.name}: its new run is not its own")
            self.runs[run_id] = Seen()
            task = asyncio.create_task(self.follow(run_id))
            self._following.add(task)
            task.add_done_callback(self._following.discard)

    async def meddle(self) -> None:
        """Pauses it, or gives it another rate."""
        wish = self._chance.choice(({"state": "paused"}, {"learning_rate": 0.002}, {"name": "mine"}))
        await self._of_run("PATCH", "", 200, 409, json=wish)

    async def go_on(self) -> None:
        """What was paused, or ended by somebody's kill, goes on."""
        if any(seen.state in ("paused", "failed") for seen in self.runs.values()):
            await self._of_run("PATCH", "", 200, 409, json={"state": "running"})

    async def _of_run(self, method: str, rest: str, *statuses: int, **options: Any) -> None:
        for run_id in list(self.runs):
            await self.want(method, f"/api/runs/{run_id}{rest}", *statuses, **options)

    async def check(self) -> None:
        """All that this visitor was given is there, and its own, and tells what it told before."""
        for run_id, seen in list(self.runs.items()):
            response = await self.ask("GET", f"/api/runs/{run_id}")
            if response is not None and response.status_code == 404:
                self._over(run_id, 404)
            if response is None or response.status_code != 200:
                continue
            told = response.json()
            seen.state = told["state"]
            if not told["mine"]:
                self.record.fault(f"{self.name}: run {run_id} is not its own any more")
            if told["history"][: len(seen.history)] != seen.history:
                self.record.fault(f"{self.name}: the history of run {run_id} is another one")
            seen.history = told["history"]
        for name in self.sets:
            await self.want("GET", f"/api/datasets/{name}")

    async def follow(self, run_id: str) -> None:
        """Its events to the end; none comes twice, none is missing, whatever breaks."""
        seen = self.runs[run_id]
        while run_id in self.runs:
            try:
                async with self._stream(run_id, seen.last) as response:
                    self.record.answers["GET /api/runs/*/events", response.status_code] += 1
                    if response.status_code in (204, 404):
                        self._over(run_id, response.status_code)
                        return
                    number = 0
                    async for line in response.aiter_lines():
                        if line.startswith("id:"):
                            number = int(line[3:])
                        elif not line and number:  # heard as a whole
                            self._hear(run_id, seen, number)
                            number = 0
            except httpx2.TransportError as error:
                if not self.record.is_excused():
                    self.record.fault(f"{self.name}: the events of run {run_id} broke off: {error!r}")
            await asyncio.sleep(2)

    @asynccontextmanager
    async def _stream(self, run_id: str, after: int) -> AsyncIterator[httpx2.Response]:
        path, headers = f"/api/runs/{run_id}/events", {"Last-Event-ID": str(after)}
        async with self._client.stream("GET", path, headers=headers) as response:
            yield response

    def _over(self, run_id: str, status: int) -> None:
        if status == 404 and self.runs.pop(run_id, None):
            self.record.fault(f"{self.name}: run {run_id} is lost")

    def _hear(self, run_id: str, seen: Seen, number: int) -> None:
        if number != seen.last + 1:
            self.record.fault(f"{self.name}: event {number} of run {run_id} came after {seen.last}")
        seen.last = number
        self.record.told["events heard"] += 1
