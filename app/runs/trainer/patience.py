"""What a trainer does while the store of files is away: it trains on and tries again, for minutes, then gives up.

It does not know what is kept there. Without a store nothing is ever away.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from app.core.errors import FilesAway
from app.runs.trainer.pace import Pace

Result = TypeVar("Result")
LONGEST_S = 300.0  # as long as for a database that another keeps locked
AGAIN_S = 5.0  # until the next try of what can wait
WAIT_S = 0.5  # until that of what cannot


class Patience:
    """Of one attempt. `beat` says that the trainer is alive; who is `leaving` waits for nothing."""

    def __init__(self, beat: Callable[[], object], leaving: threading.Event) -> None:
        self._beat = beat
        self._leaving = leaving
        self._since: float | None = None

    def spare(self, work: Callable[[], object], pace: Pace) -> None:
        """Work that may be left for later, when its pace says so again. Raises FilesAway after LONGEST_S without."""
        try:
            work()
        except FilesAway:
            self._since = self._since or time.monotonic()
            if time.monotonic() - self._since > LONGEST_S:
                raise
            pace.again(AGAIN_S)
        else:
            self._since = None

    def wait(self, work: Callable[[], Result]) -> Result:
        """The result of work that nothing goes on without: tried until it succeeds. Raises FilesAway likewise."""
        until = time.monotonic() + LONGEST_S
        while True:
            try:
                return work()
            except FilesAway:
                if time.monotonic() > until or self._leaving.wait(WAIT_S):
                    raise
                self._beat()
