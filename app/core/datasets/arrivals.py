"""A ZIP of one's own pictures, one folder a class, becomes a data set that is kept: see `own` for how long.

It does not know HTTP.
"""

from collections.abc import Set
from pathlib import Path

from app.core.datasets.builtin import OWN_SIDE
from app.core.datasets.cache import write_cache
from app.core.datasets.class_folders import read_class_folders
from app.core.datasets.contents import Contents, look_into
from app.core.datasets.headers import cache_path
from app.core.datasets.own import LONGEST_TITLE, TITLE, OwnLimits, make_room
from app.core.datasets.statistics import describe
from app.core.pictures.titles import clean_title
from app.core.shares import NOBODY, Holder


def keep_own(
    archive: Path, name: str, title: str | None, folder: Path, limits: OwnLimits,
    holder: Holder = NOBODY, needed: Set[str] = frozenset(), side: int = OWN_SIDE,
) -> Contents:  # fmt: skip
    """Reads the archive (3 x `side` x `side`, see `class_folders`), keeps it in `folder` as `name`, and looks into it.

    It is the holder's; those that are `needed` make no room for it. Raises DatasetError.
    """
    shown = clean_title(title or "")[:LONGEST_TITLE] or TITLE
    dataset = read_class_folders(
        archive, name, shown, size=(side, side), limits=limits.archive, pictures=limits.picture,
        most_bytes=limits.kept_bytes,
    )  # fmt: skip
    make_room(folder, limits.kept, needed, holder)
    write_cache(dataset, cache_path(folder, name), describe(dataset) | {"holder": [holder.address, holder.visitor]})
    return look_into(name, folder)
