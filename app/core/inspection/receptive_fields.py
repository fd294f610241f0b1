"""The part of the picture that a unit sees: on the input by arithmetic, and on the photo the input was cut from.

Antialiasing blends pixels of the photo a little beyond the edges; that is left out.
"""

from dataclasses import dataclass

from app.core.inspection.anatomy import INPUT, SOFTMAX, Anatomy


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


def unflatten(index: int, places: tuple[int, int]) -> tuple[int, int, int]:
    """(channel, y, x) of a value flattened channel by channel, row by row, from maps of so many rows and columns."""
    channel, place = divmod(index, places[0] * places[1])
    return channel, *divmod(place, places[1])


def on_photo(field: Field, seen: tuple[int, int], photo: tuple[int, int]) -> Field:
    """The same rectangle on the photo, whose middle became `seen` (see `preparation.crop_middle`); (height, width)."""
    rows = min(photo[0], max(1, round(photo[1] * seen[0] / seen[1])))
    columns = min(photo[1], max(1, round(photo[0] * seen[1] / seen[0])))
    left, top = (photo[1] - columns) // 2, (photo[0] - rows) // 2
    down, across = rows / seen[0], columns / seen[1]
    return Field(left + field.x * across, top + field.y * down, field.width * across, field.height * down)
