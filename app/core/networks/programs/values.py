"""What a name in a pasted program may stand for, and why it may not be known.

Plain values are Python's own: numbers, texts, tuples. All that can change is a `Thing` whose `fields` are written by
`heap` alone. It does not know libraries.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import N_, InvalidNetwork

MAXIMUM_NUMBER = 10**9
MAXIMUM_NAME = 40

UNSET = N_("Line %(line)d needs '%(name)s', which is not written out in the text.")
OUTSIDE = N_("Line %(line)d needs a value that is not written out: line %(at)d takes it from '%(name)s'.")
BRANCH = N_("Line %(line)d needs '%(name)s', which is set near line %(at)d in a branch or loop whose way the text "
            "alone does not decide.")  # fmt: skip
HERE = N_("Line %(line)d takes what the network needs from '%(name)s', which is not written out in the text.")
CHANGED = N_("Line %(line)d changes the model in a way that is not read here: '%(name)s'.")
BRANCHED = N_("Line %(line)d changes the model in a branch or loop whose way the text alone does not decide.")
NOT_A_LAYER = N_("Line %(line)d holds something that is not a layer.")
NOT_A_NUMBER = N_("Line %(line)d computes with something that is not a number.")
BY_ZERO = N_("Line %(line)d divides by zero.")
TOO_LARGE = N_("Line %(line)d holds a number that is not less than %(limit)d.")
NOT_WRITTEN = N_("Line %(line)d holds a value that is not written out as a number, text or tuple.")


def refuse(line: int, message: str, **values: Any) -> InvalidNetwork:
    """The error to raise for that line of the text."""
    return InvalidNetwork(message, field="text", line=line, **values)


@dataclass(frozen=True)
class Unknown:
    """A value that is not known, and why. `network` says that it may be a network, or hold one; `foreign` that it comes
    from code that is not in the text and may change what it is given; `alias` is what the text calls it."""

    why: str
    at: int
    name: str = ""
    network: bool = False
    foreign: bool = False
    alias: str = ""

    def refuse(self, line: int) -> InvalidNetwork:
        """The error to raise where a layer on that line needs it."""
        why = HERE if self.why == OUTSIDE and line == self.at else self.why
        line = self.at if why in (CHANGED, BRANCHED, NOT_A_LAYER) else line
        name = self.name if len(self.name) <= MAXIMUM_NAME else f"…{self.name[1 - MAXIMUM_NAME :]}"
        return refuse(line, why, at=self.at, name=name, limit=MAXIMUM_NUMBER)

    def of(self, name: str, at: int) -> "Unknown":
        """What is taken from it."""
        most = 4 * MAXIMUM_NAME
        alias = self.alias and f"{self.alias}{name}"[:most]
        return Unknown(self.why, self.at, f"{self.name}{name}"[-most:], self.network, self.foreign, alias)


class Thing:
    """What can change: `fields` hold all of it, and `born` says when it was made."""

    def __init__(self, born: int) -> None:
        self.fields: dict[Any, Any] = {}
        self.born = born

    def live(self) -> dict[Any, Any]:
        """Its fields without those that were deleted."""
        return {key: value for key, value in self.fields.items() if value is not MISSING}


class Missing:
    """In `fields`, what was deleted."""


MISSING = Missing()
# Fields of ours: no name in a program begins with a blank.
ITEMS = " items"
ALTERED = " altered"  # where something was done to it that is not followed: (line, name)
ANNOTATED = " annotated"  # of a class: names with a type, in order
FROZEN = " frozen"  # the line that keeps its weights from learning


class Items(Thing):
    """A list or a set; its one field is a tuple, or Unknown."""


class Stream(Items):
    """What can be gone through once: a zip, a generator."""


class Table(Thing):
    """A dict: its fields are its own, by key; where they are not known, one is `ITEMS`."""


class Scope(Thing):
    """Names of the text, a function's body or a class's."""

    def __init__(self, born: int, kind: str, parent: "Scope | None" = None) -> None:
        super().__init__(born)
        self.kind = kind
        self.parent = parent
        self.elsewhere: dict[str, Scope] = {}  # names that `global` and `nonlocal` place


@dataclass(frozen=True)
class Library:
    """Something that an import, or a library's usual name, stands for: "torch.nn.Conv2d"."""

    path: str

    @property
    def word(self) -> str:
        """Its last name."""
        return self.path.rpartition(".")[2]

    @property
    def root(self) -> str:
        """Its first name."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, eq=False)
class Function:
    """A def or a lambda, with the place of its names and its defaults; `kind` is a decorator's."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: Mapping[str, Any]
    kind: str = ""
    owner: "Class | None" = None


