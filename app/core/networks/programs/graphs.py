"""From what comes out of a network back to what went in: its layers as a chain of calls, sums as residual blocks.

What no chain can say is refused: layers used twice, joined, with weights that are never used, or kept from learning.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from app.core.errors import N_, InvalidNetwork
from app.core.networks.libraries.calls import Call
from app.core.networks.programs import torch_objects
from app.core.networks.programs.machine import MAXIMUM_CALLS, TOO_MANY, Machine
from app.core.networks.programs.values import (
    ALTERED,
    CHANGED,
    FROZEN,
    ITEMS,
    NOT_A_LAYER,
    NOT_WRITTEN,
    Instance,
    Items,
    Made,
    Table,
    Tensor,
    Unknown,
    refuse,
)

_WEIGHTLESS = {
    "ReLU", "GELU", "SiLU", "Tanh", "Sigmoid", "LeakyReLU", "ELU", "ReLU6", "Hardswish", "Softmax",
    "LogSoftmax", "Softplus", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Dropout",
    "Dropout2d", "Flatten", "ZeroPad2d", "Identity", "Rescaling", "Reshape", "Squeeze", "Add", "Activation",
    "InputLayer", "Input", "MaxPooling2D", "MaxPool2D", "AveragePooling2D", "AvgPool2D", "GlobalAveragePooling2D",
    "GlobalMaxPooling2D", "GlobalAvgPool2D", "GlobalMaxPool2D", "ZeroPadding2D", "SpatialDropout2D", "Unflatten",
    "Upsample", "PaddedMaxPool2d", "PaddedAvgPool2d", "SELU", "CELU", "AlphaDropout", "Dropout1d", "MaxPool1d",
    "LogSigmoid", "Hardtanh", "Hardsigmoid", "Mish", "Softmax2d", "Residual", "PaddedMaxPooling2D",
    "PaddedAveragePooling2D", "UpsamplingBilinear2d", "UpsamplingNearest2d", "PixelShuffle", "LocalResponseNorm",
    "Softsign", "Tanhshrink", "Threshold", "MaxPooling1D", "UpSampling2D", "Permute", "GaussianNoise",
}  # fmt: skip
_TWICE = N_(
    "Line %(line)d uses a layer with weights again (%(type)s): two places that share weights are not known here."
)
_UNUSED = N_("Line %(line)d makes a layer with weights (%(type)s) that forward never uses, and that PyTorch counts all "
             "the same; take it out.")  # fmt: skip
_UNREGISTERED = N_("Line %(line)d makes a layer with weights (%(type)s) that the module does not hold, so that PyTorch "
                   "does not train it: put it in self, or in an nn.ModuleList.")  # fmt: skip
_FROZEN = N_("Line %(line)d keeps weights from learning; here all weights of a network learn.")
_SUM = N_("Line %(line)d adds two ways that are not a residual block as it is known here: what goes in, alone or "
          "through a 1 x 1 convolution without bias, plus what layers make of it.")  # fmt: skip
_SEVERAL = N_("Line %(line)d gives several values; networks with one output are read.")


def calls_of(machine: Machine, of: Instance) -> list[Call]:
    """The network's layers in order; raises InvalidNetwork with the line."""
    found = _one(machine.forward(of), of.line)
    calls = Backwards(machine).path(found, None, of.line)
    _check(machine, of, calls)
    return calls


def _one(found: Any, line: int) -> Tensor:
    """The tensor that comes out; of several the first, where the others only lie on its way."""
    if isinstance(found, Unknown):
        raise found.refuse(found.at or line)
    if isinstance(found, Items) and isinstance(found.fields[ITEMS], tuple):
        found = found.fields[ITEMS]
    if isinstance(found, tuple) and found and isinstance(found[0], Tensor):
        way = {id(one) for one in _before(found[0])}
        if all(id(one) in way for one in found):
            return found[0]
        raise refuse(line, _SEVERAL)
    if not isinstance(found, Tensor):
        raise refuse(line, NOT_WRITTEN)
    return found


def _before(of: Tensor) -> Iterator[Tensor]:
    seen: set[int] = set()
    waiting = [of]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += one.before


def every(calls: Sequence[Call]) -> Iterator[Call]:
    """One after another, with those inside blocks."""
    for call in calls:
        yield call
        yield from every(call.inside)
        if call.projection is not None:
            yield from every([call.projection])


def _check(machine: Machine, of: Instance, calls: Sequence[Call]) -> None:
    used: set[int] = set()
    torch = of.root.startswith("torch")
    registered = {id(one) for one in torch_objects.modules(of)} | {id(one) for one in _within_blocks(machine, of)}
    for count, call in enumerate(every(calls)):
        machine.tick()
        if count >= MAXIMUM_CALLS:
            raise InvalidNetwork(TOO_MANY, field="text", limit=MAXIMUM_CALLS)
        if id(call.source) in used and is_weighted(call.name):
            raise refuse(call.line, _TWICE, type=call.name)
        used.add(id(call.source))
        _check_layer(call.source, call.line)
        if call.keywords.get("trainable", True) is not True:
            raise refuse(call.line, _FROZEN)
        if torch and is_weighted(call.name) and call.source is not None and id(call.source) not in registered:
            raise refuse(call.line, _UNREGISTERED, type=call.name[:40])
    if torch:
        for one in torch_objects.modules(of):
            _check_layer(one, of.line)
            if isinstance(one, Made) and is_weighted(one.word) and id(one) not in used:
                raise refuse(one.line, _UNUSED, type=one.word[:40])
    else:
        _check_layer(of, of.line)


