"""Python's own functions, as far as programs that build networks use them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.core.errors import N_
from app.core.networks.programs.calls import Calls
from app.core.networks.programs.expressions import MAXIMUM_TURNS
from app.core.networks.programs.heap import MAXIMUM_LENGTH, Stops
from app.core.networks.programs.operators import PLAIN, No, is_simple, plain
from app.core.networks.programs.values import (
    ITEMS,
    MISSING,
    NOT_WRITTEN,
    OUTSIDE,
    Array,
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Library,
    Stream,
    Table,
    Unknown,
    holds_network,
    refuse,
)

Arguments = tuple[Any, ...]
HIDDEN = ("exec", "globals", "locals", "compile", "__import__", "delattr")
_RUNS_TEXT = N_("Line %(line)d runs or reaches code by '%(name)s', which is not followed; write the network out.")


class Builtins(Calls):
    """Adds Python's own functions."""

    def builtin(self, name: str, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        """What the function gives; NotImplemented where Python has none of that name that is known here."""
        if name in HIDDEN:
            raise refuse(line, _RUNS_TEXT, name=name)
        if name in _FUNCTIONS:
            try:
                return _FUNCTIONS[name](self, arguments, keywords, line)
            except (No, TypeError, ValueError, IndexError):
                return Unknown(NOT_WRITTEN, line, name, holds_network(arguments))
        if name in PLAIN:
            return self.plainly(name, arguments, keywords, line)
        return NotImplemented

    def plainly(self, name: str, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        """A function of numbers and texts."""
        values = [self.plain(value) for value in arguments]
        for value in values:
            if isinstance(value, Unknown):
                return value
        try:
            return plain(name, tuple(values), {key: self.plain(value) for key, value in keywords.items()})
        except No:
            return Unknown(NOT_WRITTEN, line, name)

    def iterate(self, value: Any, line: int) -> Arguments | None:
        """What a loop over the value goes through; None where that is not known."""
        if isinstance(value, Items):
            value = self.contents(value)
        if isinstance(value, Table):
            return None if ITEMS in value.fields else tuple(value.live())
        if isinstance(value, str):
            return tuple(value[:MAXIMUM_LENGTH])
        return value if isinstance(value, tuple) else None

    def each_of(self, value: Any, line: int) -> Arguments:
        found = self.iterate(value, line)
        if found is None:
            raise No
        return found

    def py_range(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        found = range(*map(self.plain, arguments))
        return tuple(found) if len(found) <= MAXIMUM_LENGTH else Unknown(OUTSIDE, line, "range")

    def py_len(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        (value,) = arguments
        if isinstance(value, Array) and value.shape:
            return value.shape[0]
        if isinstance(value, Unknown):
            return self.unknown_length(value, line)
        return len(self.each_of(value, line))

    def unknown_length(self, value: Unknown, line: int) -> Any:
        """The length of what is not known."""
        return Unknown(value.why, value.at, f"len({value.name})", False, value.foreign)

    def py_enumerate(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        value, start = (*arguments, keywords.get("start", 0))[:2]
        return self.stream(tuple(enumerate(self.each_of(value, line), self.plain(start))))

    def py_zip(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return self.stream(tuple(zip(*(self.each_of(value, line) for value in arguments), strict=False)))

    def py_reversed(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return self.stream(self.each_of(arguments[0], line)[::-1])

    def py_sorted(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        inside = self.plain(arguments[0])
        if not is_simple(inside) or set(keywords) - {"reverse"}:
            raise No
        return self.items(sorted(inside, reverse=bool(keywords.get("reverse"))))

    def py_list(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return self.items(self.each_of(arguments[0], line) if arguments else ())

    def py_tuple(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return self.each_of(arguments[0], line) if arguments else ()

    def py_set(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        inside = self.each_of(arguments[0], line) if arguments else ()
        if not is_simple(inside):
            raise No
        return self.items(tuple(dict.fromkeys(inside)))

    def py_dict(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        found: dict[Any, Any] = {}
        for value in arguments:
            if isinstance(value, Table) and ITEMS not in value.fields:
                found |= value.live()
            else:
                found |= dict(self.each_of(pair, line) for pair in self.each_of(value, line))
        if "**" in keywords:
            raise No
        return self.table({**found, **keywords})

    def py_map(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        function, *values = arguments
        rows = zip(*(self.each_of(value, line)[:MAXIMUM_TURNS] for value in values), strict=False)
        return self.stream([self.call(function, tuple(row), {}, line) for row in rows])

    def py_filter(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        function, value = arguments
        inside = self.each_of(value, line)[:MAXIMUM_TURNS]
        truths = [self.truth(one if function is None else self.call(function, (one,), {}, line)) for one in inside]
        if None in truths:
            raise No
        return self.stream([one for one, truth in zip(inside, truths, strict=True) if truth])

    def py_getattr(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        value, name, *default = arguments
        if not isinstance(name, str):
            raise No
        if default and isinstance(value, Instance) and self.has(value, name) is False:
            return default[0]
        return self.attribute(value, name, line)

    def has(self, value: Instance, name: str) -> bool | None:
        if value.fields.get(name, MISSING) is not MISSING or value.kind.find(name) is not MISSING:
            return True
        return None if value.root else False

    def py_hasattr(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        value, name = arguments
        found = self.has(value, name) if isinstance(value, Instance) and isinstance(name, str) else None
        if found is None:
            raise No
        return found

    def py_setattr(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        value, name, new = arguments
        if isinstance(name, str):
            self.set_attribute(value, name, new, line)
        else:
            self.alter(value, "setattr", line)

    def py_isinstance(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        value, kinds = arguments
        found = [self.is_a(value, kind) for kind in (kinds if isinstance(kinds, tuple) else (kinds,))]
        if True not in found and None in found:
            raise No
        return True in found

    def is_a(self, value: Any, kind: Any) -> bool | None:
        """Whether the value is an object of that class; None where that is not known."""
        words = {"int": int, "float": float, "str": str, "bool": bool, "tuple": tuple, "list": Items, "dict": Table}
        if isinstance(kind, Library) and kind.path in words and not isinstance(value, Unknown):
            return isinstance(value, words[kind.path])
        if isinstance(value, Instance) and isinstance(kind, Class):
            return kind in value.kind.family()
        return None

    def py_type(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        (value,) = arguments
        if not isinstance(value, Instance):
            raise No
        return value.kind

    def py_exit(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        raise Stops(leaves=True)

    def py_super(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return self.super_of(arguments, line)

    def py_static(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return _marked(arguments[0], "static")

    def py_class_method(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return _marked(arguments[0], "class")

    def py_property(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return _marked(arguments[0], "property")

    def py_partial(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return Bound(arguments[0], arguments[1:], keywords)

    def py_eval(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        raise refuse(line, _RUNS_TEXT, name="eval")

    def py_vars(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        if len(arguments) == 1 and isinstance(arguments[0], Unknown):
            return arguments[0]
        if len(arguments) == 1 and isinstance(arguments[0], Instance) and not arguments[0].root:
            return self.table(arguments[0].live())
        raise refuse(line, _RUNS_TEXT, name="vars")

    def py_print(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return None

    def py_next(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        of = arguments[0]
        inside = of.fields[ITEMS] if isinstance(of, Stream) else None
        if not isinstance(inside, tuple) or not inside:
            return self.any_of(of, None, line)
        self.write(of, ITEMS, inside[1:])
        return inside[0]

    def py_iter(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        inside = None if isinstance(arguments[0], Unknown) else self.iterate(arguments[0], line)
        return arguments[0] if inside is None else self.stream(inside)

    def py_same(self, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
        return arguments[0]


def _marked(value: Any, kind: str) -> Any:
    return replace(value, kind=kind) if isinstance(value, Function) else value


_FUNCTIONS: Mapping[str, Callable[[Any, Arguments, dict[str, Any], int], Any]] = {
    "range": Builtins.py_range, "len": Builtins.py_len, "enumerate": Builtins.py_enumerate, "zip": Builtins.py_zip,
    "reversed": Builtins.py_reversed, "sorted": Builtins.py_sorted, "list": Builtins.py_list,
    "tuple": Builtins.py_tuple, "set": Builtins.py_set, "frozenset": Builtins.py_set, "dict": Builtins.py_dict,
    "map": Builtins.py_map, "filter": Builtins.py_filter, "getattr": Builtins.py_getattr,
    "hasattr": Builtins.py_hasattr, "setattr": Builtins.py_setattr, "isinstance": Builtins.py_isinstance,
    "type": Builtins.py_type, "exit": Builtins.py_exit, "quit": Builtins.py_exit, "sys.exit": Builtins.py_exit,
    "os._exit": Builtins.py_exit, "super": Builtins.py_super, "staticmethod": Builtins.py_static,
    "classmethod": Builtins.py_class_method, "property": Builtins.py_property,
    "functools.partial": Builtins.py_partial, "partial": Builtins.py_partial, "eval": Builtins.py_eval,
    "vars": Builtins.py_vars, "print": Builtins.py_print, "next": Builtins.py_next, "iter": Builtins.py_iter,
    "collections.OrderedDict": Builtins.py_dict, "OrderedDict": Builtins.py_dict, "xrange": Builtins.py_range,
    "numpy.arange": Builtins.py_range, "tqdm.tqdm": Builtins.py_same, "tqdm": Builtins.py_same,
    "tqdm.trange": Builtins.py_range, "trange": Builtins.py_range, "tqdm.notebook.tqdm": Builtins.py_same,
    "tqdm.auto.tqdm": Builtins.py_same, "functools.wraps": lambda machine, arguments, keywords, line: Library("same"),
    "functools.lru_cache": lambda machine, arguments, keywords, line: arguments[0] if arguments else Library("same"),
    "functools.cache": Builtins.py_same, "same": Builtins.py_same,
}  # fmt: skip
_ = Class
