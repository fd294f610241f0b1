"""Measures how fast networks learn here, as a trainer would.

It answers one line of JSON with one line, until it has grown too large; the next one starts small.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.core.errors import InvalidValue
from app.core.training.step_timing import measure_step
from app.runs.store.protocol import SpeedQuestion

ENOUGH_BYTES = 1024**3


def main() -> int:
    """Answers until its standard input ends; the exit's code."""
    for line in sys.stdin:
        answer, ends = _answer(line), _resident_bytes() > ENOUGH_BYTES
        sys.stdout.write(json.dumps(answer | {"ends": ends}) + "\n")
        sys.stdout.flush()
        if ends:
            break
    return 0


def _answer(line: str) -> dict[str, Any]:
    try:
        question = SpeedQuestion.from_line(line)
        return asdict(measure_step(question.network, question.training))
    except InvalidValue as error:
        return {"refused": error.message, "field": error.field, "values": error.values}


def _resident_bytes() -> int:
    statistics = Path("/proc/self/statm")
    return int(statistics.read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE") if statistics.exists() else 0
