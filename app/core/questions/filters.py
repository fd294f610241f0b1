"""Questions on kernels and what they do to a picture: which made it, what comes from it, two in a row as one."""

from functools import cache
from random import Random

import torch

from app.core.convolution.chains import apply
from app.core.convolution.kernels import KERNELS, NamedKernel
from app.core.convolution.steps import Convolution, Matrix
from app.core.errors import N_
from app.core.questions.posed import Draft, MatrixFigure, Option, PictureFigure, Said, Step, said
from app.core.questions.sights import TILE, draw, tiles

# Whose pictures look different from each other's; of one group, so that colors and brightness do not tell.
SIGNED = ("sobel-x", "sobel-y", "edge-laplacian-8", "line-45", "edge-diagonal")
BRIGHT = ("identity", "sharpen", "box-blur-5", "emboss")
PICTURES = 4

_ORIGINAL, _RESULT = N_("The picture"), N_("The result")
_IT_DOES = N_("%(kernel)s: %(description)s")


def which_kernel(random: Random) -> Draft:
    """A photo and its result; which of four kernels is between them."""
    right, *others = _kernels(random)
    tile = random.randrange(len(tiles()))
    return Draft(
        said(N_("Which kernel made the result of this picture?")),
        (
            _picture("picture", said(_ORIGINAL), _original(tile)),
            _picture("result", said(_RESULT), _filtered(tile, right)),
        ),
        Option(_matrix(right), said(N_("Yes. %(what)s"), what=_does(right))),
        tuple(
            Option(_matrix(other), said(N_("No: this kernel gives another picture. %(what)s"), what=_does(other)))
            for other in others
        ),
        _working(right),
    )


def which_picture(random: Random) -> Draft:
    """A photo and a kernel; which of four results comes out."""
    right, *others = _kernels(random)
    tile = random.randrange(len(tiles()))

    def shown(kernel: NamedKernel) -> PictureFigure:
        return _picture("result", said(_RESULT), _filtered(tile, kernel))

    return Draft(
        said(N_("Which result does this kernel give?")),
        (_picture("picture", said(_ORIGINAL), _original(tile)), _matrix(right, said(N_("The kernel")))),
        Option(shown(right), said(N_("Yes. %(what)s"), what=_does(right))),
        tuple(
            Option(shown(other), said(N_("No: that picture comes from another kernel. %(what)s"), what=_does(other)))
            for other in others
        ),
        _working(right),
    )


def _kernels(random: Random) -> list[NamedKernel]:
    return [KERNELS[name] for name in random.sample(random.choice((SIGNED, BRIGHT)), PICTURES)]


def _does(kernel: NamedKernel) -> Said:
    return said(_IT_DOES, kernel=said(kernel.title), description=said(kernel.description))


def _working(kernel: NamedKernel) -> tuple[Step, ...]:
    """What its weights add up to, and so what it makes of a flat area."""
    total = sum(map(sum, kernel.matrix))
    flat = (
        N_("Its weights add up to zero, so flat areas become zero (shown white); only changes are left: blue below "
           "zero, rust above.")
        if total == 0
        else N_("Its weights add up to its divisor, so flat areas keep their brightness.")
    )  # fmt: skip
    return (Step(_does(kernel)), Step(said(flat)))


@cache
def _original(tile: int) -> bytes:
    return draw(tiles()[tile])


@cache
def _filtered(tile: int, kernel: NamedKernel) -> bytes:
    values = apply(tiles()[tile], [Convolution(kernel.matrix, kernel.divisor, border="replicate")])
    return draw(values, "signed" if kernel.name in SIGNED else "clip")


def _picture(name: str, title: Said, png: bytes) -> PictureFigure:
    return PictureFigure(name, title, TILE, TILE, png)


def _matrix(kernel: NamedKernel, title: Said | None = None) -> MatrixFigure:
    return MatrixFigure("kernel", title or said(kernel.title), kernel.matrix, kernel.divisor)


def two_kernels(random: Random) -> Draft:
    """Two kernels of 2 x 2, one after the other, are one of 3 x 3."""
    while True:
        one, other = (_small(random) for _ in range(2))
        both = composed(one, other)
        turned = tuple(row[::-1] for row in both[::-1])
        wrong = (
            (turned, N_("That is the right kernel turned by 180°.")),
            (_added(one, other), N_("Adding the kernels adds two results; it does not put one after the other.")),
            (
                _multiplied(one, other),
                N_("That is the product of two matrices; kernels in a row are not multiplied that way."),
            ),
            (_met(one, other), N_("Cell times cell leaves too few weights: together the windows see 3 × 3 pixels.")),
        )
        if len({both, *(matrix for matrix, _ in wrong)}) == 1 + len(wrong):
            break
    return Draft(
        said(N_("A picture goes through the first kernel, and what comes out through the second. Which one kernel does "
                "the same?")),
        (_plain("first", N_("First"), one), _plain("second", N_("Second"), other)),
        Option(_plain("kernel", N_("Both as one"), both),
               said(N_("Yes: two convolutions in a row are one, with a larger kernel."))),
        tuple(Option(_plain("kernel", N_("Both as one"), matrix), said(reply)) for matrix, reply in wrong),
        (
            Step(said(N_("The second window of 2 × 2 lies on windows of 2 × 2: together they see 3 × 3 pixels."))),
            Step(said(N_("The first kernel is laid on each cell of the second, times that cell; what overlaps is "
                         "added."))),
            Step(said(N_("So without an activation between them, two convolutional layers are no more than one."))),
        ),
    )  # fmt: skip


def composed(one: Matrix, other: Matrix) -> Matrix:
    """The kernel that does what two do one after the other: their answer to a single bright pixel, turned."""
    impulse = torch.ones(1, 1, 1)
    answer = apply(impulse, [Convolution(one, padding="full"), Convolution(other, padding="full")])
    return tuple(tuple(row) for row in answer[:, :, 0].flip(0, 1).tolist())


def _small(random: Random) -> Matrix:
    while True:
        rows = tuple(tuple(float(random.randint(-2, 2)) for _ in range(2)) for _ in range(2))
        if sum(value != 0 for row in rows for value in row) >= 3:
            return rows


def _plain(name: str, title: str, rows: Matrix) -> MatrixFigure:
    return MatrixFigure(name, said(title), rows)


def _added(one: Matrix, other: Matrix) -> Matrix:
    return tuple(tuple(a + b for a, b in zip(*rows, strict=True)) for rows in zip(one, other, strict=True))


def _met(one: Matrix, other: Matrix) -> Matrix:
    return tuple(tuple(a * b for a, b in zip(*rows, strict=True)) for rows in zip(one, other, strict=True))


def _multiplied(one: Matrix, other: Matrix) -> Matrix:
    columns = tuple(zip(*other, strict=True))
    return tuple(tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in columns) for row in one)
