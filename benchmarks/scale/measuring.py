"""The server whose costs are measured, and how: so many times, less what it spends with nothing to do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.scale.processors import Spent, spent_by

IDLE_S = 8.0


@dataclass
class House:
    """A server by its process and its port; `data` is its folder."""

    pid: int
    port: int
    data: Path
    idle: Spent = field(default_factory=lambda: Spent(0.0, 0.0))  # in a second

    @property
    def address(self) -> str:
        """Of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def spent(self) -> Spent:
        """So far."""
        return spent_by(self.pid)


def measure_idle(house: House) -> dict[str, Any]:
    """With nobody there."""
    house.idle = Spent(0.0, 0.0)
    cost = cost_of(house, lambda: time.sleep(IDLE_S), 1)
    house.idle = Spent(cost["main"] / IDLE_S, cost["others"] / IDLE_S)
    return {"processor_of_a_second": round(house.idle.all, 4)}


def cost_of(house: House, work: Callable[[], object], times: int) -> dict[str, float]:
    """Processor seconds of each time, beyond idling: of the process that answers, and of the others."""
    before, began = house.spent(), time.monotonic()
    for _ in range(times):
        work()
    passed, spent = time.monotonic() - began, house.spent() - before
    main, others = spent.main - house.idle.main * passed, spent.others - house.idle.others * passed
    return {"main": round(max(main, 0.0) / times, 6), "others": round(max(others, 0.0) / times, 6)}
