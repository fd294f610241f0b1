"""The `curl` line: the same request that the page makes, safe to paste into a shell."""

import json
import shlex
from typing import Any

from app.core.convolution.programs.screen import RESULT, Screen
from app.core.convolution.steps import Convolution, Pool, Relu, Step

_DEFAULTS = {
    "divisor": 1.0,
    "offset": 0.0,
    "stride": 1,
    "dilation": 1,
    "border": "zero",
    "padding": "same",
    "flip": False,
}


def write(screen: Screen) -> str:
    """A command that posts the picture and writes the result."""
    picture = {"sample": screen.sample} if screen.sample else {"image": f"@{screen.file}"}
    fields = {**picture, **_step_fields(screen), **_screen_fields(screen)}
    forms = [f"-F {shlex.quote(f'{name}={_text(value)}')}" for name, value in fields.items()]
    address = shlex.quote(f"{screen.base_url}/api/convolutions")
    return " \\\n  ".join(["curl -f", *forms, f"{address} -o {RESULT}"]) + "\n"


def _step_fields(screen: Screen) -> dict[str, Any]:
    described = [_describe(step, name) for step, name in zip(screen.steps, screen.names, strict=True)]
    if len(described) == 1 and isinstance(screen.steps[0], Convolution):
        return described[0]
    return {"steps": described}


def _screen_fields(screen: Screen) -> dict[str, Any]:
    fields = {
        "color": "gray" if screen.convert else "rgb",
        "display": screen.display,
        "max_side": screen.max_side,
    }
    defaults = {"color": "rgb", "display": "clip", "max_side": None}
    return {name: value for name, value in fields.items() if value != defaults[name]}


def _describe(step: Step, name: str | None) -> dict[str, Any]:
    match step:
        case Relu():
            return {"type": "relu"}
        case Pool():
            stride = {} if step.stride in (None, step.size) else {"stride": step.stride}
            return {"type": step.kind, "size": step.size} | stride
        case Convolution():
            values = {key: getattr(step, key) for key, default in _DEFAULTS.items() if getattr(step, key) != default}
            if name:
                values.pop("divisor", None)
            kernel = {"kernel": name} if name else {"matrix": step.matrix}
            return kernel | values


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(_plain(value), separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Whole numbers without their `.0`, at any depth."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
