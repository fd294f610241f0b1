"""A layer as a program calls it: its word and the values of its arguments, as far as the text says them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.networks.programs.operators import No, check_number
from app.core.networks.programs.values import ITEMS, NOT_WRITTEN, Items, Library, Unknown, refuse


@dataclass(frozen=True)
class Call:
    """A call such as Conv2D(32, 3): its values as they are; of a residual block also the calls inside.

    `source` is the layer itself, which is the same where a program uses one twice.
    """

    line: int
    name: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    inside: Sequence["Call"] = ()
    projection: "Call | None" = None
    source: Any = None


def literal(value: Any, line: int) -> Any:
    """The plain value of an argument on that line, tuples for lists; raises InvalidNetwork for anything else."""
    if isinstance(value, Unknown):
        raise value.refuse(line)
    if isinstance(value, Items):
        return literal(value.fields[ITEMS], line)
    if isinstance(value, tuple):
        return tuple(literal(one, line) for one in value)
    if value is None or isinstance(value, bool | int | float | str):
        try:
            return check_number(value)
        except No as no:
            raise Unknown(no.why, line).refuse(line) from None
    raise refuse(line, NOT_WRITTEN)


def word(value: Any, line: int) -> str | None:
    """The last name of `tf.nn.relu`, or the text of "relu"."""
    if isinstance(value, Library):
        return value.word
    found = literal(value, line)
    return found if isinstance(found, str) else None
