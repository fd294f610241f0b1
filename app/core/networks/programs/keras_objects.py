"""Keras' models: Sequential, functional and subclassed; what their methods do, and what an input becomes in them."""

from typing import Any

from app.core.networks.programs.builtins import Builtins
from app.core.networks.programs.values import (
    FROZEN,
    ITEMS,
    MISSING,
    NOT_A_LAYER,
    NOT_WRITTEN,
    OUTSIDE,
    Instance,
    Items,
    Made,
    Method,
    Tensor,
    Unknown,
)

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
LAYERS = " layers"  # of a Sequential: a tuple
GRAPH = " graph"  # of a functional model: (inputs, outputs)
HELD = " held"  # by another network
BUILT = " built"  # the shape that build() says
_NOTHING = {
    "summary", "evaluate", "predict", "save", "save_weights", "load_weights", "predict_classes", "evaluate_generator",
    "predict_generator", "to_json", "to_yaml", "get_weights", "set_weights", "train_on_batch", "test_on_batch",
    "reset_states", "export", "count_params", "predict_proba", "get_config", "predict_on_batch", "reset_metrics",
    "make_predict_function", "load_state_dict", "compute_output_shape", "add_loss", "add_metric", "save_model",
}  # fmt: skip
TRAINS = ("compile", "fit", "fit_generator")


