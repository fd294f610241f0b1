"""What was found out of a shipped network once, in its folder's survey.safetensors, so that no visitor waits for it.

The file holds numbers: how strongly channels were excited, by which pictures, where; how selective they are; how much
each is excited as a rule. Pictures are named by their place in a bundled photograph or their number in a data set,
which is never part of the project: they are cut when they are shown. Pictures that are made here are in the file. It is
believed for the very network that it was made for, by digest. It does not know how long a survey takes.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.core.checkpoints import write_tensors
from app.core.classification.folders import SURVEY, digest_of
from app.core.classification.inspection.galleries import dataset_gallery, gallery_everywhere, is_here
from app.core.classification.inspection.patches import PHOTOGRAPHS, Excitements, Survey, Usual, cut_tiles, survey
from app.core.classification.inspection.selectivity import OrientationSelectivity, orientation_selectivity
from app.core.classification.inspection.surveys import collect
from app.core.classification.models import Model
from app.core.datasets.builtin import BUILTIN
from app.core.datasets.cache import read_samples
from app.core.datasets.headers import cache_path, read_header
from app.core.errors import DamagedDataset
from app.core.pictures.preparation import Preparation, match_channels, resize_images

MOST = 2_000  # pictures of each kind that are looked through
_VERSION = 1
_HALF = 65504.0  # float16's largest


@dataclass(frozen=True, eq=False)
class Shipped:
    """`everywhere` shows pictures that every server has, `learned` those of the data set, if it was there.

    `digest` is that data set's; how much channels are excited as a rule, and for a class, is from there if it can be.
    """

    everywhere: Survey
    learned: Survey | None
    digest: str | None
    orientations: dict[str, OrientationSelectivity]

    @property
    def measured(self) -> Survey:
        """The one whose numbers count."""
        return self.learned or self.everywhere

    def shown(self, datasets: Path) -> Survey:
        """The one whose pictures can be shown here: those that the network learned from, if they are in the folder."""
        if self.learned is None or not _has(datasets, self.learned.source, self.digest):
            return self.everywhere
        return self.learned


def make_shipped(model: Model, datasets: Path, most: int = MOST) -> Shipped:
    """Looks through the model's data set, if it is here, and through pictures that are everywhere, `most` of each."""
    anatomy, preparation, name = model.anatomy, model.preparation, str(model.card.get("dataset", ""))
    everywhere = survey(anatomy, gallery_everywhere(model.classes, datasets, preparation), most)
    learned, digest = None, None
    if name != everywhere.source and is_here(name, datasets):
        learned = survey(anatomy, dataset_gallery(name, datasets, preparation), most)
        path = cache_path(datasets, name)
        digest = read_header(path)["digest"] if path.is_file() else None
    return Shipped(everywhere, learned, digest, orientation_selectivity(anatomy))


def write_shipped(folder: Path, shipped: Shipped) -> None:
    """The folder's survey.safetensors; whoever reads meanwhile sees the old file or the new."""
    tensors: dict[str, Tensor] = {}
    about: dict[str, Any] = {"version": _VERSION, "model": digest_of(folder), "digest": shipped.digest}
    for part, found in (("everywhere", shipped.everywhere), ("learned", shipped.learned)):
        if found is not None:
            usual = found.usual if found is shipped.measured else {}
            tensors |= {f"{part}/{name}": value for name, value in (_tensors(found) | _flat("usual", usual)).items()}
            about[part] = {"classes": found.classes, "source": found.source, "looked_at": found.looked_at}
    tensors |= _flat("orientations", shipped.orientations)
    write_tensors(folder / SURVEY, {name: _small(value) for name, value in tensors.items()},
                  {"about": json.dumps(about)})  # fmt: skip


def read_shipped(folder: Path, preparation: Preparation, datasets: Path) -> Shipped | None:
    """None where there is none, or it was made for other weights, or is damaged."""
    path = folder / SURVEY
    if not path.is_file():
        return None
    return _read(path, path.stat().st_mtime_ns, digest_of(folder), preparation, datasets)


@lru_cache(maxsize=8)
def _read(path: Path, stamp: int, model: str, preparation: Preparation, datasets: Path) -> Shipped | None:
    try:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["about"])
            if (about["version"], about["model"]) != (_VERSION, model):
                return None
            tensors = {name: _whole(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 - not a dict
        surveys = {
            part: _survey(tensors, part, about[part], preparation, datasets)
            for part in ("everywhere", "learned")
            if part in about
        }
        orientations = collect(tensors, "orientations", OrientationSelectivity)
        return Shipped(surveys["everywhere"], surveys.get("learned"), about["digest"], orientations)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None


def _tensors(found: Survey) -> dict[str, Tensor]:
    album = {"pictures": found.album(range(len(found.labels)))} if found.places is None else {"places": found.places}
    layers = _flat("layers", found.layers)
    if found.source == PHOTOGRAPHS:  # a photograph is no class
        layers = {name: value[:, :0] if name.endswith(":class_means") else value for name, value in layers.items()}
    return {"labels": found.labels} | album | layers


def _flat(kind: str, by_layer: Mapping[str, Any]) -> dict[str, Tensor]:
    return {
        f"{kind}:{name}:{item.name}": getattr(layer, item.name)
        for name, layer in by_layer.items()
        for item in fields(layer)
    }


def _survey(
    tensors: Mapping[str, Tensor], part: str, about: Mapping[str, Any], preparation: Preparation, datasets: Path
) -> Survey:
    own = {name.partition("/")[2]: value for name, value in tensors.items() if name.startswith(f"{part}/")}
    places = own.get("places")
    album = own["pictures"].__getitem__ if places is None else _album(about["source"], places, preparation, datasets)
    return Survey(
        collect(own, "layers", Excitements), collect(own, "usual", Usual), album, own["labels"],
        tuple(about["classes"]), about["source"], about["looked_at"], places,
    )  # fmt: skip


def _album(source: str, places: Tensor, preparation: Preparation, datasets: Path) -> Callable[[Sequence[int]], Tensor]:
    if source == PHOTOGRAPHS:
        return lambda numbers: cut_tiles(places[list(numbers)], preparation.size, preparation.channels)
    return partial(_from_dataset, cache_path(datasets, source), places, preparation)


def _from_dataset(path: Path, places: Tensor, preparation: Preparation, numbers: Sequence[int]) -> Tensor:
    images = read_samples(path, places[list(numbers)].flatten().tolist())
    return match_channels(resize_images(images, preparation.size), preparation.channels)


def _has(datasets: Path, source: str, digest: str | None) -> bool:
    known = BUILTIN.get(source)
    if known and known.is_made:
        return True
    try:
        path = cache_path(datasets, source)
        return path.is_file() and read_header(path)["digest"] == digest
    except DamagedDataset:
        return False


def _small(value: Tensor) -> Tensor:
    """As few bytes as its values need: float16, and integers of one, two or four."""
    if value.is_floating_point():
        return value.clamp(-_HALF, _HALF).half().contiguous()
    low, high = (int(value.min()), int(value.max())) if value.numel() else (0, 0)
    for kind in (torch.uint8, torch.int16, torch.int32):
        if torch.iinfo(kind).min <= low and high <= torch.iinfo(kind).max:
            return value.to(kind).contiguous()
    return value.contiguous()


def _whole(value: Tensor) -> Tensor:
    """To be computed with; pictures, the only ones of four dimensions, stay bytes."""
    if value.is_floating_point():
        return value.float()
    return value if value.ndim == 4 else value.long()
