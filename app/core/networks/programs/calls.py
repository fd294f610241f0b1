"""Functions at their call, classes and their objects, each read as Python would; libraries are for `imports`."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.core.networks.programs.containers import dict_method, list_method, text_method
from app.core.networks.programs.statements import Statements
from app.core.networks.programs.values import (
    ALTERED,
    ANNOTATED,
    CHANGED,
    ITEMS,
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
    Scope,
    Super,
    Table,
    Tensor,
    Unknown,
    Weights,
    holds_network,
)

MAXIMUM_DEPTH = 24
UNFOLLOWED = {"__getattr__", "__setattr__", "__getattribute__", "__new__", "__init_subclass__", "__delattr__"}
_DATA = " dataclass"


class Calls(Statements):
    """Reads calls of what the text itself defines."""

    def __init__(self, own_classes: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.module = Scope(self.tick(), "module")
        self._own_classes = own_classes  # by name, the syntax of those that this app writes
        self._frames: list[tuple[Class | None, Any]] = []
        self.built: list[tuple[Instance, bool]] = []  # networks in the order in which they are made, and whether surely
        self.lost: Unknown | None = None  # something that may be a network is changed

    def library(self, function: Library, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """What a library's function gives."""
        raise NotImplementedError

    def root_of(self, base: Library) -> str:
        """What a class is that inherits from it: "torch.Module", ...; "?" for what is not followed."""
        raise NotImplementedError

    def begin(self, made: Instance, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """The __init__ of what a library's class is."""
        raise NotImplementedError

    def apply(self, layer: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """layer(x), model(x)"""
        raise NotImplementedError

    def native(self, value: Any, name: str, line: int) -> Any:
        """An attribute of what a library made."""
        raise NotImplementedError

    def native_method(self, of: Any, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """A call of such an attribute."""
        raise NotImplementedError

    def set_native(self, value: Any, name: str, new: Any, line: int) -> None:
        """Such an attribute set."""
        raise NotImplementedError

    def call(self, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """function(*arguments, **keywords)"""
        self.tick()
        match function:
            case Function():
                return self.invoke(function, arguments, keywords, line)
            case Bound():
                given = {**function.keywords, **keywords}
                return self.call(function.function, (*function.arguments, *arguments), given, line)
            case Class():
                return self.instantiate(function, arguments, keywords, line)
            case Method():
                return self._method(function.of, function.name, arguments, keywords, line)
            case Library():
                return self.library(function, arguments, keywords, line)
            case Made() | Instance():
                return self.apply(function, arguments, keywords, line)
        return self.foreign(function, arguments, keywords, line)

    def foreign(self, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """What is not in the text may do anything to what it is given."""
        given = (*arguments, *keywords.values())
        why = function if isinstance(function, Unknown) else Unknown(NOT_WRITTEN, line)
        if why.foreign:
            for value in given:
                self.alter(value, why.name, line)
        return Unknown(OUTSIDE, line, f"{why.name}()", any(map(holds_network, (function, *given))), why.foreign)

    def alter(self, value: Any, name: str, line: int) -> None:
        """Something not followed is done to the value."""
        match value:
            case Items() | Table():
                self.write(value, ITEMS, Unknown(CHANGED, line, name, holds_network(value)))
            case Instance() | Made():
                self.write(value, ALTERED, (line, name))
            case Weights():
                self.alter(value.of, name, line)
            case tuple():
                for one in value:
                    self.alter(one, name, line)
            case Unknown(network=True):
                self.lose(name, line)

    def lose(self, name: str, line: int) -> None:
        """What is changed may be any network."""
        self.lost = self.lost or Unknown(CHANGED, line, name, network=True)

    def invoke(self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """The function's body read with these arguments."""
        bound = self._arguments(function, arguments, keywords, line)
        if isinstance(bound, Unknown):
            return bound
        if len(self._frames) >= MAXIMUM_DEPTH:
            return Unknown(NOT_WRITTEN, line, "", any(map(holds_network, bound.values())))
        scope = Scope(self.tick(), "function", function.scope)
        scope.fields.update(bound)
        self._frames.append((function.owner, arguments[0] if arguments else None))
        try:
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body, scope)
            left = self.block(function.node.body, scope)
        finally:
            self._frames.pop()
        if left is None or left.kind != "return":
            return None
        return left.value if left.sure else self.merge([left.value, None], line, function.node.name)

    def _arguments(
        self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int
    ) -> dict[str, Any] | Unknown:
        takes = function.node.args
        names = [one.arg for one in (*takes.posonlyargs, *takes.args)]
        late = [one.arg for one in takes.kwonlyargs]
        if "**" in keywords:
            return keywords["**"] if isinstance(keywords["**"], Unknown) else Unknown(NOT_WRITTEN, line)
        bound = dict(zip(names, arguments, strict=False))
        more = {name: value for name, value in keywords.items() if name not in (*names, *late)}
        named = {name: value for name, value in keywords.items() if name not in more}
        if (len(arguments) > len(names) and takes.vararg is None) or (more and takes.kwarg is None):
            return Unknown(NOT_WRITTEN, line, "", holds_network(arguments))
        if set(named) & set(bound):
            return Unknown(NOT_WRITTEN, line)
        bound |= named
        for name in (*names, *late):
            if name not in bound:
                bound[name] = function.defaults.get(name, self.lacking(name, line))
        if takes.vararg is not None:
            bound[takes.vararg.arg] = tuple(arguments[len(names) :])
        if takes.kwarg is not None:
            bound[takes.kwarg.arg] = self.table(more)
        return bound

    def lacking(self, name: str, line: int) -> Any:
        """An argument that a call does not give."""
        return Unknown(UNSET, line, name)

    def define_class(self, node: ast.ClassDef, scope: Scope) -> Any:
        """The class, its body read."""
        if ast.dump(node) in self._own_classes.get(node.name, ()):
            return Library(f"own.{node.name}")
        bases = tuple(self.evaluate(base, scope) for base in node.bases)
        roots = [base.root if isinstance(base, Class) else self.root_of(base) if isinstance(base, Library) else "?"
                 for base in bases]  # fmt: skip
        found = [root for root in roots if root]
        several = len(found) > 1 or sum(isinstance(base, Class) for base in bases) > 1  # whose order is not followed
        root = "?" if node.keywords or several else found[0] if found else ""
        made = Class(self.tick(), node.name, bases, root)
        inner = Scope(self.tick(), "class", scope)
        self.block(node.body, inner)
        for name, value in inner.fields.items():
            own = isinstance(value, Function) and value.owner is None
            made.fields[name] = replace(value, owner=made) if own else value
        if UNFOLLOWED & {name for one in made.family() for name in one.fields}:
            made.root = "?"
        return made

    def instantiate(self, kind: Class, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """A new object of the class."""
        if kind.root == "?":
            return Unknown(OUTSIDE, line, kind.name, network=True)
        made = Instance(self.tick(), kind, line)
        if kind.root:
            self.built.append((made, self.doubts == 0))
        first = kind.find("__init__")
        if isinstance(first, Function):
            found = self.invoke(first, (made, *arguments), keywords, line)
        elif first is not MISSING:
            found = Unknown(OUTSIDE, line, kind.name)
        elif kind.find(_DATA) is not MISSING:
            found = self._fill(made, arguments, keywords, line)
        else:
            found = self.begin(made, arguments, keywords, line)
        return found if isinstance(found, Unknown) else made

    def _fill(self, made: Instance, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        names = made.kind.find(_DATA)
        if len(arguments) > len(names) or not set(keywords) <= set(names):
            return Unknown(NOT_WRITTEN, line)
        for name, value in {**dict(zip(names, arguments, strict=False)), **keywords}.items():
            self.write(made, name, value)
        return None

    def data_class(self, kind: Any) -> Any:
        """What the decorator `dataclass` makes of a class."""
        if isinstance(kind, Class):
            above = [name for one in kind.family() for name in one.fields.get(_DATA, ()) if one is not kind]
            kind.fields[_DATA] = (*above, *kind.fields.get(ANNOTATED, ()))
        return kind

    def record(self, name: str, names: tuple[str, ...]) -> Class:
        """A class that has these values and nothing else: a namedtuple's."""
        made = Class(self.tick(), name, ())
        made.fields[_DATA] = names
        return made

    def attribute(self, value: Any, name: str, line: int) -> Any:
        """value.name"""
        match value:
            case Unknown():
                return self.unknown_attribute(value, name, line)
            case Library():
                return Library(f"{value.path}.{name}")
            case Instance():
                return self._of_instance(value, name, line)
            case Class():
                return self._of_class(value, name, line)
            case Super():
                return self._above(value, name, line)
            case Items() | Table() | str():
                return Method(value, name)
            case Made() | Tensor() | Array() | Weights() | tuple() | Bound() | Method() | Function():
                return self.native(value, name, line)
        return Unknown(NOT_WRITTEN, line, name)

    def unknown_attribute(self, value: Unknown, name: str, line: int) -> Any:
        """An attribute of what is not known."""
        return value.of(f".{name}", line)

    def _of_instance(self, value: Instance, name: str, line: int) -> Any:
        if value.fields.get(name, MISSING) is not MISSING:
            return value.fields[name]
        if name == "__class__":
            return value.kind
        found = value.kind.find(name)
        if found is MISSING:
            return self.native(value, name, line)
        if not isinstance(found, Function) or found.kind == "static":
            return found
        if found.kind == "property":
            return self.invoke(found, (value,), {}, line)
        return Bound(found, (value.kind if found.kind == "class" else value,))

    def _of_class(self, value: Class, name: str, line: int) -> Any:
        if value.root == "?":
            return Unknown(OUTSIDE, line, f"{value.name}.{name}", network=True)
        found = value.find(name)
        if name == "__name__":
            return value.name
        if found is MISSING:
            library = next((base for one in value.family() for base in one.bases if isinstance(base, Library)), None)
            return Unknown(UNSET, line, name) if library is None else Library(f"{library.path}.{name}")
        return Bound(found, (value,)) if isinstance(found, Function) and found.kind == "class" else found

    def _above(self, value: Super, name: str, line: int) -> Any:
        found = next((one for base in value.owner.bases if isinstance(base, Class)
                      if (one := base.find(name)) is not MISSING), MISSING)  # fmt: skip
        if found is MISSING:
            return Method(value, name)
        return Bound(found, (value.of,)) if isinstance(found, Function) and found.kind != "static" else found

    def super_of(self, arguments: tuple[Any, ...], line: int) -> Any:
        """super(), super(Class, self)"""
        owner, of = self._frames[-1] if self._frames else (None, None)
        if len(arguments) == 2:
            owner, of = arguments
        return Super(owner, of) if isinstance(owner, Class) else Unknown(OUTSIDE, line, "super()")

    def set_attribute(self, value: Any, name: str, new: Any, line: int) -> None:
        """value.name = new"""
        match value:
            case Instance():
                setter = value.kind.find(name)
                if isinstance(setter, Function) and setter.kind == "property":
                    self.alter(value, name, line)
                else:
                    self.set_native(value, name, new, line)
            case Class():
                self.write(value, name, new)
            case Unknown(network=True):
                self.lose(f"{value.name}.{name}", line)
            case Made() | Weights() | Library():
                self.set_native(value, name, new, line)
            case _ if holds_network(value):
                self.lose(name, line)

    def set_element(self, value: Any, index: Any, new: Any, line: int) -> None:
        """value[index] = new"""
        match value:
            case Table():
                known = isinstance(index, str | int | float) and ITEMS not in value.fields
                why = Unknown(NOT_WRITTEN, line, "", holds_network(value) or holds_network(new))
                self.write(value, index if known else ITEMS, new if known else why)
            case Items():
                self.write(value, ITEMS, self._replaced(value, index, new, line))
            case Unknown(network=True):
                self.lose(value.name, line)
            case Instance() | Library():
                self.set_native(value, index, new, line)
            case _ if holds_network(value):
                self.lose("[...]", line)

    def _replaced(self, value: Items, index: Any, new: Any, line: int) -> Any:
        inside = value.fields[ITEMS]
        try:
            found = [*inside] if isinstance(inside, tuple) else None
            if found is not None and new is MISSING:
                del found[index]
                return tuple(found)
            if found is not None and type(index) is int:
                found[index] = new
                return tuple(found)
        except (IndexError, TypeError):
            pass
        return Unknown(NOT_WRITTEN, line, "", holds_network(value) or holds_network(new))

    def _method(self, of: Any, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        if isinstance(of, Items) and name == "extend" and len(arguments) == 1:
            more = self.iterate(arguments[0], line)
            for value in more if more is not None else (Unknown(NOT_WRITTEN, line, "", holds_network(arguments)),):
                list_method(self, of, "append" if more is not None else name, (value,), keywords, line)
            return None
        if isinstance(of, Items):
            return list_method(self, of, name, arguments, keywords, line)
        if isinstance(of, Table):
            return dict_method(self, of, name, arguments, keywords, line)
        if isinstance(of, str):
            return text_method(self, of, name, tuple(map(self.plain, arguments)), line)
        return self.native_method(of, name, arguments, keywords, line)
