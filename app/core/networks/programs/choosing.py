"""Which of a program's networks is read: the one that it trains, else the one called model, else the only one."""

import ast
from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, InvalidNetwork
from app.core.networks.programs import torch_objects
from app.core.networks.programs.heap import Stops
from app.core.networks.programs.keras_objects import LAYERS
from app.core.networks.programs.machine import Machine
from app.core.networks.programs.values import (
    MISSING,
    Class,
    Function,
    Instance,
    Unknown,
    refuse,
)

_NAMES = ("model", "net", "network", "cnn")
_NONE = N_("The text holds no Sequential with layers, no Model and no nn.Module that is read here: paste the lines "
           "that build the network.")  # fmt: skip
_FOREIGN = N_("Line %(line)d takes its network from '%(name)s'; the layers of networks that are not in the text are "
              "not known here.")  # fmt: skip
_SEVERAL = N_("The text builds %(count)d networks, the last in line %(line)d, and trains none: leave the one that you "
              "mean, or name it 'model'.")  # fmt: skip
_EMPTY = N_("The text holds no Sequential with layers: the network of line %(line)d has none.")


@dataclass(frozen=True)
class Choice:
    """The network that is read, and whether others were there."""

    network: Instance
    others: int
    reason: str  # "trained", "named" or "only"


def choose(machine: Machine, tree: ast.Module) -> Choice:
    """The network that is meant; raises InvalidNetwork where that is not certain."""
    if machine.lost is not None:
        raise machine.lost.refuse(machine.lost.at)
    if not machine.built:
        _try_functions(machine, tree)
    found = _candidates(machine)
    trained = [(line, value) for line, value, by in machine.told.trained if by]
    if trained:
        value = _outermost(trained[-1][1], found)
        if isinstance(value, Unknown):
            raise value.refuse(trained[-1][0])
        if isinstance(value, Instance):
            others = [one for one in found if one is not value]
            return Choice(value, len(others), "trained")
    return _untrained(machine, found)


def _outermost(value: Any, found: list[Instance]) -> Any:
    """Parameters are given to an optimizer part by part: the network that holds them is meant."""
    for one in found:
        if one is not value and any(part is value for part in torch_objects.modules(one)):
            return one
    return value


def _untrained(machine: Machine, found: list[Instance]) -> Choice:
    for name in _NAMES:
        value = machine.module.fields.get(name)
        if isinstance(value, Unknown) and value.network:
            raise value.refuse(value.at)
        if isinstance(value, Instance) and any(one is value for one in found):
            return Choice(value, len(found) - 1, "named")
    used = [value for _, value, by in machine.told.trained if not by]
    called = [one for one in found if any(one is value for value in used)]
    left = called if len(called) == 1 else found
    if len(left) == 1:
        return Choice(left[0], len(found) - 1, "only")
    if left:
        raise refuse(max(one.line for one in left), _SEVERAL, count=len(left))
    if machine.told.outside:
        outside = machine.told.outside[-1]
        raise refuse(outside.at, _FOREIGN, name=outside.name[:40])
    raise InvalidNetwork(_NONE, field="text")


def _candidates(machine: Machine) -> list[Instance]:
    """The networks that are part of no other and hold layers; those that are surely built, where there are some."""
    every = [one for one, _ in machine.built if _is_network(one)]
    inside = {id(part) for one, _ in machine.built for part in _parts(one)} | machine.inner
    whole = [one for one in every if id(one) not in inside]
    sure = {id(one) for one, surely in machine.built if surely}
    return [one for one in whole if id(one) in sure] or whole


def _is_network(of: Instance) -> bool:
    if of.root in ("torch.ModuleList", "torch.ModuleDict", "keras.Layer", "parser"):
        return False
    if of.root == "keras.Sequential":
        return bool(of.fields.get(LAYERS))
    if of.root == "torch.Sequential":
        return bool(torch_objects.children(of))
    return of.root != "torch.Module" or of.kind.find("forward") is not MISSING or "forward" in of.fields


def _parts(of: Instance) -> list[Any]:
    """The networks within it."""
    if of.root.startswith("torch"):
        return [one for one in torch_objects.modules(of) if one is not of]
    found: list[Any] = []
    inside = of.fields.get(LAYERS, ())
    found += inside if isinstance(inside, tuple) else ()
    return [*found, *(value for value in of.live().values() if isinstance(value, Instance))]


def _try_functions(machine: Machine, tree: ast.Module) -> None:
    """A text of functions and classes alone: each is called, without arguments, as its reader would."""
    values = [value for value in machine.module.fields.values() if isinstance(value, Function | Class)]
    for value in values:
        if isinstance(value, Class):
            _try_class(machine, value)
    for value in values:
        if isinstance(value, Function) and not any(_is_network(one) for one, _ in machine.built):
            _try_function(machine, value)


def _try_function(machine: Machine, value: Function) -> None:
    if _needs_nothing(machine, value, own=0):
        _try(machine, value)


def _needs_nothing(machine: Machine, value: Function, own: int = 1) -> bool:
    """Whether all that it takes, beside its object, has a default or is what a data set says."""
    takes = value.node.args
    names = [one.arg for one in (*takes.posonlyargs, *takes.args, *takes.kwonlyargs)][own:]
    return all(name in value.defaults or machine.from_data(name, value.node.lineno, lacking=True) for name in names)


def _try_class(machine: Machine, value: Class) -> None:
    if value.root and value.root != "?":
        first = value.find("__init__")
        if isinstance(first, Function) and not _needs_nothing(machine, first):
            return
        _try(machine, value)
        return
    for method in list(value.fields.values()):
        if isinstance(method, Function) and method.kind in ("static", "class") and not value.root:
            _try(machine, method if method.kind == "static" else machine.attribute(value, "build", 1))


def _try(machine: Machine, value: Any) -> None:
    try:
        machine.call(value, (), {}, 1)
    except Stops:
        return
