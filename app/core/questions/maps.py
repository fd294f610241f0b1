"""Questions on what happens to numbers on their way: ReLU, pooling, and the preparation before the first layer."""

from collections.abc import Callable
from random import Random

import torch

from app.core.convolution.chains import apply
from app.core.convolution.steps import Matrix, Pool, PoolKind, Relu, Step
from app.core.errors import N_
from app.core.pictures.preparation import Preparation, prepare_images
from app.core.questions.posed import Draft, Formula, MatrixFigure, Number, Option, Row, Said, TableFigure, said
from app.core.questions.posed import Step as Line

_MAP, _AFTER = N_("A feature map"), N_("Afterwards")


def relu(random: Random) -> Draft:
    """Of 3 x 3 numbers, some of them negative."""
    rows = _numbers(random, 3, -9, 9)
    while not any(value < 0 for row in rows for value in row) or not any(value > 0 for row in rows for value in row):
        rows = _numbers(random, 3, -9, 9)
    low = min(map(min, rows))
    wrong = (
        (_each(rows, abs), N_("That is the absolute value: ReLU does not turn signs, it sets what is negative to 0.")),
        (rows, N_("Nothing would have changed: negative numbers become 0.")),
        (_each(rows, lambda value: float(value > 0)), N_("What is positive keeps its size; it does not become 1.")),
        (_each(rows, lambda value: value - low), N_("Nothing is shifted: what is positive stays as it is.")),
        (_each(rows, lambda value: min(value, 0.0)), N_("That is the other way round: what is negative becomes 0.")),
    )
    return Draft(
        said(N_("What does ReLU make of this map?")),
        (MatrixFigure("map", said(_MAP), rows),),
        _after(_apply(rows, Relu()), said(N_("Yes: negative numbers become 0, all others stay."))),
        tuple(_after(matrix, said(reply)) for matrix, reply in wrong),
        (Line(said(N_("ReLU is max(x, 0), applied to each number."))),),
    )


def pooling(random: Random) -> Draft:
    """The maximum or the mean of the 2 x 2 windows of 4 x 4 numbers."""
    kind: PoolKind = random.choice(("max_pool", "average_pool"))
    is_largest = kind == "max_pool"
    other: PoolKind = "average_pool" if is_largest else "max_pool"
    rows = _numbers(random, 4, 0, 9)
    right = _apply(rows, Pool(kind))
    least = _each(_apply(_each(rows, lambda value: -value), Pool("max_pool")), lambda value: 0.0 - value)
    corners = tuple(row[::2] for row in rows[::2])
    sums = _each(_apply(rows, Pool("average_pool")), lambda value: 4 * value)
    wrong = (
        (_apply(rows, Pool(other)), N_("That is average pooling.") if is_largest else N_("That is max pooling.")),
        (_apply(rows, Pool(kind, stride=1)), N_("That is with stride 1: pooling moves by its own size, 2.")),
        (corners, N_("Those are the top left numbers of the windows; all four count.")),
        (least, N_("Those are the smallest numbers of the windows.")),
        (sums, N_("Those are the sums of the windows.")),
    )
    text = (
        N_("What does max pooling of 2 × 2 keep of this map?")
        if is_largest
        else N_("What does average pooling of 2 × 2 make of this map?")
    )
    point = (
        N_("Yes: the largest of each window stays, and where it was is lost.") if is_largest
        else N_("Yes: the mean of each window; nothing stands out as much as before.")
    )  # fmt: skip
    return Draft(
        said(text),
        (MatrixFigure("map", said(_MAP), rows),),
        _after(right, said(point)),
        tuple(_after(matrix, said(reply)) for matrix, reply in wrong),
        (Line(said(N_("The top left window of 2 × 2:")), Formula(_pooled(rows, right, is_largest))),
         Line(said(N_("A quarter as many numbers are left: 2 × 2 of 4 × 4.")))),
    )  # fmt: skip


