"""What a layer costs, as formulas that are written once: worked out here, and told to the page, which does the same.

A formula is Python's: whole numbers, names, + - * // % and `prod(sides)`. It is read once, into a list such as
["*", "filters", ["+", ["prod", "kernel_size"], "use_bias"]], and that list is what is worked out and told. It does not
know layers: whoever asks says what the names stand for.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Tree = int | str | list[Any]

_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
}  # fmt: skip
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A count as written; ValueError where it is of more than the module's docstring says."""

    text: str

    def __post_init__(self) -> None:
        _ = self.tree  # so that a wrong one is seen where it is written

    @cached_property
    def tree(self) -> Tree:
        """As nested lists: a number, a name, or a sign with what it joins."""
        return _read(ast.parse(self.text, mode="eval").body)

    def __call__(self, values: Mapping[str, Any]) -> int:
        """Its value where the names have these; true is 1."""
        return self._value(values)

    @cached_property
    def _value(self) -> Callable[[Mapping[str, Any]], int]:
        return _compile(self.tree)


def _read(node: ast.expr) -> Tree:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id="prod"), args=[ast.Name(id=name)], keywords=[]):
            return ["prod", name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return [_SIGNS[type(sign)], _read(left), _read(right)]
    raise ValueError(f"no formula: {ast.unparse(node)}")


def _compile(tree: Tree) -> Callable[[Mapping[str, Any]], int]:
    """The tree as nested functions: a network's report asks some thousand times."""
    if isinstance(tree, int):
        return lambda values: tree
    if isinstance(tree, str):
        return lambda values: int(values[tree])
    sign, *parts = tree
    if sign == "prod":
        return lambda values: math.prod(values[parts[0]])
    join, (one, other) = _OPERATIONS[sign], map(_compile, parts)
    return lambda values: join(one(values), other(values))
