"""What an address of the convolution room says: a picture, the steps, and where one looks."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.core.convolution.steps import (
    BORDERS,
    MAXIMUM_PADDING,
    MAXIMUM_STEP,
    MAXIMUM_STEPS,
    MAXIMUM_WEIGHT,
    MINIMUM_DIVISOR,
    Convolution,
)
from app.core.pictures.outputs import DISPLAYS
from app.web.addresses import Field, Grammar, Query, check_sample, picture
from app.web.convolution.steps import ChainFields
from app.web.refusals import MalformedRequest

_MOST_ROWS = 7  # of a kernel that is edited by hand
_PACE = (1, MAXIMUM_STEP)


def _read_steps(said: Query, entry: Field) -> list[dict[str, Any]]:
    """As requests write them; whatever they say is parsed as a request is."""
    chain = {name: said[name] for name in (entry.name, *entry.also) if name in said}
    try:
        read = ChainFields.model_validate(chain if entry.name in chain else entry.default[0] | chain)
    except (ValidationError, MalformedRequest):
        raise entry.refuse() from None
    steps = read.to_steps()
    if any(max(step.side) > _MOST_ROWS for step in steps if isinstance(step, Convolution)):
        raise entry.refuse()
    return [step.model_dump(exclude_unset=True) for step in read.steps or ()] or [read.model_dump(exclude_unset=True)]


def _check(values: Mapping[str, Any]) -> None:
    check_sample(values["sample"])
    if values["at"] >= len(values["steps"]):
        raise GRAMMAR.named("at").refuse()


GRAMMAR = Grammar((
    picture("astronaut"),
    Field("size", "whole", 1024, 1, 1024),
    Field("color", "choice", "rgb", choices=("rgb", "gray")),
    Field("display", "choice", "auto", choices=("auto", *DISPLAYS)),
    Field("view", "choice", "plain", choices=("plain", "stretch")),
    Field("at", "whole", 0),
    Field("channel", "whole", 0),
    Field("x", "whole"),
    Field("y", "whole"),
    Field("open", "words", [], high=2, pattern="code|learn|chain"),
    Field("steps", "steps", [{"kernel": "edge-laplacian-8"}], 1, MAXIMUM_STEPS, choices=BORDERS,
          ends={"stride": _PACE, "dilation": _PACE, "size": _PACE,
                "padding": (0, MAXIMUM_PADDING), "side": (1, _MOST_ROWS), "weight": (-MAXIMUM_WEIGHT, MAXIMUM_WEIGHT),
                "divisor": (MINIMUM_DIVISOR, MAXIMUM_WEIGHT)},
          also=("kernel", "stride", "dilation", "offset", "border", "padding", "flip")),
), {"steps": _read_steps}, _check)  # fmt: skip
