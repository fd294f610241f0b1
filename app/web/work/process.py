"""What runs in each worker around the tasks. It does not know what is computed."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch

from app.core.errors import N_
from app.web.answers import Answer
from app.web.json_texts import parse_json
from app.web.refusals import TookTooMuchMemory

Result = TypeVar("Result")
_PR_SET_PDEATHSIG = 1  # of prctl(2)


def answer() -> bool:
    """To see that there is a worker."""
    return True


def guard(function: Callable[..., Result], *arguments: Any) -> Result:
    """The function's result; TookTooMuchMemory where the system gave no more."""
    try:
        return function(*arguments)
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
            raise
        raise TookTooMuchMemory(
            N_("This needs more memory than one request may take. Use a smaller picture or kernel.")
        ) from None


def put_answer(function: Callable[..., Answer], path: Path, *arguments: Any) -> Answer:
    """The function's answer, in the file of that path if it is large. Raises DiskFull."""
    return function(*arguments).put(path)


def with_json(function: Callable[..., Result], body: bytes, *arguments: Any) -> Result:
    """The function's result for the value of a JSON body. Raises MalformedRequest."""
    return function(parse_json(body), *arguments)


def prepare(memory: int) -> None:
    """Runs once in each worker: one thread for each, bounded memory; a Ctrl-C is the server's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    torch.set_num_threads(1)
    # libtiff writes what it thinks of a visitor's file to standard error, past the logs.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        import resource

        size = int(statistics.read_text("ascii").split()[0]) * os.sysconf("SC_PAGESIZE")
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))


def _end_with_parent() -> None:
    """That one ends with its server; a worker of a killed server would wait a minute for its turn to read."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
