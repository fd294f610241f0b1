"""Processes told apart by more than their number, which the system gives to others later, where /proc tells it.

Those of a cluster are known by a name instead: of them /proc tells nothing, wherever they run. It does not know what
processes do.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

_BOOT, _NUMBERS = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
_PLACED = "ray/"  # before the name that a trainer has in a cluster
_OOM = (  # of control groups of version 2, of 1, and of the whole machine, where there are none
    Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control"), Path("/proc/vmstat"),
)  # fmt: skip


def identify(pid: int) -> str:
    """The process in a word that no other has: the machine's start, the number, the process's own start."""
    return f"{_boot()}:{pid}:{_started(pid)}"


def identify_placed(name: str) -> str:
    """The same of a trainer that a cluster knows by that name."""
    return _PLACED + name


def placed_name(process: str | None) -> str | None:
    """The name by which a cluster knows it; None where it is in none."""
    return process.removeprefix(_PLACED) if process and process.startswith(_PLACED) else None


def number(process: str | None) -> int:
    """That of an identified process; 0 for none, and in a cluster."""
    return int(process.split(":")[1]) if process and not placed_name(process) else 0


def is_here(process: str | None) -> bool:
    """Whether `is_alive` can tell: not of a process of another machine, or container, or in a cluster."""
    return not process or process.split(":")[0] == _boot()


def is_alive(process: str | None) -> bool:
    """Whether the identified process still runs here; one that has ended and waits to be collected does not."""
    if not process or placed_name(process):
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


def count_out_of_memory() -> int:
    """Grows with each process that the system ends for want of memory, as far as it tells."""
    found = 0
    for path in _OOM:
        with suppress(OSError, ValueError):
            lines = dict(line.split() for line in path.read_text("ascii").splitlines())
            found += int(lines.get("oom_kill", 0))
    return found


def _boot() -> str:
    """This start of this machine, and whose process numbers these are: a container has its own."""
    try:
        return f"{_BOOT.read_text('ascii').strip()}.{_NUMBERS.stat().st_ino}"
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """Ticks from the machine's start to the process's; empty where it does not run."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
