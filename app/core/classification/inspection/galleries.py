"""The pictures that a network's channels are looked for in: of its data set, where that is here, or of every server."""

from pathlib import Path

import torch

from app.core.classification.inspection.patches import Gallery, photographs
from app.core.datasets.builtin import BUILTIN
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path
from app.core.pictures.preparation import Preparation, match_channels, resize_images

GALLERY = 5_000  # pictures of a data set that are looked through


def is_here(name: str, folder: Path) -> bool:
    """Whether a data set can be read without fetching anything."""
    known = BUILTIN.get(name)
    return bool(known and known.is_made) or (Path(name).name == name and cache_path(folder, name).is_file())


def dataset_gallery(name: str, folder: Path, preparation: Preparation) -> Gallery:
    """Training pictures of a data set that is here, as a network sees them; each by its number, if it is in a file."""
    dataset = load_dataset(name, folder)
    order = torch.randperm(len(dataset.images), generator=torch.Generator().manual_seed(0))[:GALLERY]
    images = match_channels(resize_images(dataset.images[order], preparation.size), preparation.channels)
    places = order.unsqueeze(1) if cache_path(folder, name).is_file() else None
    return Gallery(images, dataset.labels[order], dataset.classes, name, places)


def gallery_everywhere(classes: tuple[str, ...], folder: Path, preparation: Preparation) -> Gallery:
    """Of a data set that is made here and has those classes, such as digits; else tiles of the bundled photographs."""
    made = next((known.name for known in BUILTIN.values() if known.is_made and known.classes == classes), None)
    if made is None:
        return photographs(preparation.size, preparation.channels)
    return dataset_gallery(made, folder, preparation)
