"""What is left where something was killed; twenty kills of runs are benchmarks/kills.py."""

import random
from pathlib import Path

from tests.attacks.kills import break_run, house, unbroken


def test_a_run_whose_server_and_trainer_are_killed_is_whole_in_the_end(tmp_path: Path) -> None:
    with house(tmp_path) as there:
        whole = unbroken(there)

        found = break_run(there, "both", random.random(), whole)

    assert found.is_whole, found
