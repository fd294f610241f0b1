"""Networks of their own for processes of this machine, so that one can be cut off: namespaces on a bridge (iproute2).

Wants root. Nothing in them reaches any other network.
"""

import subprocess
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

BRIDGE = "playground"  # at most 15 letters
NET = "10.203.0"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@dataclass(frozen=True, slots=True)
class Wire:
    """Between the bridge and a namespace, both ends of the same name; `command` runs what follows it in there."""

    name: str
    address: str

    @property
    def command(self) -> list[str]:
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        _ip("link", "set", self.name, "down")

    def mend(self) -> None:
        """As before."""
        _ip("link", "set", self.name, "up")


class Wires:
    """The bridge, at `host`, and all that hangs on it; gone at the end."""

    host = f"{NET}.1"

    def __init__(self) -> None:
        self._numbers = count(2)
        self._wires: list[Wire] = []

    def __enter__(self) -> Self:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{self.host}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for wire in self._wires:
            _ip("netns", "del", wire.name)
        _ip("link", "del", BRIDGE)

    def add(self) -> Wire:
        """One more, with an address of its own."""
        number = next(self._numbers)
        wire = Wire(f"{BRIDGE}{number}", f"{NET}.{number}")
        _ip("netns", "add", wire.name)
        self._wires.append(wire)
        _ip("link", "add", wire.name, "type", "veth", "peer", "name", "wire", "netns", wire.name)
        _ip("link", "set", wire.name, "master", BRIDGE, "up")
        _ip("-n", wire.name, "addr", "add", f"{wire.address}/24", "dev", "wire")
        for device in ("lo", "wire"):
            _ip("-n", wire.name, "link", "set", device, "up")
        return wire
