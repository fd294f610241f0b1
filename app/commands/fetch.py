"""`python -m app fetch DATASET`: a data set's files, downloaded or from a folder or ZIP, read and kept for training."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.commands.downloads import DOWNLOADS, download
from app.commands.errors import told_plainly
from app.commands.places import DataOption, settings_of
from app.core.datasets.builtin import BUILTIN, OWN_SIDE, check_name
from app.core.datasets.cache import read_cache
from app.core.datasets.datasets import keep_dataset, load_dataset
from app.core.datasets.formats import find_source
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.datasets.statistics import describe
from app.core.errors import DatasetError
from app.files.opening import open_files

_SKIPPED_SHOWN = 10


def fetch(
    dataset: Annotated[str, typer.Argument(help="cifar10, mnist, fashion-mnist, or a name for your own.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="ZIP or folder: a folder for each class, or the official files."),
    ] = None,
    size: Annotated[int, typer.Option(help="Side of your own pictures, in pixels.", min=8, max=256)] = OWN_SIDE,
    data: DataOption = None,
) -> None:
    """Make a data set ready: download it (resumed and checked), or read it from a ZIP or folder of pictures."""
    console = Console()
    settings = settings_of(data)
    folder = settings.data / "datasets"
    with told_plainly(console):
        check_name(dataset)
        started = time.monotonic()
        fetched = (None if source else _find(console, dataset, folder)) or _keep(console, dataset, source, folder, size)
        if settings.files and cache_path(folder, dataset).is_file():
            open_files(settings.data, settings.files).push(cache_path(folder, dataset))
        _tell(console, fetched, time.monotonic() - started)


def _find(console: Console, name: str, folder: Path) -> DataSet | None:
    """The set, if nothing has to be fetched."""
    path = cache_path(folder, name)
    if name in BUILTIN and BUILTIN[name].is_made:
        return load_dataset(name, folder)
    try:
        return read_cache(path) if path.is_file() else None
    except DatasetError as error:
        console.print(str(error), style="yellow", markup=False, highlight=False)
        path.unlink()
        return None


def _keep(console: Console, name: str, source: Path | None, folder: Path, size: int) -> DataSet:
    place = source or find_source(folder, name)
    if place is None or _is_download(place, name, folder):
        place = _download(console, name, folder)
    with _bar(console, "reading", MofNCompleteColumn()) as move:
        return keep_dataset(name, place, folder, size=size, progress=move)


def _is_download(place: Path, name: str, folder: Path) -> bool:
    """Whether only files as they are published lie there: these are checked, and missing ones fetched."""
    official = {wanted.name for wanted in DOWNLOADS.get(name, ())}
    return place == folder / name and place.is_dir() and {path.name for path in place.iterdir()} <= official


def _download(console: Console, name: str, folder: Path) -> Path:
    """The folder with the official files; for a set that has none, the folder that is missing."""
    for wanted in DOWNLOADS.get(name, ()):
        with _bar(console, wanted.name, DownloadColumn()) as move:
            for done, total in download(wanted, folder / name):
                move(done, total)
    return folder / name


@contextmanager
def _bar(console: Console, words: str, column: MofNCompleteColumn | DownloadColumn) -> Iterator[Callable[..., None]]:
    """A function of what is done and what there is in all."""
    with Progress(TextColumn(words), BarColumn(), column, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _tell(console: Console, dataset: DataSet, seconds: float) -> None:
    told = describe(dataset)
    table = Table("class", "train", "test")
    for row in zip(dataset.classes, told["counts"]["train"], told["counts"]["test"], strict=True):
        table.add_row(*map(str, row))
    console.print(table)
    shape = " x ".join(map(str, dataset.input))
    lines = [
        f"{dataset.title}: {len(dataset.labels):,} training and {len(dataset.test_labels):,} test pictures of {shape}",
        f"mean {_round(told['mean'])}, standard deviation {_round(told['std'])} (0 to 1), {seconds:.1f} s",
    ]
    if dataset.skipped_count:
        lines.append(f"{dataset.skipped_count:,} files were skipped, such as:")
    lines += [f"  {skipped.path}: {skipped.reason}" for skipped in dataset.skipped[:_SKIPPED_SHOWN]]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _round(values: list[float]) -> str:
    return " ".join(f"{value:.3f}" for value in values)
