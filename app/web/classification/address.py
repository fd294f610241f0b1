"""What an address of the classification room says: the network, the picture, what is open, and what is done to both."""

from collections.abc import Mapping
from typing import Any, get_args

from app.core.classification.questions import Method
from app.core.convolution.kernels import KERNELS
from app.web.addresses import Field, Grammar, check_sample, picture

_LONGEST, _MOST = 100, 10**5 - 1
# What a photo may go through on its way to the network: the ends of each slider, in pixels, degrees and levels.
CHANGES = {
    "dx": (-12, 12), "dy": (-12, 12), "angle": (-180, 180), "noise": (0, 100), "blur": (0, 4), "size": (0, 24),
    "x": (0, 64), "y": (0, 64),
}  # fmt: skip


def _text(name: str) -> Field:
    return Field(name, "text", high=_LONGEST)


def _whole(name: str) -> Field:
    return Field(name, "whole", high=_MOST)


def _check(values: Mapping[str, Any]) -> None:
    check_sample(values["sample"])
    if values["implant"] and values["implant"]["kernel"] not in KERNELS:
        raise GRAMMAR.named("implant").refuse()


GRAMMAR = Grammar((
    _text("model"),
    picture("cat"),
    _text("layer"),
    _text("label"),
    _whole("channel"),
    _whole("x"),
    _whole("y"),
    _whole("source"),
    Field("scale", "choice", "layer", choices=("layer", "all")),
    Field("method", "choice", "grad-cam", choices=get_args(Method)),
    Field("all", "flag", False),
    Field("steps", "flag", False),
    Field("change", "numbers", {}, ends=CHANGES),
    Field("implant", "parts", parts=(_text("layer"), _whole("channel"), _text("kernel"))),
), check=_check)  # fmt: skip
