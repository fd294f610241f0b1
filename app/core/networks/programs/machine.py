"""All of a program at once: Python, what stands for libraries, and the networks that come of it."""

import ast
from typing import Any

from app.core.errors import N_, InvalidNetwork
from app.core.networks.programs import keras_objects, tensors, torch_objects
from app.core.networks.programs.command_lines import parse_arguments
from app.core.networks.programs.heap import Stops
from app.core.networks.programs.imports import RESHAPED, Event, Imports, reshapes
from app.core.networks.programs.values import (
    ALTERED,
    CHANGED,
    MISSING,
    NOT_WRITTEN,
    OUTSIDE,
    UNSET,
    Array,
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Library,
    Made,
    Method,
    Sizes,
    Super,
    Table,
    Tensor,
    Unknown,
    Weights,
    holds_network,
    refuse,
)

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]

MAXIMUM_CALLS = 200  # 40 layers, their activations and paddings
MAXIMUM_TENSORS = 4000  # on all ways that are looked at
TOO_MANY = N_("The text holds more than %(limit)d layers.")
_PATCHED = N_("Line %(line)d changes '%(name)s', a library's own word; what it then does is not followed.")

_CHANGING = {
    "add", "append", "pop", "insert", "extend", "update", "clear", "remove", "setdefault", "popitem", "add_module",
    "register_module", "__setitem__", "__setattr__", "__delattr__", "__delitem__", "requires_grad_",
}  # fmt: skip


