"""A server under attack: how long others wait for its health meanwhile, and what its main process comes to hold.

The attacker is a process of its own, so that what it costs is not taken for the server's. It does not know attacks.
"""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

ATTACKERS = Path(__file__).with_name("attackers.py")
SECONDS = float(os.environ.get("ATTACK_S", "2"))  # of each attack; 60 is what the figures promise
WORST_S = float(os.environ.get("WORST_S", "1.0"))  # benchmarks/attacks holds 0.25 on a machine that is its own
GROWN_MB = 300.0


@dataclass
class Siege:
    """What was seen while it lasted."""

    health: list[float] = field(default_factory=list)  # seconds
    unanswered: list[str] = field(default_factory=list)
    grown_mb: float = 0.0
    told: str = ""  # by the attacker

    @property
    def worst(self) -> float:
        """Seconds."""
        return max(self.health, default=0.0)


def besiege(process: int, port: int, attack: str, seconds: float = SECONDS) -> Siege:
    """The attack from another address, and the server of that process number watched."""
    seen, over = Siege(), threading.Event()
    server = psutil.Process(process)
    idle = server.memory_info().rss
    watchers = [threading.Thread(target=_ask, args=(port, seen, over)),
                threading.Thread(target=_weigh, args=(server, idle, seen, over))]  # fmt: skip
    command = [sys.executable, str(ATTACKERS), attack, str(port), str(seconds), "127.0.0.2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attacker:
        for watcher in watchers:
            watcher.start()
        seen.told = attacker.communicate(timeout=seconds + 60)[0]
    over.set()
    for watcher in watchers:
        watcher.join()
    assert attacker.returncode == 0
    return seen


def _ask(port: int, seen: Siege, over: threading.Event) -> None:
    while not over.wait(0.05):
        told, seconds = ask_health(port)
        if told == "200":
            seen.health.append(seconds)
        else:
            seen.unanswered.append(told)


def ask_health(port: int, patience: float = 30) -> tuple[str, float]:
    """The status, or what came instead, and the seconds; on a connection of its own, as a balancer asks."""
    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", "/healthz")
        told = str(connection.getresponse().status)
    except (OSError, HTTPException) as error:
        told = repr(error)
    finally:
        connection.close()
    return told, time.monotonic() - began


def _weigh(server: psutil.Process, idle: int, seen: Siege, over: threading.Event) -> None:
    while not over.wait(0.05):
        seen.grown_mb = max(seen.grown_mb, (server.memory_info().rss - idle) / 2**20)
