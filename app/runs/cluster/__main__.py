"""The process that speaks to Ray for one server, `python -m app.runs.cluster ADDRESS`: it places trainers, and tells.

A driver's process ends with its cluster; so it is none of the server's, which starts another. It reads and tells lines
of JSON (`executor.link`). What it has placed is detached and goes on without it. It does not know the database.
"""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from typing import Any

import ray
from ray.exceptions import ActorUnavailableError, OutOfMemoryError, RayError

from app.runs.cluster.actor import PlacedTrainer
from app.runs.store.protocol import Place
from app.tuning import TRAINING_ENVIRONMENT

NAMESPACE = "playground"
LOOK_S = 1.0  # between two looks at the cluster
_CALLS = 8  # of one trainer at a time: it waits in one while it is asked to leave in another
_CARD = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}  # without it products on a graphics card differ from time to time
_LARGEST_LINE, _LONGEST_SAID = 1 << 20, 2000  # characters


class Link:
    """Where lines come from and go to, and the trainers that this process has a hold of."""

    def __init__(self, told: int) -> None:
        self._told = os.fdopen(told, "w", encoding="utf-8")
        self._actors: dict[str, Any] = {}  # handles
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, told: str, **values: Any) -> None:
        """A line to the server."""
        self._told.write(json.dumps({"told": told} | values) + "\n")
        self._told.flush()

    async def listen(self) -> None:
        """Does what is asked, until nobody asks any more."""
        reader = asyncio.StreamReader(_LARGEST_LINE)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        self._begin(self._look())
        while line := await reader.readline():
            asked = json.loads(line)
            self._begin(self._do(asked.pop("ask"), **asked))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self) -> None:
        """Tells, as long as the cluster answers, which trainers and machines it has."""
        while True:
            alive = await asyncio.to_thread(ray.util.list_named_actors)
            nodes = [node["Resources"] for node in await asyncio.to_thread(ray.nodes) if node["Alive"]]
            self.tell("cluster", alive=alive, nodes=nodes)
            await asyncio.sleep(LOOK_S)

    async def _do(self, asked: str, name: str, **values: Any) -> None:
        try:
            if asked == "place":
                await self._place(Place(name, **values))
            elif asked == "watch":
                await self._watch(name)
            elif asked == "train":
                await _insist((await self._find(name)).train, **values)
            elif asked in ("leave", "dismiss"):
                await getattr(await self._find(name), asked).remote()
            elif asked == "end":
                ray.kill(await self._find(name))
        except (RayError, ValueError) as error:  # of a name that Ray does not know any more
            self._end(name, error)

    async def _find(self, name: str) -> Any:
        if name not in self._actors:
            self._actors[name] = await asyncio.to_thread(ray.get_actor, name, NAMESPACE)
        return self._actors[name]

    async def _place(self, place: Place) -> None:
        """Of two servers that ask for the same name both get the one trainer."""
        options: Any = ray.remote(PlacedTrainer).options(
            name=place.name, namespace=NAMESPACE, lifetime="detached", get_if_exists=True, max_restarts=0,
            max_concurrency=_CALLS, num_cpus=place.processors, num_gpus=place.gpu, memory=place.memory_mb << 20,
            runtime_env={"env_vars": TRAINING_ENVIRONMENT | _CARD | {"OMP_NUM_THREADS": str(place.processors)}},
        )  # fmt: skip
        actor = self._actors[place.name] = await asyncio.to_thread(options.remote, place.name)
        version = await actor.get_version.remote()
        self.tell("placed", name=place.name, version=version)
        if version == place.version:
            await actor.get_ready.remote()
            self.tell("warm", name=place.name)

    async def _watch(self, name: str) -> None:
        """Until the training has ended."""
        actor = await self._find(name)
        self._end(name, None, await _insist(actor.wait))
        ray.kill(actor)

    def _end(self, name: str, error: Exception | None, code: int | None = None) -> None:
        """By its own word, or by Ray's; who is out of reach for a moment has not ended."""
        self._actors.pop(name, None)
        if not isinstance(error, ActorUnavailableError):
            how = "memory" if isinstance(error, OutOfMemoryError) else "gone" if error else "code"
            self.tell("ended", name=name, code=code, how=how, said=str(error or "")[:_LONGEST_SAID])


async def _insist(method: Any, **values: Any) -> Any:
    """Its answer. A machine that does not answer for a while is asked again: what a trainer does, it does once."""
    while True:
        try:
            return await method.remote(**values)
        except ActorUnavailableError:
            await asyncio.sleep(LOOK_S)


def main(address: str) -> None:
    """Until its standard input ends. What libraries print goes where errors go."""
    told = os.dup(1)
    os.dup2(2, 1)
    ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, configure_logging=False)
    link = Link(told)
    link.tell("ready")
    asyncio.run(link.listen())
    os._exit(0)  # taking the driver down in order waits for what it still asks


if __name__ == "__main__":
    main(sys.argv[1])
