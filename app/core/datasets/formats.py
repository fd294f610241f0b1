"""Where a data set's pictures can come from: an archive, IDX files, or folders of classes; told apart by their content.

It does not know the names of data sets, or how to download.
"""

from pathlib import Path

from app.core.datasets.archives import OWN_FILES
from app.core.datasets.cifar import ARCHIVE, FOLDER, TRAINING, is_archive, read_cifar10
from app.core.datasets.class_folders import Progress, read_class_folders
from app.core.datasets.idx import find_idx_files, read_idx_dataset
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, MissingDataset


def read_source(
    path: Path, name: str, title: str, classes: tuple[str, ...], shape: tuple[int, int, int],
    progress: Progress | None = None,
) -> DataSet:  # fmt: skip
    """The data set at `path`; folders of classes become pictures of `shape`. Raises MissingDataset, DatasetError.

    `classes` names what IDX files only number.
    """
    if not path.exists():
        raise MissingDataset(N_("There is nothing at %(path)s."), field="dataset", path=str(path))
    if batches := find_batches(path):
        return read_cifar10(batches, name, title)
    if path.is_dir() and (folder := find_idx_folder(path)):
        return read_idx_dataset(folder, name, title, classes)
    channels, height, width = shape
    return read_class_folders(
        path, name, title, size=(height, width), channels=channels, limits=OWN_FILES, progress=progress
    )


def find_source(folder: Path, name: str) -> Path | None:
    """What lies in the data sets' folder for that name: `<name>/` with files, `<name>.zip`, or the official archive."""
    own = folder / name
    places = [folder / f"{name}.zip", *([folder / ARCHIVE, folder / FOLDER] if name == "cifar10" else [])]
    if own.is_dir() and any(own.iterdir()) and not list(own.glob("*.part")):
        return own
    return next((place for place in places if place.exists()), None)


def find_batches(path: Path) -> Path | None:
    """The archive or the folder of CIFAR-10's batches at or in `path`."""
    places = [path, path / ARCHIVE, path / FOLDER] if path.is_dir() else [path]
    for place in places:
        if (place / TRAINING[0]).is_file() or (place.is_file() and is_archive(place)):
            return place
    return None


def find_idx_folder(path: Path) -> Path | None:
    """The folder with IDX files at or in `path`."""
    return next((place for place in (path, path / "raw") if find_idx_files(place)), None)
