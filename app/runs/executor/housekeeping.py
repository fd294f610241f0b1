"""What is cleared away: the oldest runs past the limits, and folders without a run; and the reserve is kept."""

import re
import time
from contextlib import suppress

from sqlalchemy import select

from app.core.errors import UnknownRun
from app.runs.store.database import reading
from app.runs.store.folders import RunFolder
from app.runs.store.reserve import keep_reserve
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, PAUSED, TERMINAL
from app.runs.store.store import Store

_ORPHAN_S = 600.0  # a folder is made before its row
_CLEARED = TERMINAL | {PAUSED}  # who only pauses would fill the disk without an end
_RUN_ID = re.compile(r"[0-9a-f]{16}")


def tidy(store: Store) -> None:
    """Deletes what is past the limits, the oldest first; runs that train or wait for it stay."""
    keep_reserve(store.root)
    with reading(store.engine) as connection:
        rows = connection.execute(select(runs.c.id, runs.c.state).order_by(runs.c.created_at.desc())).all()
    _drop_orphans(store, {row.id for row in rows})
    kept, weight = 0, 0
    for run_id, state in rows:
        kept, weight = kept + 1, weight + store.folder(run_id).size()
        if state in TERMINAL - {FAILED}:
            store.folder(run_id).drop_checkpoints()
        if state in _CLEARED and (kept > store.limits.kept or weight > store.limits.bytes):
            with suppress(UnknownRun):
                store.delete(run_id)


def _drop_orphans(store: Store, known: set[str]) -> None:
    for path in store.root.iterdir():
        is_run = path.is_dir() and _RUN_ID.fullmatch(path.name) and path.name not in known
        with suppress(OSError):
            if is_run and path.stat().st_mtime < time.time() - _ORPHAN_S:
                RunFolder(store.root, path.name).remove()
