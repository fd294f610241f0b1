"""The part of the input that a unit sees, by arithmetic. Where that lies on the photo is the page's to draw."""

from dataclasses import dataclass

from app.core.classification.anatomy import INPUT, SOFTMAX, Anatomy
from app.core.networks.receptive_fields import Views, start


@dataclass(frozen=True, slots=True)
class Field:
    """A rectangle in pixels: its left and top edge, and its sides."""

    x: float
    y: float
    width: float
    height: float


def field_of(anatomy: Anatomy, layer: str, channel: int, x: int, y: int) -> Field:
    """What the unit sees of the input, exactly, cut off at the border; a flattened value sees what its place saw.

    In a row of values the unit is `channel`, and x = y = 0.
    """
    height, width = anatomy.network.input[1:]
    if layer == INPUT:
        return Field(x, y, 1, 1)
    if layer == SOFTMAX:
        return Field(0, 0, width, height)
    row = anatomy.row(layer)
    if len(row.output_shape) == 1:
        y, x = unflatten(channel, (len(row.views[0]), len(row.views[1])))[1:]
    return Field(*row.window(x, y))


def views_of(anatomy: Anatomy, layer: str) -> Views | None:
    """The first and last input row that each row of a layer's maps sees, and the columns; None for a row of values."""
    if layer == INPUT:
        return start(anatomy.network.input)
    if layer == SOFTMAX or len(anatomy.row(layer).output_shape) == 1:
        return None
    return anatomy.row(layer).views


def unflatten(index: int, places: tuple[int, int]) -> tuple[int, int, int]:
    """(channel, y, x) of a value flattened channel by channel, row by row, from maps of so many rows and columns."""
    channel, place = divmod(index, places[0] * places[1])
    return channel, *divmod(place, places[1])
