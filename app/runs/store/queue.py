"""Who is next: of the address served longest ago its visitor served longest ago, and of theirs the first that came.

What was running before goes first, and what is compared with a run that is on. Where the queue is full, whoever has
most in it makes place for who has less.

It does not know processes. Who claims decides alone, of all servers, so two never take the same place.
"""

import secrets
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace

from sqlalchemy import ColumnElement, Connection, case, func, select

from app.core.shares import Holder, Holdings, household
from app.runs.store import counts, event_log
from app.runs.store.database import Decision, decide
from app.runs.store.schema import runs, visitors
from app.runs.store.states import QUEUED, RUNNING


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How many runs train at once, wait, belong to one visitor, and are kept; and what all of them may weigh.

    In the place of one, `small_at_once` small ones train side by side. After `slice_s` seconds of training a run gives
    its place while others wait.
    """

    at_once: int = 1
    queued: int = 60
    per_visitor: int = 3
    kept: int = 120
    bytes: int = 8 * 1024**3
    slice_s: float = 120.0
    small_at_once: int = 1

    @property
    def room(self) -> int:
        """Of which a small run takes 1, and another `small_at_once`."""
        return self.at_once * self.small_at_once


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run in the queue. `threads` are those it has begun with; `pair` is the run that it is compared with."""

    id: str
    visitor: str
    queued_at: float
    is_resumed: bool
    address: str = ""
    is_small: bool | None = False
    threads: int | None = None
    pair: str | None = None
    has_begun: bool = False

    @property
    def holder(self) -> Holder:
        """Whose share of the queue it takes."""
        return Holder(household(self.address), self.visitor)

    @property
    def may_share(self) -> bool:
        """Whether it may train with one thread, beside others."""
        return self.threads == 1 or bool(self.is_small and not self.has_begun)

    def belongs_to(self, other: "Waiting") -> bool:
        """Whether the two are to be seen side by side."""
        return self.holder == other.holder and (self.pair == other.id or other.pair == self.id)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write of a run, until somebody else gets it."""

    run_id: str
    token: str


def in_turn(waiting: Iterable[Waiting], served: Mapping[str, float]) -> list[str]:
    """The ids in the order in which they will be taken; `served` says when each visitor, and address, had a turn.

    Two that are to be compared have their turn together.
    """
    left = {run.id: run for run in waiting}
    pairs: dict[str | None, list[Waiting]] = {}
    for run in left.values():
        pairs.setdefault(run.pair, []).append(run)
    turns, latest, order = dict(served), max(served.values(), default=0.0), []
    for line in (_Line(left, turns, is_resumed=True), _Line(left, turns, is_resumed=False)):
        while chosen := line.first():
            together = [chosen, *(run for run in _partners(chosen, left, pairs) if run.belongs_to(chosen))][:2]
            order += [left.pop(run.id).id for run in together]
            latest += 1.0
            turns |= dict.fromkeys(turn_names(chosen.holder), latest)
    return order


def _partners(chosen: Waiting, left: Mapping[str, Waiting], pairs: Mapping[str | None, list[Waiting]]) -> list[Waiting]:
    """Those that name it, or that it names, in the order in which they came."""
    named = [run for run in pairs.get(chosen.id, ()) if run.id in left]
    own = [left[chosen.pair]] if chosen.pair in left and chosen.pair is not None else []
    return sorted([*named, *own], key=lambda run: (run.queued_at, run.id))


class _Line:
    """Of the runs that are left, resumed ones or the others: who is first, by address, then by visitor, then by time.

    Heaps whose tops are looked at again before they count: a turn only ever puts somebody further back. So a thousand
    are ordered in some milliseconds.
    """

    def __init__(self, left: Mapping[str, Waiting], turns: Mapping[str, float], *, is_resumed: bool) -> None:
        self._left = left
        self._turns = turns
        runs: dict[str, dict[str, deque[Waiting]]] = {}
        for run in sorted(left.values(), key=lambda run: (run.queued_at, run.id)):
            if run.is_resumed is is_resumed:
                at, by = turn_names(run.holder)
                runs.setdefault(at, {}).setdefault(by, deque()).append(run)
        self._visitors = {
            at: [(*self._key(by, own), by, own) for by, own in those.items()] for at, those in runs.items()
        }
        for heap in self._visitors.values():
            heapify(heap)
        self._addresses = [(turns.get(at, 0.0), *heap[0][:3], at) for at, heap in self._visitors.items()]
        heapify(self._addresses)

    def first(self) -> Waiting | None:
        """Who is next, if anybody is left."""
        while self._addresses:
            *_, at = before = self._addresses[0]
            heap = self._visitors[at]
            run = self._first_of(heap)
            if run is None:
                heappop(self._addresses)
            elif (now := (self._turns.get(at, 0.0), *heap[0][:3], at)) != before:
                heapreplace(self._addresses, now)
            else:
                return run
        return None

    def _first_of(self, heap: list[tuple[float, float, str, str, deque[Waiting]]]) -> Waiting | None:
        while heap:
            *_, by, own = before = heap[0]
            while own and own[0].id not in self._left:
                own.popleft()
            if not own:
                heappop(heap)
            elif (now := (*self._key(by, own), by, own)) != before:
                heapreplace(heap, now)
            else:
                return own[0]
        return None

    def _key(self, by: str, own: deque[Waiting]) -> tuple[float, float, str]:
        return self._turns.get(by, 0.0), own[0].queued_at, own[0].id


def turn_names(holder: Holder) -> tuple[str, str]:
    """By what the turns of an address, and of a visitor, are remembered."""
    return f"@{holder.address}", holder.visitor


def read_queue(connection: Connection) -> list[str]:
    """The ids of the queued runs in turn."""
    return [run.id for run in read_waiting(connection)]


def read_waiting(connection: Connection) -> list[Waiting]:
    """The queued runs in turn."""
    waiting = {run.id: run for run in _read(connection, QUEUED)}
    if len(waiting) < 2:
        return list(waiting.values())
    for partner in _expected(connection, waiting.values()):
        waiting[partner.id] = replace(partner, is_resumed=True)
    names = {name for run in waiting.values() for name in turn_names(run.holder)}
    rows = connection.execute(select(visitors.c.visitor, visitors.c.served_at).where(visitors.c.visitor.in_(names)))
    return [waiting[run_id] for run_id in in_turn(waiting.values(), {row.visitor: row.served_at for row in rows})]


def _expected(connection: Connection, waiting: Iterable[Waiting]) -> list[Waiting]:
    """Those that are compared with a run that is on and stands alone yet: the turn of the two is not over."""
    on = {run.id: run for run in _read(connection, RUNNING) if run.pair is None}
    partners = [run for run in waiting if run.pair in on and run.belongs_to(on[run.pair]) and not run.has_begun]
    if not partners:
        return []
    begun = runs.c.pair.in_([run.pair for run in partners]) & runs.c.started_at.is_not(None)
    served = set(connection.scalars(select(runs.c.pair).where(begun)))
    first = {run.pair: run for run in sorted(partners, key=lambda run: -run.queued_at)}
    return [run for pair, run in first.items() if pair not in served]


def who_gives_way(connection: Connection, asking: Holder) -> str | None:
    """The run that makes place for another of who asks: the last in turn of whoever has most; None if nobody owes."""
    waiting = {run.id: run.holder for run in _read(connection, QUEUED)}
    holdings = Holdings([*waiting.values(), *(run.holder for run in _read(connection, RUNNING))])
    owing = [run_id for run_id in reversed(read_queue(connection)) if holdings.owes(waiting[run_id], asking)]
    return max(owing, key=lambda run_id: holdings.of(waiting[run_id]), default=None)


def _read(connection: Connection, state: str, *those: ColumnElement[bool]) -> list[Waiting]:
    columns = (runs.c.id, runs.c.visitor, runs.c.queued_at, runs.c.is_resumed, runs.c.address, runs.c.is_small,
               runs.c.threads, runs.c.pair, runs.c.started_at.is_not(None))  # fmt: skip
    return [Waiting(*row) for row in connection.execute(select(*columns).where(runs.c.state == state, *those))]


def count(connection: Connection, *states: str) -> int:
    """Runs in these states."""
    return connection.scalar(select(func.count()).select_from(runs).where(runs.c.state.in_(states))) or 0


def next_in(waiting: Sequence[Waiting], free: int, limits: QueueLimits) -> tuple[Waiting, int | None] | None:
    """The run that starts now, and its threads (None: all), where the `free` part of the room is enough for it.

    One that may share does so if others are on or come next that may; two to be compared start together or not yet.
    """
    if not waiting:
        return None
    first, *rest = waiting
    partner = rest[0] if rest and rest[0].belongs_to(first) else None
    shares = first.may_share and limits.small_at_once > 1
    shares = shares and (first.threads == 1 or free < limits.room or (bool(rest) and rest[0].may_share))
    needed = 1 if shares else limits.small_at_once
    wanted = 2 if shares and partner and partner.may_share else needed
    return (first, 1 if shares else first.threads) if wanted <= free else None


def free_room(connection: Connection, limits: QueueLimits) -> int:
    """What the runs that are on leave of the room."""
    taken = [limits.small_at_once if run.threads is None else 1 for run in _read(connection, RUNNING)]
    return limits.room - sum(taken)


def has_place(connection: Connection, limits: QueueLimits) -> bool:
    """Whether a run waits that could start."""
    free = free_room(connection, limits)
    return free > 0 and next_in(read_waiting(connection), free, limits) is not None


def claim_next(connection: Connection, limits: QueueLimits, process: str | None = None) -> Claim | None:
    """Takes the next run for that process, if a place is free: it is `running` from now on."""
    decide(connection, Decision.PLACES)
    free = free_room(connection, limits)
    waiting = read_waiting(connection) if free > 0 else []
    while (chosen := next_in(waiting, free, limits)) and not _holds(connection, chosen[0].id):
        waiting.remove(chosen[0])
    return _take(connection, *chosen, process) if chosen else None


def claim_placed(
    connection: Connection, limits: QueueLimits, run_id: str, process: str, *, threads: int, device: str
) -> Claim | None:
    """The same of that run, which was next when a cluster was asked for its place; with what the place has.

    None where it waits no more, or others have taken all places meanwhile.
    """
    decide(connection, Decision.PLACES)
    waiting = _read(connection, QUEUED, runs.c.id == run_id)
    if not waiting or free_room(connection, limits) < 1 or not _holds(connection, run_id):
        return None
    return _take(connection, waiting[0], waiting[0].threads or threads, process, device=device)


def _take(connection: Connection, first: Waiting, threads: int | None, process: str | None, **values: str) -> Claim:
    now, claim = time.time(), Claim(first.id, secrets.token_hex(8))
    row = connection.execute(
        runs.update()
        .where(runs.c.id == claim.run_id)
        .values(state=RUNNING, claim=claim.token, heartbeat=now, process=process, queued_at=None, reason=None,
                ended_at=None, started_at=func.coalesce(runs.c.started_at, now), threads=threads,
                turn_from=case((runs.c.is_resumed, func.coalesce(runs.c.turn_from, runs.c.seconds)),
                               else_=runs.c.seconds), **values)
        .returning(runs.c.step, runs.c.epoch, runs.c.learning_rate)
    ).one()  # fmt: skip
    for name in turn_names(first.holder):
        _remember_turn(connection, name, now)
    told = {"step": row.step, "epoch": row.epoch, "learning_rate": row.learning_rate}
    event_log.append_state(connection, claim.run_id, RUNNING, **told)
    counts.WAITED.observe(max(now - first.queued_at, 0.0))
    return claim


def _holds(connection: Connection, run_id: str) -> bool:
    """Whether it still waits, and nobody else is changing it just now; from then on nobody does."""
    found = select(runs.c.id).where(runs.c.id == run_id, runs.c.state == QUEUED)
    return connection.scalar(found.with_for_update(skip_locked=True)) is not None


def _remember_turn(connection: Connection, name: str, now: float) -> None:
    connection.execute(visitors.delete().where((visitors.c.visitor == name) | (visitors.c.served_at < now - 86400)))
    connection.execute(visitors.insert().values(visitor=name, served_at=now))
