"""A network from the text of a Keras or PyTorch program, read and never run.

What Python would do is left to `programs`, what a library calls a layer to `libraries.keras` and `.pytorch`.
"""

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.core.errors import N_, InvalidNetwork
from app.core.networks.arithmetic import Shape, need_maps
from app.core.networks.fields import Place, shape_text
from app.core.networks.layers import Flatten
from app.core.networks.libraries import keras, pytorch
from app.core.networks.libraries.calls import Call
from app.core.networks.libraries.spellings import modern
from app.core.networks.networks import TOP, TYPES, Network, parse_input, parse_layer, parse_network
from app.core.networks.programs.choosing import Choice, choose
from app.core.networks.programs.graphs import calls_of
from app.core.networks.programs.keras_objects import BUILT
from app.core.networks.programs.machine import Machine
from app.core.networks.programs.names import Given
from app.core.networks.programs.notes import CHANGED, TAKEN, Note
from app.core.networks.programs.slides import slide_of
from app.core.networks.programs.texts import parse_text
from app.core.networks.programs.values import ITEMS, Instance, Items, Sizes, Unknown, refuse
from app.core.networks.reports import Limits
from app.core.networks.residual import Residual
from app.core.networks.window_layers import Conv2d, Pooling, ZeroPadding2d

Entry = dict[str, Any]
Sides = tuple[int, ...]
_UNEVEN = N_("Line %(line)d: zeros that differ from side to side are known only where they make padding 'same'.")


@dataclass(frozen=True)
class Reading:
    """What a text gives: its network, the settings of its training by our names, and what is said of the reading."""

    network: Network
    training: dict[str, Any]
    notes: tuple[Note, ...]


def read_network(text: Any, shape: Sequence[int] | None = None, limits: Limits | None = None) -> Network:
    """The network that a text builds; see `read_program`."""
    return read_program(text, Given(None if shape is None else parse_input(shape), wins=True), limits).network


def read_program(text: Any, given: Given, limits: Limits | None = None) -> Reading:
    """What a text builds, and how it trains that; names that it leaves open, such as num_classes, are as `given`.

    Raises InvalidNetwork, with the line where one is to blame. PyTorch says no input size: it is taken from an example
    such as torch.rand(1, 3, 32, 32), else the usual size with which all layers fit.
    """
    tree = parse_text(text)
    try:
        return _read(tree, given, limits)
    except RecursionError:
        raise InvalidNetwork(N_("The text cannot be read as Python."), field="text") from None


def _read(tree: ast.Module, given: Given, limits: Limits | None) -> Reading:
    machine = Machine(_own_classes(), _WORDS, _is_torch(tree), given)
    machine.spatial = keras.SPATIAL
    machine.run(tree)
    choice = choose(machine, tree)
    chosen, wanted = choice.network, given.shape if given.wins else None
    calls = calls_of(machine, chosen)
    if not calls:
        raise refuse(
            chosen.line, N_("The text holds no Sequential with layers: the network of line %(line)d has none.")
        )
    if chosen.root.startswith("torch"):
        calls, said = pytorch.without_unflatten(calls)
        likely = [*examples(machine, chosen), *([given.shape] if given.shape else [])]
        network = _fit(calls, [wanted or said] if wanted or said else pytorch.find_inputs(calls, likely), limits)
    else:
        calls, first = modern(calls)
        calls, said = keras.find_input(calls, first)
        shape = wanted or said or keras.built_shape(chosen.fields.get(BUILT), first)
        shape = shape or keras.built_shape((None, *(_used(machine, chosen) or ())), first) or given.shape
        if shape is None:
            raise refuse(calls[0].line, N_("Line %(line)d: the first layer must say the shape of its input, as "
                                           "input_shape=(32, 32, 3), or the request as 'input'."))  # fmt: skip
        network = Chain(parse_input(shape), torch=False).network(calls, limits)
    return _told(machine, choice, calls, network)


def _told(machine: Machine, choice: Choice, calls: Sequence[Call], network: Network) -> Reading:
    """The network, and what is said beside it."""
    slide = slide_of(machine, choice.network, network.input[2])
    notes = []
    if choice.others:
        notes.append(Note(TAKEN, _CHOSEN[choice.reason], {"line": choice.network.line, "count": choice.others}))
    for name, (line, value) in machine.told.given.items():
        shown = shape_text(value) if isinstance(value, tuple) else value
        notes.append(Note(TAKEN, _FILLED, {"line": line, "name": name[:40], "value": shown}))
    words = {call.name: call.line for call in calls}
    if "LogSoftmax" in words:
        notes.append(Note(CHANGED, _LOG, {"line": words["LogSoftmax"]}))
    rows = calls[0].name == "Linear" or any(call.name == "Flatten" and call.source is None for call in calls)
    if network.layers[0].type == Flatten.type and rows:
        notes.append(Note(CHANGED, _UNROLLED, {"line": calls[0].line, "shape": shape_text(network.input)}))
    if network.layers[0].role == "scale" and network.layers[0].scale < 1:  # type: ignore[attr-defined]
        slide.take("normalization", "none", calls[0].line)
    return Reading(network, slide.settings, (*notes, *slide.notes))


_CHOSEN = {
    "trained": N_("The network of line %(line)d was read, the one that is trained last; %(count)d others were not."),
    "named": N_("The network of line %(line)d was read, by its name; %(count)d others were not."),
    "only": N_("The network of line %(line)d was read, the one that is given data; %(count)d others were not."),
}
_FILLED = N_("Line %(line)d: '%(name)s' is not written out; the data set gives %(value)s.")
_LOG = N_("Line %(line)d: log_softmax became a softmax; training here takes the values before it.")
_UNROLLED = N_("Line %(line)d takes rows of numbers; a flatten before it makes them of pictures of %(shape)s.")


