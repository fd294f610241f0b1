"""The newest events of one run, read from the log once for everyone who watches it, and kept as they are sent.

Bounded: who is further behind than what is kept reads from the log. It does not know requests or what events say.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Any, TypeVar

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from prometheus_client import Histogram
from sqlalchemy.exc import OperationalError

from app.core.errors import UnknownRun
from app.runs.store.counts import SERVER
from app.runs.store.event_log import STATE
from app.runs.store.states import TERMINAL, Reason
from app.runs.store.store import LoggedEvent, Store
from app.web.i18n import LANGUAGES, say
from app.web.places import Place

Result = TypeVar("Result")

log = structlog.get_logger("app.web")

PING_S = 15.0
AWAY_S = 1.0  # between two tries to read a log whose database is away
LOOK_EVERY = 25  # readings without an event until the run itself is looked at: it may be gone
BATCH, FEW = 200, 20  # events read at once: at most, and first for somebody who is behind
CHUNK_BYTES = 256 * 1024  # sent at once
KEPT_BYTES = 2 * 1024 * 1024
LAG = Histogram(
    "playground_event_lag_seconds",
    f"From an event's writing, by its trainer's clock, to its sending to the first of its viewers. {SERVER}",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
    registry=None,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it is sent, by language; the run ends with it if it `is_last`."""

    sequence: int
    data: dict[str, bytes]
    is_last: bool
    written_at: float

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data[LANGUAGES[0]])


