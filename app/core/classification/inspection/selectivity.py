"""How selective channels are for orientation and for class. How much is known at a layer, `probes` says.

Both look at a channel's activity, after normalization and activation (`Anatomy.activity`), at its positive part.
Orientation: gratings of several orientations, periods and phases fill the picture; a channel's answer is what they add
to that for plain gray.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.classification.activations import record_batch
from app.core.classification.anatomy import Anatomy
from app.core.pictures.preparation import prepare_images

ORIENTATIONS = 12
PERIODS = (3.0, 4.0, 6.0, 8.0)  # pixels
PHASES = 4
_BATCH = 48


@dataclass(frozen=True, eq=False)
class OrientationSelectivity:
    """Of a layer's channels, O each. `index` is 0 (all orientations alike) to 1 (one only).

    `angle` is the preferred orientation of the bars in degrees, 0 lying and 90 upright, counterclockwise, 0..180;
    `period` that of the grating with the largest answer, in pixels. Channels that no grating excites have index 0.
    """

    index: Tensor
    angle: Tensor
    period: Tensor


@dataclass(frozen=True, eq=False)
class ClassSelectivity:
    """Of a layer's channels, O each: `index` 0..1, and `label`, the class with the largest mean activity."""

    index: Tensor
    label: Tensor


@dataclass(frozen=True, slots=True)
class LayerSelectivity:
    """The mean indices of a layer's channels, 0..1; `class_index` is None where no data set was looked through."""

    layer: str
    orientation_index: float
    class_index: float | None


def orientation_selectivity(anatomy: Anatomy) -> dict[str, OrientationSelectivity]:
    """For the channels of every convolution and block: |sum r(a) exp(2ia)| / sum r(a), which is 1 - circular variance.

    r(a) is the mean answer over phases and places at the channel's best period (Ringach et al. 2002,
    https://doi.org/10.1523/JNEUROSCI.22-13-05639.2002).
    """
    assert anatomy.preparation is not None
    names = {layer: anatomy.activity(layer) for layer in anatomy.makers}
    channels, *size = anatomy.network.input
    pictures = torch.cat([torch.full((1, 1, *size), 128, dtype=torch.uint8), gratings((size[0], size[1]))])
    prepared = prepare_images(pictures.expand(-1, channels, -1, -1), anatomy.preparation)
    gray = record_batch(anatomy, prepared[:1], names.values())
    answers: dict[str, list[Tensor]] = {name: [] for name in names}
    for batch in prepared[1:].split(_BATCH):
        found = record_batch(anatomy, batch, names.values())
        for layer, name in names.items():
            answers[layer].append((found[name] - gray[name]).relu().mean((2, 3)))
    return {name: _tuning(torch.cat(parts)) for name, parts in answers.items()}


def gratings(size: tuple[int, int]) -> Tensor:
    """uint8 (ORIENTATIONS * periods * PHASES) x 1 x H x W, in that order: cosines between black and white."""
    y, x = torch.meshgrid(*(torch.arange(side, dtype=torch.float64) for side in size), indexing="ij")
    pictures = []
    for step in range(ORIENTATIONS):
        angle = math.pi * step / ORIENTATIONS
        across = x * math.sin(angle) + y * math.cos(angle)  # bars run along (cos, -sin): y points downwards
        for period in PERIODS:
            for phase in range(PHASES):
                wave = torch.cos(2 * math.pi * (across / period + phase / PHASES))
                pictures.append((127.5 + 127.5 * wave).round().to(torch.uint8))
    return torch.stack(pictures).unsqueeze(1)


def class_selectivity(class_means: Tensor) -> ClassSelectivity:
    """(largest - mean of the others) / (largest + mean of the others) of O x classes mean activities, none negative.

    Morcos et al. 2018, https://arxiv.org/abs/1803.06959.
    """
    largest, label = class_means.max(1)
    others = (class_means.sum(1) - largest) / max(class_means.shape[1] - 1, 1)
    total = largest + others
    index = torch.where(total > 0, (largest - others) / total.clamp_min(torch.finfo(total.dtype).tiny), 0)
    return ClassSelectivity(index, label)


def layer_selectivities(
    orientation: dict[str, OrientationSelectivity], class_means: dict[str, Tensor]
) -> list[LayerSelectivity]:
    """Means over the channels of each convolution and block, in order."""
    return [
        LayerSelectivity(
            layer, float(found.index.mean()),
            float(class_selectivity(class_means[layer]).index.mean()) if layer in class_means else None,
        )
        for layer, found in orientation.items()
    ]  # fmt: skip


def _tuning(answers: Tensor) -> OrientationSelectivity:
    """From the answers, (orientations * periods * phases) x O."""
    by_phase = answers.reshape(ORIENTATIONS, len(PERIODS), PHASES, -1).mean(2).double()
    best = by_phase.amax(0).argmax(0)
    tuning = by_phase.gather(1, best.expand(ORIENTATIONS, 1, -1)).squeeze(1)
    angles = 2 * math.pi / ORIENTATIONS * torch.arange(ORIENTATIONS, dtype=torch.float64).unsqueeze(1)
    real, imaginary = (tuning * angles.cos()).sum(0), (tuning * angles.sin()).sum(0)
    total = tuning.sum(0)
    index = torch.where(total > 0, torch.hypot(real, imaginary) / total.clamp_min(1e-30), 0)
    angle = torch.rad2deg(torch.atan2(imaginary, real)) / 2 % 180
    return OrientationSelectivity(index.float(), angle.float(), torch.tensor(PERIODS)[best])