_WORDS = {*keras.FORMS, *pytorch.FORMS}


@cache
def _own_classes() -> dict[str, list[str]]:
    """The syntax of the classes that programs of this app define; spaces and comments do not change it."""
    texts = [*keras.OWN_CLASSES.items(), *pytorch.OWN_CLASSES.items()]
    return {name: [ast.dump(ast.parse(text).body[0]) for other, text in texts if other == name] for name, _ in texts}


def _is_torch(tree: ast.Module) -> bool:
    """Which library's words are meant where nothing is imported."""
    roots: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {item.name.partition(".")[0] for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            roots.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Name):
            roots.add(node.id)
    if roots & {"keras", "tensorflow", "tf"}:
        return False
    return bool(roots & {"torch", "nn", "optim"} | (roots & (set(pytorch.FORMS) - set(keras.FORMS))))


def _used(machine: Machine, of: Instance) -> Shape | None:
    """The shape of the first data that the text gives the network."""
    return next((shape for _, used, shape in machine.told.examples if used is of), None)


def examples(machine: Machine, of: Instance) -> list[Shape]:
    """The shapes of pictures that the text gives the network; else of those that it makes."""
    given = _used(machine, of)
    return (
        [given]
        if given
        else [shape[1:] for _, used, shape in machine.told.examples if used is None and len(shape) == 4]
    )


def _fit(calls: Sequence[Call], shapes: Any, limits: Limits | None) -> Network:
    """The first of the shapes with which all fits; where none does, the first one's error."""
    first: InvalidNetwork | None = None
    for shape in shapes:
        try:
            return Chain(parse_input(shape), torch=True).network(calls, limits)
        except InvalidNetwork as error:
            first = first or error
    assert first is not None
    raise first


class Chain:
    """The layers so far, and the shape that arrives at the next."""

    def __init__(self, shape: Shape, torch: bool, within: Place = TOP) -> None:
        self.entries: list[Entry] = []
        self.lines: list[int] = []
        self.shape = shape
        self._input = shape
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
            if call.name not in forms and call.name not in ("Reshape", "Squeeze", "Unflatten"):
                raise refuse(call.line, N_("Line %(line)d: '%(name)s' is no layer that is known here. Known are: "
                                           "%(allowed)s."), name=call.name[:40], allowed=", ".join(forms))  # fmt: skip
            self._take(call)
        self._settle()

    def _take(self, call: Call) -> None:
        if call.name in ("Reshape", "Squeeze", "Unflatten"):
            self._reshape(call)
            return
        if call.name == "AdaptiveAvgPool2d" and self._is_size(call):
            return
        if call.name == "Linear" and not self.entries and len(self.shape) == 3 and self._within == TOP:
            self._append(call, {"type": Flatten.type})  # pictures are laid out before the network, in the program
        entry = pytorch.read(call, self.shape) if self._torch else keras.read(call)
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

    def _is_size(self, call: Call) -> bool:
        """Whether a pooling to so many places gives what it gets: one window a place."""
        said = call.keywords.get("output_size", call.arguments[0] if call.arguments else None)
        sides = said if isinstance(said, tuple) else (said, said)
        return self._zeros is None and len(self.shape) == 3 and sides == self.shape[1:] != (1, 1)

    def _reshape(self, call: Call) -> None:
        """A row of all values, or the shape that there is already."""
        self._settle()
        target = _target(call, self._torch)
        whole = math.prod(self.shape)
        row = len(self.shape) == 1
        if call.name == "Squeeze" and (row or self.shape[1:] == (1, 1)):
            target = (whole,)
        if len(target) == 1:
            axes = frozenset(range(1, len(self.shape) + 1))
            if target[0] not in (-1, whole) and not (isinstance(target[0], Sizes) and target[0].axes == axes):
                said = target[0] if isinstance(target[0], int) else 0
                raise refuse(call.line, _ROWS, value=said, shape=shape_text(self.shape), limit=whole)
            if not row:
                self._append(call, {"type": Flatten.type})
        elif filled(target, whole) != self.shape:
            raise refuse(call.line, N_("Line %(line)d: %(shape)s arrives and is given another shape, which is known "
                                       "here only for a row of all values."), shape=shape_text(self.shape))  # fmt: skip

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
        inner = Chain(self.shape, self._torch, place)
        inner.take(call.inside)
        entry["layers"] = inner.entries

    def _check_projection(self, call: Call, needed: Conv2d | None) -> None:
        found = None
        if call.projection is not None:
            chain = Chain(self.shape, self._torch)
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


_ROWS = N_("Line %(line)d makes rows of %(value)d values where %(shape)s arrives, which are %(limit)d.")


def _target(call: Call, torch: bool) -> tuple[Any, ...]:
    """The shape that a call asks for, channels first."""
    if call.name == "Squeeze":
        return ()
    said = [
        *call.arguments,
        *(call.keywords[name] for name in ("target_shape", "unflattened_size") if name in call.keywords),
    ]
    found = said[-1] if said else ()
    if isinstance(found, Unknown):
        raise found.refuse(call.line)
    found = found.fields[ITEMS] if isinstance(found, Items) else found
    target = found if isinstance(found, tuple) else (found,)
    return (target[2], *target[:2]) if len(target) == 3 and not torch else target


def filled(target: Sequence[Any], whole: int) -> tuple[Any, ...]:
    """The shape with its one -1 worked out."""
    known = math.prod(size for size in target if type(size) is int and size > 0)
    return tuple(whole // known if size == -1 and known else size for size in target)


def _role(kind: str) -> str:
    """What a layer of that type does; nothing for what is no layer of ours."""
    return TYPES[kind].role if kind in TYPES else ""
