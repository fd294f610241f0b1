"""Processes told apart by more than their number, which the system gives to others later, where /proc tells it.

It does not know what they do.
"""

import os
import signal
import time
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def identify(pid: int) -> str:
    """The process in a word that no other has: the machine's start, the number, the process's own start."""
    return f"{_boot()}:{pid}:{_started(pid)}"


def is_alive(process: str | None) -> bool:
    """Whether the identified process still runs here; one that has ended and waits to be collected does not."""
    if not process:
        return False
    boot, pid, started = process.split(":")
    return boot == _boot() and started == _started(int(pid)) != ""


def end(process: str | None, wait_s: float = 2.0) -> None:
    """Ends it at once, whatever it does, and waits until it is gone."""
    if not process or not is_alive(process):
        return
    try:
        os.kill(int(process.split(":")[1]), signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    until = time.monotonic() + wait_s
    while is_alive(process) and time.monotonic() < until:
        time.sleep(0.01)


def _boot() -> str:
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """Ticks from the machine's start to the process's; empty where it does not run."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
