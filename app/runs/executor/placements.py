"""Trainers in a Ray cluster: asked for a run whose turn it is, and given the run once a machine has them.

So no run is `running` that Ray cannot place yet: it waits in the queue, and says for what. Two servers ask for the same
run by the same name, and Ray makes one trainer of it; which server gives it the run, the claim decides. What is placed
goes on when its server ends.
"""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import RowMapping, select

from app.core.datasets.headers import cache_path
from app.core.training.needs import SMALLEST_CARD_MB, card_memory, need_of, part_of_card
from app.runs.executor.link import Link
from app.runs.executor.trainers import SAID
from app.runs.store import processes, reasons
from app.runs.store.database import reading, writing
from app.runs.store.orders import parse_stored
from app.runs.store.protocol import Assignment, Place
from app.runs.store.queue import Claim, claim_placed, count, read_queue
from app.runs.store.schema import runs
from app.runs.store.states import QUEUED, RUNNING, Reason
from app.runs.store.store import Store
from app.runs.store.transitions import change, log_state
from app.runs.store.version import fingerprint

LOOK_S = 0.25  # between two looks at the queue, where the cluster has told nothing new
PATIENT_S = 15.0  # until who waits for a machine is told so, and others are let by
AWAY_S = 5.0  # the same where the cluster does not answer
REFUSED_S = 20.0  # until a machine of another version, or one that broke, is asked again
_SEEN = (runs.c.id, runs.c.queued_at, runs.c.reason, runs.c.step, runs.c.epoch, runs.c.learning_rate)
_NEEDED = (runs.c.network, runs.c.training, runs.c.dataset, runs.c.is_small, runs.c.threads, runs.c.device)

_log = logging.getLogger(__name__)


@dataclass
class Placement:
    """A trainer in the cluster, for a run. `is_placed` once a machine has it, `is_warm` once it can train.

    `line` is what it is told of its run, `code` and `how` are those of its end.
    """

    place: Place
    run_id: str
    asked: float
    claim: Claim | None = None
    line: str = ""
    started: float = 0.0
    is_placed: bool = False
    is_warm: bool = False
    code: int | None = None
    how: str = ""

    @property
    def process(self) -> str:
        """Its word in the run's row."""
        return processes.identify_placed(self.place.name)

    def reason(self) -> Reason:
        """Of its end, where it has given none itself. A machine that is lost is nobody's fault: the run goes on."""
        if self.how == "code":
            return SAID.get(self.code or 0, reasons.BROKEN)
        return reasons.OUT_OF_MEMORY if self.how == "memory" else reasons.LOST


