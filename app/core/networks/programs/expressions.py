"""The values of expressions, where they are known. What calls, attributes and loops do is for those who build on it."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from app.core.networks.programs.heap import Heap
from app.core.networks.programs.operators import No, binary, compare, is_simple, subscript, unary
from app.core.networks.programs.values import (
    ITEMS,
    MISSING,
    NOT_WRITTEN,
    OUTSIDE,
    UNSET,
    Function,
    Items,
    Scope,
    Table,
    Unknown,
    as_key,
    holds_network,
    is_plain,
    same,
)

MAXIMUM_TURNS = 512
MAXIMUM_LOOP = 12_000  # steps of a loop that is gone turn by turn


class Expressions(Heap):
    """Reads expressions in a scope; what a program's objects can do comes from a subclass."""

    module: Scope
    unknowns = 0  # values so far that are not known

    def attribute(self, value: Any, name: str, line: int) -> Any:
        """value.name"""
        raise NotImplementedError

    def call(self, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], line: int) -> Any:
        """function(*arguments, **keywords)"""
        raise NotImplementedError

    def free(self, name: str, line: int) -> Any:
        """What a name that the text does not set stands for."""
        raise NotImplementedError

    def arithmetic(self, sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
        """left + right, ... where one is a tensor, data or a network; NotImplemented where none is."""
        raise NotImplementedError

    def element(self, value: Any, index: Any, line: int) -> Any:
        """value[index] of a network, data, ...; NotImplemented where it is none."""
        raise NotImplementedError

    def iterate(self, value: Any, line: int) -> tuple[Any, ...] | None:
        """What a loop over the value goes through; None where that is not known."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """target = value"""
        raise NotImplementedError

    def evaluate(self, node: ast.expr, scope: Scope) -> Any:
        """The value of the expression, or why it is not known."""
        self.tick()
        handle = _HANDLERS.get(type(node))
        if handle is None:
            return Unknown(NOT_WRITTEN, node.lineno)
        value = handle(self, node, scope)
        self.unknowns += isinstance(value, Unknown)
        return value

    def look_up(self, name: str, scope: Scope, line: int) -> Any:
        """What the name stands for here."""
        place: Scope | None = scope.elsewhere.get(name, scope)
        first = place
        while place is not None:
            if (place is first or place.kind != "class") and (found := place.fields.get(name, MISSING)) is not MISSING:
                return found
            place = place.parent
        if name in self.module.fields:  # it was deleted
            return Unknown(UNSET, line, name)
        return self.free(name, line)

    def sequence(self, nodes: Iterable[ast.expr], scope: Scope) -> list[Any] | Unknown:
        """The values of elements, starred ones laid out."""
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.evaluate(node.value, scope)
                inside = self.iterate(value, node.lineno)
                if inside is None:
                    return value if isinstance(value, Unknown) else Unknown(NOT_WRITTEN, node.lineno)
                found += inside
            else:
                found.append(self.evaluate(node, scope))
        return found

    def any_of(self, value: Any, inside: tuple[Any, ...] | None, line: int) -> Any:
        """Some element of what a loop goes through; `inside` is all of it where that is known."""
        if inside is not None and inside and all(same(inside[0], one) for one in inside):
            return inside[0]
        if isinstance(value, Unknown):
            return value.of("[...]", line)
        return Unknown(OUTSIDE, line, "for", holds_network(value) or holds_network(inside))

    def operate(self, sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
        """left + right, ..."""
        found = self.arithmetic(sign, left, right, line)
        if found is not NotImplemented:
            return found
        if isinstance(left, Items) and isinstance(right, Items | int):
            inside, other = left.fields[ITEMS], right.fields[ITEMS] if isinstance(right, Items) else right
            made = self._reckon(sign, inside, other, line)
            return made if isinstance(made, Unknown) else self.items(made)
        return self._reckon(sign, left, right, line)

    def _reckon(self, sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
        for value in (left, right):
            if isinstance(value, Unknown):
                return value
        try:
            return binary(sign, left, right)
        except No as no:
            return Unknown(no.why, line)

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value if is_plain(node.value) else Unknown(NOT_WRITTEN, node.lineno)

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        return self.look_up(node.id, scope, node.lineno)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.attribute(self.evaluate(node.value, scope), node.attr, node.lineno)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        value, index = self.evaluate(node.value, scope), self.plain(self.evaluate(node.slice, scope))
        return self.subscript(value, index, node.lineno)

    def subscript(self, value: Any, index: Any, line: int) -> Any:
        """value[index]"""
        found = self.element(value, index, line)
        if found is not NotImplemented:
            return found
        if isinstance(value, Unknown):
            return value.of(f"[{index}]", line) if type(index) is int else value
        if isinstance(index, Unknown):
            return Unknown(index.why, index.at, index.name, holds_network(value))
        if isinstance(value, Table):
            if ITEMS in value.fields:
                return value.fields[ITEMS]
            key = as_key(index)
            return value.live().get(key, Unknown(UNSET, line, str(index)))
        inside = value.fields[ITEMS] if isinstance(value, Items) else value
        if isinstance(inside, Unknown):
            return inside
        try:
            part = subscript(inside, index)
        except No as no:
            return Unknown(no.why, line)
        return self.items(part) if isinstance(value, Items) and isinstance(index, slice) else part

    def _slice(self, node: ast.Slice, scope: Scope) -> Any:
        ends = [None if one is None else self.plain(self.evaluate(one, scope))
                for one in (node.lower, node.upper, node.step)]  # fmt: skip
        for end in ends:
            if not (end is None or type(end) is int):
                return end if isinstance(end, Unknown) else Unknown(NOT_WRITTEN, node.lineno)
        return slice(*ends)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        function = self.evaluate(node.func, scope)
        arguments = self.sequence(node.args, scope)
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, Table) and all(isinstance(name, str) for name in value.live()):
                keywords |= {"**" if name == ITEMS else name: one for name, one in value.live().items()}
            else:
                keywords["**"] = value if isinstance(value, Unknown) else Unknown(NOT_WRITTEN, node.lineno)
        if isinstance(arguments, Unknown):
            keywords["**"] = arguments
        return self.call(function, () if isinstance(arguments, Unknown) else tuple(arguments), keywords, node.lineno)

    def _binary(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        return self.operate(type(node.op), left, right, node.lineno)

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return Unknown(NOT_WRITTEN, node.lineno) if truth is None else not truth
        if isinstance(value, Unknown):
            return value
        try:
            return unary(type(node.op), value)
        except No as no:
            return Unknown(no.why, node.lineno)

    def _both(self, node: ast.BoolOp, scope: Scope) -> Any:
        return self._next_of(node, 0, scope)

    def _next_of(self, node: ast.BoolOp, place: int, scope: Scope) -> Any:
        value = self.evaluate(node.values[place], scope)
        if place + 1 == len(node.values):
            return value
        ways = (lambda: self._next_of(node, place + 1, scope)), (lambda: value)
        return self.choose(value, node.lineno, *(ways if isinstance(node.op, ast.And) else reversed(ways)))

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.evaluate(node.left, scope)
        for sign, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, scope)
            found = self._compared(sign, left, right, node.lineno)
            if found is not True:
                return found
            left = right
        return True

    def _compared(self, sign: ast.cmpop, left: Any, right: Any, line: int) -> Any:
        if isinstance(sign, ast.In | ast.NotIn) and isinstance(right, Table) and ITEMS not in right.fields:
            right = tuple(right.live())
        one, other = (left, right) if isinstance(sign, ast.Is | ast.IsNot) else (self.plain(left), self.plain(right))
        if isinstance(sign, ast.Eq | ast.NotEq) and isinstance(left, Items) is not isinstance(right, Items):
            return Unknown(NOT_WRITTEN, line)
        for value in (one, other):
            if isinstance(value, Unknown):
                return value
        try:
            return compare(type(sign), one, other)
        except No:
            return Unknown(NOT_WRITTEN, line)

    def _conditional(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.choose(
            self.evaluate(node.test, scope), node.lineno,
            lambda: self.evaluate(node.body, scope), lambda: self.evaluate(node.orelse, scope),
        )  # fmt: skip

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        found = self.sequence(node.elts, scope)
        return found if isinstance(found, Unknown) else tuple(found)

    def _set(self, node: ast.Set, scope: Scope) -> Any:
        made = self._list(node, scope)
        inside = self.plain(made)
        if isinstance(inside, Unknown) or not is_simple(inside):
            made.fields[ITEMS] = Unknown(NOT_WRITTEN, node.lineno, "", holds_network(inside))
        else:
            made.fields[ITEMS] = tuple(dict.fromkeys(inside))
        return made

    def _list(self, node: ast.List | ast.Set, scope: Scope) -> Any:
        found = self.sequence(node.elts, scope)
        made = self.items(())
        made.fields[ITEMS] = found if isinstance(found, Unknown) else tuple(found)
        return made

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        made = self.table({})
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key_node is None:
                inside = value.live() if isinstance(value, Table) else {ITEMS: Unknown(NOT_WRITTEN, node.lineno)}
                made.fields.update(inside)
            else:
                key = as_key(self.plain(self.evaluate(key_node, scope)))
                made.fields[key] = (
                    value if key != ITEMS else Unknown(NOT_WRITTEN, node.lineno, "", holds_network(value))
                )
        return made

    def _comprehension(self, node: Any, scope: Scope) -> Any:
        found: list[Any] = []
        inner = Scope(self.tick(), "comprehension", scope)
        why = self._turns(node, 0, inner, found)
        make = self.stream if isinstance(node, ast.GeneratorExp) else self.items
        made = make(found if why is None else ())
        if why is not None:
            made.fields[ITEMS] = why
        return made

    def _turns(self, node: Any, place: int, scope: Scope, found: list[Any]) -> Unknown | None:
        if place == len(node.generators):
            found.append(self._made(node, scope))
            return None
        part = node.generators[place]
        value = self.evaluate(part.iter, scope)
        inside = self.iterate(value, node.lineno)
        if inside is None or len(inside) > MAXIMUM_TURNS:
            return value if isinstance(value, Unknown) else Unknown(NOT_WRITTEN, node.lineno)
        for one in inside:
            self.bind(part.target, one, scope)
            truths = [self.truth(self.evaluate(test, scope)) for test in part.ifs]
            if None in truths:
                return Unknown(NOT_WRITTEN, node.lineno, "", holds_network(inside))
            if all(truths) and (why := self._turns(node, place + 1, scope, found)) is not None:
                return why
        return None

    def _made(self, node: Any, scope: Scope) -> Any:
        return self.evaluate(node.elt, scope)

    def _dict_comprehension(self, node: ast.DictComp, scope: Scope) -> Any:
        pair = ast.Tuple(elts=[node.key, node.value], ctx=ast.Load(), lineno=node.lineno)
        pairs = self._comprehension(ast.ListComp(elt=pair, generators=node.generators, lineno=node.lineno), scope)
        inside = pairs.fields[ITEMS]
        if isinstance(inside, Unknown):
            return self.table({ITEMS: inside})
        return self.table({as_key(self.plain(key)): value for key, value in inside})

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return Function(node, scope, self.defaults(node.args, scope))

    def defaults(self, arguments: ast.arguments, scope: Scope) -> dict[str, Any]:
        """What a function's arguments are where a call does not say them."""
        names = [*arguments.posonlyargs, *arguments.args]
        late = names[len(names) - len(arguments.defaults) :]
        found = {name.arg: self.evaluate(node, scope) for name, node in zip(late, arguments.defaults, strict=True)}
        for name, node in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if node is not None:
                found[name.arg] = self.evaluate(node, scope)
        return found

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> Any:
        parts = []
        for part in node.values:
            value = self.evaluate(part.value, scope) if isinstance(part, ast.FormattedValue) else None
            if isinstance(part, ast.Constant):
                value = part.value
            elif isinstance(part, ast.FormattedValue) and (part.format_spec is not None or part.conversion >= 0):
                value = Unknown(NOT_WRITTEN, node.lineno)
            if not isinstance(value, str | int | float):
                return value if isinstance(value, Unknown) else Unknown(NOT_WRITTEN, node.lineno)
            parts.append(str(value))
        return "".join(parts)[:4096]

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.evaluate(node.value, scope)
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        self.bind(node.target, value, scope)
        return value


def loaded(target: ast.expr) -> ast.expr:
    """The target of an assignment as what is there before it."""
    match target:
        case ast.Attribute(value=value, attr=name):
            return ast.Attribute(value=value, attr=name, ctx=ast.Load())
        case ast.Subscript(value=value, slice=index):
            return ast.Subscript(value=value, slice=index, ctx=ast.Load())
    assert isinstance(target, ast.Name)
    return ast.Name(id=target.id, ctx=ast.Load())


_HANDLERS: dict[type[ast.expr], Callable[[Any, Any, Scope], Any]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Slice: Expressions._slice,
    ast.Call: Expressions._call,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.BoolOp: Expressions._both,
    ast.Compare: Expressions._compare,
    ast.IfExp: Expressions._conditional,
    ast.Tuple: Expressions._tuple,
    ast.List: Expressions._list,
    ast.Set: Expressions._set,
    ast.Dict: Expressions._dict,
    ast.ListComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comprehension,
    ast.Lambda: Expressions._lambda,
    ast.JoinedStr: Expressions._joined,
    ast.NamedExpr: Expressions._walrus,
}
