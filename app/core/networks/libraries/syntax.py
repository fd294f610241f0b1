"""From the text of a program to the calls that make its `Sequential`, by its syntax tree; nothing is executed.

Assignments of plain values, `Sequential(...)`, `model.add(...)`, functions that return a model, and models within
models are followed in the order of the lines; all else (imports, compile, fit, print) is passed over. Which calls are
layers is not known here.
"""

import ast
import operator
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from app.core.errors import N_, InvalidNetwork

MAXIMUM_TEXT = 65_536
MAXIMUM_CALLS = 2000  # in all; nesting a model in itself again and again doubles them
MAXIMUM_NUMBER = 10**9

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_ADDING = {"add": 1, "append": 1, "add_module": 2}
_CHANGING = ("pop", "insert", "extend")
_RETURNED = "return"  # no name can be the same


@dataclass(frozen=True)
class Call:
    """A call such as Conv2D(32, 3): arguments as they stand; of a residual block also the calls inside."""

    line: int
    name: str
    arguments: Sequence[ast.expr] = ()
    keywords: dict[str, ast.expr] = field(default_factory=dict)
    inside: Sequence["Call"] = ()
    projection: "Call | None" = None


def refuse(line: int, message: str, **values: Any) -> InvalidNetwork:
    """The error to raise for that line of the text."""
    return InvalidNetwork(message, field="text", line=line, **values)


def parse_text(text: Any) -> ast.Module:
    """The syntax tree; raises InvalidNetwork for what is no Python, or too much of it."""
    if not isinstance(text, str) or len(text) > MAXIMUM_TEXT:
        raise InvalidNetwork(N_("'text' must be a program of at most %(limit)d characters."),
                             field="text", limit=MAXIMUM_TEXT)  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd escapes in a text that is never run
            return ast.parse(text)
    except SyntaxError as error:
        raise refuse(error.lineno or 1, N_("Line %(line)d is not valid Python.")) from None
    except (ValueError, RecursionError, MemoryError):
        raise InvalidNetwork(N_("The text cannot be read as Python."), field="text") from None


