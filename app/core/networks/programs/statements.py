"""Statements, one after another, as Python would go through them; where it is not certain which, all ways are gone."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from app.core.networks.programs.expressions import MAXIMUM_LOOP, MAXIMUM_TURNS, Expressions, loaded
from app.core.networks.programs.heap import Stops, TooLong
from app.core.networks.programs.names import KNOWN
from app.core.networks.programs.values import (
    ANNOTATED,
    ITEMS,
    MISSING,
    NOT_WRITTEN,
    OUTSIDE,
    Function,
    Items,
    Leave,
    Left,
    Library,
    Scope,
    Unknown,
    holds_network,
)


class Statements(Expressions):
    """Reads statements; what is set on objects, and classes, come from a subclass."""

    def set_attribute(self, value: Any, name: str, new: Any, line: int) -> None:
        """value.name = new; MISSING deletes it."""
        raise NotImplementedError

    def set_element(self, value: Any, index: Any, new: Any, line: int) -> None:
        """value[index] = new; MISSING deletes it."""
        raise NotImplementedError

    def define_class(self, node: ast.ClassDef, scope: Scope) -> Any:
        """The class, its body read."""
        raise NotImplementedError

    def enter(self, value: Any, line: int) -> Any:
        """What `with value as name` names."""
        raise NotImplementedError

    def turns_begin(self, node: ast.For | ast.While, count: int | None) -> None:
        """A loop begins, of so many turns where that is known."""

    def turns_end(self) -> None:
        """The loop that began last has ended."""

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> Left:
        """All of them, until one leaves."""
        for place, statement in enumerate(statements):
            left = self.execute(statement, scope)
            if left is None:
                continue
            if left.sure:
                return left
            rest = statements[place + 1 :]
            if not rest:
                return left
            return self._perhaps_left(left, rest, scope, statement.lineno)
        return None

    def _perhaps_left(self, left: Leave, rest: Sequence[ast.stmt], scope: Scope, line: int) -> Left:
        return self._left(self.either(line, lambda: self.block(rest, scope), lambda: left), line)

    def _left(self, found: Sequence[Left], line: int) -> Left:
        """How a block is left of which one of several ways is gone."""
        leaving = [one for one in found if one is not None]
        if not leaving:
            return None
        sure = len(leaving) == len(found) and all(one.sure for one in leaving)
        if any(one.kind != leaving[0].kind for one in leaving):
            returned = [one.value for one in leaving if one.kind == "return"]
            return Leave("return", self.merge([*returned, MISSING], line, "return"), sure=False)
        return Leave(leaving[0].kind, self.merge([one.value for one in leaving], line, "return"), sure)

    def execute(self, statement: ast.stmt, scope: Scope) -> Left:
        """One statement."""
        self.tick()
        handle = _HANDLERS.get(type(statement))
        return handle(self, statement, scope) if handle else None

    def _expression(self, statement: ast.Expr, scope: Scope) -> Left:
        self.evaluate(statement.value, scope)
        return None

    def _assign(self, statement: ast.Assign, scope: Scope) -> Left:
        value = self.evaluate(statement.value, scope)
        for target in statement.targets:
            self.bind(target, value, scope)
        return None

    def _annotated(self, statement: ast.AnnAssign, scope: Scope) -> Left:
        if scope.kind == "class" and isinstance(statement.target, ast.Name):
            self.write(scope, ANNOTATED, (*scope.fields.get(ANNOTATED, ()), statement.target.id))
        if statement.value is not None:
            self.bind(statement.target, self.evaluate(statement.value, scope), scope)
        return None

    def _augmented(self, statement: ast.AugAssign, scope: Scope) -> Left:
        target = statement.target
        old, new = (
            self.evaluate(ast.copy_location(loaded(target), target), scope),
            self.evaluate(statement.value, scope),
        )
        if isinstance(old, Items) and isinstance(statement.op, ast.Add):
            inside, more = old.fields[ITEMS], self.iterate(new, statement.lineno)
            unknown = Unknown(NOT_WRITTEN, statement.lineno, "", holds_network(old) or holds_network(new))
            self.write(old, ITEMS, unknown if isinstance(inside, Unknown) or more is None else (*inside, *more))
            return None
        self.bind(target, self.operate(type(statement.op), old, new, statement.lineno), scope)
        return None

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """target = value"""
        match target:
            case ast.Name(id=name):
                self.set_name(name, value, scope, target.lineno)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value, scope, target.lineno)
            case ast.Starred(value=inside):
                self.bind(inside, value, scope)
            case ast.Attribute(value=owner, attr=name):
                self.set_attribute(self.evaluate(owner, scope), name, value, target.lineno)
            case ast.Subscript(value=owner, slice=index):
                found = self.plain(self.evaluate(index, scope))
                self.set_element(self.evaluate(owner, scope), found, value, target.lineno)

    def set_name(self, name: str, value: Any, scope: Scope, line: int) -> None:
        """The name stands for the value from now on."""
        self.write(scope.elsewhere.get(name, scope), name, value)

    def _unpack(self, targets: list[ast.expr], value: Any, scope: Scope, line: int) -> None:
        inside = self.iterate(value, line)
        star = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        fits = inside is not None and (len(inside) == len(targets) if star is None else len(inside) >= len(targets) - 1)
        if inside is None or not fits:
            why = value if isinstance(value, Unknown) else Unknown(NOT_WRITTEN, line, "", holds_network(value))
            self.unknowns += 1
            for place, target in enumerate(targets):
                self.bind(target, why.of(f"[{place}]", line), scope)
            return
        if star is not None:
            end = len(inside) - (len(targets) - star - 1)
            inside = (*inside[:star], self.items(inside[star:end]), *inside[end:])
        for target, one in zip(targets, inside, strict=True):
            self.bind(target, one, scope)

    def _delete(self, statement: ast.Delete, scope: Scope) -> Left:
        for target in statement.targets:
            self.bind(target, MISSING, scope)
        return None

    def _if(self, statement: ast.If, scope: Scope) -> Left:
        truth = self.truth(self.evaluate(statement.test, scope))
        if truth is not None:
            return self.block(statement.body if truth else statement.orelse, scope)
        return self._one_of([statement.body, statement.orelse], scope, statement.lineno)

    def _one_of(self, blocks: Sequence[Sequence[ast.stmt]], scope: Scope, line: int) -> Left:
        ways: list[Callable[[], Left]] = [lambda block=block: self.block(block, scope) for block in blocks]  # type: ignore[misc]
        return self._left(self.either(line, *ways), line)

    def _for(self, statement: ast.For, scope: Scope) -> Left:
        value = self.evaluate(statement.iter, scope)
        inside = self.iterate(value, statement.lineno)
        self.turns_begin(statement, None if inside is None else len(inside))
        try:
            if inside is not None and len(inside) <= MAXIMUM_TURNS:
                turns = iter(inside)
                part = self.any_of(value, inside, statement.lineno)
                return self._turn_by_turn(statement, scope, lambda: self._next(statement, turns, scope), part)
            return self._any_number(statement, scope, self.any_of(value, inside, statement.lineno))
        finally:
            self.turns_end()

    def _next(self, statement: ast.For, turns: Any, scope: Scope) -> bool | None:
        for one in turns:
            self.bind(statement.target, one, scope)
            return True
        return False

    def _while(self, statement: ast.While, scope: Scope) -> Left:
        self.turns_begin(statement, None)
        try:
            return self._turn_by_turn(statement, scope, lambda: self.truth(self.evaluate(statement.test, scope)))
        finally:
            self.turns_end()

    def _turn_by_turn(
        self, statement: ast.For | ast.While, scope: Scope, more: Callable[[], bool | None], part: Any = None
    ) -> Left:
        """As long as each turn is certain; else the loop is taken back and gone any number of times."""
        journal, fence = self.open(), self.fence
        self.fence = min(fence, self.steps + MAXIMUM_LOOP)
        certain, left = False, None
        try:
            certain, left = self._turns_of(statement, scope, more)
        except TooLong:
            if self.steps > fence:
                raise
        except Stops:
            certain = True
            raise
        finally:
            self.fence = fence
            if certain:
                self.keep(journal)
            else:
                self.take_back(journal)
        return left if certain else self._any_number(statement, scope, part)

    def _turns_of(
        self, statement: ast.For | ast.While, scope: Scope, more: Callable[[], bool | None]
    ) -> tuple[bool, Left]:
        for _ in range(MAXIMUM_TURNS):
            going = more()
            if going is None:
                return False, None
            if not going:
                return True, self.block(statement.orelse, scope)
            left = self.block(statement.body, scope)
            if left is not None and not left.sure:
                return False, None
            if left is not None and left.kind != "continue":
                return True, left if left.kind == "return" else None
        return False, None

    def _any_number(self, statement: ast.For | ast.While, scope: Scope, part: Any) -> Left:
        def turn() -> Left:
            if isinstance(statement, ast.For):
                self.bind(statement.target, part, scope)
            else:
                self.evaluate(statement.test, scope)
            return self.block(statement.body, scope)

        left = self.repeat(statement.lineno, turn)
        self.block(statement.orelse, scope)
        return Leave("return", left.value, sure=False) if left is not None and left.kind == "return" else None

    def _try(self, statement: ast.Try, scope: Scope) -> Left:
        """The body, where all of it is imports or certain; else perhaps what follows it."""
        handlers = [handler.body for handler in statement.handlers]
        for name in filter(None, (handler.name for handler in statement.handlers)):
            self.set_name(name, Unknown(OUTSIDE, statement.lineno, "except"), scope, statement.lineno)
        if not handlers:
            left = self.block([*statement.body, *statement.orelse], scope)
        else:
            left = self._try_all(statement, handlers, scope)
        after = self.block(statement.finalbody, scope)
        return after or left

    def _try_all(self, statement: ast.Try, handlers: list[list[ast.stmt]], scope: Scope) -> Left:
        line = statement.lineno
        stopped, doubtful = False, self.unknowns
        journal = self.open()
        try:
            left = self.block([*statement.body, *statement.orelse], scope)
        except Stops as stop:
            stopped, left = True, None
            if stop.leaves:
                self.keep(journal)
                raise
        if stopped:
            self.keep(journal)
            return self._one_of(handlers, scope, line)
        if self.unknowns == doubtful:
            self.keep(journal)
            return left
        self.take_back(journal)
        whole = [*statement.body, *statement.orelse]
        return self._one_of([whole, *(self._cut(statement.body, handler) for handler in handlers)], scope, line)

    @staticmethod
    def _cut(body: list[ast.stmt], handler: list[ast.stmt]) -> list[ast.stmt]:
        """What may be gone where the body raises somewhere: each of its statements perhaps, then the handler."""
        test = ast.Name(id=" perhaps", ctx=ast.Load(), lineno=body[0].lineno, col_offset=0)
        maybe = [ast.If(test=test, body=[one], orelse=[], lineno=one.lineno, col_offset=0) for one in body]
        return [*maybe, *handler]

    def _with(self, statement: ast.With, scope: Scope) -> Left:
        called = [item.context_expr.func for item in statement.items if isinstance(item.context_expr, ast.Call)]
        if any(getattr(function, "attr", getattr(function, "id", "")) == "suppress" for function in called):
            return self._try_all(ast.Try(statement.body, [], [], [], lineno=statement.lineno), [[]], scope)
        for item in statement.items:
            value = self.enter(self.evaluate(item.context_expr, scope), statement.lineno)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
        return self.block(statement.body, scope)

    def _match(self, statement: ast.Match, scope: Scope) -> Left:
        self.evaluate(statement.subject, scope)
        return self._one_of([*(case.body for case in statement.cases), []], scope, statement.lineno)

    def _function(self, statement: ast.FunctionDef, scope: Scope) -> Left:
        value: Any = Function(statement, scope, self.defaults(statement.args, scope))
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(statement)):
            value = Unknown(OUTSIDE, statement.lineno, statement.name)
        for decorator in reversed(statement.decorator_list):
            value = self.call(self.evaluate(decorator, scope), (value,), {}, statement.lineno)
        self.set_name(statement.name, value, scope, statement.lineno)
        return None

    def _asynchronous(self, statement: ast.AsyncFunctionDef, scope: Scope) -> Left:
        self.set_name(statement.name, Unknown(OUTSIDE, statement.lineno, statement.name), scope, statement.lineno)
        return None

    def _class(self, statement: ast.ClassDef, scope: Scope) -> Left:
        value = self.define_class(statement, scope)
        for decorator in reversed(statement.decorator_list):
            value = self.call(self.evaluate(decorator, scope), (value,), {}, statement.lineno)
        self.set_name(statement.name, value, scope, statement.lineno)
        return None

    def _return(self, statement: ast.Return, scope: Scope) -> Left:
        return Leave("return", None if statement.value is None else self.evaluate(statement.value, scope))

    def _assert(self, statement: ast.Assert, scope: Scope) -> Left:
        truth = self.truth(self.evaluate(statement.test, scope))
        if truth is False:
            raise Stops
        self.unknowns += truth is None
        return None

    def _raise(self, statement: ast.Raise, scope: Scope) -> Left:
        raise Stops

    def _break(self, statement: ast.Break, scope: Scope) -> Left:
        return Leave("break")

    def _continue(self, statement: ast.Continue, scope: Scope) -> Left:
        return Leave("continue")

    def _global(self, statement: ast.Global, scope: Scope) -> Left:
        scope.elsewhere |= dict.fromkeys(statement.names, self.module)
        return None

    def _nonlocal(self, statement: ast.Nonlocal, scope: Scope) -> Left:
        for name in statement.names:
            place = scope.parent
            while place is not None and (place.kind == "class" or name not in place.fields) and place.parent:
                place = place.parent
            if place is not None:
                scope.elsewhere[name] = place
        return None

    def _import(self, statement: ast.Import, scope: Scope) -> Left:
        for item in statement.names:
            self.unknowns += item.name.partition(".")[0] not in KNOWN  # it may not be there
            if item.asname:
                self.set_name(item.asname, Library(item.name), scope, statement.lineno)
            else:
                root = item.name.partition(".")[0]
                self.set_name(root, Library(root), scope, statement.lineno)
        return None

    def _import_from(self, statement: ast.ImportFrom, scope: Scope) -> Left:
        module = "." * statement.level + (statement.module or "")
        self.unknowns += module.partition(".")[0] not in KNOWN
        for item in statement.names:
            if item.name != "*":
                self.set_name(item.asname or item.name, Library(f"{module}.{item.name}"), scope, statement.lineno)
        return None


_HANDLERS: dict[type[ast.stmt], Callable[[Any, Any, Scope], Left]] = {
    ast.Expr: Statements._expression,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Delete: Statements._delete,
    ast.If: Statements._if,
    ast.For: Statements._for,
    ast.While: Statements._while,
    ast.Try: Statements._try,
    ast.TryStar: Statements._try,
    ast.With: Statements._with,
    ast.Match: Statements._match,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._asynchronous,
    ast.ClassDef: Statements._class,
    ast.Return: Statements._return,
    ast.Assert: Statements._assert,
    ast.Raise: Statements._raise,
    ast.Break: Statements._break,
    ast.Continue: Statements._continue,
    ast.Global: Statements._global,
    ast.Nonlocal: Statements._nonlocal,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
}
