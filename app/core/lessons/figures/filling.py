"""How a text asks for a figure, and gets it: `{{pixel sample=mouse kernel=curve x=15 y=33}}`.

What a placeholder leaves out is taken from the state that the card shows, so that text and exhibit tell the same. It
does not know which kinds there are.
"""

import re
from collections.abc import Callable, Mapping
from inspect import Parameter, isfunction, signature
from types import ModuleType
from typing import Any

from app.core.lessons.figures.kinds import write

PLACEHOLDER = re.compile(r"\{\{\s*([a-z-]+)((?:\s+[a-z]+=[^\s}]+)*)\s*\}\}")

Figures = Mapping[str, Callable[..., Any]]


def figures_of(*modules: ModuleType) -> Figures:
    """Every public function of the modules is a kind of figure: `worked_size` is asked for as worked-size."""
    return {
        name.replace("_", "-"): function
        for module in modules
        for name, function in vars(module).items()
        if isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }


def compute(function: Callable[..., Any], said: Mapping[str, str], state: Mapping[str, str]) -> Any:
    """The figure that the function gives; ValueError where it is not told what it needs."""
    wanted = signature(function).parameters
    given = {name: value for name, value in state.items() if name in wanted} | dict(said)
    missing = [name for name, one in wanted.items() if one.default is Parameter.empty and name not in given]
    if missing or not set(given) <= set(wanted):
        raise ValueError(f"{function.__name__} needs {', '.join(wanted)}, and has {', '.join(given)}")
    return function(**{name: _typed(wanted[name], value) for name, value in given.items()})


def fill(text: str, figures: Figures, state: Mapping[str, str], language: str, mark: Callable[[str], str] = str) -> str:
    """The text with every placeholder's figure in its place, as the language writes it, and marked; KeyError where
    there is none of that kind."""

    def put(found: re.Match[str]) -> str:
        said = dict(pair.split("=", 1) for pair in found[2].split())
        return mark(write(compute(figures[found[1]], said, state), language))

    return PLACEHOLDER.sub(put, text)


def _typed(wanted: Parameter, value: str) -> Any:
    return wanted.annotation(value) if wanted.annotation in (int, float) else value
