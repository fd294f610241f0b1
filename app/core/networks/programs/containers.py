"""What lists, dicts and texts can do, and Python's functions that go through them."""

from collections.abc import Callable, Mapping
from typing import Any

from app.core.networks.programs.heap import MAXIMUM_LENGTH, Heap
from app.core.networks.programs.operators import No, is_simple
from app.core.networks.programs.values import (
    ITEMS,
    MISSING,
    NOT_WRITTEN,
    Items,
    Table,
    Unknown,
    holds_network,
    is_plain,
)

Arguments = tuple[Any, ...]


def _insert(inside: Arguments, place: int, value: Any) -> tuple[Arguments, Any]:
    found = [*inside]
    found.insert(place, value)
    return tuple(found), None


def _taken(inside: Arguments, place: int = -1) -> tuple[Arguments, Any]:
    found = [*inside]
    value = found.pop(place)
    return tuple(found), value


def _remove(inside: Arguments, value: Any) -> tuple[Arguments, Any]:
    found = [*inside]
    if not is_simple((value, *inside)):
        raise No
    found.remove(value)
    return tuple(found), None


def _sort(inside: Arguments, *, reverse: bool = False) -> tuple[Arguments, Any]:
    return tuple(sorted(inside, reverse=reverse)), None


def _index(inside: Arguments, value: Any) -> tuple[Arguments, Any]:
    if not is_simple((value, *inside)):
        raise No
    return inside, inside.index(value)


# From what a list holds and the arguments to what it holds then, and what comes back.
LIST: Mapping[str, Callable[..., tuple[Arguments, Any]]] = {
    "append": lambda inside, value: ((*inside, value), None),
    "insert": _insert,
    "pop": _taken,
    "remove": _remove,
    "clear": lambda inside: ((), None),
    "reverse": lambda inside: (inside[::-1], None),
    "sort": _sort,
    "index": _index,
    "add": lambda inside, value: ((inside if value in inside else (*inside, value)), None),
}


def list_method(heap: Heap, of: Items, name: str, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
    """What the method gives; what the list holds is unknown where the method is."""
    inside = of.fields[ITEMS]
    if name == "copy" and not arguments:
        return heap.items(inside) if isinstance(inside, tuple) else of
    try:
        if isinstance(inside, Unknown) or name not in LIST or isinstance(keywords.get("**"), Unknown):
            raise No
        if any(isinstance(one, Unknown) for one in arguments) and name != "append":
            raise No
        after, value = LIST[name](inside, *arguments, **keywords)
        if len(after) > MAXIMUM_LENGTH:
            raise No
    except (No, TypeError, ValueError, IndexError):
        network = any(map(holds_network, (of, *arguments)))
        why = Unknown(NOT_WRITTEN, line, name, network)
        heap.write(of, ITEMS, why)
        return why
    if after is not inside:
        heap.write(of, ITEMS, after)
    return value


def dict_method(heap: Heap, of: Table, name: str, arguments: Arguments, keywords: dict[str, Any], line: int) -> Any:
    """What the method gives; what the dict holds is unknown where the method is."""
    known = ITEMS not in of.fields and "**" not in keywords
    inside = of.live()
    if known and name in ("keys", "values", "items", "copy") and not arguments:
        return _views(heap, inside, name)
    key = arguments[0] if arguments else None
    if known and name in ("get", "pop", "setdefault") and is_plain(key) and not isinstance(key, Unknown):
        return _one(heap, of, name, key, arguments[1:], line)
    if known and name == "update" and all(isinstance(one, Table) and ITEMS not in one.fields for one in arguments):
        for more in (*(one.live() for one in arguments), keywords):
            for key, value in more.items():
                heap.write(of, key, value)
        return None
    why = Unknown(NOT_WRITTEN, line, name, any(map(holds_network, (of, *arguments))))
    heap.write(of, ITEMS, why)
    return why


def _views(heap: Heap, inside: dict[Any, Any], name: str) -> Any:
    if name == "copy":
        return heap.table(inside)
    return tuple(inside) if name == "keys" else tuple(inside.values() if name == "values" else inside.items())


def _one(heap: Heap, of: Table, name: str, key: Any, default: Arguments, line: int) -> Any:
    inside = of.live()
    if key in inside:
        if name == "pop":
            heap.write(of, key, MISSING)
        return inside[key]
    if name == "pop" and not default:
        return Unknown(NOT_WRITTEN, line, str(key))
    value = default[0] if default else None
    if name == "setdefault":
        heap.write(of, key, value)
    return value


TEXT = ("lower", "upper", "strip", "title", "capitalize", "startswith", "endswith", "split", "lstrip", "rstrip")


def text_method(heap: Heap, of: str, name: str, arguments: Arguments, line: int) -> Any:
    """Of a short text."""
    if name not in TEXT or not is_simple(arguments) or any(isinstance(one, Unknown) for one in arguments):
        return Unknown(NOT_WRITTEN, line, name)
    try:
        found = getattr(of, name)(*arguments)
    except (TypeError, ValueError):
        return Unknown(NOT_WRITTEN, line, name)
    return heap.items(found) if isinstance(found, list) else found
