"""A run's snapshot asked about another photo, and the photo that a run watches."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from app.core.classification.classification import framed, see
from app.core.classification.snapshots import maps_at, photo_checksum
from app.core.classification.sprites import draw_picture
from app.core.datasets.builtin import framing_of
from app.core.networks.networks import Network
from app.core.pictures.images import encode, read_upload
from app.core.pictures.preparation import ENOUGH
from app.core.pictures.uploads import Upload
from app.runs.store.folders import RunFolder
from app.runs.trainer.tensor_files import read_snapshot
from app.web.work.orders import as_seen


def look_again(
    folder: RunFolder, number: int, network: Network, classes: Sequence[str], dataset: str, upload: Upload
) -> dict[str, Any]:
    """Maps and predictions of another photo, from the weights of then."""
    weights, preparation = read_snapshot(folder, number)
    photo, _ = see(upload, preparation, framing_of(dataset))
    shown = maps_at(weights, network, preparation, photo).describe(classes)
    return {"photo": photo_checksum(photo), "maps": shown["maps"], "predictions": shown["predictions"]}


def see_photo(upload: Upload, network: Network, dataset: str) -> tuple[np.ndarray, str]:
    """What the network sees of it, uint8 H x W x C; and the same as a data URL."""
    levels = read_upload(upload, ENOUGH * max(network.input[1:])).levels
    seen = as_seen(framed(levels, upload.framing, framing_of(dataset))[0], network)
    return seen, draw_picture(torch.from_numpy(seen).permute(2, 0, 1))


def write_photo(photo: np.ndarray) -> bytes:
    """uint8 H x W x C as a PNG file."""
    return encode(torch.from_numpy(photo), "png")
