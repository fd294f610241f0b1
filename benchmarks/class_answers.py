"""Thirty browsers join a class, answer, and are shown: how soon each is seen by the others.

    .venv/bin/python -m benchmarks.class_answers [--pupils 30] [--questions 10] [--spread 3]

A real server with its default settings, fresh. Pupils are clients with cookies of their own behind one address, who
open the page, read each question in their language, answer at moments of their own within the spread, and ask for the
working when the answers are shown, as the page does. Measured by one clock: from a question's being asked to each
pupil's having read it, from a pupil's answer being sent to the teacher's stream counting it, and from the teacher's
press to each pupil's stream telling what was answered.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from tests.test_cli import serving

KINDS = ("output-size", "pixel", "parameters", "softmax", "pooling")
BAR_S, HANGS_S = 1.0, 60.0


@dataclass
class Round:
    """A question, and when what happened to it, by this process's monotonic clock."""

    asked_at: float = 0.0
    read: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)  # when the teacher's page had the first answer, the second ...
    revealed_at: float = 0.0
    shown: list[float] = field(default_factory=list)


class Lesson:
    """A class of so many pupils at a server; its rounds by the question's number."""

    def __init__(self, address: str, pupils: int, spread: float) -> None:
        self.address = address
        self.pupils = pupils
        self.spread = spread
        self.code = ""
        self.joined = 0
        self.rounds: dict[int, Round] = {}

    def client(self) -> httpx2.AsyncClient:
        """A browser of its own."""
        return httpx2.AsyncClient(base_url=self.address, timeout=httpx2.Timeout(HANGS_S))

    async def states(self, client: httpx2.AsyncClient) -> AsyncIterator[dict[str, Any]]:
        """How the class stands, as the stream tells it, until it is closed."""
        async with client.stream("GET", f"/api/classes/{self.code}/events") as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if line.startswith("data:") and "code" in (told := json.loads(line[5:])):
                    yield told

    async def sit(self, number: int) -> None:
        """A pupil."""
        chance = random.Random(number)
        async with self.client() as client:
            (await client.get(f"/class/{self.code}")).raise_for_status()
            async for state in self.states(client):
                question = state["question"]
                if question and state["is_revealed"]:
                    await self.look(client, question)
                elif question:
                    await self.answer(client, question, chance)

    async def answer(self, client: httpx2.AsyncClient, question: dict[str, Any], chance: random.Random) -> None:
        """Reads the question, thinks, answers."""
        one = self.rounds[question["number"]]
        await get(client, f"/api/questions/{question['kind']}?seed={question['seed']}")
        one.read.append(time.monotonic())
        await asyncio.sleep(self.spread * chance.random())
        one.sent.append(time.monotonic())
        body = {"number": question["number"], "answer": chance.choice("ab")}
        await send(client, "POST", f"/api/classes/{self.code}/answers", body)

    async def look(self, client: httpx2.AsyncClient, question: dict[str, Any]) -> None:
        """Is shown, and asks for the working."""
        self.rounds[question["number"]].shown.append(time.monotonic())
        await send(client, "POST", f"/api/questions/{question['kind']}/answers",
                   {"seed": question["seed"], "answer": "a"})  # fmt: skip

    async def count(self, client: httpx2.AsyncClient) -> None:
        """The teacher's page."""
        async for state in self.states(client):
            self.joined = state["pupils"]
            if state["question"]:
                counted = self.rounds[state["question"]["number"]].counted
                counted += [time.monotonic()] * (state["answered"] - len(counted))

    async def play(self, questions: int) -> None:
        """From the opening to the close."""
        async with self.client() as teacher:
            self.code = (await send(teacher, "POST", "/api/classes"))["code"]
            counting = asyncio.create_task(self.count(teacher))
            sitting = [asyncio.create_task(self.sit(number)) for number in range(self.pupils)]
            await until(lambda: self.joined == self.pupils)
            for number in range(1, questions + 1):
                await self.ask(teacher, number)
            await teacher.delete(f"/api/classes/{self.code}")
            await asyncio.gather(counting, *sitting)

    async def ask(self, teacher: httpx2.AsyncClient, number: int) -> None:
        """One question, from its being asked to all having seen what was answered."""
        one = self.rounds[number] = Round(asked_at=time.monotonic())
        asked = {"kind": KINDS[number % len(KINDS)], "seed": number}
        await send(teacher, "PUT", f"/api/classes/{self.code}/question", asked)
        await until(lambda: len(one.counted) == self.pupils)
        one.revealed_at = time.monotonic()
        await send(teacher, "POST", f"/api/classes/{self.code}/reveal")
        await until(lambda: len(one.shown) == self.pupils)


async def get(client: httpx2.AsyncClient, path: str) -> None:
    """Asks, and reads the answer."""
    (await client.get(path)).raise_for_status()


async def send(client: httpx2.AsyncClient, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """The JSON that is answered."""
    response = await client.request(method, path, json=body)
    response.raise_for_status()
    told: dict[str, Any] = response.json()
    return told


async def until(happened: Any) -> None:
    """Waits for it, for HANGS_S at most."""
    async with asyncio.timeout(HANGS_S):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def report(lesson: Lesson) -> tuple[str, bool]:
    """The figures, a line each, and whether the bar is kept."""
    rounds = lesson.rounds.values()
    waits = {
        "asked to read by a pupil": [at - one.asked_at for one in rounds for at in one.read],
        # the k-th answer that was sent is counted by the time at which there are k: never later than its own
        "answer to teacher's count": [
            at - sent for one in rounds for sent, at in zip(sorted(one.sent), one.counted, strict=True)
        ],
        "shown to seen by a pupil": [at - one.revealed_at for one in rounds for at in one.shown],
    }  # fmt: skip
    lines, kept = [f"pupils {lesson.pupils}, questions {len(lesson.rounds)}"], True
    for name, seconds in waits.items():
        cuts = statistics.quantiles(seconds, n=100)
        kept = kept and cuts[94] < BAR_S
        lines.append(
            f"{name:<26} p50 {cuts[49] * 1000:4.0f} ms   p95 {cuts[94] * 1000:4.0f} ms   "
            f"worst {max(seconds) * 1000:4.0f} ms   ({len(seconds)})"
        )
    return "\n".join([*lines, f"within {BAR_S:.0f} s at the 95th percentile: {'yes' if kept else 'NO'}"]), kept


def main() -> None:
    """Prints the figures; fails where the bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pupils", type=int, default=30)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--spread", type=float, default=3.0)
    options = parser.parse_args()
    with TemporaryDirectory() as folder, serving(Path(folder)) as (_, port, _log):
        lesson = Lesson(f"http://127.0.0.1:{port}", options.pupils, options.spread)
        asyncio.run(lesson.play(options.questions))
    text, kept = report(lesson)
    print(text)
    sys.exit(not kept)


if __name__ == "__main__":
    main()
