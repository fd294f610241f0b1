"""Python's operators and plain functions on plain values, within bounds: nothing large is ever made.

Each gives the value, or the sentence that says why there is none. It does not know names.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from app.core.networks.programs.values import BY_ZERO, MAXIMUM_NUMBER, NOT_A_NUMBER, NOT_WRITTEN, TOO_LARGE, is_plain

LARGEST = 10**30
LONGEST = 4096

BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.BitXor: operator.xor, ast.Pow: operator.pow,
}  # fmt: skip
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip


class No(Exception):
    """There is no value; `why` is the sentence."""

    def __init__(self, why: str = NOT_WRITTEN) -> None:
        super().__init__(why)
        self.why = why


def is_number(value: Any) -> bool:
    """An int, a float or a bool."""
    return isinstance(value, int | float)


def binary(sign: type[ast.operator], left: Any, right: Any) -> Any:
    """The result of a sum, a product, ... of plain values or tuples. Raises No."""
    if is_number(left) and is_number(right):
        return _reckon(sign, left, right)
    if sign is ast.Add and type(left) is type(right) and isinstance(left, str | tuple | bytes):
        return bounded(left + right)
    if sign is ast.Mult and isinstance(left, int) and isinstance(right, tuple):
        left, right = right, left
    if sign is ast.Mult and isinstance(left, tuple) and isinstance(right, int) and len(left) * right <= LONGEST:
        return left * right
    if sign is ast.Mod and isinstance(left, str):
        raise No
    raise No(NOT_A_NUMBER)


def _reckon(sign: type[ast.operator], left: Any, right: Any) -> Any:
    if sign in (ast.Pow, ast.LShift) and not abs(right) <= 100:
        raise No(TOO_LARGE)
    try:
        return bounded(BINARY[sign](left, right))
    except ZeroDivisionError:
        raise No(BY_ZERO) from None
    except (ArithmeticError, TypeError, ValueError, KeyError):
        raise No(NOT_A_NUMBER) from None


def unary(sign: type[ast.unaryop], value: Any) -> Any:
    """The negative, ... of a number. Raises No."""
    if not is_number(value):
        raise No(NOT_A_NUMBER)
    try:
        return bounded(UNARY[sign](value))
    except (TypeError, KeyError):
        raise No(NOT_A_NUMBER) from None


def compare(sign: type[ast.cmpop], left: Any, right: Any) -> bool:
    """Whether it holds, of plain values and tuples of them. Raises No."""
    if isinstance(sign(), ast.Is | ast.IsNot):
        return _identical(left, right) is isinstance(sign(), ast.Is)
    if isinstance(sign(), ast.In | ast.NotIn):
        return _within(left, right) is isinstance(sign(), ast.In)
    if not is_simple(left) or not is_simple(right):
        raise No
    try:
        return bool(COMPARE[sign](left, right))
    except TypeError:
        raise No from None


def _identical(left: Any, right: Any) -> bool:
    if left is right:
        return True
    if any(one is None or isinstance(one, bool) for one in (left, right)):
        return False
    raise No


def _within(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left in right
    if isinstance(right, tuple) and is_simple(left) and is_simple(right):
        return left in right
    raise No


def is_simple(value: Any) -> bool:
    """Plain, or a tuple of simple values."""
    return all(map(is_simple, value)) if isinstance(value, tuple) else is_plain(value)


def bounded(value: Any) -> Any:
    """The value itself; raises No where it is too large to be kept."""
    if isinstance(value, int | float) and not isinstance(value, bool) and not abs(value) < LARGEST:
        raise No(TOO_LARGE)
    if isinstance(value, complex) or (isinstance(value, str | bytes | tuple) and len(value) > LONGEST):
        raise No
    return value


def subscript(value: Any, index: Any) -> Any:
    """An element or a slice of a text or tuple. Raises No."""
    if isinstance(value, str | tuple) and isinstance(index, int | slice):
        try:
            return value[index]
        except (IndexError, TypeError, ValueError):
            raise No from None
    raise No


def _round(number: Any, digits: Any = None) -> Any:
    if digits is not None and not abs(digits) <= 30:
        raise No
    return round(number, digits)


def _text(value: Any = "") -> str:
    if isinstance(value, tuple):
        raise No
    return str(value)


def _product(values: Any, *_: Any) -> Any:
    result = 1
    for value in values:
        result = _reckon(ast.Mult, result, value)
    return result


def _power(base: Any, exponent: Any) -> Any:
    return _reckon(ast.Pow, base, exponent)


def _whole(value: Any = 0) -> int:
    if isinstance(value, str) and len(value) > 30:
        raise No
    return int(value)


# Of numbers, texts and tuples of them; what they raise is no value.
PLAIN: Mapping[str, Callable[..., Any]] = {
    "int": _whole, "float": float, "bool": bool, "str": _text, "abs": abs, "round": _round, "pow": _power,
    "divmod": divmod, "min": min, "max": max, "sum": sum, "any": any, "all": all, "len": len,
    "math.ceil": math.ceil, "math.floor": math.floor, "math.sqrt": math.sqrt, "math.log2": math.log2,
    "math.log": math.log, "math.prod": _product, "math.pow": lambda a, b: float(_power(a, b)), "math.trunc": math.trunc,
    "numpy.prod": _product, "numpy.ceil": lambda a: float(math.ceil(a)), "numpy.floor": lambda a: float(math.floor(a)),
    "numpy.sqrt": math.sqrt, "numpy.int": int, "numpy.int32": int, "numpy.int64": int, "numpy.log2": math.log2,
    "numpy.round": _round, "numpy.max": max, "numpy.min": min, "numpy.sum": sum, "numpy.abs": abs,
}  # fmt: skip


def plain(name: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
    """What the plain function of that name gives. Raises No."""
    if not is_simple(arguments) or not is_simple(tuple(keywords.values())):
        raise No
    try:
        return bounded(PLAIN[name](*arguments, **keywords))
    except (ArithmeticError, ValueError, TypeError, LookupError):
        raise No from None


def check_number(value: Any) -> Any:
    """The value as a layer may have it. Raises No."""
    if isinstance(value, int | float) and not abs(value) < MAXIMUM_NUMBER:
        raise No(TOO_LARGE)
    return value
