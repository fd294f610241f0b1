"""A network as a reader sees it: stages of blocks of layers, found by one rule from its description alone.

A **block** is a residual block; a depthwise convolution with the 1 x 1 convolution that mixes its maps and, before it,
the one that widened them (an inverted bottleneck, whose end is linear where no shortcut is); or any other convolution
or dense layer alone. Each takes along what follows it up to the next one. A **stage** is a run of blocks that give
maps of one shape; a pool at a block's end ends it, so that the convolutions before a pool stay together. A network of
at most FEW blocks has one in each stage. Around them: "input", and "classes", the last dense layer with its softmax.

It does not know weights or pictures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.core.classification.anatomy import INPUT, SOFTMAX
from app.core.errors import N_, InvalidValue
from app.core.networks.arithmetic import Shape, Traced
from app.core.networks.networks import Network, expand

BlockKind = Literal["convolution", "separable", "inverted", "shortcut", "row"]
StageKind = Literal["input", "stem", "stage", "head", "row", "classes"]
FEW = 6
_OPENS = {"kernels", "weigh", "sum"}  # roles of the layers that a block begins with
_TAIL = {"pool", "global_pool", "unroll", "pass"}  # what may come after the maps that a block is shown by


@dataclass(frozen=True, slots=True)
class Block:
    """`layer` is the one whose maps stand for the block, of `shape`; `layers` are all of it in computing order."""

    name: str
    kind: BlockKind
    layer: str
    shape: Shape
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """`layer`, the last block's, stands for the stage. "input" has no blocks."""

    name: str
    kind: StageKind
    layer: str
    shape: Shape
    blocks: tuple[Block, ...]

    def describe(self) -> dict[str, Any]:
        """As JSON."""
        blocks = [
            {"name": block.name, "kind": block.kind, "layer": block.layer, "shape": list(block.shape),
             "layers": list(block.layers)}
            for block in self.blocks
        ]  # fmt: skip
        return {"name": self.name, "kind": self.kind, "layer": self.layer, "shape": list(self.shape), "blocks": blocks}


def stages_of(network: Network) -> tuple[Stage, ...]:
    """Input, stages and classes, in computing order."""
    found = list(_joined(list(_units(expand(network).traced))))
    last = found.pop() if found[-1].kind == "row" else _Found("row", ())
    classes = Block("classes/block_1", "row", SOFTMAX, (network.classes,), (*last.layers, SOFTMAX))
    return (
        Stage("input", "input", INPUT, network.input, ()),
        *_named(list(_runs(found)), is_deep=len(found) > FEW),
        Stage("classes", "classes", SOFTMAX, classes.shape, (classes,)),
    )


def parts_of(stages: Sequence[Stage], name: str | None) -> list[tuple[str, str]]:
    """(name, layer that stands for it) of each part of the network, of a stage or of a block; InvalidValue if unknown.

    A stage of a single block opens into its layers at once.
    """
    if name is None:
        return [(stage.name, stage.layer) for stage in stages]
    for stage in stages:
        if stage.name == name and len(stage.blocks) > 1:
            return [(block.name, block.layer) for block in stage.blocks]
        for block in stage.blocks:
            if name in (stage.name, block.name):
                return [(layer, layer) for layer in block.layers]
    known = [name for stage in stages if stage.blocks for name in (stage.name, *(block.name for block in stage.blocks))]
    raise InvalidValue(
        N_("The network has no stage or block of that name; it has %(allowed)s."),
        field="part", allowed=", ".join(known),
    )  # fmt: skip


Unit = tuple[Traced, ...]  # a layer that opens a block, the padding before it, and what follows it


@dataclass(frozen=True, slots=True)
class _Found:
    """A block that has no name yet."""

    kind: BlockKind
    unit: Unit

    @property
    def shown(self) -> Traced:
        """The layer that stands for it: its last one with maps, if it has any, before its pools."""
        standing = [item for item in self.unit if item.layer.role not in _TAIL] or list(self.unit)
        return next((item for item in reversed(standing) if len(item.after) == 3), standing[-1])

    @property
    def ends_with_pool(self) -> bool:
        """Whether a pool follows what stands for it."""
        after = self.unit[self.unit.index(self.shown) + 1 :]
        return any(item.layer.role == "pool" for item in after)

    @property
    def layers(self) -> tuple[str, ...]:
        """By name, in computing order."""
        return tuple(name for item in self.unit for name in _names(item))


def _units(traced: Sequence[Traced]) -> Iterator[Unit]:
    """Cut before each layer that opens a block; what comes before the first one belongs to it."""
    unit: list[Traced] = []
    pads: list[Traced] = []
    for item in traced:
        if item.layer.role == "pad":
            pads.append(item)
            continue
        if item.layer.role in _OPENS and any(before.layer.role in _OPENS for before in unit):
            yield tuple(unit)
            unit = []
        unit += [*pads, item]
        pads = []
    yield (*unit, *pads)


def _joined(units: Sequence[Unit]) -> Iterator[_Found]:
    """Depthwise convolutions with the 1 x 1 convolutions that belong to them, from the left; the others alone."""
    marks, at = "".join(map(_mark, units)), 0
    while at < len(units):
        pattern = next(pattern for pattern in _KINDS if marks.startswith(pattern, at))
        yield _Found(_KINDS[pattern], tuple(item for unit in units[at : at + len(pattern)] for item in unit))
        at += len(pattern)


_KINDS: dict[str, BlockKind] = {
    "pdp": "inverted", "dp": "separable", "p": "convolution", "d": "convolution", "c": "convolution", "r": "shortcut",
    "w": "row",
}  # fmt: skip


def _mark(unit: Unit) -> str:
    """p: 1 x 1, d: depthwise, c: any other convolution, r: residual block, w: dense, or nothing that opens a block."""
    item = next((item for item in unit if item.layer.role in _OPENS), None)
    if item is None or item.layer.role == "weigh":
        return "w"
    if item.layer.role == "sum":
        return "r"
    if item.layer.cells == (1, 1):
        return "p"
    return "d" if getattr(item.layer, "groups", item.before[0]) == item.before[0] > 1 else "c"


def _names(item: Traced, within: str = "") -> Iterator[str]:
    name = within + item.name
    for inner in item.inside:
        yield from _names(inner, f"{name}/")
    if item.projection is not None:
        yield f"{name}/projection"
    yield name


def _runs(found: Sequence[_Found]) -> Iterator[list[_Found]]:
    """Of blocks that make one stage."""
    run: list[_Found] = []
    for block in found:
        goes_on = run and len(found) > FEW and run[-1].shown.after == block.shown.after and not run[-1].ends_with_pool
        if run and not goes_on:
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _named(runs: Sequence[Sequence[_Found]], *, is_deep: bool) -> Iterator[Stage]:
    count, last = 0, max((at for at, run in enumerate(runs) if run[0].kind != "row"), default=0)
    for at, run in enumerate(runs):
        is_plain = is_deep and [block.kind for block in run] == ["convolution"]
        kind: StageKind = "row" if run[0].kind == "row" else "stage"
        kind = "stem" if is_plain and at == 0 else "head" if is_plain and at == last else kind
        count += kind in ("stage", "row")
        name = kind if kind in ("stem", "head") else f"stage_{count}"
        blocks = tuple(
            Block(f"{name}/block_{number}", block.kind, block.shown.name, block.shown.after, block.layers)
            for number, block in enumerate(run, 1)
        )
        yield Stage(name, kind, blocks[-1].layer, blocks[-1].shape, blocks)