class Program:
    """What a text builds, found by one walk over its statements; `calls` is the last model's.

    `own_classes` are the texts of classes that it may define, by name, one mapping a library.
    """

    def __init__(self, tree: ast.Module, *own_classes: Mapping[str, str]) -> None:
        self._own_classes = [(name, _dump(text)) for texts in own_classes for name, text in texts.items()]
        self._constants: dict[str, Any] = {}
        self._parts: dict[str, list[Call]] = {}
        self._models: set[str] = set()
        self._functions: dict[str, list[Call]] = {}
        self._aliases: dict[str, str] = {}
        self._model = ""
        self._count = 0
        self._visit(tree.body)

    @property
    def calls(self) -> list[Call]:
        """The layers of the model in order; raises InvalidNetwork where there is no model."""
        found = self._parts.get(self._model)
        if not found:
            raise InvalidNetwork(
                N_("The text holds no Sequential with layers; Keras' Sequential and PyTorch's nn.Sequential are read."),
                field="text",
            )
        return found

    def literal(self, node: ast.expr) -> Any:
        """The plain value that an argument stands for, tuples for lists; raises InvalidNetwork for anything else."""
        match node:
            case ast.Constant(value=None | bool() | int() | float() | str() as value):
                return _bounded(node, value)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return tuple(self.literal(item) for item in items)
            case ast.Name(id=name) if name in self._constants:
                return self._constants[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -_number(node, self.literal(operand))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                return self._compute(node, type(sign), left, right)
        raise refuse(node.lineno, N_("Line %(line)d holds a value that is not written out as a number, text or tuple."))

    def word(self, node: ast.expr) -> str | None:
        """The last name of `tf.nn.relu`, or the text of "relu"."""
        if isinstance(node, ast.Attribute | ast.Name) and getattr(node, "id", None) not in self._constants:
            return self._called(node)
        value = self.literal(node)
        return value if isinstance(value, str) else None

    def _compute(self, node: ast.expr, sign: type[ast.operator], left: ast.expr, right: ast.expr) -> Any:
        values = _number(node, self.literal(left)), _number(node, self.literal(right))
        try:
            return _bounded(node, _OPERATORS[sign](*values))
        except ArithmeticError:
            raise refuse(node.lineno, N_("Line %(line)d divides by zero.")) from None

    def _visit(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._assign(name, value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self._assign(name, value)
                case ast.Return(value=ast.Call() | ast.Name() as value):
                    self._assign(_RETURNED, value)
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                    self._assign_each(names, values)
                case ast.Expr(value=ast.Call() as call) if self._called(call.func) == "Sequential":
                    self._assign("", call)
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name))) as call):
                    self._change(name, call)
                case _:
                    self._enter(statement)

    def _enter(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef(name=name, body=body):
                self._define(name, body)
            case ast.With(body=body):
                self._visit(body)
            case ast.ImportFrom(names=names):
                self._aliases |= {item.asname: item.name for item in names if item.asname}
            case ast.ClassDef(name=name) if not self._may_define(statement):
                raise refuse(
                    statement.lineno,
                    N_("Line %(line)d defines a %(name)s of its own; only the one that this app writes is known."),
                    name=name,
                )
            case _ if hasattr(statement, "body") and not isinstance(statement, ast.ClassDef):
                self._pass_over(statement)

    def _may_define(self, statement: ast.ClassDef) -> bool:
        known = [text for name, text in self._own_classes if name == statement.name]
        return not known or ast.dump(statement) in known

    def _assign(self, name: str, value: ast.expr) -> None:
        self._constants.pop(name, None)
        self._models.discard(name)
        found = None
        if isinstance(value, ast.Call):
            called = self._called(value.func)
            found = self._elements(value)
            if called == "Sequential" or called in self._functions:
                self._models.add(name)
                self._model = name
        elif isinstance(value, ast.Name) and value.id in self._parts:
            found = self._parts[value.id]
            if value.id in self._models:
                self._models.add(name)
        elif isinstance(value, ast.Constant | ast.Tuple | ast.List | ast.BinOp | ast.UnaryOp | ast.Name):
            with suppress(InvalidNetwork):  # of no use to a layer: refused where one uses it
                self._constants[name] = self.literal(value)
        self._parts.pop(name, None)
        if found is not None:
            self._parts[name] = found

    def _assign_each(self, names: list[ast.expr], values: list[ast.expr]) -> None:
        for name, value in zip(names, values, strict=False):
            if isinstance(name, ast.Name):
                self._assign(name.id, value)

    def _change(self, name: str, call: ast.Call) -> None:
        """`model.add(layer)` and what changes a model otherwise; other calls of its methods are passed over."""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name not in self._models or method not in (*_ADDING, *_CHANGING):
            return
        if method in _CHANGING or len(call.args) != _ADDING[method]:
            raise refuse(call.lineno, N_("Line %(line)d changes the model in a way that is not read here."))
        self._parts[name] += self._elements(call.args[-1])
        self._model = name

    def _define(self, name: str, body: list[ast.stmt]) -> None:
        self._models.discard(_RETURNED)
        self._visit(body)
        if _RETURNED in self._models:
            self._functions[name] = self._parts[_RETURNED]

    def _pass_over(self, statement: ast.stmt) -> None:
        """What comes in branches and loops is passed over too, unless it builds: that would take running it."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and (
                self._called(node.func) == "Sequential"
                or (
                    isinstance(node.func, ast.Attribute)
                    and node.func.attr in _ADDING
                    and self._is_model(node.func.value)
                )
            ):
                raise refuse(
                    node.lineno, N_("Line %(line)d builds the model in a loop or a branch; write its layers out.")
                )

    def _is_model(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._models

    def _elements(self, node: ast.expr) -> list[Call]:
        """The calls that a layer, a name of one, or a model within the model stand for."""
        if isinstance(node, ast.Name) and node.id in self._parts:
            found = list(self._parts[node.id])
        elif not isinstance(node, ast.Call):
            raise refuse(node.lineno, N_("Line %(line)d holds something that is not a layer."))
        elif (name := self._called(node.func)) in ("Sequential", "Residual"):
            found = self._container(node, name)
        elif name in self._functions:
            found = list(self._functions[name])
        else:
            found = [Call(node.lineno, name, node.args, _keywords(node))]
        self._count += len(found)
        if self._count > MAXIMUM_CALLS:
            raise refuse(node.lineno, N_("The text holds more than %(limit)d layers."), limit=MAXIMUM_CALLS)
        return found

    def _container(self, node: ast.Call, name: str) -> list[Call]:
        entries = [entry for argument in node.args for entry in self._entries(argument)]
        keywords = _keywords(node)
        if name == "Sequential":
            entries += self._entries(keywords["layers"]) if "layers" in keywords else []
            return [call for _, call in entries]
        inside = [call for label, call in entries if label != "projection"]
        fitted = [call for label, call in entries if label == "projection"]
        if isinstance(keywords.get("projection"), ast.Call):
            fitted += self._elements(keywords["projection"])
        return [Call(node.lineno, name, (), keywords, inside, fitted[0] if fitted else None)]

    def _entries(self, node: ast.expr) -> list[tuple[str, Call]]:
        """(label, call) of every layer in a list, an OrderedDict, or a lone layer, whose label is empty."""
        match node:
            case ast.List(elts=items):
                return [entry for item in items for entry in self._entries(item)]
            case ast.Tuple(elts=[ast.Constant(value=str() as label), layer]):
                return [(label, call) for call in self._elements(layer)]
            case ast.Call(args=[ast.List() as items]) if self._called(node.func) == "OrderedDict":
                return self._entries(items)
        return [("", call) for call in self._elements(node)]

    def _called(self, function: ast.expr) -> str:
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return self._aliases.get(name, name)


@cache
def _dump(text: str) -> str:
    """A class as its syntax, which spaces and comments do not change."""
    return ast.dump(ast.parse(text).body[0])


def _keywords(node: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg or "**": keyword.value for keyword in node.keywords}


def _number(node: ast.expr, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(node.lineno, N_("Line %(line)d computes with something that is not a number."))
    return value


def _bounded(node: ast.expr, value: Any) -> Any:
    if isinstance(value, int | float) and not abs(value) < MAXIMUM_NUMBER:
        raise refuse(node.lineno, N_("Line %(line)d holds a number that is not less than %(limit)d."),
                     limit=MAXIMUM_NUMBER)  # fmt: skip
    return value
