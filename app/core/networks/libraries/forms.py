"""How a library writes a layer: which arguments it takes, what they are called here, and what they must be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import N_
from app.core.networks.libraries.calls import Call, literal, word
from app.core.networks.programs.values import Unknown, refuse

ONE = (1, (1, 1))
IGNORED = frozenset({
    "name", "dtype", "trainable", "device", "inplace", "seed",
    "kernel_initializer", "bias_initializer", "beta_initializer", "gamma_initializer", "moving_mean_initializer",
    "moving_variance_initializer", "kernel_regularizer", "bias_regularizer", "beta_regularizer", "gamma_regularizer",
    "activity_regularizer", "kernel_constraint", "bias_constraint", "beta_constraint", "gamma_constraint",
})  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A layer's call. `arguments` are its arguments in order, with ours after a colon where it differs, as in
    "strides:stride", and a "!" behind those that it needs.

    `fixed` are arguments that may be written only with one of these values, `implied` our fields whose default there is
    not ours, `extras` are arguments that are read elsewhere. The first `leading` fields are written without names.
    """

    name: str
    arguments: str = ""
    fixed: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    implied: Mapping[str, Any] = field(default_factory=dict)
    extras: Sequence[str] = ()
    leading: int = 0

    def read(self, call: Call) -> dict[str, Any]:
        """The layer's fields as a JSON object, and extras beside; raises InvalidNetwork with the line."""
        ours = self._ours()
        entry: dict[str, Any] = {**self.implied}
        for name, given in self._bind(call, list(ours)).items():
            if name in IGNORED or (name in self.extras and name not in ours):
                continue
            value = word(given, call.line) if name == "activation" else literal(given, call.line)
            if name not in self.fixed:
                entry[ours[name]] = value
            elif value not in self.fixed[name]:
                raise refuse(call.line, N_("Line %(line)d: '%(name)s' can only be %(allowed)s here."),
                             name=name, allowed=self.fixed[name][0])  # fmt: skip
        return entry

    def write(self, values: Mapping[str, Any]) -> str:
        """The call with these of our fields."""
        theirs = {ours: name for name, ours in self._ours().items()}
        texts = [
            argument_text(value) if place < self.leading else f"{theirs[name]}={argument_text(value)}"
            for place, (name, value) in enumerate(values.items())
        ]
        return f"{self.name}({', '.join(texts)})"

    def _ours(self) -> dict[str, str]:
        return dict(_split(name) for name in self.arguments.replace("!", "").split())

    def _bind(self, call: Call, names: Sequence[str]) -> dict[str, Any]:
        if len(call.arguments) > len(names):
            raise refuse(call.line, N_("Line %(line)d has more arguments than the layer takes: %(limit)d."),
                         limit=len(names))  # fmt: skip
        if isinstance(more := call.keywords.get("**"), Unknown):
            raise more.refuse(call.line)
        bound = dict(zip(names, call.arguments, strict=False))
        if not set(call.keywords) <= {*names, *self.extras, *IGNORED} or set(call.keywords) & set(bound):
            raise refuse(call.line, N_("Line %(line)d has an argument that is not known here; known are: %(allowed)s."),
                         allowed=", ".join(names) or "-")  # fmt: skip
        bound |= call.keywords
        for name in self.arguments.split():
            if name.endswith("!") and (needed := _split(name.rstrip("!"))[0]) not in bound:
                raise refuse(call.line, N_("Line %(line)d needs '%(name)s'."), name=needed)
        return bound


def _split(name: str) -> tuple[str, str]:
    theirs, _, ours = name.partition(":")
    return theirs, ours or theirs


def define(classes: Mapping[str, str], body: Sequence[str]) -> list[str]:
    """The lines that define those of the classes that the lines of a program call."""
    called = [text for name, text in classes.items() if any(f" {name}(" in line for line in body)]
    return [line for text in called for line in ("", "", *text.splitlines())] + [""] * bool(called)


def argument_text(value: Any) -> str:
    """As people write it: a pair of equal numbers as one, texts in double quotes."""
    if isinstance(value, tuple) and value[0] == value[1] and isinstance(value[0], int):
        value = value[0]
    return f'"{value}"' if isinstance(value, str) else repr(value)
