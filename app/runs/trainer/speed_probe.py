"""Measures how fast networks learn here, as a trainer would: a process, `python -m app.runs.trainer.speed_probe`.

It answers one line of JSON with one line, until it has grown too large; the next one starts small.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from app.core.errors import InvalidValue
from app.core.training.step_timing import measure_step
from app.runs.store.protocol import SpeedQuestion

ENOUGH_BYTES = 1024**3


def main() -> None:
    """Answers until its standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    torch.set_flush_denormal(True)
    for line in sys.stdin:
        answer, ends = _answer(line), _resident_bytes() > ENOUGH_BYTES
        sys.stdout.write(json.dumps(answer | {"ends": ends}) + "\n")
        sys.stdout.flush()
        if ends:
            return


def _answer(line: str) -> dict[str, Any]:
    try:
        question = SpeedQuestion.from_line(line)
        return asdict(measure_step(question.network, question.training))
    except InvalidValue as error:
        return {"refused": error.message, "field": error.field, "values": error.values}


def _resident_bytes() -> int:
    statistics = Path("/proc/self/statm")
    return int(statistics.read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE") if statistics.exists() else 0


if __name__ == "__main__":
    main()