class Tail:
    """Reads from `begin` to `end`, or to the run's own end; then everyone who follows is let go.

    `pace` says how many seconds pass between two readings.
    """

    def __init__(self, store: Store, run_id: str, threads: ThreadPoolExecutor, pace: Callable[[], float]) -> None:
        self._store = store
        self._run_id = run_id
        self._threads = threads
        self._pace = pace
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._start = self._last = 0  # what came after `start`, up to `last`, is kept
        self._news, self._begun = asyncio.Event(), asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._ticket = b""  # as it was told last
        self._due: tuple[int, int, float] | None = None  # its place, of how many, and when the run starts
        self._sent = 0
        self._cut = False
        self.ended = False

    async def begin(self) -> None:
        """Starts at the log's end, unless it has begun."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_on())
        await self._begun.wait()

    def end(self) -> None:
        """Lets everyone go at once, whatever they have not read."""
        self._cut = self.ended = True
        if self._reading:
            self._reading.cancel()
        self._begun.set()
        self.wake()

    async def follow(self, after: int, language: str, place: Place) -> AsyncGenerator[bytes]:
        """What comes after event number `after`, joined, while the place is kept; a ping where nothing comes long.

        The ticket of a run that waits is told when it has become another; it is not of the log and bears no number.
        """
        count, told = FEW, b""
        while not (self._cut or place.is_lost):
            news = self._news
            if after >= self._start:
                frames = self._kept(after)
            else:
                frames = await asyncio.to_thread(self._read, after, count)
                count = _affordable(count, frames)
            if frames:
                after = frames[-1].sequence
                self._time(frames)
                yield b"".join(frame.data[language] for frame in frames)
            elif after < self._start:  # the log has lost them: the run was removed
                after = self._start
            elif self._ticket != told:
                told = self._ticket
                yield told
            elif self.ended:
                return
            elif not await _happens(news, PING_S):
                yield KEEPALIVE_COMMENT

    def _time(self, frames: list[Frame]) -> None:
        """Counts how late those are that nobody was sent before; what was there before anybody watched is not late."""
        for frame in frames:
            if frame.sequence > max(self._sent, self._start):
                LAG.observe(max(time.time() - frame.written_at, 0.0))
                self._sent = frame.sequence

    def _kept(self, after: int) -> list[Frame]:
        """The next ones, as many as CHUNK_BYTES hold: a slow viewer holds no more than that."""
        newer = []
        for frame in reversed(self._frames):
            if frame.sequence <= after:
                break
            newer.append(frame)
        sizes = accumulate(frame.size for frame in reversed(newer))
        count = sum(1 for _ in takewhile(lambda size: size <= CHUNK_BYTES, sizes))
        return newer[::-1][: max(count, 1)]

    async def _read_on(self) -> None:
        """Ends with the run, or with an error; nobody who follows is left waiting."""
        try:
            self._start = self._last = await self._ask(self._store.newest, self._run_id)
            self._begun.set()
            while not self.ended:
                try:
                    await self._poll()
                except OperationalError as error:
                    log.warning("log away", why=str(error).partition("\n")[0])
                    await asyncio.sleep(AWAY_S)
        except Exception:
            log.exception("tail broken")
        finally:
            self.ended = True
            self._begun.set()
            self.wake()

    async def _poll(self) -> None:
        quiet = LOOK_EVERY  # a run that is over already is found at once
        seen: int | None = None
        while not self.ended:
            number = self._store.changes.number(self._run_id)
            frames = [] if seen is not None and number == seen else await self._ask(self._read, self._last, BATCH)
            seen = None if len(frames) == BATCH else number
            self._keep(frames)
            await self._tell_ticket()
            if not frames and quiet >= LOOK_EVERY:
                self.ended = await self._ask(self._is_over)
            quiet = (LOOK_EVERY if frames[-1].is_last else 0) if frames else quiet % LOOK_EVERY + 1
            await asyncio.sleep(0 if len(frames) == BATCH else self._pace())

    async def _tell_ticket(self) -> None:
        """Where it says something else by now than whoever was told it counts down to."""
        tickets = self._store.tickets
        if tickets.are_old:
            await self._ask(tickets.renew)
        ticket = tickets.glance(self._run_id)
        if ticket is None:
            self._due, self._ticket = None, b""
            return
        due = ticket.place, ticket.waiting, time.monotonic() + ticket.seconds
        if self._due and self._due[:2] == due[:2] and abs(self._due[2] - due[2]) < max(2.0, ticket.seconds * 0.1):
            return
        self._due = due
        self._ticket = format_sse_event(data_str=json.dumps(ticket.describe()), event="ticket")
        self.wake()

    async def _ask(self, function: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def _keep(self, frames: list[Frame]) -> None:
        for frame in frames:
            self._frames.append(frame)
            self._bytes += frame.size
            self._last = frame.sequence
        while self._bytes > KEPT_BYTES and len(self._frames) > 1:
            gone = self._frames.popleft()
            self._bytes -= gone.size
            self._start = gone.sequence
        if frames:
            self.wake()

    def wake(self) -> None:
        """Lets everyone who follows look again."""
        self._news.set()
        self._news = asyncio.Event()

    def _read(self, after: int, count: int) -> list[Frame]:
        """Runs in a thread."""
        return [encode(event) for event in self._store.events(self._run_id, after, count)]

    def _is_over(self) -> bool:
        """Whether nothing more will come. Runs in a thread."""
        try:
            is_over = self._store.find(self._run_id).state in TERMINAL
        except UnknownRun:
            return True
        return is_over and self._store.newest(self._run_id) == self._last


def encode(event: LoggedEvent) -> Frame:
    """The event as the text/event-stream that EventSource reads; its number is the id."""
    if event.kind != STATE:
        return Frame(event.sequence, dict.fromkeys(LANGUAGES, _format(event, event.payload)), False, event.written_at)
    told = json.loads(event.payload)
    reason = Reason.from_dict(told.get("reason"))
    data = {
        language: _format(event, json.dumps(told | {"reason": say(reason, language)}, separators=(",", ":")))
        for language in LANGUAGES
    }
    return Frame(event.sequence, data, told.get("state") in TERMINAL, event.written_at)


def _format(event: LoggedEvent, payload: str) -> bytes:
    return format_sse_event(data_str=payload, event=event.kind, id=str(event.sequence))


def _affordable(count: int, frames: list[Frame]) -> int:
    """How many events to read next, so that what is read and not yet sent stays near CHUNK_BYTES."""
    size = sum(frame.size for frame in frames) or 1
    return min(max(count * CHUNK_BYTES // size, 1), BATCH)


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
