"""How much each output of a layer changes with one number that goes into it: one column of the layer's Jacobian.

A convolution's is read from its kernels: only the few windows that see the number change. Other layers' come from
their own backward pass.
"""

import torch
from torch import Tensor
from torch.func import functional_call

from app.core.classification.anatomy import first_input
from app.core.classification.gradients.passes import Rest


def slopes_of(rest: Rest, reader: str, source: str, place: tuple[int, int, int]) -> Tensor:
    """doutput / dinput of the layer `reader` for the number at `place` (channel, row, column) of its `source`.

    float64 C x H x W; a row of units is N x 1 x 1.
    """
    role = rest.anatomy.row(reader).role
    if role == "kernels":
        return _of_kernels(rest, reader, place)
    tangent = torch.zeros_like(rest.flow.values[source])
    as_maps(tangent)[place] = 1.0
    return as_maps(tangent if role == "sum" else _along(rest, reader, tangent))


def as_maps(values: Tensor) -> Tensor:
    """C x H x W; a row of N units becomes N x 1 x 1."""
    return values if values.ndim == 3 else values.reshape(-1, 1, 1)


def _of_kernels(rest: Rest, reader: str, place: tuple[int, int, int]) -> Tensor:
    """The kernels' weights, each where its window has the number under it."""
    (channel, y, x), row = place, rest.anatomy.row(reader)
    weights, module = rest.own(reader)["weight"], rest.anatomy.convolution(reader)
    seers = [out for out in range(len(weights)) if 0 <= channel - first_input(module, out) < weights.shape[1]]
    seen = weights[seers, channel - first_input(module, seers[0])]
    top, _, left, _ = row.layer.margins(row.input_shape)
    slopes = torch.zeros_like(rest.flow.values[reader])
    for i, down in enumerate(_places(y + top, row.layer.step[0], row.layer.spread[0], seen.shape[1])):
        for j, across in enumerate(_places(x + left, row.layer.step[1], row.layer.spread[1], seen.shape[2])):
            if 0 <= down < slopes.shape[1] and 0 <= across < slopes.shape[2]:
                slopes[seers, down, across] = seen[:, i, j]
    return slopes


def _places(at: int, step: int, spread: int, cells: int) -> list[int]:
    """For each cell of a window the place of that window which has the cell at `at`; -1 where there is none."""
    starts = (at - cell * spread for cell in range(cells))
    return [start // step if start % step == 0 else -1 for start in starts]


def _along(rest: Rest, reader: str, tangent: Tensor) -> Tensor:
    """By differentiating the layer's backward pass, which is linear in what comes back.

    Of sums: from a tensor of weights `grad` would import sympy first, half a second that a first request waits.
    """
    given = rest.before(reader)[None].requires_grad_()
    result = functional_call(rest.anatomy.submodule(reader), rest.own(reader), (given,))
    back = torch.zeros_like(result, requires_grad=True)
    (through,) = torch.autograd.grad((result * back).sum(), given, create_graph=True)
    return torch.autograd.grad((through * tangent[None]).sum(), back)[0][0]
