"""What a network shows of itself at a moment of its training: first kernels, maps of a photo, norms, an opinion.

A snapshot can be sent as it is. The weights of the leading layers are kept beside it, so that the maps of any
photo can be worked out later, going back to the random start. It does not know files, runs or how one trains.
"""

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from app.core.classification.activations import hooked
from app.core.classification.sprites import draw_maps
from app.core.errors import N_, InvalidValue
from app.core.networks.arithmetic import Traced
from app.core.networks.modules import build_modules
from app.core.networks.networks import Network, expand
from app.core.pictures.preparation import Preparation, prepare_images

MOST_WEIGHTS = 200_000
MOST_MAPS = 32
MOST_LAYERS = 3
MOST_NORMS = 1024
MOST_VALUES = 2**18  # of one sheet: 32 maps of 90 x 90
_MAKE_MAPS = {"kernels", "sum", "pool"}  # roles of layers
_FOLLOW = {"normalize", "function"}
_END_MAPS = {"unroll", "global_pool"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Kernels F x C x h x w or maps C x H x W of a layer, stacked downwards in a PNG that is coded as `sprites` says.

    `shape` is that of what is drawn, `total` how many kernels or maps the layer has.
    """

    layer: str
    shape: tuple[int, ...]
    total: int
    image: str
    limit: float


@dataclass(frozen=True, slots=True)
class Norms:
    """The Euclidean length of each unit's incoming weights (of the first MOST_NORMS), and the longest allowed."""

    layer: str
    norms: tuple[float, ...]
    limit: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`probabilities` are by class, empty without a photo; `kernels` is None where no convolution is at the front."""

    kernels: Sheet | None
    maps: tuple[Sheet, ...]
    probabilities: tuple[float, ...]
    norms: tuple[Norms, ...]

    def describe(self, classes: Sequence[str]) -> dict[str, Any]:
        """As JSON: kernels, maps, predictions (the most likely first; null where it is no number) and norms."""
        return {
            "kernels": None if self.kernels is None else asdict(self.kernels),
            "maps": [asdict(sheet) for sheet in self.maps],
            "predictions": rank(self.probabilities, classes),
            "norms": [asdict(norms) for norms in self.norms],
        }


def take_snapshot(
    module: nn.Module, network: Network, preparation: Preparation, photo: Tensor | None, max_norm: float | None = None
) -> Snapshot:
    """Of a module of `build(network)`, which stays in its mode; `photo` is uint8 C x h x w as the network sees it.

    Raises InvalidValue where the photo has another shape.
    """
    names = watched_layers(network)
    maps, probabilities = ((), ()) if photo is None else _look(module, network, preparation, photo, names)
    return Snapshot(_first_kernels(module, network), maps, probabilities, _norms(module, max_norm))


def feature_weights(module: nn.Module, network: Network, most: int = MOST_WEIGHTS) -> dict[str, Tensor]:
    """Copies of the weights of the leading layers, as many whole layers as stay within `most` numbers.

    They end before maps become a row of values; a network that fits as a whole is kept as a whole.
    """
    kept = _leading(expand(network), most)
    tops = {item.name for item in kept}
    return {
        name: tensor.detach().to("cpu", copy=True).contiguous()
        for name, tensor in module.state_dict().items()
        if name.partition(".")[0] in tops
    }


def maps_at(weights: Mapping[str, Tensor], network: Network, preparation: Preparation, photo: Tensor) -> Snapshot:
    """The maps of a photo by weights that `feature_weights` kept; probabilities where these are the whole network's.

    Kernels and norms come from the same weights. Raises InvalidValue where the photo or a weight has another shape.
    """
    described = expand(network)
    kept = _leading(described, sum(tensor.numel() for tensor in weights.values()))
    module = build_modules(described.input, described.layers[: len(kept)])
    try:
        module.load_state_dict(dict(weights))
    except RuntimeError:
        raise InvalidValue(N_("These weights are of another network."), field="weights") from None
    whole = len(kept) == len(described.layers)
    names = [name for name in watched_layers(network) if name in {item.name for item in kept}]
    maps, logits = _look(module, network, preparation, photo, names)
    return Snapshot(_first_kernels(module, network), maps, logits if whole else (), _norms(module, None))


def photo_checksum(photo: Tensor) -> int:
    """CRC-32 of the bytes of uint8 C x h x w as pixels, h x w x C: tells which photo a snapshot is of."""
    return zlib.crc32(photo.cpu().permute(1, 2, 0).contiguous().numpy().tobytes())


@lru_cache(maxsize=64)
def watched_layers(network: Network, most: int = MOST_WEIGHTS) -> tuple[str, ...]:
    """The names of up to MOST_LAYERS layers whose maps are shown, first and last of the kept ones among them.

    Where activations (and batch normalizations) follow a convolution or pooling, the maps are those behind them.
    """
    leading = _leading(expand(network), most)
    found = [_behind(leading, place) for place, item in enumerate(leading) if item.layer.role in _MAKE_MAPS]
    if len(found) > MOST_LAYERS:
        found = [found[round(k * (len(found) - 1) / (MOST_LAYERS - 1))] for k in range(MOST_LAYERS)]
    return tuple(found)


def rank(probabilities: Sequence[float], classes: Sequence[str]) -> list[dict[str, Any]]:
    """[{label, probability}], the most likely first."""
    pairs = [
        {"label": label, "probability": value if math.isfinite(value) else None}
        for label, value in zip(classes, probabilities, strict=True)
    ] if probabilities else []  # fmt: skip
    return sorted(pairs, key=lambda pair: -(pair["probability"] or 0.0))


@lru_cache(maxsize=64)
def _leading(described: Network, most: int) -> tuple[Traced, ...]:
    """The layers, from the front, that hold at most `most` numbers together; all, or those that give maps."""
    traced = described.traced
    counts = [_count(item) for item in traced]
    if sum(counts) <= most:
        return traced
    kept: list[Traced] = []
    for item in traced:
        most -= _count(item)
        if most < 0 or item.layer.role in _END_MAPS:
            break
        kept.append(item)
    return tuple(kept)


def _count(item: Traced) -> int:
    """Numbers in the layer's state: what is learned, and the moving statistics of batch normalization."""
    with torch.device("meta"):
        return sum(tensor.numel() for tensor in build_modules(item.before, [item.layer]).state_dict().values())


def _behind(layers: Sequence[Traced], place: int) -> str:
    end = place
    for later in range(place + 1, len(layers)):
        if layers[later].layer.role not in _FOLLOW:
            break
        end = later
    return layers[end].name


@torch.inference_mode()
def _look(
    module: nn.Module, network: Network, preparation: Preparation, photo: Tensor, names: Sequence[str]
) -> tuple[tuple[Sheet, ...], tuple[float, ...]]:
    """Maps of the photo, and the softmax of what comes out at the end."""
    if tuple(photo.shape) != tuple(network.input) or photo.dtype is not torch.uint8:
        raise InvalidValue(N_("The photo is not of the size that the network sees."), field="image")
    device = next((tensor.device for tensor in module.parameters()), torch.device("cpu"))
    learning = module.training
    module.eval()
    try:
        with hooked(module, names) as found:
            logits = module(prepare_images(photo[None].to(device), preparation))
    finally:
        module.train(learning)
    maps = tuple(_map_sheet(name, found[name][0].cpu()) for name in names if found[name].ndim == 4)
    return maps, tuple(logits[0].flatten().float().softmax(0).tolist())


def _map_sheet(name: str, values: Tensor) -> Sheet:
    count = max(1, min(MOST_MAPS, MOST_VALUES // values[0].numel()))
    return _draw(name, values[:count], len(values))


def _first_kernels(module: nn.Module, network: Network) -> Sheet | None:
    """Of the first convolution, if it has as many channels as the picture."""
    first = next(((name, child) for name, child in module.named_modules() if isinstance(child, nn.Conv2d)), None)
    if first is None or first[1].in_channels != network.input[0]:
        return None
    weights = first[1].weight.detach().cpu()
    count = max(1, MOST_VALUES // weights[0].numel())
    return _draw(first[0].replace(".", "/"), weights[:count].contiguous(), len(weights))


def _draw(layer: str, values: Tensor, total: int) -> Sheet:
    sprite = draw_maps(values.contiguous())
    return Sheet(layer, tuple(values.shape), total, sprite.url, sprite.limit)


@torch.no_grad()
def _norms(module: nn.Module, limit: float | None) -> tuple[Norms, ...]:
    return tuple(
        Norms(name.replace(".", "/"), _lengths(child.weight[:MOST_NORMS]), limit)
        for name, child in module.named_modules()
        if isinstance(child, nn.Conv2d | nn.Linear)
    )


def _lengths(weight: Tensor) -> tuple[float, ...]:
    lengths = torch.linalg.vector_norm(weight.flatten(1), dim=1).nan_to_num().tolist()
    return tuple(float(f"{length:.6g}") for length in lengths)
