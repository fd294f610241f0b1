"""What is cleared away: runs past the limits, and folders without a run; and the reserve is kept."""

import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import RowMapping, or_, select

from app.core.errors import FilesAway, UnknownRun
from app.core.shares import Kept, choose_to_go
from app.files.files import Belongings
from app.runs.store.database import reading, tell_apart, writing
from app.runs.store.folders import CHECKPOINT_PREFIX
from app.runs.store.rates import forget_rates
from app.runs.store.reserve import keep_reserve
from app.runs.store.schema import identity, runs
from app.runs.store.states import FAILED, PAUSED, TERMINAL, Visitor
from app.runs.store.store import Store

_log = logging.getLogger(__name__)
_EARLY = 0.9  # of a turn's seconds: two waits are never quite alike
_ORPHAN_S = 600.0  # a folder is made before its row
_CLEARED = TERMINAL | {PAUSED}  # who only pauses would fill the disk without an end
_FADES_S = 3600.0  # after which an unseen run is worth half
_SHELVES, _SHELF_BYTES = ("surveys", "maximizations"), 512 * 2**20  # what a store keeps that can be made again
_RATES_S = 2 * 86_400.0  # calls are counted in windows of a day at most
_RUN_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = (runs.c.id, runs.c.state, runs.c.cookie, runs.c.address, runs.c.seconds, runs.c.created_at)


def keep_house(store: Store, every_s: float) -> None:
    """What each server does for itself; and, of all of them, one in so many seconds for all."""
    keep_reserve(store.root)
    _forget_copies(store)
    if _take_turn(store, every_s):
        tidy(store)


def tidy(store: Store) -> None:
    """Deletes what is past the limits, of those first who keep most; runs that train or wait for it stay.

    Nothing goes where the store of files is another database's, or may be that of which this one is a copy.
    """
    forget_rates(store.engine, time.time() - _RATES_S)
    with suppress(FilesAway):
        belongings = store.files.belongings(store.root)
        with reading(store.engine) as connection:
            known = set(connection.scalars(select(runs.c.id)))
        if not _are_ours(store, may_claim=not belongings or bool(belongings.keys() & known)):
            _log.error(
                "nothing is cleared away: the store of files holds %d runs and is none of this database's, "
                "which may be a copy of theirs (docs/deploy.md, Backups)",
                len(belongings),
            )
            return
        _drop_orphans(store, belongings, known)
        _drop_checkpoints(store, belongings)
        for shelf in _SHELVES:
            store.files.keep_newest(store.files.root / shelf, _SHELF_BYTES)
        _clear(store, belongings, known)


def _take_turn(store: Store, every_s: float) -> bool:
    """Whether it is this server's: nobody's was shortly before. A clock that was put back holds up nobody."""
    now = time.time()
    is_fresh = identity.c.tidied_at.between(now - _EARLY * every_s, now + every_s)
    due = identity.update().where(or_(identity.c.tidied_at.is_(None), ~is_fresh)).values(tidied_at=now)
    with writing(store.engine) as connection:
        return connection.execute(due).rowcount > 0


def _forget_copies(store: Store) -> None:
    """Those of runs that another server removed; where a store has the truth, a copy may go at any time."""
    if not store.files.is_shared:
        return
    here = {path.name for path in store.root.iterdir() if _RUN_ID.fullmatch(path.name)}
    with reading(store.engine) as connection:
        known = set(connection.scalars(select(runs.c.id).where(runs.c.id.in_(here))))
    for name in here - known:
        store.files.forget(store.root / name)


def _clear(store: Store, belongings: Mapping[str, Belongings], known: set[str]) -> None:
    """Runs are only read where there may be too many, or where they may weigh too much."""
    weights = {name: sum(of.sizes.values()) for name, of in belongings.items()}
    if len(known) <= store.limits.kept and sum(weights.values()) <= store.limits.bytes:
        return
    with reading(store.engine) as connection:
        rows = connection.execute(select(*_COLUMNS)).mappings().all()
    now = time.time()  # of all alike: a store tells when a file was written to the second
    kept = [_judge(row, belongings.get(row["id"], Belongings()), now) for row in rows]
    gone = choose_to_go(kept, store.limits.kept)
    kept = [replace(run, weight=weights.get(run.name, 0)) for run in kept if run.name not in gone]
    for run_id in gone + choose_to_go(kept, store.limits.bytes):
        with suppress(UnknownRun):
            store.delete(run_id)


def _judge(row: RowMapping, belongings: Belongings, now: float) -> Kept:
    """Paused ones are worth more than ended ones; then what was trained longer, the less the longer nobody looks."""
    unseen = max(now - belongings.used_at, 0.0)
    worth = row["state"] == PAUSED, row["seconds"] * 0.5 ** (unseen / _FADES_S), row["created_at"]
    may_go = row["state"] in _CLEARED
    return Kept(row["id"], Visitor(row["cookie"], row["address"]).holder, worth, float(may_go), may_go)


def _drop_checkpoints(store: Store, belongings: Mapping[str, Belongings]) -> None:
    """Of runs that are over, if they have left any."""
    left = {
        run_id: names
        for run_id, of in belongings.items()
        if (names := [name for name in of.sizes if name.startswith(CHECKPOINT_PREFIX)])
    }
    over = runs.c.id.in_(list(left)), runs.c.state.in_(TERMINAL - {FAILED})
    with reading(store.engine) as connection:
        found = connection.scalars(select(runs.c.id).where(*over)).all() if left else ()
    for run_id in found:
        store.folder(run_id).drop_checkpoints(left[run_id])
        for name in left[run_id]:
            del belongings[run_id].sizes[name]


def _drop_orphans(store: Store, belongings: Mapping[str, Belongings], known: set[str]) -> None:
    for name, of in belongings.items():
        is_old = of.used_at < time.time() - _ORPHAN_S
        if is_old and name not in known and _RUN_ID.fullmatch(name):
            store.folder(name).remove()


def _are_ours(store: Store, *, may_claim: bool) -> bool:
    """By a word that is the database's own, and its copy's another: else each took the other's new runs for orphans."""
    if not store.files.is_shared:
        return True
    with reading(store.engine) as connection:
        word = f"{connection.scalar(select(identity.c.id))} {tell_apart(connection)}".rstrip()
    return store.files.are_of(word, may_claim=may_claim)
