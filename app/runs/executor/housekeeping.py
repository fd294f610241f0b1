"""What is cleared away: runs past the limits, and folders without a run; and the reserve is kept."""

import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import RowMapping, select

from app.core.errors import FilesAway, UnknownRun
from app.core.shares import Kept, choose_to_go
from app.files.files import Belongings
from app.runs.store.database import reading
from app.runs.store.folders import CHECKPOINT_PREFIX
from app.runs.store.rates import forget_rates
from app.runs.store.reserve import keep_reserve
from app.runs.store.schema import identity, runs
from app.runs.store.states import FAILED, PAUSED, TERMINAL, Visitor
from app.runs.store.store import Store

_log = logging.getLogger(__name__)
_ORPHAN_S = 600.0  # a folder is made before its row
_CLEARED = TERMINAL | {PAUSED}  # who only pauses would fill the disk without an end
_FADES_S = 3600.0  # after which an unseen run is worth half
_SHELVES, _SHELF_BYTES = ("surveys", "maximizations"), 512 * 2**20  # what a store keeps that can be made again
_RATES_S = 2 * 86_400.0  # calls are counted in windows of a day at most
_RUN_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = (runs.c.id, runs.c.state, runs.c.cookie, runs.c.address, runs.c.seconds, runs.c.created_at)


def tidy(store: Store) -> None:
    """Deletes what is past the limits, of those first who keep most; runs that train or wait for it stay."""
    keep_reserve(store.root)
    forget_rates(store.engine, time.time() - _RATES_S)
    with suppress(FilesAway):
        belongings = store.files.belongings(store.root)
        with reading(store.engine) as connection:
            rows = connection.execute(select(*_COLUMNS)).mappings().all()
        _drop_orphans(store, belongings, {row["id"] for row in rows})
        for row in rows:
            if row["state"] in TERMINAL - {FAILED}:
                _drop_checkpoints(store, row["id"], belongings)
        for shelf in _SHELVES:
            store.files.keep_newest(store.files.root / shelf, _SHELF_BYTES)
        now = time.time()  # of all alike: a store tells when a file was written to the second
        _clear(store, [_judge(row, belongings.get(row["id"], Belongings()), now) for row in rows], belongings)


def _clear(store: Store, kept: list[Kept], belongings: Mapping[str, Belongings]) -> None:
    gone = choose_to_go(kept, store.limits.kept)
    weights = {name: sum(of.sizes.values()) for name, of in belongings.items()}
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


def _drop_checkpoints(store: Store, run_id: str, belongings: Mapping[str, Belongings]) -> None:
    """Of a run that is over, if it has left any."""
    sizes = belongings[run_id].sizes if run_id in belongings else {}
    if left := [name for name in sizes if name.startswith(CHECKPOINT_PREFIX)]:
        store.folder(run_id).drop_checkpoints(left)
        for name in left:
            del sizes[name]


def _drop_orphans(store: Store, belongings: Mapping[str, Belongings], known: set[str]) -> None:
    """What a store of files holds for another database stays: that one knows its runs; ours may be new, or wrong."""
    if store.files.is_shared and not _are_ours(store, may_claim=not belongings or bool(belongings.keys() & known)):
        _log.error("the store of files holds %d runs, and is none of this database's: left alone", len(belongings))
        return
    for name, of in belongings.items():
        is_old = of.used_at < time.time() - _ORPHAN_S
        if is_old and name not in known and _RUN_ID.fullmatch(name):
            store.folder(name).remove()
    there = known | belongings.keys()
    for path in store.root.iterdir() if store.files.is_shared else ():
        if path.name not in there and _RUN_ID.fullmatch(path.name):
            store.files.forget(path)  # removed by another server


def _are_ours(store: Store, *, may_claim: bool) -> bool:
    with reading(store.engine) as connection:
        word: str = connection.execute(select(identity.c.id)).scalar_one()
    return store.files.are_of(word, may_claim=may_claim)
