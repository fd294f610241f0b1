"""A network from the text of a program: a Keras `Sequential` or a PyTorch `nn.Sequential`, read and never run.

Python's syntax is left to `libraries.syntax`, what a library calls a layer to `libraries.keras` and `.pytorch`.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from app.core.errors import N_, InvalidNetwork
from app.core.networks.arithmetic import Shape, need_maps
from app.core.networks.fields import Place, shape_text
from app.core.networks.libraries import keras, pytorch
from app.core.networks.libraries.syntax import Call, Program, parse_text, refuse
from app.core.networks.networks import TOP, TYPES, Network, parse_input, parse_layer, parse_network
from app.core.networks.reports import Limits
from app.core.networks.residual import Residual
from app.core.networks.window_layers import Conv2d, Pooling, ZeroPadding2d

Entry = dict[str, Any]
Sides = tuple[int, ...]
MAXIMUM_CALLS = 200  # 40 layers, their activations and paddings
_UNEVEN = N_("Line %(line)d: zeros that differ from side to side are known only where they make padding 'same'.")


def read_network(text: Any, shape: Sequence[int] | None = None, limits: Limits | None = None) -> Network:
    """The network that a text builds; `shape` (channels, height, width) wins over what the text says of its input.

    Raises InvalidNetwork, with the line where one is to blame. PyTorch says no input size: it is taken from an example
    such as torch.rand(1, 3, 32, 32), else the usual size with which all layers fit.
    """
    tree = parse_text(text)
    try:
        return _read(tree, shape, limits)
    except RecursionError:
        raise InvalidNetwork(N_("The text cannot be read as Python."), field="text") from None


def _read(tree: ast.Module, shape: Sequence[int] | None, limits: Limits | None) -> Network:
    program = Program(tree, keras.OWN_CLASSES, pytorch.OWN_CLASSES)
    calls = program.calls
    found = list(islice(_all(calls), MAXIMUM_CALLS + 1))
    if len(found) > MAXIMUM_CALLS:
        raise InvalidNetwork(N_("The text holds more than %(limit)d layers."), field="text", limit=MAXIMUM_CALLS)
    if any(call.name in pytorch.FORMS and call.name not in keras.FORMS for call in found):
        return _fit(
            program,
            calls,
            [parse_input(shape)] if shape is not None else pytorch.find_inputs(calls, program, tree),
            limits,
        )
    given = shape if shape is not None else keras.find_input(calls, program)
    if given is None:
        raise refuse(calls[0].line, N_("Line %(line)d: the first layer must say the shape of its input, as "
                                       "input_shape=(32, 32, 3), or the request as 'input'."))  # fmt: skip
    return Chain(program, parse_input(given), torch=False).network(calls, limits)


def _all(calls: Sequence[Call]) -> Iterator[Call]:
    """One after another: blocks of blocks of the same blocks may be more than any list can hold."""
    for call in calls:
        yield call
        yield from _all(call.inside)
        if call.projection is not None:
            yield from _all([call.projection])


def _fit(program: Program, calls: list[Call], shapes: Any, limits: Limits | None) -> Network:
    """The first of the shapes with which all fits; where none does, the first one's error."""
    first: InvalidNetwork | None = None
    for shape in shapes:
        try:
            return Chain(program, parse_input(shape), torch=True).network(calls, limits)
        except InvalidNetwork as error:
            first = first or error
    assert first is not None
    raise first