@dataclass(frozen=True, eq=False)
class Bound:
    """A function with its first argument, or with some of its arguments, given."""

    function: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Method:
    """What the type of `of` itself can do: a list's append, a model's add."""

    of: Any
    name: str


class Class(Thing):
    """A class of the text; `root` is what it is at last, such as "torch.Module", and `library` a base that is none of
    the text's."""

    def __init__(self, born: int, name: str, bases: tuple[Any, ...], root: str = "") -> None:
        super().__init__(born)
        self.name = name
        self.bases = bases
        self.root = root

    def family(self) -> "Iterator[Class]":
        """Itself and those that it inherits from, near ones first."""
        yield self
        for base in self.bases:
            if isinstance(base, Class):
                yield from base.family()

    def find(self, name: str) -> Any:
        """What the class or one above it holds by that name; MISSING where none does."""
        return next(
            (one.fields[name] for one in self.family() if one.fields.get(name, MISSING) is not MISSING), MISSING
        )


class Instance(Thing):
    """An object of a class; a network where the class's root says so."""

    def __init__(self, born: int, kind: Class, line: int) -> None:
        super().__init__(born)
        self.kind = kind
        self.line = line

    @property
    def root(self) -> str:
        """What it is at last: "torch.Sequential", "keras.Model" or another; empty for what is no network."""
        return self.kind.root


class Made(Thing):
    """What a library's class makes, such as a layer, an optimizer or a loss: the call, with its values."""

    def __init__(
        self, born: int, line: int, path: str, library: str, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        super().__init__(born)
        self.line = line
        self.path = path
        self.library = library  # "keras" or "torch"; empty for others
        self.arguments = arguments
        self.keywords = keywords

    @property
    def word(self) -> str:
        """The class's own name."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, eq=False)
class Tensor:
    """What arrives at some place of a network: made by `by` (nothing: the network's input) of those before it."""

    line: int
    by: Made | None = None
    before: "tuple[Tensor, ...]" = ()


@dataclass(frozen=True, eq=False)
class Super:
    """`super()`: an object as what its class inherits from."""

    owner: Class
    of: Any


@dataclass(frozen=True)
class Sizes:
    """The product of some of a tensor's sizes, whatever they are; axis 0 counts the pictures."""

    of: Tensor
    axes: frozenset[int]


@dataclass(frozen=True)
class Array:
    """Data of which only the shape is known."""

    shape: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of a layer or a network."""

    of: Thing


@dataclass(frozen=True)
class Leave:
    """How a block is left before its end: "return", "break" or "continue"; perhaps only, where it is not `sure`."""

    kind: str
    value: Any = None
    sure: bool = True


Left = Leave | None


def is_plain(value: Any) -> bool:
    """A number, a text or another value that is Python's own and never changes."""
    return value is None or isinstance(value, bool | int | float | str | bytes | slice | type(...))


def same(one: Any, other: Any) -> bool:
    """Whether two values are one and the same, whichever way was taken."""
    if one is other:
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Unknown | Library | Array | Sizes):
        return type(one) is type(other) and bool(one == other)
    return is_plain(one) and type(one) is type(other) and bool(one == other)


def holds_network(value: Any, depth: int = 0) -> bool:
    """Whether changing it, or what is in it, may change a network."""
    if isinstance(value, Unknown):
        return value.network
    if isinstance(value, tuple) and depth < 4:
        return any(holds_network(one, depth + 1) for one in value)
    if isinstance(value, Items | Table) and depth < 4:
        return any(holds_network(one, depth + 1) for one in value.fields.values())
    if isinstance(value, Bound):
        return holds_network(value.arguments, depth + 1) or holds_network(value.function, depth + 1)
    if isinstance(value, Method | Weights):
        return holds_network(value.of, depth + 1)
    if isinstance(value, Instance) and not value.root and depth < 4:
        return any(holds_network(one, depth + 1) for one in value.fields.values())
    return isinstance(value, Instance | Made | Tensor) and getattr(value, "library", "x") != ""


def as_key(value: Any) -> Any:
    """What can be a dict's key as one of ours; the mark of an unknown one for others."""
    return value if isinstance(value, str | int | float | None) and value != ITEMS else ITEMS
