"""What can be told of a model's kernels and channels without a photo: the kernels, what excites a channel, its tuning.

These functions run in a worker process, which keeps what takes long. They do not know HTTP.
"""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from app.core.classification.anatomy import INPUT, SOFTMAX, Anatomy, check_index
from app.core.classification.folders import digest_of
from app.core.classification.inspection.filters import Kernels, kernels_of
from app.core.classification.inspection.galleries import dataset_gallery, is_here
from app.core.classification.inspection.likeness import likeness_to_classics
from app.core.classification.inspection.maximization import maximize, multiply_adds
from app.core.classification.inspection.patches import (
    BEST,
    PHOTOGRAPHS,
    Gallery,
    Patches,
    Survey,
    patches_of,
    photographs,
)
from app.core.classification.inspection.selectivity import (
    OrientationSelectivity,
    class_selectivity,
    layer_selectivities,
    orientation_selectivity,
)
from app.core.classification.inspection.shipped_surveys import read_shipped
from app.core.classification.inspection.surveys import kept_survey
from app.core.classification.kept_pictures import keep_picture, kept_picture
from app.core.classification.models import Model, open_model
from app.core.classification.questions import MOST_WEIGHTS
from app.core.classification.sprites import draw_picture
from app.core.datasets.builtin import told_name
from app.core.datasets.headers import cache_path, read_header
from app.core.errors import N_, UnknownLayer

AT_ONCE = 1_500_000_000  # multiply-adds of a picture that a channel's other answers wait for: a tenth of a second


class Findings(NamedTuple):
    """What is known of a network's channels: pictures to show, the numbers that count, how they answer gratings."""

    shown: Survey
    measured: Survey
    orientations: dict[str, OrientationSelectivity]


def show_kernels(folder: Path, layer: str, channel: int | None = None) -> dict[str, Any]:
    """A layer's kernels (or one channel's), their range and sums; for a layer that sees the picture, its likeness.

    `kernels` is left out where there would be more than MOST_WEIGHTS numbers.
    """
    model = open_model(folder)
    _check_layer(model.anatomy, layer)
    kernels = kernels_of(model.anatomy, layer)
    count = len(kernels.weights)
    if channel is not None:
        check_index("channel", channel, count)
    chosen = slice(None) if channel is None else slice(channel, channel + 1)
    answer = _describe(kernels, chosen)
    if model.anatomy.sources[layer] == (INPUT,) and channel is None:
        answer |= _likeness(model.anatomy, layer)
    return answer


def show_channel(folder: Path, layer: str, channel: int, data: Path) -> dict[str, Any]:
    """The nine patches that excite a channel most, a picture made to excite it, and how selective it is.

    `data` is where data sets are, and where what was found is kept. The picture is None where it is not kept and would
    take long: see `show_maximization`.
    """
    model = open_model(folder)
    anatomy = model.anatomy
    _check_layer(anatomy, layer)
    check_index("channel", channel, anatomy.row(layer).output_shape[0])
    answer: dict[str, Any] = {"layer": layer, "channel": channel, "patches": None, "selectivity": None}
    kept = kept_picture(folder, layer, channel, data)
    if kept is None and multiply_adds(anatomy, layer) <= AT_ONCE:
        kept = show_maximization(folder, layer, channel, data)
    answer["maximization"] = kept and kept["picture"]
    if len(anatomy.row(layer).output_shape) == 3 and anatomy.convolutions:
        found = _findings(folder, model, data)
        answer |= _describe_patches(patches_of(anatomy, found.shown, layer, channel), found.shown)
        answer["selectivity"] = _selectivity(found, anatomy.maker(layer), channel)
    return answer


def show_maximization(folder: Path, layer: str, channel: int, data: Path) -> dict[str, Any]:
    """A picture made to excite a channel or a unit or, of "softmax", a class; made once, and kept in `data`.

    `start` is what plain gray gives, `end` what the picture does: the mean of the map, or the logit.
    """
    anatomy = open_model(folder).anatomy
    if layer != SOFTMAX:
        _check_layer(anatomy, layer)
    made = maximize(anatomy, layer, channel)
    told = {
        "layer": layer, "channel": channel, "picture": draw_picture(made.picture), "start": made.start, "end": made.end,
        "steps": made.steps,
    }  # fmt: skip
    keep_picture(folder, layer, channel, data, told)
    return told


