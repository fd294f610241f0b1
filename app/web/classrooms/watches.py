"""How each class stands, read once for everybody who watches it; and an end to classes that nobody uses.

A viewer is told a class only when what it may see of it has changed. It knows neither requests nor what is told.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from sqlalchemy.exc import OperationalError

from app.core.errors import UnknownClassroom
from app.runs.store.changes import Changes
from app.runs.store.classrooms import Classroom, Classrooms
from app.web.places import Place

log = structlog.get_logger("app.web")

POLL_S = 0.05  # between two looks at a class: what one browser did is shown on the others within a second
AWAY_S = 1.0  # between two tries to read a class whose database is away
PING_S = 15.0
SWEEP_S = 600.0
COME_BACK_MS = 1000  # when a browser whose stream broke comes back
CLOSED = format_sse_event(data_str="{}", event="closed")


class Watch:
    """Of one class, until `end`, or until it is closed."""

    def __init__(self, classrooms: Classrooms, changes: Changes, code: str) -> None:
        self._classrooms = classrooms
        self._changes = changes
        self._code = code
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read_on())
        self.viewers = 0
        self.classroom: Classroom | None = None
        self.is_closed = self.has_ended = False

    def end(self) -> None:
        """Lets everybody go."""
        self.has_ended = True
        self._reading.cancel()
        self.wake()

    def wake(self) -> None:
        """Lets everybody look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, tell: Callable[[Classroom], str], place: Place) -> AsyncGenerator[bytes]:
        """What `tell` makes of the class, each time that it has become something else, while the place is kept."""
        told = ""
        while not (self.has_ended or place.is_lost):
            news = self._news
            if self.is_closed:
                yield CLOSED
                return
            now = tell(self.classroom) if self.classroom else ""
            if now != told:
                told = now
                yield format_sse_event(data_str=now, event="class")
                continue
            try:
                await asyncio.wait_for(news.wait(), PING_S)
            except TimeoutError:
                yield KEEPALIVE_COMMENT

    async def _read_on(self) -> None:
        try:
            while True:
                try:
                    await self._poll()
                except OperationalError as error:
                    log.warning("classes away", why=str(error).partition("\n")[0])
                    await asyncio.sleep(AWAY_S)
        except UnknownClassroom:
            self.is_closed = True
            self.wake()
        except Exception:
            log.exception("watch broken")
            self.has_ended = True
            self.wake()

    async def _poll(self) -> None:
        seen: int | None = None
        while True:
            number = self._changes.number(self._code)
            if number != seen:
                found = await asyncio.to_thread(self._classrooms.find, self._code)
                seen = number
                if found != self.classroom:
                    self.classroom = found
                    self.wake()
            await asyncio.sleep(POLL_S)


class Watches:
    """All of this process."""

    def __init__(self, classrooms: Classrooms, changes: Changes) -> None:
        self._classrooms = classrooms
        self._changes = changes
        self._watches: dict[str, Watch] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self._is_over = False

    def start(self) -> None:
        """From now on classes that nobody uses are closed."""
        self._sweeping = asyncio.create_task(self._sweep())

    async def watch(self, code: str, tell: Callable[[Classroom], str], place: Place) -> AsyncGenerator[bytes]:
        """A `class` event for each state of the class; `closed` at its end."""
        yield format_sse_event(retry=COME_BACK_MS)
        watch = self._join(code)
        place.on_lost = watch.wake
        try:
            async with aclosing(watch.follow(tell, place)) as frames:
                async for frame in frames:
                    yield frame
        finally:
            self._leave(code, watch)

    def close(self) -> None:
        """Lets everybody go, also who comes later."""
        self._is_over = True
        for watch in self._watches.values():
            watch.end()

    async def stop(self) -> None:
        """The same, and nothing is closed any more."""
        self.close()
        if self._sweeping:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping

    def _join(self, code: str) -> Watch:
        watch = self._watches.get(code)
        if watch is None or watch.is_closed or watch.has_ended:
            watch = self._watches[code] = Watch(self._classrooms, self._changes, code)
        watch.viewers += 1
        if self._is_over:
            watch.end()
        return watch

    def _leave(self, code: str, watch: Watch) -> None:
        watch.viewers -= 1
        if not watch.viewers:
            watch.end()
            if self._watches.get(code) is watch:
                del self._watches[code]

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await asyncio.to_thread(self._classrooms.sweep)
            except Exception:  # a full disk, a database that is away: it may be back in ten minutes
                log.exception("classes not swept")
