"""The process that speaks to Ray, as its server keeps it; another one speaks in its place here."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.runs.executor import link as module
from app.runs.executor.link import Link
from app.runs.store.states import Values


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What says nothing is given up soon."""
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    monkeypatch.setattr(module, "SILENT_S", 1.0)


@pytest.fixture
def make() -> Iterator[Callable[[str], Link]]:
    """A link to a process that behaves so."""
    made: list[Link] = []

    def start(way: str) -> Link:
        made.append(Link(way, "tests.runs.executor.talking"))
        return made[-1]

    yield start
    for link in made:
        link.stop()


def hear(link: Link, count: int) -> list[Values]:
    """The first so many things that it says."""
    heard: list[Values] = []
    until = time.monotonic() + 60
    while len(heard) < count and time.monotonic() < until:
        heard += link.hear()
        time.sleep(0.02)
    return heard[:count]


def test_lines_go_there_and_back(make: Callable[[str], Link]) -> None:
    link = make("listens")
    before = link.is_ready

    ready = hear(link, 1)
    link.tell("place", name="a", processors=2)

    assert (before, link.is_ready) == (False, True)
    assert ready == [{"told": "ready"}]
    assert hear(link, 1) == [{"told": "heard", "line": {"ask": "place", "name": "a", "processors": 2}}]


@pytest.mark.parametrize("way", ["ends", "falls silent"])
def test_another_follows_one_that_ends_or_says_nothing_more(make: Callable[[str], Link], way: str) -> None:
    link = make(way)
    hear(link, 1)

    link.tell("end", name="a")
    told = hear(link, 2)

    assert [said["told"] for said in told] == ["heard", "ready"]


def test_one_that_never_says_anything_is_given_up(make: Callable[[str], Link], monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    original = module.subprocess.Popen

    def start(*command: Any, **options: Any) -> Any:
        started.append(command)
        return original(*command, **options)

    monkeypatch.setattr(module, "START_S", 0.5)
    monkeypatch.setattr(module.subprocess, "Popen", start)
    link = make("mute")

    until = time.monotonic() + 30
    while len(started) < 2 and time.monotonic() < until:
        link.hear()
        time.sleep(0.05)

    assert len(started) == 2
    assert not link.is_ready


def test_nothing_is_told_where_nobody_listens(make: Callable[[str], Link]) -> None:
    link = make("listens")

    link.tell("place", name="a")
    link.stop()
    link.tell("place", name="a")

    assert not link.is_ready
