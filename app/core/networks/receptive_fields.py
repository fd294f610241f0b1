"""Which cells of the input each unit sees, by arithmetic along one axis at a time.

A view is a list: for every unit along an axis the first and the last input cell it depends on, cut off at the input's
border. Windows that move in steps, and the union of two ways through a block, keep it exact where the usual formula of
size, jump and start (https://distill.pub/2019/computing-receptive-fields) leaves the border out.
"""

from collections.abc import Sequence

from app.core.networks.layers import Layer, Pair, Shape

View = tuple[Pair, ...]
Views = tuple[View, View]


def start(shape: Shape) -> Views:
    """Each input cell sees itself."""
    rows, columns = (tuple((cell, cell) for cell in range(length)) for length in shape[1:])
    return rows, columns


def look(views: Views, layer: Layer, before: Shape, after: Shape) -> Views:
    """What the units after `layer` see, from what those before it see; a row of values has one view for all."""
    window = layer.window(before)
    if window is None:
        return (_all(views[0]),), (_all(views[1]),)
    if len(after) == 1:
        return views  # flattened: each value still sees what its place saw
    rows, columns = (
        tuple(_see(view, unit * step - margin, size) for unit in range(length))
        for view, length, size, step, margin in zip(
            views, after[1:], window.size, window.stride, window.before, strict=True
        )
    )
    return rows, columns


def join(one: Views, other: Views) -> Views:
    """What a sum of two maps sees."""
    rows, columns = (
        tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(first, second, strict=True))
        for first, second in zip(one, other, strict=True)
    )
    return rows, columns


def largest(views: Views) -> Pair:
    """Height and width of the largest field."""
    height, width = (max(last - first + 1 for first, last in view) for view in views)
    return height, width


def _see(view: Sequence[Pair], first: int, size: int) -> Pair:
    cells = view[max(first, 0) : first + size]
    return cells[0][0], cells[-1][1]


def _all(view: Sequence[Pair]) -> Pair:
    return min(first for first, _ in view), max(last for _, last in view)
