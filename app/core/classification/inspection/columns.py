"""A picture's way through a network as columns: of each stage, block or layer the maps that the picture excites most.

Only the layers asked for are recorded, nothing after the last of them is computed, and only the maps that are shown
are drawn. Two pictures go through together: the same maps of both, those first in which they differ most. It does not
know HTTP.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from app.core.classification.activations import head_of, hooked
from app.core.classification.anatomy import INPUT, SOFTMAX, Anatomy
from app.core.classification.classification import Opened
from app.core.classification.inspection.patches import Usual
from app.core.classification.inspection.shipped_surveys import read_shipped
from app.core.classification.leaning import quickest
from app.core.classification.questions import Question, Wish
from app.core.classification.sprites import draw_maps
from app.core.classification.stages import parts_of, stages_of

_DEAD = 1e-4  # a deviation, as a share of the mean or of 1, that is only rounding


def show_columns(question: Question, other: Question | None, wish: Wish, data: Path) -> list[dict[str, Any]]:
    """One column for each part; with `other`, the same of that picture. Raises PictureError and InvalidValue."""
    asked = Opened(question)
    prepared = [asked.prepared, *([Opened(other).prepared] if other else [])]
    anatomy = asked.model.anatomy
    if wish.layer is None:
        parts = parts_of(stages_of(anatomy.network), wish.part)
    else:
        parts = [(wish.layer, anatomy.known(wish.layer))]
    values = record_layers(anatomy, torch.cat(prepared), [layer for _, layer in parts])
    shipped = read_shipped(question.folder, asked.model.preparation, data / "datasets")
    usual = shipped.measured.usual if shipped else {}
    return [{"part": part} | _column(anatomy, layer, values[layer], usual.get(layer), wish) for part, layer in parts]


@torch.inference_mode()
def record_layers(anatomy: Anatomy, prepared: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """The values of some layers for N prepared pictures: N x C x H x W, or N x units; "input" and "softmax" too."""
    inner = [name for name in anatomy.rows if name in layers]
    module = quickest(anatomy, inner)
    if SOFTMAX not in layers:
        module = head_of(module, inner[-1]) if inner else torch.nn.Sequential()
    with hooked(module, inner) as found:
        logits = module(prepared)
    found[INPUT] = prepared
    if SOFTMAX in layers:
        found[SOFTMAX] = (logits / anatomy.temperature).softmax(1)
    return found


def excitements(layer: str, values: Tensor, usual: Usual | None) -> tuple[str, Tensor]:
    """How much each channel of N x C ... values is excited, N x C, and the name of the measure.

    "standardized": its mean over places, in deviations from what that is over many pictures, so that channels can be
    compared; one that is always alike has 0. "maximum", where that was not measured: the largest value. "probability".
    """
    if layer == SOFTMAX:
        return "probability", values
    if usual is None or layer == INPUT:
        return "maximum", values.flatten(2).amax(2) if values.ndim > 2 else values
    means = values.flatten(2).mean(2) if values.ndim > 2 else values
    is_alive = usual.deviation > _DEAD * usual.mean.abs().clamp_min(1)
    return "standardized", torch.where(is_alive, (means - usual.mean) / usual.deviation, 0.0)


def _column(anatomy: Anatomy, layer: str, values: Tensor, usual: Usual | None, wish: Wish) -> dict[str, Any]:
    measure, excited = excitements(layer, values, usual)
    order = _order(layer, excited)[wish.offset : wish.offset + wish.limit]
    limit, differences = float(values.abs().max()), (excited[-1] - excited[0])[order]
    first, *others = (_side(of_one[order], excited_by_one[order], of_one, limit)
                      for of_one, excited_by_one in zip(values, excited, strict=True))  # fmt: skip
    other = {"other": others[0], "differences": differences.tolist()} if others else {}
    return (
        {
            "name": layer,
            "type": anatomy.type_of(layer),
            "role": anatomy.role_of(layer),
            "shape": list(values.shape[1:]),
            "measure": measure,
            "channels": order.tolist(),
            "limit": limit,
        }
        | first
        | other
    )


def _order(layer: str, excited: Tensor) -> Tensor:
    """Channels, the most excited first; of two pictures those first that differ most; the input's as they are."""
    if layer == INPUT:
        return torch.arange(excited.shape[1])
    key = excited[0] if len(excited) == 1 else (excited[1] - excited[0]).abs()
    return key.argsort(descending=True, stable=True)


def _side(shown: Tensor, excited: Tensor, all_of_it: Tensor, limit: float) -> dict[str, Any]:
    """Of one picture: the maps that are shown, and the range of all of the layer's."""
    written = {"values": shown.tolist()} if shown.ndim == 1 else {}
    return {
        "excitements": excited.tolist(),
        "minimum": float(all_of_it.min()),
        "maximum": float(all_of_it.max()),
        "maps": draw_maps(shown, limit).url if len(shown) else None,
    } | written