def show_selectivity(folder: Path, data: Path) -> dict[str, Any]:
    """The mean selectivity of each convolution and block for orientation and class: simple first, complex later.

    The class indices are None where no data set was looked through; `data` as in `show_channel`. A network without
    convolutions has no layers here.
    """
    model = open_model(folder)
    if not model.anatomy.convolutions:
        return {"layers": [], "source": None, "looked_at": 0}
    _, survey, orientations = _findings(folder, model, data)
    means = {layer: found.class_means for layer, found in survey.layers.items()}
    rows = layer_selectivities(orientations, {} if survey.source == PHOTOGRAPHS else means)
    return {"layers": [asdict(row) for row in rows], "source": told_name(survey.source), "looked_at": survey.looked_at}


def _check_layer(anatomy: Anatomy, layer: str) -> None:
    """UnknownLayer where the address names none."""
    if layer not in anatomy.rows:
        raise UnknownLayer(N_("The network has no layer of that name; GET /api/models/{name} lists all."))


def _describe(kernels: Kernels, chosen: slice) -> dict[str, Any]:
    weights = kernels.weights[chosen]
    return {
        "layer": kernels.layer,
        "shape": list(kernels.weights.shape),
        "kernels": weights.tolist() if weights.numel() <= MOST_WEIGHTS else None,
        "bias": None if kernels.bias is None else kernels.bias[chosen].tolist(),
        "strengths": kernels.strengths[chosen].tolist(),
        "minimum": kernels.minimum,
        "maximum": kernels.maximum,
    }


@lru_cache(maxsize=8)
def _likeness(anatomy: Anatomy, layer: str) -> dict[str, Any]:
    found = likeness_to_classics(anatomy, layer)
    rows = [
        {
            "channel": near.channel,
            "kernel": near.kernel,
            "similarity": near.similarity,
            "gray_share": near.gray_share,
            "beats": near.beats,
        }
        for near in found.nearest
    ]
    return {
        "likeness": rows,
        "mean_likeness": found.mean,
        "random_likeness": {"mean": found.random_mean, "sd": found.random_sd},
    }


@lru_cache(maxsize=4)
def _orientations(anatomy: Anatomy) -> dict[str, OrientationSelectivity]:
    return orientation_selectivity(anatomy)


def _findings(folder: Path, model: Model, data: Path) -> Findings:
    """Shipped with the network, or else found out now, and kept."""
    datasets = data / "datasets"
    if (shipped := read_shipped(folder, model.preparation, datasets)) is not None:
        orientations = {layer: shipped.orientations[layer] for layer in model.anatomy.makers}  # in computing order
        return Findings(shipped.shown(datasets), shipped.measured, orientations)
    survey = _survey(folder, model, data)
    return Findings(survey, survey, _orientations(model.anatomy))


def _survey(folder: Path, model: Model, data: Path) -> Survey:
    """Of the data set from the moment it is there; kept in a file whose name ends with the network's digest."""
    name = str(model.card.get("dataset", ""))
    source = name if is_here(name, data / "datasets") else PHOTOGRAPHS
    path = cache_path(data / "datasets", source)
    pictures = read_header(path)["digest"][:24] if path.is_file() else source  # what is made here is always the same
    return _kept_survey(model, source, f"{pictures}-{digest_of(folder)}", data)


@lru_cache(maxsize=4)
def _kept_survey(model: Model, source: str, pictures: str, data: Path) -> Survey:
    preparation = model.preparation

    def gallery() -> Gallery:
        if source == PHOTOGRAPHS:
            return photographs(preparation.size, preparation.channels)
        return dataset_gallery(source, data / "datasets", preparation)

    return kept_survey(model.anatomy, pictures, gallery, data / "surveys")


def _describe_patches(patches: Patches, survey: Survey) -> dict[str, Any]:
    return {
        "patches": draw_picture(_stack(patches.pictures)),
        "patch_values": list(patches.values),
        "patch_labels": list(patches.labels),
        "source": told_name(survey.source),
        "looked_at": survey.looked_at,
    }


def _stack(pictures: Tensor) -> Tensor:
    """uint8 C x 9h x w, one below the other; white where there are fewer than nine."""
    missing = pictures.new_full((BEST - len(pictures), *pictures.shape[1:]), 255)
    return torch.cat([*pictures, *missing], dim=1)


def _selectivity(findings: Findings, kernels: str, channel: int) -> dict[str, Any]:
    survey, tuned = findings.measured, findings.orientations[kernels]
    found: dict[str, Any] = {
        "layer": kernels,
        "orientation": float(tuned.angle[channel]),
        "orientation_index": float(tuned.index[channel]),
        "period": float(tuned.period[channel]),
    }
    if survey.source == PHOTOGRAPHS:
        return found | {"class": None, "class_index": None}
    classes = class_selectivity(survey.layers[kernels].class_means)
    label = survey.classes[int(classes.label[channel])]
    return found | {"class": label, "class_index": float(classes.index[channel])}