class Machine(Imports):
    """Goes through a program's text; `built` and `told` hold what came of it."""

    def run(self, tree: ast.Module) -> None:
        """All statements of the text."""
        self.module.fields["__name__"] = "__main__"
        try:
            self.block(tree.body, self.module)
        except Stops:
            return

    def of_torch(self, path: str, word: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        given = arguments or tuple(keywords.pop(name) for name in ("input",) if name in keywords)
        if given and isinstance(given[0], Tensor):
            return tensors.function(self, word, given, keywords, line)
        if path.startswith(("torch.nn.init.", "torch.nn.utils.")):
            return given[0] if given else None
        if word in torch_objects.CONTAINERS or (word == "Module" and path == "torch.nn.Module"):
            return self.instantiate(Class(self.tick(), "", (), f"torch.{word}"), arguments, keywords, line)
        if _is_method(path) and arguments:
            return self.native_method(arguments[0], word, arguments[1:], keywords, line)
        if word[:1].isupper() or path.startswith("own."):
            made = Made(
                self.tick(), line, path, "torch" if path.startswith(("torch.nn.", "own.")) else "", arguments, keywords
            )
            if path.startswith("torch.optim.") and "lr_scheduler" not in path:
                self._optimized(made)
            return made
        if (
            given
            and isinstance(given[0], Items | tuple)
            and any(isinstance(one, Tensor) for one in self.iterate(given[0], line) or ())
        ):
            return tensors.made(self, line, f"torch.nn.{word}", tuple(self.iterate(given[0], line) or ()), (), keywords)
        return self.outside(path, arguments, keywords, line)

    def _optimized(self, made: Made) -> None:
        given = made.arguments[0] if made.arguments else made.keywords.get("params")
        for value in torch_objects.weights_in(given):
            self.told.trained.append((made.line, value.of, made.word))

    def of_keras(self, path: str, word: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        if path.endswith("Sequential"):
            return self.instantiate(Class(self.tick(), "", (), "keras.Sequential"), arguments, keywords, line)
        if word in ("Model", "Functional"):
            return self.instantiate(Class(self.tick(), "", (), "keras.Model"), arguments, keywords, line)
        if _is_method(path) and arguments:
            return self.native_method(arguments[0], word, arguments[1:], keywords, line)
        if word == "Input":
            return Tensor(line, Made(self.tick(), line, path, "keras", arguments, keywords))
        layer = ".layers." in path or path.startswith(("own.", "keras.activations")) or word in self._words
        if ".applications" in path or (".preprocessing." in path and "RandomFlip" not in path and not layer):
            return self.outside(path, arguments, keywords, line)
        if word[:1].isupper():
            if word in self.spatial and (first := self.channels_first) is not False:
                said = first if isinstance(first, Unknown) else "channels_first"
                keywords = {"data_format": said, **keywords}
            return Made(self.tick(), line, path, "keras" if layer else "", arguments, keywords)
        given = arguments[0] if arguments else MISSING
        inside = self.iterate(given, line) if isinstance(given, Items | tuple) else (given,)
        if inside and any(isinstance(one, Tensor) for one in inside):
            return self._on_tensors(word, inside, arguments[1:], keywords, line)
        return self.outside(path, arguments, keywords, line)

    def _on_tensors(self, word: str, inside: Arguments, rest: Arguments, keywords: Keywords, line: int) -> Any:
        if word in ("int_shape", "shape"):
            return tensors.sizes(inside[0])
        if (
            len(inside) == 1
            and word in ("relu", "softmax", "sigmoid", "tanh", "elu", "gelu", "silu", "swish", "relu6")
            and not rest
        ):
            return tensors.made(self, line, "keras.layers.Activation", inside, (word,), {})
        named = {"add": "Add", "concatenate": "Concatenate"}
        return tensors.made(self, line, f"keras.layers.{named.get(word, word)}", inside, rest, keywords)

    def apply(self, layer: Any, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """layer(x), model(x)"""
        self.applied += 1
        if self.applied > MAXIMUM_TENSORS:
            raise InvalidNetwork(TOO_MANY, field="text", limit=MAXIMUM_CALLS)
        if isinstance(layer, Instance):
            return self._apply_instance(layer, arguments, keywords, line)
        if not isinstance(layer, Made):
            return self.call(layer, arguments, keywords, line)
        given = arguments[0] if arguments else MISSING
        inside = self.iterate(given, line) if isinstance(given, Items | tuple) else (given,)
        lost = next((one for one in inside or (given,) if isinstance(one, Unknown)), None)
        if not layer.library or inside is None:
            return Unknown(OUTSIDE, line, f"{layer.word}()")
        if lost is not None:
            return Unknown(lost.why, lost.at, lost.name, network=True)
        if not all(isinstance(one, Tensor) for one in inside):
            return Unknown(OUTSIDE, line, f"{layer.word}()", any(isinstance(one, Tensor) for one in inside))
        if layer.word == "Lambda" and layer.arguments:
            return self.call(layer.arguments[0], arguments[:1], {}, line)
        return Tensor(line, layer, inside)

    def _apply_instance(self, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        if of.kind.find("__call__") is not MISSING:
            return self.call(self.attribute(of, "__call__", line), arguments, keywords, line)
        if not of.root or of.root == "parser":
            return Unknown(OUTSIDE, line, of.kind.name)
        given = arguments[0] if arguments else next(iter(keywords.values()), MISSING)
        inside = self.iterate(given, line) if isinstance(given, Items | tuple) else (given,)
        if any(isinstance(one, Tensor) for one in inside or ()):
            self.inner.add(id(of))
            keras_objects.hold(self, of)
            return self._forward(of, arguments, keywords, line)
        if isinstance(given, Unknown) and given.network:
            return given
        if isinstance(given, Array):
            self.used(of, given.shape, line)
        self.told.trained.append((line, of, ""))
        return Unknown(OUTSIDE, line, "model()")

    def _forward(self, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        if ALTERED in of.fields:
            where = of.fields[ALTERED]
            at, name = where if isinstance(where, tuple) else (where.at, where.name)
            return Unknown(CHANGED, at, name, network=True)
        if of.root.startswith("torch"):
            return torch_objects.forward(self, of, arguments, keywords, line)
        return keras_objects.forward(self, of, arguments, keywords, line)

    def forward(self, of: Instance) -> Any:
        """What the whole network makes of an input."""
        if of.root == "keras.Model" and keras_objects.GRAPH in of.fields:
            return of.fields[keras_objects.GRAPH][1]
        return self._apply_instance(of, (Tensor(of.line),), {}, of.line)

    def native(self, value: Any, name: str, line: int) -> Any:
        """An attribute of what a library made."""
        match value:
            case Instance(root="parser"):
                return Method(value, name)
            case Instance() | Made() if _is_torch(value):
                return torch_objects.attribute(self, value, name, line)
            case Instance(root=root) if root:
                return keras_objects.attribute(self, value, name, line)
            case Instance():
                return self._plain_object(value, name, line)
            case Made(library="keras"):
                return keras_objects.attribute(self, value, name, line)
            case Tensor():
                found = {"shape": tensors.sizes(value), "ndim": len(tensors.sizes(value)), "data": value}
                return found.get(name, Method(value, name))
            case Array():
                return {"shape": value.shape, "ndim": len(value.shape)}.get(name, Method(value, name))
            case Weights():
                return value if name in ("data", "grad") else Method(value, name)
            case tuple():
                return Method(value, name)
        return Unknown(OUTSIDE, line, name, holds_network(value))

    def _plain_object(self, value: Instance, name: str, line: int) -> Any:
        if name == "__dict__":
            table = Table(value.born)
            table.fields = value.fields
            return table
        library = any(isinstance(base, Library) for one in value.kind.family() for base in one.bases)
        return Unknown(OUTSIDE if library else UNSET, line, name)

    def native_method(self, of: Any, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """A call of such an attribute."""
        if isinstance(of, Super):
            return self._of_super(of, name, arguments, keywords, line)
        if isinstance(of, Instance) and of.root == "parser":
            return parse_arguments(self, of, name, arguments, keywords, line)
        if isinstance(of, Instance | Made) and _is_torch(of):
            return torch_objects.method(self, of, name, arguments, keywords, line)
        if (isinstance(of, Instance) and of.root) or (isinstance(of, Made) and of.library == "keras"):
            if name in keras_objects.TRAINS:
                self.told.trained.append((line, of, name))
                self.told.events.append(Event(line, f".{name}", arguments, keywords, of))
            return keras_objects.method(self, of, name, arguments, keywords, line)
        return self._method_of_data(of, name, arguments, keywords, line)

    def _method_of_data(self, of: Any, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        if isinstance(of, Tensor):
            return tensors.function(self, name, (of, *arguments), keywords, line)
        if isinstance(of, Array):
            return tensors.array_method(self, of, name, arguments, keywords, line)
        if isinstance(of, Weights):
            if name == "requires_grad_" and (arguments or (True,))[0] is not True:
                torch_objects.freeze(self, of.of, line)
            return of
        if isinstance(of, tuple) and name == "numel":
            return self.plainly("math.prod", (of,), {}, line)
        return Unknown(NOT_WRITTEN, line, name)

    def _of_super(self, of: Super, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        root = of.owner.root
        if name in ("forward", "call", "__call__") and isinstance(of.of, Instance):
            if root == "torch.Sequential" and len(arguments) == 1:
                x = arguments[0]
                for layer in torch_objects.children(of.of).values():
                    x = self.apply(layer, (x,), {}, line)
                return x
            return Unknown(OUTSIDE, line, name, network=True)
        if not root:
            return None
        return (
            self.begin(of.of, arguments, keywords, line)
            if name == "__init__"
            else self.native_method(of.of, name, arguments, keywords, line)
        )

    def set_native(self, value: Any, name: str, new: Any, line: int) -> None:
        """An attribute of what a library made, set."""
        if isinstance(value, Library):
            if (
                value.root == "builtins"
                or any(part[:1].isupper() for part in value.path.split("."))
                or name[:1].isupper()
                or "functional" in value.path
            ):
                raise refuse(line, _PATCHED, name=str(name)[:40])
            return
        if name in ("trainable", "requires_grad"):
            self._set_learning(value, new, line)
        elif isinstance(value, Weights):
            return
        elif isinstance(value, Made):
            if value.library and name not in ("name", "inplace"):
                self.alter(value, str(name), line)
        elif not isinstance(name, str) or (name.isdigit() and value.root):
            torch_objects.set_element(self, value, name, new, line) if value.root.startswith("torch") else self.alter(
                value, "[...]", line
            )
        elif (
            value.root.startswith("keras")
            and value.kind.name == ""
            and name not in ("name", "stop_training", "history", "optimizer")
        ) or (value.root == "torch.Sequential" and name == "forward"):
            self.alter(value, name, line)
        else:
            self.write(value, name, new)

    def _set_learning(self, value: Any, new: Any, line: int) -> None:
        of = value.of if isinstance(value, Weights) else value
        if isinstance(of, Instance) and not of.root:
            self.write(of, "trainable", new)
        elif _is_torch(of):
            if new is not True:
                torch_objects.freeze(self, of, line)
        elif new is True:
            keras_objects.unfreeze(self, of)
        else:
            keras_objects.freeze(self, of, line)

    def element(self, value: Any, index: Any, line: int) -> Any:
        """value[index] of a network, a tensor or data."""
        if isinstance(value, Instance) and value.root.startswith("torch"):
            return torch_objects.element(self, value, index, line)
        if isinstance(value, Tensor):
            return self._part_of_tensor(value, index, line)
        if isinstance(value, Array):
            return (
                Array(value.shape[1:])
                if type(index) is int
                else value
                if isinstance(index, slice)
                else Unknown(OUTSIDE, line, "[...]")
            )
        if isinstance(value, Library | Made | Instance | Weights | Sizes | Bound | Function):
            return Unknown(OUTSIDE, line, "[...]", holds_network(value))
        return NotImplemented

    def _part_of_tensor(self, value: Tensor, index: Any, line: int) -> Any:
        whole = slice(None)
        if isinstance(index, tuple) and len(index) == 4 and index[:2] == (whole, whole) and set(index[2:]) == {0}:
            return tensors.made(self, line, "torch.nn.Squeeze", (value,), (), {})
        return tensors.made(self, line, "torch.nn.Part of a tensor", (value,), (), {})

    def iterate(self, value: Any, line: int) -> Arguments | None:
        """Modules give what they hold."""
        if isinstance(value, Instance) and value.root.startswith("torch"):
            inside = torch_objects.children(value)
            return tuple(inside) if value.root == "torch.ModuleDict" else tuple(inside.values())
        return super().iterate(value, line)

    def arithmetic(self, sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
        """Of tensors and data."""
        return tensors.arithmetic(self, sign, left, right, line)

    def is_a(self, value: Any, kind: Any) -> bool | None:
        """Modules too."""
        if isinstance(kind, Library):
            found = torch_objects.is_a(value, self.canonical(kind.path))
            if found is not None:
                return found
        return super().is_a(value, kind)

    def begin(self, made: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """The __init__ of a library's class."""
        if made.root.startswith("torch"):
            return torch_objects.begin(self, made, arguments, keywords, line)
        return keras_objects.begin(self, made, arguments, keywords, line) if made.root else None

    def foreign(self, function: Any, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """A training of what is not known is remembered."""
        if isinstance(function, Unknown) and function.name.endswith((".fit", ".compile", ".fit_generator")):
            self.told.trained.append((line, function, function.name.rpartition(".")[2]))
        if isinstance(function, Unknown) and function.network and function.name.rpartition(".")[2] in _CHANGING:
            self.lose(function.name, line)
        if isinstance(function, Unknown):
            last = function.name.rpartition(".")[2]
            self.told.events.append(Event(line, f".{last}", arguments, keywords, None, tuple(self._loops)))
            if reshapes(last):
                return self._reshaped(function, last, arguments, line)
        return super().foreign(function, arguments, keywords, line)

    def _reshaped(self, function: Unknown, last: str, arguments: Arguments, line: int) -> Any:
        """Data that are not known, in a shape that is."""
        target = arguments[0] if len(arguments) == 1 else arguments
        sizes = target if isinstance(target, tuple) else ()
        if last == "reshape" and len(sizes) > 1 and all(type(size) is int and size > 0 for size in sizes[1:]):
            return Array(sizes)
        return Unknown(OUTSIDE, line, f"{function.name}()", function.network, function.foreign, RESHAPED)


def _is_method(path: str) -> bool:
    """Whether it is a class's function, called with the object: Sequential.pop(model)."""
    owner = path.split(".")[-2:]
    return len(owner) == 2 and owner[0][:1].isupper() and not owner[1][:1].isupper()


def _is_torch(value: Any) -> bool:
    return (isinstance(value, Made) and value.library == "torch") or (
        isinstance(value, Instance) and value.root.startswith("torch")
    )
