"""What is left where something was killed; twenty kills of runs are benchmarks/kills.py."""

import random
from pathlib import Path

import psutil

from tests.attacks.kills import break_run, house, unbroken
from tests.postgresql import PostgreSQL
from tests.test_cli import serving, until


def test_a_killed_server_leaves_no_process(tmp_path: Path) -> None:
    with serving(tmp_path, PLAYGROUND_RUNS_AT_ONCE="0") as (process, _, _):
        children = psutil.Process(process.pid).children(recursive=True)

        process.kill()
        process.wait()

        assert len(children) > 2
        until(lambda: not any(_is_there(child) for child in children), 30)


def test_a_run_whose_server_and_trainer_are_killed_is_whole_in_the_end(tmp_path: Path) -> None:
    with house(tmp_path) as there:
        whole = unbroken(there)

        found = break_run(there, "both", random.random(), whole)

    assert found.is_whole, found


def test_a_run_whose_database_is_restarted_and_crashes_is_whole_in_the_end(
    tmp_path: Path, postgresql: PostgreSQL
) -> None:
    with house(tmp_path, postgresql) as there:
        whole = unbroken(there)

        found = [break_run(there, way, random.random(), whole) for way in ("restart", "crash")]

    assert [outcome for outcome in found if not outcome.is_whole] == []


def _is_there(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
