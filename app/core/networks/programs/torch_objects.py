"""PyTorch's modules: what they hold, in which order, what their methods do, and what an input becomes in them."""

from collections.abc import Iterator
from typing import Any

from app.core.networks.programs.builtins import Builtins
from app.core.networks.programs.values import (
    CHANGED,
    FROZEN,
    ITEMS,
    MISSING,
    NOT_WRITTEN,
    OUTSIDE,
    Class,
    Instance,
    Items,
    Made,
    Method,
    Table,
    Tensor,
    Thing,
    Unknown,
    Weights,
    holds_network,
)

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")
ITSELF = {
    "to", "cuda", "cpu", "float", "half", "double", "train", "eval", "type", "share_memory", "requires_grad_", "apply",
    "xpu", "compile",
}  # fmt: skip
_NOTHING = {
    "zero_grad", "load_state_dict", "state_dict", "register_forward_hook", "register_forward_pre_hook", "buffers",
    "register_full_backward_hook", "register_backward_hook", "named_buffers", "extra_repr", "save_hyperparameters",
    "log", "log_dict", "print", "freeze_bn",
}  # fmt: skip


def is_module(value: Any) -> bool:
    """A layer or a network of PyTorch, or what may be one."""
    if isinstance(value, Unknown):
        return value.network
    return (isinstance(value, Made) and value.library == "torch") or (
        isinstance(value, Instance) and value.root.startswith("torch")
    )


def children(of: Instance) -> dict[str, Any]:
    """What is registered in it, by name, in order."""
    return {name: value for name, value in of.live().items() if not str(name).startswith(" ") and is_module(value)}


def modules(of: Any) -> Iterator[Any]:
    """It and all within it, each once."""
    seen: set[int] = set()
    waiting = [of]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            if isinstance(one, Instance):
                waiting += reversed(children(one).values())


