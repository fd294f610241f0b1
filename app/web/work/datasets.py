"""A data set looked into, or made of a ZIP: the parts of the answer that are plain values."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.core.classification.sprites import draw_picture
from app.core.datasets.arrivals import keep_own
from app.core.datasets.catalog import Summary
from app.core.datasets.contents import Contents, look_into
from app.core.datasets.own import OwnLimits, remember_use
from app.core.shares import Holder

Told = tuple[Summary, dict[str, Any]]  # the row of the list, and what is told beside it


def look_into_dataset(name: str, folder: Path, samples: int | None) -> Told:
    """Its row, and what is told beside it, with so many pictures of a class; one of a visitor's own stays longer."""
    contents = look_into(name, folder, samples) if samples else look_into(name, folder)
    remember_use(name, folder)
    return _told(contents)


def keep_archive(
    path: Path, name: str, title: str | None, folder: Path, limits: OwnLimits, holder: Holder, needed: frozenset[str],
    side: int,
) -> Told:  # fmt: skip
    """The same of an archive that has just arrived, its pictures kept at `side` x `side`; runs need those `needed`."""
    return _told(keep_own(path, name, title, folder, limits, holder, needed, side))


def _told(contents: Contents) -> Told:
    """The parts that the answer holds beside the row of the list."""
    plain = ("counts", "mean", "std", "skipped_count", "spellings", "equal")
    told: dict[str, Any] = {name: getattr(contents, name) for name in plain}
    return contents.summary, told | {
        "skipped": [asdict(skipped) for skipped in contents.skipped],
        "holders": [asdict(holder) for holder in contents.holders],
        "sheet": draw_picture(contents.sheet),
        "sheet_columns": contents.columns,
    }
