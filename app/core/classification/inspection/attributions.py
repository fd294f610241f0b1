"""Which pixels speak for a class: four methods by Captum, which is imported when first used (0.5 s).

All look at the class's logit for the picture as the network sees it, without its mirror image. It does not know heat
colors or photos.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from app.core.classification.anatomy import Anatomy, check_index
from app.core.classification.questions import Method
from app.core.errors import N_, InvalidValue

_STEPS = (32, 128)  # of the integral, by Gauss and Legendre: fewest and most
_MULTIPLY_ADDS = 4e8  # that it may take, if these are not too few steps
_OF_MAPS = {"kernels", "normalize", "function", "scale", "sum"}  # roles of layers
_WINDOWS = 7  # places of the occluding square along a side, each hiding a quarter of it
_AT_ONCE, _VALUES = 32, 64_000_000  # most pictures computed together, and values of all their layers: a quarter of 1 GB


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a heat map adds up: `total` is its sum, which should be score - baseline_score; `delta` is what lacks."""

    score: float
    baseline_score: float
    total: float
    delta: float


@dataclass(frozen=True, eq=False)
class Attribution:
    """`heat` is float32 H x W on the seen picture; `signed` where what speaks against the class is negative.

    `layer` is the one whose maps were weighed (Grad-CAM only).
    """

    method: Method
    label: int
    heat: Tensor
    signed: bool
    layer: str | None = None
    completeness: Completeness | None = None


def attribute(anatomy: Anatomy, prepared: Tensor, method: Method, label: int, layer: str | None = None) -> Attribution:
    """The heat map of class `label` for one prepared picture, 1 x C x H x W; `layer` is for Grad-CAM.

    Baselines are zeros of the prepared picture: the data set's mean color where it was standardized, else black.
    """
    check_index("label", label, anatomy.network.classes)
    picture = prepared.detach().clone().reshape(1, *anatomy.network.input)
    picture = picture.contiguous(memory_format=torch.channels_last).requires_grad_()  # a fifth faster
    if method == "grad-cam":
        return _grad_cam(anatomy, picture, label, layer or grad_cam_layer(anatomy))
    return _METHODS[method](anatomy, picture, label)


def grad_cam_layer(anatomy: Anatomy) -> str:
    """The last layer with maps, after its activation: where Grad-CAM looks, if not told otherwise.

    Among the layers from the first convolution on, those whose maps still have places to tell apart; not a dropout.
    """
    first = next((index for index, row in enumerate(anatomy.rows.values()) if row.role == "kernels"), None)
    rows = [] if first is None else list(anatomy.rows.values())[first:]
    found = [row.name for row in rows if row.role in _OF_MAPS and min((*row.output_shape[1:], 0)[:2]) > 1]
    if not found:
        raise InvalidValue(N_("Grad-CAM needs a layer with maps, and this network has none."), field="method")
    return found[-1]


def steps_for(anatomy: Anatomy) -> int:
    """How many steps the integral of integrated gradients takes: more for a small network."""
    return round(min(max(_MULTIPLY_ADDS / max(anatomy.network.report.multiply_adds, 1), _STEPS[0]), _STEPS[1]))


def at_once(anatomy: Anatomy) -> int:
    """How many pictures are computed together: fewer where a network's layers hold many values, down to one."""
    values = sum(math.prod(row.output_shape) for row in anatomy.rows.values())
    return max(1, min(_AT_ONCE, _VALUES // values))


def _grad_cam(anatomy: Anatomy, picture: Tensor, label: int, layer: str) -> Attribution:
    """Maps weighed by the mean of their gradients, added, ReLU (Selvaraju et al. 2017, arXiv 1610.02391)."""
    if len(anatomy.row(layer).output_shape) != 3:
        raise InvalidValue(N_("Grad-CAM needs a layer with maps; that one gives a row of values."), field="layer")
    attr = _captum()
    maps = attr.LayerGradCam(anatomy.module, anatomy.submodule(layer)).attribute(picture, label, relu_attributions=True)
    heat = attr.LayerAttribution.interpolate(maps, anatomy.network.input[1:], "bilinear")
    return Attribution("grad-cam", label, heat.detach()[0, 0], signed=False, layer=layer)


def _saliency(anatomy: Anatomy, picture: Tensor, label: int) -> Attribution:
    """The largest gradient in size over the channels (Simonyan et al. 2013, arXiv 1312.6034)."""
    gradients = _captum().Saliency(anatomy.module).attribute(picture, label)
    return Attribution("saliency", label, gradients.detach()[0].amax(0), signed=False)


def _integrated_gradients(anatomy: Anatomy, picture: Tensor, label: int) -> Attribution:
    """Gradients on the way from the baseline, times its length (Sundararajan et al. 2017, arXiv 1703.01365)."""
    heat, delta = _captum().IntegratedGradients(anatomy.module).attribute(
        picture, torch.zeros_like(picture), label, n_steps=steps_for(anatomy), internal_batch_size=at_once(anatomy),
        return_convergence_delta=True,
    )  # fmt: skip
    heat = heat.detach()[0].sum(0).float()
    score, baseline = _scores(anatomy, picture, label)
    completeness = Completeness(score, baseline, float(heat.sum()), float(delta))
    return Attribution("integrated-gradients", label, heat, signed=True, completeness=completeness)


def _occlusion(anatomy: Anatomy, picture: Tensor, label: int) -> Attribution:
    """What the logit loses while a square is hidden, mean over the squares on a pixel (Zeiler and Fergus 2013)."""
    channels, *sides = anatomy.network.input
    window = [max(1, side // 4) for side in sides]
    strides = [max(1, -(-(side - size) // (_WINDOWS - 1))) for side, size in zip(sides, window, strict=True)]
    with torch.no_grad():
        losses = _captum().Occlusion(anatomy.module).attribute(
            picture, (channels, *window), (channels, *strides), target=label, perturbations_per_eval=at_once(anatomy)
        )  # fmt: skip
    return Attribution("occlusion", label, losses[0].mean(0).float(), signed=True)


_METHODS: dict[str, Callable[[Anatomy, Tensor, int], Attribution]] = {
    "saliency": _saliency,
    "integrated-gradients": _integrated_gradients,
    "occlusion": _occlusion,
}


@torch.no_grad()
def _scores(anatomy: Anatomy, picture: Tensor, label: int) -> tuple[float, float]:
    score, baseline = anatomy.module(torch.cat([picture, torch.zeros_like(picture)]))[:, label].tolist()
    return score, baseline


def _captum() -> Any:
    import captum.attr

    return captum.attr
