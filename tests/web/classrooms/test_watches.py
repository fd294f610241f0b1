"""A class on its way to browsers: app/web/classrooms/watches.py, with no server around it."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.core.shares import NOBODY
from app.files.files import Files
from app.runs.store.classrooms import ClassQuestion, Classrooms
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from app.web.classrooms import watches as watches_module
from app.web.classrooms.classrooms import tell_event
from app.web.classrooms.watches import Watches
from app.web.places import Place

QUESTION = ClassQuestion("output-size", 12, "abcd", 0, "b")
ANNA, BOB = Visitor("anna", "10.0.0.1"), Visitor("bob", "10.0.0.2")
HANGS_S = 30
Heard = list[tuple[str, dict[str, Any]]]
Scene = Callable[[Watches, Classrooms], Coroutine[Any, Any, None]]


@pytest.fixture
def play(database: str, tmp_path: Path) -> Callable[[Scene], None]:
    """Plays a scene in an event loop; one that hangs fails."""

    async def run(scene: Scene) -> None:
        store = Store.open(database, Files(tmp_path))
        classes = Classrooms(store.engine, 20, 200)
        watches = Watches(classes, store.changes)
        watches.start()
        try:
            await asyncio.wait_for(scene(watches, classes), HANGS_S)
        finally:
            await watches.stop()
            store.close()

    return lambda scene: asyncio.run(run(scene))


async def listen(watches: Watches, code: str, heard: Heard, place: Place | None = None, **who: bool) -> None:
    """Every event to the end."""
    tell = partial(tell_event, is_teacher=who.get("is_teacher", False))
    async for frame in watches.watch(code, tell, place or Place(NOBODY)):
        fields = dict(line.split(": ", 1) for line in frame.decode().splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            heard.append((fields["event"], json.loads(fields["data"])))


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def test_each_is_told_what_changes_for_it_and_at_last_that_it_is_closed(play: Callable[[Scene], None]) -> None:
    async def scene(watches: Watches, classes: Classrooms) -> None:
        code = classes.open(ANNA).code
        taught, sat = [], []
        listening = [
            asyncio.create_task(listen(watches, code, taught, is_teacher=True)),
            asyncio.create_task(listen(watches, code, sat)),
        ]
        await until(lambda: len(taught) == 1 and len(sat) == 1)
        classes.ask(code, QUESTION)
        await until(lambda: len(taught) == 2 and len(sat) == 2)
        classes.answer(code, 1, "b", BOB)
        await until(lambda: len(taught) == 3)
        classes.reveal(code)
        await until(lambda: len(taught) == 4 and len(sat) == 3)
        classes.close(code)
        await asyncio.gather(*listening)

        assert [told.get("answered") for _, told in taught] == [0, 0, 1, 1, None]
        assert [told.get("answered") for _, told in sat] == [None, None, 1, None]
        assert [kind for kind, _ in sat] == ["class", "class", "class", "closed"]
        assert next(bar for bar in sat[2][1]["answers"] if bar["right"])["count"] == 1

    play(scene)


def test_a_stop_lets_everybody_go(play: Callable[[Scene], None]) -> None:
    async def scene(watches: Watches, classes: Classrooms) -> None:
        code, heard = classes.open(ANNA).code, []
        listening = asyncio.create_task(listen(watches, code, heard))
        await until(lambda: len(heard) == 1)

        watches.close()

        await listening
        await listen(watches, code, heard)
        assert [kind for kind, _ in heard] == ["class"]

    play(scene)


def test_who_loses_the_place_is_let_go(play: Callable[[Scene], None]) -> None:
    async def scene(watches: Watches, classes: Classrooms) -> None:
        code, heard, place = classes.open(ANNA).code, [], Place(NOBODY)
        listening = asyncio.create_task(listen(watches, code, heard, place))
        await until(lambda: len(heard) == 1)

        place.lose()

        await listening

    play(scene)


def test_who_waits_long_is_told_that_the_line_holds(
    play: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watches_module, "PING_S", 0.05)

    async def scene(watches: Watches, classes: Classrooms) -> None:
        code, frames = classes.open(ANNA).code, []
        async for frame in watches.watch(code, partial(tell_event, is_teacher=False), Place(NOBODY)):
            frames.append(frame)
            if len(frames) == 4:
                break

        assert frames[2].startswith(b":")

    play(scene)


def test_nothing_is_read_once_nobody_watches(play: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(watches: Watches, classes: Classrooms) -> None:
        code, heard, place = classes.open(ANNA).code, [], Place(NOBODY)
        listening = asyncio.create_task(listen(watches, code, heard, place))
        await until(lambda: len(heard) == 1)
        place.lose()
        await listening

        asked: list[str] = []
        monkeypatch.setattr(classes, "find", asked.append)
        await asyncio.sleep(0.2)

        assert asked == []

    play(scene)
