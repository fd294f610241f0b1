"""Processor time of a server and of all that it has started, as the system counts it: true on a busy machine too."""

from dataclasses import dataclass
from typing import Self

import psutil


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a processor: of the process that answers, and of its workers and trainers."""

    main: float
    others: float

    def __sub__(self, earlier: "Spent") -> Self:
        return type(self)(self.main - earlier.main, self.others - earlier.others)

    @property
    def all(self) -> float:
        """Together."""
        return self.main + self.others


def spent_by(pid: int) -> Spent:
    """Since the start; of processes that have ended as well, which their parents have collected."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    others = own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:
            continue
        others += times.user + times.system + times.children_user + times.children_system
    return Spent(own.user + own.system, others)
