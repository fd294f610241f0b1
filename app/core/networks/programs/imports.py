"""What libraries' functions do to values: data of known shapes, copies, settings; which network they bring."""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.networks.programs import tensors
from app.core.networks.programs.builtins import Builtins
from app.core.networks.programs.names import (
    DATA_SETS,
    KNOWN,
    PYTHON,
    ROOTS,
    SAME,
    TENSORS,
    USUAL,
    VERBS,
    Given,
    filled,
    shape_of,
)
from app.core.networks.programs.operators import PLAIN
from app.core.networks.programs.values import (
    MISSING,
    OUTSIDE,
    UNSET,
    Array,
    Class,
    Instance,
    Items,
    Library,
    Made,
    Scope,
    Table,
    Unknown,
    holds_network,
)

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
_RECORDS = (
    "types.SimpleNamespace", "argparse.Namespace", "collections.namedtuple", "dataclasses.dataclass",
    "argparse.ArgumentParser",
)  # fmt: skip
_RESHAPING = " reshape flatten ravel transpose resize swapaxes moveaxis rgb2gray rgb_to_grayscale "
RESHAPED = "?"  # as an alias: data whose shape the text changes in a way that is not known
_FIRST = " channels first"
_FORMATS = ("set_image_data_format", "set_image_dim_ordering", "image_data_format", "image_dim_ordering")
_KERAS = (
    "tensorflow.python.keras.", "tensorflow.contrib.keras.", "tensorflow.keras.", "tensorflow.compat.v1.keras.",
    "keras.src.",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """A library's call, for what a training may be told; `turns` are those of the loops around it."""

    line: int
    path: str
    arguments: Arguments
    keywords: Keywords
    of: Any = None
    turns: tuple[int | None, ...] = ()


@dataclass
class Told:
    """What was noticed on the way."""

    events: list[Event] = field(default_factory=list)
    trained: list[tuple[int, Any, str]] = field(default_factory=list)  # line, network, by what
    examples: list[tuple[int, Any, tuple[int, ...]]] = field(default_factory=list)  # line, network or None, shape
    outside: list[Unknown] = field(default_factory=list)  # networks that a library brings
    given: dict[str, tuple[int, Any]] = field(default_factory=dict)  # names that a data set filled


def reshapes(word: str) -> bool:
    """Whether data have another shape after a function of that name."""
    return f" {word} " in _RESHAPING


class Imports(Builtins):
    """Reads calls of libraries; what makes layers and networks comes from a subclass."""

    def of_torch(self, path: str, word: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """A function or class of PyTorch."""
        raise NotImplementedError

    def of_keras(self, path: str, word: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """A function or class of Keras or TensorFlow."""
        raise NotImplementedError

    def __init__(
        self, own_classes: Mapping[str, Sequence[str]], words: Collection[str], torch: bool, given: Given
    ) -> None:
        super().__init__(own_classes)
        self._words = words
        self.torch = torch
        self.spatial: Collection[str] = ()  # Keras' layers that have a data format
        self.given = given
        self.told = Told()
        self.inner: set[int] = set()  # networks that are layers of others
        self._loops: list[int | None] = []
        self.applied = 0

    def turns_begin(self, node: ast.For | ast.While, count: int | None) -> None:
        """A loop begins."""
        self._loops.append(count)

    def turns_end(self) -> None:
        """It ended."""
        self._loops.pop()

    def free(self, name: str, line: int) -> Any:
        """A name that the text does not set."""
        if name in self._words or name in ROOTS or (name[:1].isupper() and name not in PYTHON and name not in USUAL):
            home = "own" if name in self._own_classes else "torch.nn" if self.torch else "keras.layers"
            return Library(f"{home}.{name}")
        if name in USUAL:
            return Library(USUAL[name])
        if name in PYTHON:
            return Library(name)
        found = self.from_data(name, line)
        return found if found is not None else Unknown(UNSET, line, name, foreign=not name.startswith(VERBS))

    def lacking(self, name: str, line: int) -> Any:
        """An argument that no call gives."""
        found = self.from_data(name, line, lacking=True)
        return found if found is not None else Unknown(UNSET, line, name)

    def from_data(self, name: str, line: int, lacking: bool = False) -> Any:
        """What the data set says of a name such as num_classes; None where it says nothing."""
        found = filled(name.lower().strip("_"), self.given, self.torch, lacking)
        if found is not None:
            self.told.given[name] = (line, found)
        return found

    def set_name(self, name: str, value: Any, scope: Scope, line: int) -> None:
        """A name set to what comes from outside may be what the data set says."""
        if isinstance(value, Unknown) and value.why in (OUTSIDE, UNSET) and not value.network:
            found = self.from_data(name, line)
            known = replace(value, alias=name) if value.alias != RESHAPED else value
            value = known if found is None else found
        super().set_name(name, value, scope, line)

    def unknown_attribute(self, value: Unknown, name: str, line: int) -> Any:
        """`x_train.shape` is the data set's, and `y_train.shape` has its classes."""
        if value.why in (OUTSIDE, UNSET) and not value.network:
            called = value.alias or value.name
            whole, found = f"{called}.{name}", None
            if name == "shape" and not self.torch:
                found = shape_of(called, self.given)
            if found is None and name in ("num_classes", "n_classes", "nb_class"):
                found = () if self.given.classes is None else (self.given.classes,)
                name = "" if found else name
            if found:
                self.told.given[whole] = (line, found if len(found) > 1 else found[0])
                first = () if "[" in called else (Unknown(OUTSIDE, line, whole),)
                return found[0] if not name else (*first, *found)
        return value.of(f".{name}", line)

    def unknown_length(self, value: Unknown, line: int) -> Any:
        """len(class_names) is the data set's."""
        called = value.alias or value.name
        whole = f"len({called})"
        last = called.rpartition(".")[2].lower().strip("()_")
        if last in ("class_names", "classes", "class_indices", "labels", "categories") and self.given.classes:
            self.told.given[whole] = (line, self.given.classes)
            return self.given.classes
        return Unknown(value.why, value.at, whole, False, value.foreign)

    def enter(self, value: Any, line: int) -> Any:
        """with value as name"""
        return value if isinstance(value, Unknown) else Unknown(OUTSIDE, line, "with", holds_network(value))

    def root_of(self, base: Library) -> str:
        """What a class of the text is that inherits from a library's."""
        path = self.canonical(base.path)
        root = ROOTS.get(base.word, "")
        if root == "Sequential":
            return "torch.Sequential" if path.startswith("torch") else "keras.Sequential"
        if root and (path.startswith(("torch", "lightning", "pytorch_lightning")) == root.startswith("torch")):
            return root
        return (
            "?"
            if path.startswith(("torch.nn.", "keras.layers.", "own.")) or path.partition(".")[0] not in KNOWN | PYTHON
            else ""
        )

    def canonical(self, path: str) -> str:
        """The path with one spelling of TensorFlow's Keras."""
        for long in _KERAS:
            if path.startswith(long):
                return f"keras.{path[len(long) :]}"
        return path

    def library(self, function: Library, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """What a library's function gives."""
        path = self.canonical(function.path)
        if "." not in path or path in PLAIN or function.root in ("functools", "collections", "tqdm"):
            found = self.builtin(path, arguments, keywords, line)
            if found is not NotImplemented:
                return found
        if path in ("sys.exit", "os._exit"):
            return self.builtin("exit", arguments, keywords, line)
        return self._of_library(path, arguments, keywords, line)

    def _of_library(self, path: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        root, word = path.partition(".")[0], path.rpartition(".")[2]
        self.told.events.append(Event(line, path, arguments, keywords, None, tuple(self._loops)))
        special = self._special(path, word, arguments, keywords, line)
        if special is not NotImplemented:
            return special
        if root == "torch" or (root == "own" and self.torch):
            return self.of_torch(path, word, arguments, keywords, line)
        if root in ("keras", "tensorflow", "own"):
            return self.of_keras(path, word, arguments, keywords, line)
        if root in KNOWN or root in PYTHON:
            if word[:1].isupper():
                return Made(self.tick(), line, path, "", arguments, keywords)
            return self.outside(path, arguments, keywords, line)
        safe = word.startswith(VERBS)
        return self.foreign(Unknown(OUTSIDE, line, path, foreign=not safe), arguments, keywords, line)

    def outside(self, path: str, arguments: Arguments, keywords: Keywords, line: int) -> Unknown:
        alias = RESHAPED if reshapes(path.rpartition(".")[2]) else ""
        network = any(map(holds_network, (*arguments, *keywords.values())))
        why = Unknown(OUTSIDE, line, f"{path}()", network, alias=alias)
        if ".applications" in path or path.startswith("torchvision.models") or ("load" in path and "model" in path):
            self.told.outside.append(why)
        return why

    def _special(self, path: str, word: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        first = arguments[0] if arguments else MISSING
        if word in SAME:
            return first if arguments else Library("same")
        if word.startswith("__") and word != "__init__":
            self.alter(first, word, line)
            return Unknown(OUTSIDE, line, word)
        if path in ("copy.deepcopy", "copy.copy", "keras.models.clone_model") and arguments:
            return self.copied(first, line)
        if path in _RECORDS:
            return self._record(path, arguments, keywords, line)
        if word in ("weight_norm", "spectral_norm") or ".prune." in path or "quantiz" in path:
            self.alter(first, word, line)
            return first
        if word in _FORMATS:
            return self._format(word, first)
        if word in ("set_trainable", "freeze") and holds_network(first):
            self.alter(first, word, line)
        return self._of_data(path, word, arguments, keywords, line)

    def _record(self, path: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        """Classes and objects that only hold values."""
        if path == "argparse.ArgumentParser":
            return Instance(self.tick(), Class(self.tick(), "parser", (), "parser"), line)
        if path == "dataclasses.dataclass":
            return self.data_class(arguments[0]) if arguments else Library(path)
        if path == "collections.namedtuple" and len(arguments) == 2:
            return self._named_tuple(arguments, line)
        if arguments or "**" in keywords:
            return Unknown(OUTSIDE, line, path)
        return self.instantiate(self.record(path, tuple(keywords)), (), keywords, line)

    def _named_tuple(self, arguments: Arguments, line: int) -> Any:
        names = self.plain(arguments[1])
        names = tuple(names.replace(",", " ").split()) if isinstance(names, str) else names
        known = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
        return self.record("", names) if known else Unknown(OUTSIDE, line, "namedtuple")

    def _format(self, word: str, value: Any) -> Any:
        """Keras' data format, asked for or set."""
        if word.startswith("set_"):
            first = value if isinstance(value, Unknown) else value in ("channels_first", "th")
            return self.write(self.module, _FIRST, first)
        first = self.channels_first
        names = ("th", "tf") if word == "image_dim_ordering" else ("channels_first", "channels_last")
        return first if isinstance(first, Unknown) else names[not first]

    @property
    def channels_first(self) -> Any:
        """Whether Keras' maps have the channels first, as the text says; or Unknown."""
        return self.module.fields.get(_FIRST, False)

    def _data(self, shape: tuple[int, ...]) -> Any:
        train, test = Array(shape), Array((10000, *shape[1:]))
        return (train, Array(shape[:1])), (test, Array((10000,)))

    def _of_data(self, path: str, word: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        first = arguments[0] if arguments else MISSING
        shape = next((size for name, size in DATA_SETS.items() if f".{name}." in f".{path}."), None)
        if word == "load_data" and shape is not None:
            return self._data(shape)
        if isinstance(first, Array):
            if word == "expand_dims":
                axis = self.plain(arguments[1] if len(arguments) > 1 else keywords.get("axis", -1))
                return Array((*first.shape, 1)) if axis in (-1, len(first.shape)) else Unknown(OUTSIDE, line, word)
            if word == "to_categorical":
                count = self.plain(arguments[1] if len(arguments) > 1 else keywords.get("num_classes"))
                return Array((first.shape[0], count)) if type(count) is int else Unknown(OUTSIDE, line, word)
            if word == "reshape" and len(arguments) == 2:
                return tensors.array_method(self, first, word, arguments[1:], keywords, line)
            if word in ("array", "asarray", "float32", "from_numpy", "tensor", "cast", "astype"):
                return first
        if word in TENSORS and path.partition(".")[0] in ("torch", "tensorflow", "numpy", "keras"):
            return self._example(arguments, keywords, line)
        if word == "summary" and "torch" in path and arguments:
            shape = self.plain(arguments[1] if len(arguments) > 1 else keywords.get("input_size"))
            self.used(first, shape, line)
            return None
        return NotImplemented

    def _example(self, arguments: Arguments, keywords: Keywords, line: int) -> Any:
        given = [self.plain(one) for one in (*arguments, keywords.get("size", keywords.get("shape")))]
        found = next((one for one in given if isinstance(one, tuple)), tuple(one for one in given if type(one) is int))
        if len(found) in (3, 4) and all(type(size) is int and size > 0 for size in found):
            self.told.examples.append((line, None, found))
        return Array(found)

    def used(self, of: Any, shape: Any, line: int) -> None:
        """A network is given data of that shape."""
        whole = isinstance(shape, tuple) and len(shape) in (3, 4) and all(type(size) is int for size in shape[-3:])
        if isinstance(of, Instance) and whole:
            self.told.examples.append((line, of, shape[-3:]))

    def copied(self, value: Any, line: int) -> Any:
        """A copy with weights of its own."""
        match value:
            case Made():
                twin: Any = Made(self.tick(), value.line, value.path, value.library, value.arguments, value.keywords)
            case Instance():
                twin = Instance(self.tick(), value.kind, value.line)
                if value.root:
                    self.built.append((twin, self.doubts == 0))
            case Items():
                twin = Items(self.tick())
            case Table():
                twin = Table(self.tick())
            case tuple():
                return tuple(self.copied(one, line) for one in value)
            case _:
                return value
        twin.fields.update({key: self.copied(one, line) for key, one in value.fields.items()})
        return twin
