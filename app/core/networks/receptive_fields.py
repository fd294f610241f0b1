"""Which cells of the input each unit sees, by arithmetic along one axis at a time.

A view is a list: for every unit along an axis the first and the last input cell it depends on, cut off at the input's
border. Windows that move in steps, and the union of two ways through a block, keep it exact where the usual formula of
size, jump and start (https://distill.pub/2019/computing-receptive-fields) leaves the border out.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from app.core.networks.arithmetic import Layer, Pair, Shape

View = tuple[Pair, ...]
Views = tuple[View, View]
NOTHING = (0, -1)  # what a unit sees whose window holds padding alone


def start(shape: Shape) -> Views:
    """Each input cell sees itself."""
    rows, columns = (tuple((cell, cell) for cell in range(length)) for length in shape[1:])
    return rows, columns


def look(views: Views, layer: Layer, before: Shape, after: Shape) -> Views:
    """What the units after `layer` see, from what those before it see; a row of values has one view for all."""
    window = layer.window(before)
    if window is None:
        return (_hull(views[0]),), (_hull(views[1]),)
    if len(after) == 1:
        return views  # flattened: each value still sees what its place saw
    rows, columns = (
        tuple(_looks(view, [unit * step - margin for unit in range(length)], size, spread))
        for view, length, size, step, margin, spread in zip(
            views, after[1:], window.size, window.stride, window.before, window.dilation, strict=True
        )
    )
    return rows, columns


def join(one: Views, other: Views) -> Views:
    """What a sum of two maps sees."""
    rows, columns = (
        tuple(map(_hull, zip(first, second, strict=True))) for first, second in zip(one, other, strict=True)
    )
    return rows, columns


def largest(views: Views) -> Pair:
    """Height and width of the largest field."""
    height, width = (max(last - first + 1 for first, last in view) for view in views)
    return height, width


def _looks(view: View, firsts: Sequence[int], size: int, spread: int) -> Iterator[Pair]:
    """Through windows of `size` cells, `spread` apart, from the cells `firsts`, which may lie before the border."""
    hull = _ends if _is_ordered(view) else _hull
    for first in firsts:
        inside = first if first >= 0 else first % spread
        end = max(first + (size - 1) * spread + 1, 0)
        yield hull(view[inside:end:spread])


def _is_ordered(view: View) -> bool:
    """Whether no unit sees further back than one before it: so it is but after dilation, or where padding is seen."""
    return NOTHING not in view and all(a <= c and b <= d for (a, b), (c, d) in pairwise(view))


def _ends(cells: View) -> Pair:
    return (cells[0][0], cells[-1][1]) if cells else NOTHING


def _hull(cells: Iterable[Pair]) -> Pair:
    """From the first to the last cell that any of them sees."""
    seen = [cell for cell in cells if cell != NOTHING]
    return (min(first for first, _ in seen), max(last for _, last in seen)) if seen else NOTHING