class Placements:
    """Where an executor's trainers come from. For its thread, but for `is_gone`."""

    def __init__(self, store: Store, datasets: Path, link: Link) -> None:
        self.busy: list[Placement] = []
        self._store = store
        self._datasets = datasets.absolute()
        self._link = link
        self._asked: dict[str, Placement] = {}  # by the trainer's name; those without a run yet
        self._refused: dict[str, float] = {}  # until when, by run
        self._alive: frozenset[str] | None = None  # what the cluster told last
        self._largest = 1.0  # processors of a machine
        self._card_mb = 0  # of the smallest graphics card; 0 where there is none
        self._away_from = time.monotonic()
        self._look_at = 0.0

    def begin(self, first_warm_s: float) -> None:
        """Nothing is made ahead of time: Ray starts a machine's trainer in seconds, and not where it is not needed."""

    @property
    def is_reachable(self) -> bool | None:
        """Whether the cluster answers; None where this server does not ask it."""
        return self._alive is not None if self._store.limits.at_once else None

    def look_after(self) -> None:
        """Hears what has become of what was asked for."""
        for told in self._link.hear():
            self._look_at = 0.0
            match told.pop("told"):
                case "ready":
                    self._ask_again()
                case "cluster":
                    self._see(**told)
                case "placed":
                    self._arrive(**told)
                case "warm" if told["name"] in self._asked:
                    self._asked[told["name"]].is_warm = True
                case "ended":
                    self._bury(**told)
        if self._link.is_ready:
            self._away_from = time.monotonic()
        else:
            self._alive = None

    def start_next(self) -> bool | None:
        """Claims runs for trainers that are there, asks for others; None, so that it is asked again soon."""
        now = time.monotonic()
        if now < self._look_at:
            return None
        self._look_at = now + LOOK_S
        with reading(self._store.engine) as connection:
            free = self._store.limits.at_once - count(connection, RUNNING)
            queue = read_queue(connection)
            late = [one for one in self._asked.values() if not one.is_placed and _age(one) > PATIENT_S]
            wanted = queue[: max(free, 0) + len(late) * (free > 0)]
            rows = connection.execute(select(*_SEEN).where(runs.c.id.in_(wanted))).mappings().all()
        self._drop({_name(row) for row in rows})
        for row in sorted(rows, key=lambda row: wanted.index(row["id"])):
            self._serve(row)
        return None if self._asked or (queue and free > 0) else bool(queue)

    def prepare(self, waiting: bool) -> None:
        """See `begin`."""

    def leave(self, seconds: float) -> None:
        """The runs go on. Who is without one is asked for anew by another server, or ends by itself."""
        self._link.stop()

    def is_gone(self, process: str) -> bool:
        """Whether the cluster answers and has no such trainer."""
        name, alive = processes.placed_name(process), self._alive
        return name is not None and alive is not None and name not in alive

    def end(self, process: str) -> None:
        """At once, wherever it is."""
        name = processes.placed_name(process)
        if name is None:
            processes.end(process)
        else:
            self._link.tell("end", name=name)

    def _ask_again(self) -> None:
        """A new link holds nothing, and the one before may have lost what it was told last.

        What is asked for by a name that is there already changes nothing, nor does a run that its trainer has.
        """
        for one in self._asked.values():
            self._ask(one)
        for one in self.busy:
            self._start(one)

    def _see(self, alive: list[str], nodes: list[dict[str, float]]) -> None:
        self._alive = frozenset(alive)
        self._largest = max((node.get("CPU", 0.0) for node in nodes), default=self._largest)
        self._card_mb = min((card_memory(node) for node in nodes if node.get("GPU")), default=0)

    def _arrive(self, name: str, version: str) -> None:
        one = self._asked.get(name)
        if one is None:
            return
        one.is_placed = True
        if version != one.place.version:
            self._refuse(one, reasons.other_version(version, one.place.version))

    def _bury(self, name: str, code: int | None, how: str, said: str) -> None:
        if said:
            _log.warning("Trainer %s is gone: %s", name, said)
        for one in self.busy:
            if one.place.name == name:
                one.code, one.how = 1 if code is None else code, how
        if name in self._asked:
            self._refuse(self._asked[name], None)

    def _refuse(self, one: Placement, reason: Reason | None) -> None:
        """Its run waits on, and is asked for again in a while."""
        del self._asked[one.place.name]
        now = time.monotonic()
        self._refused = {run_id: until for run_id, until in self._refused.items() if until > now}
        self._refused[one.run_id] = now + REFUSED_S
        self._link.tell("dismiss", name=one.place.name)
        if reason is not None:
            self._explain(one.run_id, reason)

    def _drop(self, wanted: set[str]) -> None:
        """Lets those go that nobody wants any more. One that waits for a machine is not to make one start."""
        for name, one in list(self._asked.items()):
            if name not in wanted:
                del self._asked[name]
                if not self._is_taken(one):
                    self._link.tell("dismiss" if one.is_placed else "end", name=name)

    def _is_taken(self, one: Placement) -> bool:
        """Whether another server has given it its run."""
        with reading(self._store.engine) as connection:
            return connection.scalar(select(runs.c.process).where(runs.c.id == one.run_id)) == one.process

    def _serve(self, row: RowMapping) -> None:
        """A step nearer to its start."""
        one, now = self._asked.get(_name(row)), time.monotonic()
        if not self._link.is_ready:
            if now - self._away_from > AWAY_S:
                self._explain(row["id"], reasons.NO_CLUSTER, row)
        elif one is not None and one.is_warm:
            self._give(one)
        elif one is not None and not one.is_placed and _age(one) > PATIENT_S:
            self._explain(row["id"], reasons.NO_MACHINE, row)
        elif one is None and now >= self._refused.get(row["id"], 0.0):
            place = self._place(_name(row), row["id"])
            if place is not None:
                one = self._asked[place.name] = Placement(place, row["id"], now)
                self._ask(one)

    def _give(self, one: Placement) -> None:
        store = self._store
        with writing(store.engine) as connection:
            device = "cuda" if one.place.gpu else "cpu"
            one.claim = claim_placed(
                connection, store.limits, one.run_id, one.process, threads=one.place.processors, device=device
            )
        if one.claim is None:
            return
        del self._asked[one.place.name]
        one.started = time.monotonic()
        self.busy.append(one)
        url = store.engine.url._replace(password=None).difference_update_query(["password"]).render_as_string()
        one.line = Assignment.to(one.claim, url, store.files, one.place.gpu or 1.0).to_line()
        self._start(one)

    def _start(self, one: Placement) -> None:
        self._link.tell("train", name=one.place.name, line=one.line)
        self._link.tell("watch", name=one.place.name)

    def _ask(self, one: Placement) -> None:
        place = one.place
        self._link.tell("place", name=place.name, version=place.version, processors=place.processors,
                        memory_mb=place.memory_mb, gpu=place.gpu)  # fmt: skip

    def _place(self, name: str, run_id: str) -> Place | None:
        """What the run needs; None where it is gone."""
        with reading(self._store.engine) as connection:
            row = connection.execute(select(*_NEEDED).where(runs.c.id == run_id)).mappings().first()
        if row is None:
            return None
        network, training = parse_stored(row["network"], row["training"])
        path = cache_path(self._datasets, row["dataset"])
        pictures = path.stat().st_size if path.is_file() else None
        need = need_of(network.report, training, pictures, is_small=bool(row["is_small"]))
        processors = row["threads"] or max(1, min(need.processors, int(self._largest)))
        is_for_card = row["device"] == "cuda" or (row["device"] is None and self._card_mb and need.card_mb)
        gpu = part_of_card(need.card_mb, self._card_mb or SMALLEST_CARD_MB) if is_for_card else 0.0
        return Place(name, fingerprint(), processors, need.memory_mb, gpu)

    def _explain(self, run_id: str, reason: Reason, seen: RowMapping | None = None) -> None:
        """Says in the row, and in the log, why it does not start; once."""
        if seen is not None and seen["reason"] == reason.to_dict():
            return
        with writing(self._store.engine) as connection:
            still = (runs.c.id == run_id) & (runs.c.state == QUEUED)
            row = connection.execute(select(*_SEEN).where(still)).mappings().first()
            if row is not None and row["reason"] != reason.to_dict():
                change(connection, run_id, reason=reason.to_dict())
                log_state(connection, row, QUEUED, reason)


def _name(row: RowMapping) -> str:
    """Another one each time that a run comes into the queue, so that a trainer it had before is not taken for it."""
    return f"{row['id']}-{round(row['queued_at'] * 1000)}"


def _age(one: Placement) -> float:
    return time.monotonic() - one.asked