def begin(machine: Builtins, made: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """__init__ of Module, Sequential, ModuleList and ModuleDict."""
    if made.root == "torch.Module" or (not arguments and not keywords):
        return None
    if keywords or (len(arguments) > 1 and made.root != "torch.Sequential"):
        return keywords.get("**") if isinstance(keywords.get("**"), Unknown) else Unknown(NOT_WRITTEN, line)
    named = len(arguments) == 1 and isinstance(arguments[0], Table)
    if made.root == "torch.ModuleList":
        found = machine.iterate(arguments[0], line)
        arguments = (Unknown(NOT_WRITTEN, line, network=True),) if found is None else found
    if not named:
        pairs: Any = [(str(place), value) for place, value in enumerate(arguments)]
    elif ITEMS in arguments[0].fields:
        return arguments[0].fields[ITEMS]
    else:
        pairs = arguments[0].live().items()
    for name, value in pairs:
        machine.write(made, str(name), value)
    return None


def forward(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """What the module makes of a tensor."""
    own = of.fields.get("forward", of.kind.find("forward"))
    if own is not MISSING:
        return machine.call(machine.attribute(of, "forward", line), arguments, keywords, line)
    if of.root != "torch.Sequential" or len(arguments) != 1:
        return Unknown(OUTSIDE, line, of.kind.name or "forward", network=True)
    x = arguments[0]
    for layer in children(of).values():
        x = machine.apply(layer, (x,), {}, line) if not isinstance(layer, Unknown) else layer
    return x


def method(machine: Builtins, of: Any, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """A call of what every module can do, or a container."""
    if name in ("requires_grad_", "freeze") and (arguments or tuple(keywords.values()) or (True,))[0] is not True:
        freeze(machine, of, line)
    if name == "apply":
        for one in modules(of):
            machine.call(arguments[0], (one,), {}, line)
    if name in ITSELF:
        return of
    if name in _NOTHING:
        return Unknown(OUTSIDE, line, name)
    if name in ("parameters", "named_parameters"):
        found: Any = Weights(of)
        return machine.items((found if name == "parameters" else (Unknown(OUTSIDE, line, "name"), found),))
    if isinstance(of, Instance):
        return _of_container(machine, of, name, arguments, keywords, line)
    if isinstance(of, Made) and name == "reset_parameters":
        return None
    machine.alter(of, name, line)
    return Unknown(OUTSIDE, line, name, network=True)


def _of_container(
    machine: Builtins, of: Instance, name: str, arguments: Arguments, keywords: Keywords, line: int
) -> Any:
    inside = children(of)
    lists: dict[str, Any] = {
        "children": tuple(inside.values()), "named_children": tuple(inside.items()), "values": tuple(inside.values()),
        "items": tuple(inside.items()), "keys": tuple(inside),
    }  # fmt: skip
    if name in ("modules", "named_modules"):
        found = tuple(modules(of))
        return found if name == "modules" else tuple((Unknown(OUTSIDE, line, "name"), one) for one in found)
    if name in lists:
        return lists[name]
    if name in ("add_module", "register_module") and len(arguments) == 2 and isinstance(arguments[0], str):
        return machine.write(of, arguments[0], arguments[1])
    if name in ("append", "extend", "insert", "pop") and of.root in ("torch.Sequential", "torch.ModuleList"):
        return _change(machine, of, name, arguments, line)
    if name == "update" and of.root == "torch.ModuleDict" and arguments and isinstance(arguments[0], Table):
        for key, value in arguments[0].live().items():
            machine.write(of, key, value)
        return None
    if name == "forward":
        return machine.apply(of, arguments, keywords, line)
    if name in ("register_buffer", "register_parameter") and len(arguments) > 1 and isinstance(arguments[0], str):
        value = Unknown(OUTSIDE, line, arguments[0]) if name == "register_buffer" else arguments[1]
        return machine.write(of, arguments[0], value)
    if name == "__init__":
        return begin(machine, of, arguments, keywords, line)
    machine.alter(of, name, line)
    return Unknown(OUTSIDE, line, name, network=True)


def _change(machine: Builtins, of: Instance, name: str, arguments: Arguments, line: int) -> Any:
    """A list's method: what it holds is numbered anew. Names given by an OrderedDict stay where nothing moves."""
    inside = children(of)
    values: list[Any] = list(inside.values())
    taken: Any = None
    try:
        if name == "append":
            machine.write(of, str(len(values)), arguments[0])
            return of
        if name == "extend":
            more = machine.iterate(arguments[0], line)
            if more is None:
                raise TypeError
            values += more
        elif name == "insert":
            values.insert(arguments[0], arguments[1])
        else:
            taken = values.pop(*arguments)
    except (TypeError, IndexError):
        machine.alter(of, name, line)
        return Unknown(NOT_WRITTEN, line, name, network=True)
    refill(machine, of, values)
    return taken if name == "pop" else of


def refill(machine: Builtins, of: Instance, values: list[Any]) -> None:
    """The container holds these, and nothing else."""
    for name in children(of):
        machine.write(of, name, MISSING)
    for place, value in enumerate(values):
        machine.write(of, str(place), value)


def element(machine: Builtins, of: Instance, index: Any, line: int) -> Any:
    """model[0], model[:3], modules["name"]"""
    inside = children(of)
    if of.root == "torch.ModuleDict" and isinstance(index, str):
        return inside.get(index, Unknown(NOT_WRITTEN, line))
    values = tuple(inside.values())
    if isinstance(index, slice):
        part = Instance(machine.tick(), Class(of.kind.born, of.root.partition(".")[2], (), of.root), line)
        part.fields.update({str(place): value for place, value in enumerate(values[index])})
        return part
    if type(index) is int and -len(values) <= index < len(values):
        return values[index]
    return Unknown(NOT_WRITTEN, line, network=True)


def set_element(machine: Builtins, of: Instance, index: Any, new: Any, line: int) -> None:
    """model[0] = layer, del model[-1]"""
    names = list(children(of))
    if of.root == "torch.ModuleDict" and isinstance(index, str):
        machine.write(of, index, new)
    elif type(index) is int and -len(names) <= index < len(names):
        if new is MISSING:
            values = [value for place, value in enumerate(children(of).values()) if place != index % len(names)]
            refill(machine, of, values)
        else:
            machine.write(of, names[index], new)
    elif isinstance(index, slice) and new is MISSING:
        kept = list(children(of).values())
        del kept[index]
        refill(machine, of, kept)
    else:
        machine.alter(of, "[...]", line)


def freeze(machine: Builtins, of: Any, line: int) -> None:
    """None of its weights learns."""
    for one in modules(of):
        if isinstance(one, Thing):
            machine.write(one, FROZEN, line)


def weights_in(value: Any, depth: int = 0) -> list[Weights]:
    """Those that an optimizer is given: in a list, or in groups with options of their own."""
    if isinstance(value, Weights) or depth > 3:
        return [value] if isinstance(value, Weights) else []
    inside = tuple(value.live().values()) if isinstance(value, Table) else value
    inside = inside.fields.get(ITEMS) if isinstance(inside, Items) else inside
    return [one for part in inside for one in weights_in(part, depth + 1)] if isinstance(inside, tuple) else []


def is_a(value: Any, path: str) -> bool | None:
    """isinstance of a module and a class of PyTorch."""
    if not path.startswith("torch.nn") or isinstance(value, Unknown):
        return None
    word = path.rpartition(".")[2]
    if isinstance(value, Made) and value.library == "torch":
        if word == "_BatchNorm":
            return "BatchNorm" in value.word
        return word in (value.word, "Module")
    if isinstance(value, Instance) and value.root.startswith("torch."):
        return word in (value.root.partition(".")[2], "Module")
    return None


def attribute(machine: Builtins, of: Any, name: str, line: int) -> Any:
    """What a module has beside what the text sets."""
    if name == "training":
        return True
    if isinstance(of, Made):
        numbers = {"in_features": 0, "in_channels": 0, "num_features": 0, "out_features": 1, "out_channels": 1}
        if name in numbers:
            places = of.arguments
            return of.keywords.get(
                name, places[numbers[name]] if len(places) > numbers[name] else Unknown(OUTSIDE, line, name)
            )
        if name in ("weight", "bias"):
            return Weights(of)
    return Method(of, name)


_ = (CHANGED, Items, Tensor, holds_network)
