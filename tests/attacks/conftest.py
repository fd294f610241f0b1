"""Real servers, with the descriptors that a service usually has."""

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.siege import WORST_S, Siege, besiege
from tests.test_cli import serving

DESCRIPTORS = 1024
TRIES = 3


class Besieged:
    """A running server, its log, and what attacks it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def under(self, attack: str, **options: float) -> Siege:
        """What others see while that attack lasts.

        Whatever else keeps the machine busy makes somebody wait as well: who waited too long waits so three times.
        """
        for _ in range(TRIES):
            seen = besiege(self.process.pid, self.port, attack, **options)
            if seen.worst < WORST_S:
                break
        return seen


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """The app as a class would run it."""
    with serving(tmp_path_factory.mktemp("besieged")) as (process, port, log):
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        yield Besieged(process, port, log)
