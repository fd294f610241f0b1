"""How fast a network learns on this machine: measured by a process of its own, and remembered."""

from collections import OrderedDict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from app.core.errors import N_
from app.core.shares import NOBODY, Holder
from app.core.training.timing import Timing
from app.runs.executor.speed_probe import Probe, ProbeLost
from app.runs.store.protocol import SpeedQuestion
from app.runs.store.states import RUNNING
from app.web import tasks
from app.web.bodies import JsonBytes, describe_body
from app.web.dependencies import SettingsDep, StoreDep, VisitorDep, WorkersDep, limit_rate
from app.web.errors import RETRY_S
from app.web.places import Places, Turns, gave_way
from app.web.refusals import WorkerLost
from app.web.training.networks import EXAMPLE as NETWORK
from app.web.training.orders import judge_of

router = APIRouter(prefix="/api/networks/timings", tags=["networks"])

SCHEMA = {
    "type": "object",
    "required": ["network"],
    "properties": {
        "network": {"description": "As `POST /api/networks` takes it, or the name of one."},
        "training": {"type": "object"},
        "dataset": {"type": "string", "description": "For the seconds of an epoch of it."},
    },
}
EXAMPLE = {"network": NETWORK, "training": {"batch_size": 64}, "dataset": "shapes"}
PROBE_S = 45.0  # one network may take, with the start of the process
MOST_WAITING = 8
MOST_KEPT = 500


class Timings:
    """What was measured, the newest `MOST_KEPT`; one question after the other."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._kept: OrderedDict[tuple[str, bool], Timing] = OrderedDict()
        self._places = Places(MOST_WAITING)
        self._turns = Turns(1)

    async def find(self, question: SpeedQuestion, busy: bool, holder: Holder = NOBODY) -> Timing:
        """The timing; what was measured while a run trained is not what an idle machine would do."""
        key = question.to_line(), busy
        if key not in self._kept:
            self._kept[key] = await self._measure(question, holder)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def stop(self) -> None:
        """Ends the probe."""
        self._probe.stop()

    async def _measure(self, question: SpeedQuestion, holder: Holder) -> Timing:
        with self._places.take(holder) as place:
            async with self._turns.turn(place):
                if place.is_lost:
                    raise gave_way()
                try:
                    return await self._probe.measure(question)
                except ProbeLost:
                    slow = N_("This network is too slow, or too large, to be timed here.")
                    raise WorkerLost(slow, seconds=RETRY_S) from None


async def timings_of(request: Request) -> Timings:
    """The application's timings."""
    return request.app.state.timings


@router.post("", dependencies=[Depends(limit_rate)], openapi_extra=describe_body(SCHEMA, EXAMPLE))
async def time_network(
    request: Request,
    body: JsonBytes,
    settings: SettingsDep,
    workers: WorkersDep,
    store: StoreDep,
    timings: Annotated[Timings, Depends(timings_of)],
    visitor: VisitorDep,
) -> dict[str, Any]:
    """Images a second and seconds an epoch, measured by real steps; `busy` where a run trains meanwhile."""
    question, train, validation = await workers.run(
        request, tasks.with_json, tasks.read_timed, body, judge_of(settings)
    )
    busy = RUNNING in await run_in_threadpool(store.count_states)
    timing = await timings.find(question, busy, visitor.holder)
    return _tell(timing, train, validation) | {"measured": True, "busy": busy}


def _tell(timing: Timing, train: int | None, validation: int) -> dict[str, Any]:
    seconds = None if train is None else timing.epoch_seconds(train, validation)
    return {
        "images_per_second": 1 / timing.learning,
        "seconds_an_epoch": seconds,
        "images": timing.images * timing.steps,
    }
