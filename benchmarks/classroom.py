"""A class presses Start within a minute: who is refused, what each is told, in which order they start, whether all end.

    .venv/bin/python -m benchmarks.classroom [--pupils 30] [--spread 60] [--recipe shapes] [--data DIR]

A real server with its default settings, fresh. Pupils are clients with cookies of their own behind one address, who
open the Train page, press Start at moments of their own within the spread and follow their run's events to the end.
The order is what the page sends for the recipe; `--epochs` shortens it, and
`--data` has CIFAR-10 for `--recipe default`. A promise is right that is within a factor of two of the real wait, or
within five seconds.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from tests.test_cli import serving

FACTOR, NEAR_S = 2.0, 5.0


@dataclass
class Pupil:
    """One, and what became of the press: times by the monotonic clock; `told` is when, and the seconds that it said."""

    number: int
    pressed: float = 0.0
    status: int = 0
    run: str = ""
    told: list[tuple[float, float, int]] = field(default_factory=list)
    started: float | None = None
    state: str = ""

    @property
    def waited(self) -> float:
        """From the press to the start."""
        return (self.started or time.monotonic()) - self.pressed

    @property
    def promised(self) -> float | None:
        """What the first ticket said."""
        return self.told[0][1] if self.told else None

    @property
    def is_right(self) -> bool:
        """Whether the first promise was."""
        return self.promised is None or is_right(self.promised, self.waited)

    def worst(self) -> float:
        """Of all that was told the largest factor by which it was wrong, where that was more than some seconds."""
        factors = [1.0]
        for at, seconds, _ in self.told:
            real = (self.started or at) - at
            if abs(seconds - real) > NEAR_S:
                factors.append(max(seconds, 1.0) / max(real, 1.0))
        return max(factors, key=lambda factor: max(factor, 1 / factor))


def is_right(promised: float, waited: float) -> bool:
    """Whether somebody who was told so was told right."""
    return abs(promised - waited) <= NEAR_S or 1 / FACTOR <= promised / max(waited, 0.1) <= FACTOR


async def press(address: str, pupil: Pupil, order: dict[str, Any], after: float) -> None:
    """Opens the page, waits, presses Start, and follows the run to its end."""
    async with httpx2.AsyncClient(base_url=address, timeout=httpx2.Timeout(120)) as client:
        await client.get("/train")
        await asyncio.sleep(after)
        pupil.pressed = time.monotonic()
        answer = await client.post("/api/runs", json=order)
        pupil.status = answer.status_code
        if answer.status_code != 201:
            return
        told = answer.json()
        pupil.run, pupil.state = told["id"], told["state"]
        if told["ticket"]:
            hear(pupil, "ticket", told["ticket"])
        while pupil.state not in ("finished", "stopped", "diverged", "failed"):
            await follow(client, pupil)


async def follow(client: httpx2.AsyncClient, pupil: Pupil) -> None:
    """The run's events, as far as the connection holds."""
    async with client.stream("GET", f"/api/runs/{pupil.run}/events") as stream:
        kind = ""
        async for line in stream.aiter_lines():
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:") and kind in ("ticket", "state"):
                hear(pupil, kind, json.loads(line[5:]))


def hear(pupil: Pupil, kind: str, told: dict[str, Any]) -> None:
    """Keeps what a ticket says, and when the run starts."""
    if kind == "ticket":
        if pupil.started is None:
            pupil.told.append((time.monotonic(), told["seconds"], told["place"]))
        return
    pupil.state = told["state"]
    if told["state"] == "running" and pupil.started is None:
        pupil.started = time.monotonic()


async def gather(address: str, count: int, order: dict[str, Any], spread: float) -> list[Pupil]:
    """A class, to the end of its last run."""
    chance = random.Random(1)
    pupils = [Pupil(number) for number in range(count)]
    await asyncio.gather(*(press(address, pupil, order, spread * chance.random()) for pupil in pupils))
    return pupils


def overtaken(pupils: list[Pupil]) -> int:
    """How many pairs started in another order than they pressed; presses within a second count as one."""
    done = [pupil for pupil in pupils if pupil.started]
    return sum(
        1 for a in done for b in done if a.pressed + 1 < b.pressed and (a.started or 0) > (b.started or 0)
    )  # fmt: skip


def report(pupils: list[Pupil]) -> str:
    """The figures, a line each."""
    taken = [pupil for pupil in pupils if pupil.status == 201]
    waited = [pupil.waited for pupil in taken] or [0.0]
    ratios = [pupil.promised / pupil.waited for pupil in taken if pupil.promised is not None and pupil.waited > NEAR_S]
    ended = sum(pupil.state == "finished" for pupil in taken)
    right = sum(pupil.is_right for pupil in taken)
    span = f"promised / real {min(ratios):.2f} to {max(ratios):.2f}" if ratios else "nobody waited long"
    worst = max((pupil.worst() for pupil in taken), key=lambda factor: max(factor, 1 / factor), default=1.0)
    told = statistics.mean(len(pupil.told) for pupil in taken) if taken else 0
    lines = [
        f"pupils {len(pupils)}, refused {len(pupils) - len(taken)}, ended {ended}",
        f"waited: median {statistics.median(waited):.0f} s, longest {max(waited):.0f} s",
        f"first promise right (factor {FACTOR:.0f}): {right} of {len(taken)}; {span}",
        f"worst of any promise: {worst:.2f}; told {told:.0f} times each",
        f"pairs that started in another order than they pressed: {overtaken(taken)}",
    ]
    return "\n".join(lines)


@contextmanager
def classroom(data: Path | None) -> Iterator[str]:
    """The address of a fresh server, with its default settings and the data sets of `data`."""
    with TemporaryDirectory() as folder:
        if data is not None:
            (Path(folder) / "d").mkdir()
            (Path(folder) / "d/datasets").mkdir()
            for file in (data / "datasets").glob("*.safetensors"):
                (Path(folder) / "d/datasets" / file.name).symlink_to(file.resolve())
        with serving(Path(folder), patience=180) as (_, port, _):
            yield f"http://127.0.0.1:{port}"


def main() -> None:
    """The figures; exits with 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pupils", type=int, default=30)
    parser.add_argument("--spread", type=float, default=60.0)
    parser.add_argument("--recipe", default="shapes")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    from app.core.training.recipes import find_recipe

    order = find_recipe(options.recipe).describe()
    order["training"] |= {"epochs": options.epochs} if options.epochs else {}
    with classroom(options.data) as address:
        time.sleep(8)  # the trainer loads PyTorch meanwhile
        pupils = asyncio.run(gather(address, options.pupils, order, options.spread))
    print(report(pupils))
    for pupil in sorted(pupils, key=lambda one: one.pressed):
        promised = "at once" if pupil.promised is None else f"{pupil.promised:.0f} s"
        print(f"{pupil.number:3} promised {promised:>8}, waited {pupil.waited:6.1f} s, {pupil.state}")
    sys.exit(not all(pupil.status == 201 and pupil.is_right and pupil.state == "finished" for pupil in pupils))


if __name__ == "__main__":
    main()
