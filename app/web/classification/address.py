"""What an address of the classification room says: the network, the picture, what is open, and what is done to both."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from app.core.classification.questions import Method
from app.core.convolution.kernels import KERNELS
from app.core.networks.networks import expand, parse_network
from app.core.networks.reports import ANY_SIZE, LayerReport
from app.web.addresses import Field, Grammar, check_sample, picture

_SHIPPED, _USUAL = Path(__file__).parents[3] / "models", "explain"
_LONGEST, _MOST = 100, 10**5 - 1
_PART = r"(?:stem|head|classes|stage_\d{1,2})(?:/block_\d{1,2})?"  # what columns unfold: a stage, or a block of it
# The rows under the stage, by the names of their elements.
ROWS = ("working", "trust", "learning", "channel", "implant", "filters", "selective", "about")
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
    """The network is one that is shipped, and has what is open and what is replaced."""
    for sample in {values["sample"], values["other"] or values["sample"]}:
        check_sample(sample)
    folder = _SHIPPED / (values["model"] or _USUAL)
    if not (folder / "network.json").is_file():
        raise GRAMMAR.named("model").refuse()
    network = parse_network(_read(folder / "network.json"), ANY_SIZE)
    rows = {row.name: row for row in expand(network).report.layers}
    if values["label"] not in (None, *_read(folder / "card.json")["classes"]):
        raise GRAMMAR.named("label").refuse()
    shapes = {"input": network.input, **{name: row.output_shape for name, row in rows.items()},
              "softmax": (network.classes,)}  # fmt: skip
    if values["layer"]:
        _check_place(values, shapes)
    if values["whole"] not in (None, *shapes):
        raise GRAMMAR.named("whole").refuse()
    if implant := values["implant"]:
        row = rows.get(implant["layer"])
        if implant["kernel"] not in KERNELS or row is None or not _has_kernel(row, implant["channel"]):
            raise GRAMMAR.named("implant").refuse()


def _check_place(values: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> None:
    if values["layer"] not in shapes:
        raise GRAMMAR.named("layer").refuse()
    for name, size in zip(("channel", "y", "x"), shapes[values["layer"]], strict=False):
        if values[name] is not None and values[name] >= size:
            raise GRAMMAR.named(name).refuse()


def _has_kernel(row: LayerReport, channel: int) -> bool:
    return row.role == "kernels" and channel < row.output_shape[0]


def _read(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


GRAMMAR = Grammar((
    _text("model"),
    picture("cat"),
    _text("layer"),
    _text("label"),
    _whole("channel"),
    _whole("x"),
    _whole("y"),
    _whole("source"),
    Field("open", "word", pattern=_PART),
    _text("whole"),
    Field("row", "choice", choices=ROWS),
    Field("other", "word"),
    Field("scale", "choice", "layer", choices=("layer", "all")),
    Field("method", "choice", "grad-cam", choices=get_args(Method)),
    Field("all", "flag", False),
    Field("steps", "flag", False),
    Field("change", "numbers", {}, ends=CHANGES),
    Field("implant", "parts", parts=(_text("layer"), _whole("channel"), _text("kernel"))),
), check=_check)  # fmt: skip