def _within_blocks(machine: Machine, of: Instance) -> Iterator[Any]:
    """The layers of the Residual blocks that this app writes."""
    waiting = [one for one in torch_objects.modules(of) if _is_own(one)]
    while waiting:
        machine.tick()
        one = waiting.pop()
        for layer in _layers_of((*one.arguments, *one.keywords.values())):
            for part in torch_objects.modules(layer):
                yield part
                if _is_own(part):
                    waiting.append(part)


def _is_own(value: Any) -> bool:
    return isinstance(value, Made) and value.path.startswith("own.")


def _layers_of(value: Any) -> list[Any]:
    if isinstance(value, Table | Items):
        return [layer for one in value.live().values() for layer in _layers_of(one)]
    return [layer for one in value for layer in _layers_of(one)] if isinstance(value, tuple) else [value]


def is_weighted(word: str) -> bool:
    """Whether a layer of that name may have weights."""
    return word not in _WEIGHTLESS and not word.endswith("Loss") and word[:1].isupper()


def _check_layer(value: Any, line: int) -> None:
    if isinstance(value, Unknown):
        raise value.refuse(line)
    if not isinstance(value, Made | Instance):
        return
    if FROZEN in value.live():
        at = value.fields[FROZEN]
        raise at.refuse(line) if isinstance(at, Unknown) else refuse(at, _FROZEN)
    if ALTERED in value.fields:
        where = value.fields[ALTERED]
        at, name = where if isinstance(where, tuple) else (where.at, where.name)
        raise Unknown(CHANGED, at, name).refuse(line)


class Backwards:
    """Reads a graph backwards."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def path(self, end: Tensor, stop: Tensor | None, line: int) -> list[Call]:
        """The calls behind `stop` that lead to `end`; raises InvalidNetwork where there is no such chain."""
        found = self._path(end, stop)
        if found is None:
            raise refuse(line, _SUM)
        return found

    def _path(self, end: Tensor, stop: Tensor | None) -> list[Call] | None:
        found: list[Call] = []
        while end is not stop and end.by is not None:
            self._machine.tick()
            made = end.by
            if made.word == "Add" and len(end.before) == 2:
                call, end = self._sum(end)
                found.append(call)
                continue
            found.append(self._call(made, end.line))
            if len(end.before) > 1:
                raise refuse(end.line, N_("Line %(line)d joins several ways (%(type)s), which is not known here."),
                             type=made.word[:40])  # fmt: skip
            if not end.before:
                break
            end = end.before[0]
        if stop is not None and end is not stop:
            return None
        return found[::-1]

    def _sum(self, end: Tensor) -> tuple[Call, Tensor]:
        one, other = end.before
        for main, short in ((one, other), (other, one)):
            if isinstance(main, Tensor) and isinstance(short, Tensor) and (inside := self._inside(main, short)):
                return Call(end.line, "Residual", (), {}, inside), short
        for main, short in ((one, other), (other, one)):
            if isinstance(short, Tensor) and short.by is not None and len(short.before) == 1:
                start = short.before[0]
                if inside := self._inside(main, start):
                    return Call(end.line, "Residual", (), {}, inside, self._call(short.by, short.line)), start
        raise refuse(end.line, _SUM)

    def _inside(self, main: Tensor, start: Tensor) -> list[Call] | None:
        return self._path(main, start) if any(one is start for one in _before(main)) else None

    def _call(self, made: Made, line: int) -> Call:
        if made.word == "Residual" and made.path.startswith("own."):
            return self._block(made)
        own = made.line if made.word[:1].isupper() else line
        return Call(own, made.word, made.arguments, made.keywords, source=made)

    def _block(self, made: Made) -> Call:
        """The Residual that this app writes: layers in a list or behind names, and a projection."""
        entries = [entry for value in made.arguments for entry in self._entries(value, made.line)]
        keywords = dict(made.keywords)
        projection = keywords.pop("projection", None)
        entries += [("projection", projection)] if projection is not None else []
        start = Tensor(made.line)
        inside = self._laid([layer for name, layer in entries if name != "projection"], start, made.line)
        fitted = self._laid([layer for name, layer in entries if name == "projection"], start, made.line)
        return Call(made.line, "Residual", (), keywords, inside, fitted[0] if fitted else None, made)

    def _laid(self, layers: list[Any], start: Tensor, line: int) -> list[Call]:
        x: Any = start
        for layer in layers:
            if not isinstance(layer, Made | Instance):
                raise refuse(line, NOT_A_LAYER)
            x = self._machine.apply(layer, (x,), {}, line)
        return self.path(_one(x, line), start, line) if layers else []

    def _entries(self, value: Any, line: int) -> list[tuple[str, Any]]:
        if isinstance(value, Table):
            return [(str(name), one) for name, one in value.live().items()]
        if isinstance(value, Items):
            return [entry for one in self._machine.iterate(value, line) or () for entry in self._entries(one, line)]
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            return [(value[0], value[1])]
        return [("", value)]