class Chain:
    """The layers so far, and the shape that arrives at the next."""

    def __init__(self, program: Program, shape: Shape, torch: bool, within: Place = TOP) -> None:
        self.entries: list[Entry] = []
        self.lines: list[int] = []
        self.shape = shape
        self._input = shape
        self._program = program
        self._torch = torch
        self._within = within
        self._zeros: tuple[Call, Sides] | None = None  # around the maps, which a convolution may take for its padding
        self._pooled = False  # by AdaptiveAvgPool2d, after which PyTorch needs a Flatten that Keras does not

    def network(self, calls: Sequence[Call], limits: Limits | None) -> Network:
        """The whole network; raises InvalidNetwork."""
        self.take(calls)
        if len(self.shape) != 1:
            raise refuse(calls[-1].line, N_("Line %(line)d: the last layer gives maps of %(shape)s; it must give one "
                                            "row of values, one a class."), shape=shape_text(self.shape))  # fmt: skip
        description = {"input": list(self._input), "classes": self.shape[0], "layers": self.entries}
        try:
            return parse_network(description, limits)
        except InvalidNetwork as error:
            _, _, index = (error.field or "").partition("layers.")
            if index:
                error.values.setdefault("line", self.lines[int(index.partition(".")[0])])
            error.field = "text"
            raise

    def take(self, calls: Sequence[Call]) -> None:
        """One call after another; raises InvalidNetwork with the line."""
        forms = pytorch.FORMS if self._torch else keras.FORMS
        for call in calls:
            if call.name not in forms:
                raise refuse(call.line, N_("Line %(line)d: this is not a layer that is known here. Known are: "
                                           "%(allowed)s."), allowed=", ".join(forms))  # fmt: skip
            self._take(call)
        self._settle()

    def _take(self, call: Call) -> None:
        program, before = self._program, self.shape
        entry = pytorch.read(call, program, before) if self._torch else keras.read(call, program)
        kind, pooled, self._pooled = entry["type"], self._pooled, False
        role = _role(kind)
        if kind in ("input", "identity") or (role == "unroll" and pooled):
            return
        if role != "kernels" or not self._takes_zeros(entry):
            self._settle()
        if role == "pad":
            self._zeros = call, entry["sides"]
        elif role == "function" and self._torch and self._fold(entry):
            return
        else:
            self._append(call, entry)
            self._pooled = self._torch and role == "global_pool"

    def _append(self, call: Call, entry: Entry) -> None:
        place, role = self._within.inner(len(self.entries), entry["type"]), _role(entry["type"])
        try:
            if role == "kernels":
                self._pad(call, entry)
            if role == "sum":
                self._block(call, entry, place)
            if role == "pool":
                self._pad_pool(call, entry, place)
            layer = parse_layer(entry, self._within, len(self.entries))
            after = layer.output_shape(self.shape, place)
            if isinstance(layer, Residual):
                self._check_projection(call, layer.projection(self.shape, after, place))
        except InvalidNetwork as error:
            error.field = "text"
            error.values.setdefault("line", call.line)
            raise
        self.entries.append(entry)
        self.lines.append(call.line)
        self.shape = after

    def _fold(self, entry: Entry) -> bool:
        """An activation right after a layer that can hold it becomes that layer's."""
        last = self.entries[-1] if self.entries else None
        if last is None or "activation" in last or not hasattr(TYPES[last["type"]], "activation"):
            return False
        last["activation"] = entry["activation"]
        return True

    def _block(self, call: Call, entry: Entry, place: Place) -> None:
        inner = Chain(self._program, self.shape, self._torch, place)
        inner.take(call.inside)
        entry["layers"] = inner.entries

    def _check_projection(self, call: Call, needed: Conv2d | None) -> None:
        found = None
        if call.projection is not None:
            chain = Chain(self._program, self.shape, self._torch)
            chain.take([call.projection])
            found = parse_layer(chain.entries[0])
        if found != needed:
            raise refuse(call.line, N_("Line %(line)d: the projection must be a convolution of 1 x 1 without bias that "
                                       "gives the block's shape, and only where the shapes differ."))  # fmt: skip

    def _pad(self, call: Call, entry: Entry) -> None:
        """Zeros before a convolution, and numbers for its padding, become "same" where they are what it adds."""
        own = entry.get("padding", "valid")
        if self._zeros is None and isinstance(own, str):
            if own == "same" and self._torch and entry.get("stride", 1) not in (1, (1, 1)):
                raise refuse(call.line, N_("Line %(line)d: PyTorch's padding='same' needs a stride of 1."))
            return
        (top, bottom, left, right), same = self._around(entry), self._around(entry | {"padding": "same"}, ())
        self._zeros = None
        is_same = (top, bottom, left, right) == same
        if (top, left) == (bottom, right) and not (self._torch and is_same):
            entry["padding"] = [top, left]
        elif is_same:
            entry["padding"] = "same" if any(same) else "valid"
        else:
            raise refuse(call.line, _UNEVEN)

    def _takes_zeros(self, entry: Entry) -> bool:
        """Whether the zeros before a convolution can be its padding; uneven ones must."""
        if self._zeros is None:
            return True
        top, bottom, left, right = self._zeros[1]
        layer = parse_layer(entry, self._within, len(self.entries))
        sides = self._around(entry)
        fits = max(sides[0] - layer.extent[0], sides[2] - layer.extent[1]) < 0
        return (top, left) != (bottom, right) or (entry.get("padding", "valid") != "same" and fits)

    def _around(self, entry: Entry, before: Sides | None = None) -> Sides:
        """Zeros at each side of a convolution's maps, those before it included."""
        zeros = self._zeros[1] if self._zeros and before is None else (0, 0, 0, 0)
        own = parse_layer(entry, self._within, len(self.entries)).margins(self.shape)
        return tuple(map(sum, zip(own, zeros, strict=True)))

    def _settle(self) -> None:
        """Zeros that no convolution takes are a layer of their own."""
        if self._zeros is None:
            return
        (call, (top, bottom, left, right)), self._zeros = self._zeros, None
        if (top, left) != (bottom, right):
            raise refuse(call.line, N_("Line %(line)d: zeros that differ from side to side are known only right before "
                                       "a convolution."))  # fmt: skip
        self._append(call, {"type": ZeroPadding2d.type, "padding": [top, left]})

    def _pad_pool(self, call: Call, entry: Entry, place: Place) -> None:
        """A pooling's padding as numbers, or "same" where that is what is said or, in PyTorch, what they are."""
        sides = entry.pop("sides", None)
        layer = parse_layer(entry, self._within, len(self.entries))
        if not isinstance(layer, Pooling) or (sides is None and layer.padding in ("same", "valid")):
            return
        need_maps(self.shape, place)
        found = layer.margins(self.shape) if sides is None else sides
        same = layer.but(padding="same").margins(self.shape)
        top, bottom, left, right = found
        if (top, left) == (bottom, right) and not (self._torch and found == same):
            entry["padding"] = [top, left]
        elif found == same:
            entry["padding"] = "same" if any(same) else "valid"
        else:
            raise refuse(call.line, _UNEVEN)


def _role(kind: str) -> str:
    """What a layer of that type does; nothing for what is no layer of ours."""
    return TYPES[kind].role if kind in TYPES else ""
