"""Processes that are forked from one: their files, their ends, and what they survive."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.runs.executor import forks as forks_module
from app.runs.executor.forks import UNSEEN, Fork, Forks, NoProcess
from app.runs.store.protocol import Birth


@pytest.fixture
def own() -> Iterator[Forks]:
    """With a parent that this test may end."""
    made = Forks()
    yield made
    made.stop()


@pytest.fixture
def trainer(tmp_path: Path) -> Iterator[Callable[[Forks], Fork]]:
    """Makes a trainer that waits for its run until this test is over."""
    made: list[Fork] = []

    def make(forks: Forks) -> Fork:
        with Path(os.devnull).open("wb") as nothing:
            made.append(forks.make(Birth("trainer", (str(tmp_path),)), nothing.fileno()))
        return made[-1]

    yield make
    for fork in made:
        fork.input.close()


def parent_of(fork: Fork) -> psutil.Process:
    found = psutil.Process(fork.pid).parent()
    assert found
    return found


def test_a_child_has_its_own_session_and_says_how_it_ended(forks: Forks, trainer: Callable[[Forks], Fork]) -> None:
    first, second = trainer(forks), trainer(forks)

    second.send(signal.SIGKILL)
    second.wait(10)

    assert parent_of(first).pid != os.getpid()
    assert parent_of(first).num_threads() == 1  # what other threads hold at a fork, the child would wait for in vain
    assert os.getsid(first.pid) == first.pid != os.getsid(os.getpid())
    assert (first.code, second.code) == (None, -signal.SIGKILL)
    first.send(signal.SIGTERM)
    first.wait(10)
    assert first.code in (0, -signal.SIGTERM)  # before it listens, or after


def test_the_files_are_its_standard_input_and_output_and_nobody_elses(
    forks: Forks, trainer: Callable[[Forks], Fork]
) -> None:
    answers, told = os.pipe()
    probe = forks.make(Birth("probe"), told)
    os.close(told)
    later = trainer(forks)  # which must hold no end of these pipes

    with probe.input as asking, os.fdopen(answers) as listening:
        asking.write('{"network": {"input": [1, 8, 8], "classes": 2, "layers": []}, "training": {"epochs": -1}}\n')
        asking.flush()
        refused = json.loads(listening.readline())
        asking.close()
        rest = listening.read()
    probe.wait(10)

    assert refused["field"] == "layers"
    assert (rest, probe.code, later.code) == ("", 0, None)


def test_children_outlive_their_parent_and_the_next_has_another(own: Forks, trainer: Callable[[Forks], Fork]) -> None:
    first = trainer(own)
    parent = parent_of(first)

    parent.kill()
    parent.wait(10)
    second = trainer(own)

    assert parent_of(second).pid != parent.pid
    assert (first.code, second.code) == (None, None)
    first.send(signal.SIGKILL)
    first.wait(10)
    assert first.code == UNSEEN


def test_a_parent_that_hangs_is_given_up(
    own: Forks, trainer: Callable[[Forks], Fork], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trainer(own)
    parent = parent_of(first)
    monkeypatch.setattr(forks_module, "FORK_S", 0.3)

    parent.send_signal(signal.SIGSTOP)
    with pytest.raises(NoProcess):
        trainer(own)
    monkeypatch.undo()

    assert not parent.is_running()
    assert first.code is None
    assert trainer(own).code is None


def test_nothing_is_forked_once_the_server_stops_and_the_parent_is_gone(
    own: Forks, trainer: Callable[[Forks], Fork]
) -> None:
    first = trainer(own)
    parent = parent_of(first)

    begun = time.monotonic()
    own.stop()

    assert time.monotonic() - begun < 5
    assert not parent.is_running()
    assert first.code is None
    with pytest.raises(NoProcess):
        trainer(own)
