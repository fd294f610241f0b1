"""What two gathered folders do not share: answers field by field, pictures pixel by pixel. It starts nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from scripts.compare.gathering import ANSWERS

MOST_TOLD = 12  # differences of one answer
_NONE = object()


@dataclass(frozen=True)
class Difference:
    """One picture or one answer that is not the same, and what of it is not."""

    name: str
    told: list[str]
    is_picture: bool = False


def differences(before: Path, after: Path) -> list[Difference]:
    """All of them, pictures first."""
    return [*_pictures(before, after), *_answers(before, after)]


def _pictures(before: Path, after: Path) -> Iterator[Difference]:
    for name in sorted({path.name for folder in (before, after) for path in folder.glob("*.png")}):
        pair = before / name, after / name
        missing = [path.parent.name for path in pair if not path.exists()]
        if told := [f"missing {' and '.join(missing)}"] if missing else pixels(*map(Image.open, pair)):
            yield Difference(name.removesuffix(".png"), told, is_picture=True)


def pixels(before: Image.Image, after: Image.Image) -> list[str]:
    """How many pixels differ, by how many levels at most, and in which box; nothing where none does."""
    told = [] if before.size == after.size else [f"size {before.size} became {after.size}"]
    width, height = map(min, before.size, after.size)
    one, other = (np.asarray(picture.convert("RGB").crop((0, 0, width, height)), int) for picture in (before, after))
    apart = np.abs(one - other).max(axis=2)
    if apart.any():
        rows, columns = np.nonzero(apart)
        box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        told.append(f"{np.count_nonzero(apart)} pixels differ, by {apart.max()} levels at most, within {box}")
    return told


def _answers(before: Path, after: Path) -> Iterator[Difference]:
    one, other = (json.loads((folder / ANSWERS).read_text("utf-8")) for folder in (before, after))
    for asked in one | other:
        told = list(fields(one.get(asked, _NONE), other.get(asked, _NONE)))
        if told:
            more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
            yield Difference(asked, told[:MOST_TOLD] + more)


def fields(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Each place where two answers differ, with both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            yield from fields(before.get(key, _NONE), after.get(key, _NONE), f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from fields(one, other, f"{place}[{number}]")
    elif before is not after and (type(before) is not type(after) or before != after):
        yield f"{place or 'all'}: {_short(before)} became {_short(after)}"


def _short(value: Any) -> str:
    if value is _NONE:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