def _pooled(rows: Matrix, right: Matrix, is_largest: bool) -> tuple[float | str, ...]:
    a, b, c, d = *rows[0][:2], *rows[1][:2]
    if is_largest:
        return "max(", a, ";", b, ";", c, ";", d, ")", "=", right[0][0]
    return "(", a, "+", b, "+", c, "+", d, ")", "/", 4, "=", right[0][0]


def _numbers(random: Random, side: int, low: int, high: int) -> Matrix:
    return tuple(tuple(float(random.randint(low, high)) for _ in range(side)) for _ in range(side))


def _each(rows: Matrix, function: Callable[[float], float]) -> Matrix:
    return tuple(tuple(function(value) for value in row) for row in rows)


def _apply(rows: Matrix, step: Step) -> Matrix:
    values = apply(torch.tensor(rows)[:, :, None], [step])
    return tuple(tuple(row) for row in values[:, :, 0].tolist())


def _after(rows: Matrix, reply: Said) -> Option:
    return Option(MatrixFigure("map", said(_AFTER), rows), reply)


_HOW = {
    "unit": N_("x / 255"),
    "center": N_("x / 255 − mean"),
    "standardize": N_("(x / 255 − mean) / standard deviation"),
}
_OTHERS = {
    "unit": N_("That is x / 255 alone."),
    "center": N_("That is centered, but not divided by the standard deviation."),
    "standardize": N_("That is divided by the standard deviation, too."),
}


def preparation(random: Random) -> Draft:
    """Between which numbers the levels 0 to 255 lie afterwards."""
    mean, deviation = random.randint(30, 60) / 100, random.randint(18, 32) / 100
    asked = random.choice(tuple(_HOW))
    ranges = {name: _range(name, mean, deviation) for name in _HOW}
    wrong = [(ranges[name], _OTHERS[name]) for name in _HOW if name != asked]
    low, high = ranges[asked]
    wrong += [
        ((-1.0, 1.0), N_("Not by these numbers: −1 to 1 takes another formula, x / 127.5 − 1.")),
        ((0.0, 255.0), N_("Those are the levels before they are prepared.")),
        ((-deviation, deviation), N_("The deviation says how far levels usually lie from their mean, not how far at "
                                     "most.")),
    ]  # fmt: skip
    return Draft(
        said(N_("Pictures with levels from 0 to 255 are prepared by this formula. Between which numbers do they then "
                "lie?")),
        (TableFigure("preparation", said(N_("Given")), (
            Row("formula", said(N_("what is done to each level x")), said(_HOW[asked])),
            Row("mean", said(N_("mean of the training pictures, of x / 255")), Number(mean, 2)),
            Row("deviation", said(N_("standard deviation of the same")), Number(deviation, 2)),
        )),),
        Option(_between(low, high), said(N_("Yes: put in 0, then 255."))),
        tuple(Option(_between(*ends), said(reply)) for ends, reply in wrong),
        (
            Line(said(N_("Black, 0:")), Formula(_prepared(asked, 0, mean, deviation, low))),
            Line(said(N_("White, 255:")), Formula(_prepared(asked, 1, mean, deviation, high))),
        ),
    )  # fmt: skip


def _prepared(name: str, share: int, mean: float, deviation: float, value: float) -> tuple[float | str, ...]:
    parts: tuple[float | str, ...] = (255 * share, "/", 255)
    if name != "unit":
        parts = (*parts, "−", mean)
    if name == "standardize":
        parts = ("(", *parts, ")", "/", deviation)
    return (*parts, "=", round(value, 2))


def _range(name: str, mean: float, deviation: float) -> tuple[float, float]:
    """What black and white become, by the function that networks prepare with."""
    means, deviations = (0.0 if name == "unit" else mean,), (deviation if name == "standardize" else 1.0,)
    levels = torch.tensor([[0, 255]], dtype=torch.uint8).reshape(1, 1, 1, 2)
    low, high = prepare_images(levels, Preparation((1, 2), 1, means, deviations)).flatten().tolist()
    return low, high


def _between(low: float, high: float) -> Said:
    return said(N_("%(low)s to %(high)s"), low=Number(round(low, 2) + 0.0, 2), high=Number(round(high, 2) + 0.0, 2))
