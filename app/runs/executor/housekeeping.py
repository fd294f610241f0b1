"""What is cleared away: runs past the limits, and folders without a run; and the reserve is kept."""

import re
import time
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import RowMapping, select

from app.core.errors import UnknownRun
from app.core.shares import Kept, choose_to_go
from app.runs.store.database import reading
from app.runs.store.folders import RunFolder
from app.runs.store.reserve import keep_reserve
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, PAUSED, TERMINAL, Visitor
from app.runs.store.store import Store

_ORPHAN_S = 600.0  # a folder is made before its row
_CLEARED = TERMINAL | {PAUSED}  # who only pauses would fill the disk without an end
_FADES_S = 3600.0  # after which an unseen run is worth half
_RUN_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = (runs.c.id, runs.c.state, runs.c.cookie, runs.c.address, runs.c.seconds, runs.c.created_at)


def tidy(store: Store) -> None:
    """Deletes what is past the limits, of those first who keep most; runs that train or wait for it stay."""
    keep_reserve(store.root)
    with reading(store.engine) as connection:
        rows = connection.execute(select(*_COLUMNS)).mappings().all()
    _drop_orphans(store, {row["id"] for row in rows})
    for row in rows:
        if row["state"] in TERMINAL - {FAILED}:
            store.folder(row["id"]).drop_checkpoints()
    kept = [_judge(store, row) for row in rows]
    gone = choose_to_go(kept, store.limits.kept)
    kept = [replace(run, weight=store.folder(run.name).size()) for run in kept if run.name not in gone]
    for run_id in gone + choose_to_go(kept, store.limits.bytes):
        with suppress(UnknownRun):
            store.delete(run_id)


def _judge(store: Store, row: RowMapping) -> Kept:
    """Paused ones are worth more than ended ones; then what was trained longer, the less the longer nobody looks."""
    unseen = max(time.time() - store.folder(row["id"]).used_at(), 0.0)
    worth = row["state"] == PAUSED, row["seconds"] * 0.5 ** (unseen / _FADES_S), row["created_at"]
    may_go = row["state"] in _CLEARED
    return Kept(row["id"], Visitor(row["cookie"], row["address"]).holder, worth, float(may_go), may_go)


def _drop_orphans(store: Store, known: set[str]) -> None:
    for path in store.root.iterdir():
        is_run = path.is_dir() and _RUN_ID.fullmatch(path.name) and path.name not in known
        with suppress(OSError):
            if is_run and path.stat().st_mtime < time.time() - _ORPHAN_S:
                RunFolder(store.root, path.name).remove()
