"""The process that trainers and probes are forked from, `python -m app.runs.trainer`: it has loaded PyTorch for all.

It reads from a socket, its standard input: a line for each child, with the files that become the child's standard
input and output. It tells lines: {} once it is ready, {"pid"} of a child that was born, {"pid", "code"} of one that
has ended. It runs nothing in parallel itself, for OpenMP's threads would not be there after a fork.
"""

import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from select import select
from typing import NoReturn

import torch
import torch._dynamo  # 2 s of processor time, which the first optimizer of each child would spend

from app.runs.store.protocol import Birth
from app.runs.trainer import speed_probe, trainer_process

_log = logging.getLogger(__name__)
MAIN: dict[str, Callable[..., int]] = {"trainer": trainer_process.main, "probe": speed_probe.main}


def main() -> None:
    """Until the server's end of the socket is closed."""
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # for the pipe, which wakes the loop
    link, (woken, wakes) = socket.socket(fileno=os.dup(0)), os.pipe()
    for end in (woken, wakes):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    gc.freeze()  # a child that collects would copy pages that all could share
    _tell(link)
    while True:
        ready, _, _ = select([link.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 1 << 12)
            _bury(link)
        if link.fileno() in ready:
            line, files, _, _ = socket.recv_fds(link, 1 << 16, 2)
            if not line:
                return
            _fork(Birth.from_line(line.decode()), files, link, woken, wakes)


def _fork(birth: Birth, files: list[int], link: socket.socket, *pipe: int) -> None:
    """Tells the child's number before the child can end."""
    pid = os.fork()
    if not pid:
        signal.set_wakeup_fd(-1)
        link.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
        for file in (*files, *pipe):
            os.close(file)
        _live(birth)
    for file in files:
        os.close(file)
    _tell(link, pid=pid)


def _live(birth: Birth) -> NoReturn:
    """Behind the server where both want the processor; numbers too small for float32's usual form are zero.

    At the end all is written; taking Python and PyTorch down in order would hold the place for seconds.
    """
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with suppress(AttributeError, OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        torch.set_flush_denormal(True)
        code = MAIN[birth.kind](*birth.arguments)
    except BaseException:
        _log.exception("a %s broke", birth.kind)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _bury(link: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            _tell(link, pid=pid, code=os.waitstatus_to_exitcode(status))


def _tell(link: socket.socket, **told: int) -> None:
    with suppress(OSError):  # the server has gone; the next reading says so
        link.sendall(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    main()