def begin(machine: Builtins, made: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """__init__ of Sequential, Model and Layer."""
    if isinstance(keywords.get("**"), Unknown):
        return keywords["**"]
    if made.root == "keras.Sequential":
        machine.write(made, LAYERS, made.fields.get(LAYERS, ()))
        given = arguments[0] if arguments else keywords.get("layers")
        found = machine.iterate(given, line) if given is not None else ()
        if found is None:
            why = machine.plain(given)
            if not isinstance(why, Unknown):
                return Unknown(NOT_A_LAYER, line, network=True)
            return Unknown(why.why, why.at, why.name, network=True)
        for layer in found:
            add(machine, made, layer)
        return None
    inputs = [keywords[name] for name in ("inputs", "input") if name in keywords]
    outputs = [keywords[name] for name in ("outputs", "output") if name in keywords]
    graph = (*arguments[:2], *inputs, *outputs)
    if made.root == "keras.Model" and len(graph) == 2:
        machine.write(made, GRAPH, tuple(_single(machine, one) for one in graph))
    return None


def _single(machine: Builtins, value: Any) -> Any:
    """The one tensor of a list of one."""
    found = machine.plain(value) if isinstance(value, Items | tuple) else value
    return found[0] if isinstance(found, tuple) and len(found) == 1 else found


def add(machine: Builtins, of: Instance, layer: Any) -> None:
    """model.add(layer)"""
    inside = of.fields.get(LAYERS, ())
    machine.write(of, LAYERS, inside if isinstance(inside, Unknown) else (*inside, layer))
    hold(machine, layer)


def hold(machine: Builtins, layer: Any) -> None:
    """From now on it is part of a network that is built: a change of it would not reach that one."""
    if isinstance(layer, Instance) and layer.root.startswith("keras"):
        machine.write(layer, HELD, True)


def forward(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """What the model makes of a tensor."""
    own = of.fields.get("call", of.kind.find("call"))
    if own is not MISSING:
        return machine.call(machine.attribute(of, "call", line), arguments, keywords, line)
    x = arguments[0]
    if GRAPH in of.fields:
        start, end = of.fields[GRAPH]
        return _through(machine, start, end, x, {})
    inside = of.fields.get(LAYERS, Unknown(OUTSIDE, line, of.kind.name or "call", network=True))
    if isinstance(inside, Unknown):
        return inside
    for layer in inside:
        if isinstance(layer, Tensor) and layer.by is not None:
            x = Tensor(layer.line, layer.by, (x,))  # an Input in the list
        else:
            x = layer if isinstance(layer, Unknown) else machine.apply(layer, (x,), {}, line)
        if isinstance(x, Unknown):
            return x
    return x


def _through(machine: Builtins, start: Any, end: Any, x: Any, seen: dict[int, Any]) -> Any:
    """The graph from start to end with x in the place of start."""
    machine.tick()
    if end is start:
        return x
    if not isinstance(end, Tensor):
        return end if isinstance(end, Unknown) else Unknown(NOT_WRITTEN, 0, "outputs", network=True)
    if id(end) not in seen:
        before = tuple(_through(machine, start, one, x, seen) for one in end.before)
        lost = next((one for one in before if isinstance(one, Unknown)), None)
        seen[id(end)] = lost if lost is not None else Tensor(end.line, end.by, before)
    return seen[id(end)]


def ends(machine: Builtins, of: Instance, line: int) -> Any:
    """The tensors model.input and model.output."""
    if GRAPH not in of.fields:
        start = Tensor(of.line)
        hold(machine, of)
        machine.write(of, GRAPH + " own", (start, forward(machine, of, (start,), {}, line)))
        return of.fields[GRAPH + " own"]
    return of.fields[GRAPH]


def method(machine: Builtins, of: Any, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """A call of what every model can do."""
    if name == "__init__" and isinstance(of, Instance):
        return begin(machine, of, arguments, keywords, line)
    if isinstance(of, Made):
        if name not in ("get_weights", "set_weights", "get_config", "count_params", "adapt", "build"):
            machine.alter(of, name, line)
        return Unknown(OUTSIDE, line, name)
    own = _OWN.get(name)
    if name in ("add", "pop") and HELD in of.fields:
        machine.alter(of, name, line)
    if own is not None:
        return own(machine, of, arguments, keywords, line)
    if name not in _NOTHING and name not in TRAINS and not name.startswith("_"):
        machine.alter(of, name, line)
        return Unknown(OUTSIDE, line, name, network=True)
    return Unknown(OUTSIDE, line, name)


def _add(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    if "**" in keywords:
        machine.write(of, LAYERS, Unknown(NOT_A_LAYER, line, network=True))
    elif of.root == "keras.Sequential" and len(arguments) + len(keywords) == 1:
        add(machine, of, (*arguments, *keywords.values())[0])
    else:
        machine.alter(of, "add", line)


def _build(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    shape = (*arguments, keywords.get("input_shape", keywords.get("batch_input_shape")))[0]
    if shape is not None:
        machine.write(of, BUILT, machine.plain(shape))


def _call(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    return machine.apply(of, arguments, keywords, line)


def _pop(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    inside = of.fields.get(LAYERS, ())
    if isinstance(inside, Unknown) or not inside or isinstance(inside[-1], Tensor) or arguments or keywords:
        machine.alter(of, "pop", line)
        return Unknown(NOT_WRITTEN, line, "pop", network=True)
    machine.write(of, LAYERS, inside[:-1])
    return inside[-1]


def _layer_of(machine: Builtins, of: Instance, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    index = arguments[1] if len(arguments) > 1 else keywords.get("index")
    name = arguments[0] if arguments else keywords.get("name")
    inside = layers(machine, of, line)
    for layer in inside if isinstance(inside, tuple) else ():
        if isinstance(layer, Made) and isinstance(name, str) and layer.keywords.get("name") == name:
            return layer
    if type(index) is int and isinstance(inside, tuple) and -len(inside) <= index < len(inside):
        return inside[index]
    return Unknown(NOT_WRITTEN, line, "get_layer", network=True)


_OWN = {"add": _add, "pop": _pop, "build": _build, "call": _call, "get_layer": _layer_of}


def layers(machine: Builtins, of: Instance, line: int) -> Any:
    """model.layers: in Keras 3 without the Input of a Sequential."""
    inside = of.fields.get(LAYERS, Unknown(OUTSIDE, line, "layers", network=True))
    if isinstance(inside, Unknown):
        return inside
    return tuple(layer for layer in inside if not isinstance(layer, Tensor)
                 and not (isinstance(layer, Made) and layer.word == "InputLayer"))  # fmt: skip


def attribute(machine: Builtins, of: Any, name: str, line: int) -> Any:
    """What a layer or a model has beside what the text sets."""
    if isinstance(of, Instance):
        if name == "layers":
            found = layers(machine, of, line)
            made = machine.items(())
            made.fields[ITEMS] = found
            return made
        if name in ("input", "inputs", "output", "outputs"):
            found = ends(machine, of, line)[name.startswith("output")]
            return machine.items((found,)) if name.endswith("s") else found
        if name in (
            "weights",
            "trainable_weights",
            "variables",
            "trainable_variables",
            "optimizer",
            "history",
            "stop_training",
        ):
            return Unknown(OUTSIDE, line, name)
    if isinstance(of, Made) and name in ("output", "input"):
        return Unknown(OUTSIDE, line, name, network=True)
    if name == "trainable":
        return True
    return Method(of, name) if not isinstance(of, Made) or name[:1].islower() else Unknown(OUTSIDE, line, name)


def freeze(machine: Builtins, of: Any, line: int) -> None:
    """layer.trainable = False"""
    machine.write(of, FROZEN, line)
    inside = of.fields.get(LAYERS, ()) if isinstance(of, Instance) else ()
    for layer in inside if isinstance(inside, tuple) else ():
        if isinstance(layer, Made | Instance):
            freeze(machine, layer, line)


def unfreeze(machine: Builtins, of: Any) -> None:
    """layer.trainable = True"""
    if FROZEN in of.fields:
        machine.write(of, FROZEN, MISSING)
    inside = of.fields.get(LAYERS, ()) if isinstance(of, Instance) else ()
    for layer in inside if isinstance(inside, tuple) else ():
        if isinstance(layer, Made | Instance):
            unfreeze(machine, layer)
