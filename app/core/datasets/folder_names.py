"""Which file is of which class, and whether it is for training or for the test, by the names of folders alone.

`<class>/…`; `train/<class>/…` beside `test/…`, in whatever words people use for these; `<class>/train/…`; each in any
number of folders around it. Nothing is opened here.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.core.pictures.titles import clean_title

TRAIN, TEST, VALIDATION = "train", "test", "validation"
LONGEST_CLASS = 64

_WORDS = {
    **dict.fromkeys(("train", "training", "trainset", "entrenamiento", "entreno", "entrenar"), TRAIN),
    **dict.fromkeys(("test", "testing", "tests", "testset", "prueba", "pruebas"), TEST),
    **dict.fromkeys(("val", "valid", "validation", "validacion", "dev"), VALIDATION),
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_UNSEEN = {"__macosx", "thumbs.db", "desktop.ini"}
_NUMBER = re.compile("([0-9]+)")

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, whether it is for training or for the test, its class, and the folder's own name.

    `holder` is the folder that says what it is for, empty where none does.
    """

    path: str
    part: str
    label: str
    folder: str = ""
    holder: str = ""


def arrange(files: Iterable[str]) -> tuple[list[Entry], list[str]]:
    """The entries of classes in the files' order, and the files that are in none. Hidden files count as neither.

    Validation pictures are for the test, where there are no others for it; else they are learned from, since a
    training draws its validation itself.
    """
    paths = {file: PurePosixPath(file.replace("\\", "/")).parts for file in files}
    shown = {file: parts for file, parts in paths.items() if not any(map(_is_hidden, parts))}
    placed = _place(shown)
    has_test = any(part == TEST for part, _, _ in placed.values())
    use = {TRAIN: TRAIN, TEST: TEST, VALIDATION: TRAIN if has_test else TEST}
    entries = [
        Entry(file, use[part], class_name(folder), folder, holder) for file, (part, folder, holder) in placed.items()
    ]
    return entries, [file for file in shown if file not in placed]


def part_of(folder: str) -> str | None:
    """What a folder of that name is for, if one of its words says so: training_set, seg_test, Prueba, valData."""
    words = _WORD.findall(_CAMEL.sub(" ", _without_accents(folder)).lower())
    return next((_WORDS[word] for word in words if word in _WORDS), None)


def class_name(folder: str) -> str:
    """A class by its folder's name: composed, in one line, without blanks around it."""
    return clean_title(unicodedata.normalize("NFC", folder))


def in_order(names: Iterable[str]) -> list[str]:
    """Sorted as people do: 2 before 10, small letters beside large ones."""
    return sorted(names, key=lambda name: ([_piece(text) for text in _NUMBER.split(name)], name))


def _piece(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isascii() and text.isdigit() else (-1, text.casefold())


def _place(paths: dict[str, Parts]) -> dict[str, tuple[str, str, str]]:
    """By file: what it is for, its class's folder, and the folder that says what it is for."""
    depth = _common_folders(list(paths.values()), ends_at_parts=True)
    inner = {file: parts[depth:] for file, parts in paths.items()}
    parts = {part_of(parts[0]) for parts in inner.values() if len(parts) > 2} - {None}
    if parts:
        return _place_in_parts(inner, rest=None if TRAIN in parts else TRAIN)
    deep = [parts for parts in inner.values() if len(parts) == 3]
    if deep and all(part_of(parts[1]) for parts in deep):
        return {file: (str(part_of(p[1])), p[0], p[1]) for file, p in inner.items() if len(p) == 3}
    return {file: (TRAIN, parts[0], "") for file, parts in inner.items() if len(parts) == 2}


def _place_in_parts(paths: dict[str, Parts], rest: str | None) -> dict[str, tuple[str, str, str]]:
    """The same, where folders say first what they are for; each may have folders of its own around the classes.

    Folders that do not say it are classes for `rest`.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for file, parts in paths.items():
        groups[parts[0]].append(file)
    placed: dict[str, tuple[str, str, str]] = {}
    for holder, files in groups.items():
        part = part_of(holder)
        depth = 1 + _common_folders([paths[file][1:] for file in files])
        if part:
            placed |= {file: (part, paths[file][depth], holder) for file in files if len(paths[file]) == depth + 2}
        elif rest:
            placed |= {file: (rest, holder, "") for file in files if len(paths[file]) == 2}
    return {file: placed[file] for file in paths if file in placed}


def _is_hidden(part: str) -> bool:
    return part.startswith(".") or part.lower() in _UNSEEN


def _common_folders(paths: list[Parts], ends_at_parts: bool = False) -> int:
    """How many folders all files have in common before the classes begin, or a folder that says what it is for.

    Loose files in them do not count.
    """
    depth = 0
    while True:
        firsts = {parts[depth] for parts in paths if len(parts) > depth + 1}
        is_last = all(len(parts) <= depth + 2 for parts in paths)
        if len(firsts) != 1 or is_last or (ends_at_parts and part_of(next(iter(firsts)))):
            return depth
        depth += 1


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
