"""Every kind's answer for 500 seeds beside a calculation of its own, from what the visitor sees and nothing else.

SciPy, NumPy, PyTorch's layers and plain arithmetic; no function of the core takes part. Each way gives the right
answer, as a number, a matrix, or the place of the option that is right.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage, signal, special
from torch import nn

from app.core.questions.kinds import QUESTION_KINDS
from app.core.questions.posed import MatrixFigure, Number, Option, PictureFigure, Posed, Said
from tests.core.questions.reading import asked, curves, figure, matrix, pixels, plain, table, tables, values, weights

Own = Callable[[Posed], Any]


def picture_numbers(posed: Posed) -> float:
    width, height = values(posed.draft.text)
    return np.zeros((height, width, 3)).size


def which_kernel(posed: Posed) -> int:
    """The option whose result is most like the one shown."""
    photo, result = figure(posed, "picture"), pixels(figure(posed, "result"))
    return most_like(result, [filtered(photo, option.shows, result.min() < 0) for option in posed.options])


def which_picture(posed: Posed) -> int:
    shown = [pixels(option.shows) for option in posed.options]
    return most_like(filtered(figure(posed, "picture"), figure(posed, "kernel"), shown[0].min() < 0), shown)


def filtered(photo: PictureFigure, kernel: MatrixFigure, is_signed: bool) -> np.ndarray:
    result = ndimage.correlate(pixels(photo), weights(kernel), mode="nearest")
    return result if is_signed else np.floor(result.clip(0, 255) + 0.5)


def most_like(one: np.ndarray, others: list[np.ndarray]) -> int:
    """The place of the only one that goes up and down with it."""
    likeness = [np.corrcoef(one.ravel(), other.ravel())[0, 1] for other in others]
    *_, second, best = sorted(likeness)
    assert best > 0.99
    assert second < 0.985
    return int(np.argmax(likeness))


def two_kernels(posed: Posed) -> np.ndarray:
    return signal.convolve2d(matrix(posed, "first"), matrix(posed, "second"))


def correlation(posed: Posed) -> float:
    way = signal.convolve2d if "SciPy" in posed.draft.text.message else signal.correlate2d
    return float(way(matrix(posed, "patch"), matrix(posed, "kernel"), mode="valid")[0, 0])


def pixel(posed: Posed) -> float:
    result = signal.correlate2d(matrix(posed, "picture"), matrix(posed, "kernel"), mode="same")
    return float(result[figure(posed, "picture").marked])


def photo_pixel(posed: Posed) -> float:
    """From the picture itself, with zeros around; the patch shown must be of it."""
    x, y = values(posed.draft.text)
    kernel, levels = matrix(posed, "kernel"), pixels(figure(posed, "picture"))
    result = signal.correlate2d(levels, kernel, mode="same")
    half = len(kernel) // 2
    patch = np.pad(levels, half)[y : y + len(kernel), x : x + len(kernel)]
    assert np.array_equal(patch, matrix(posed, "patch"))
    return float(result[y, x])


def output_size(posed: Posed) -> float:
    n, k, s, p = (table(posed)[name] for name in "nksp")
    return nn.functional.conv2d(torch.zeros(1, 1, 1, n), torch.zeros(1, 1, 1, k), stride=s, padding=(0, p)).shape[-1]


def feature_maps(posed: Posed) -> int:
    given = table(posed)
    layer = nn.Conv2d(given["channels"], given["filters"], given["kernel"])
    count, depth, side, _ = layer.weight.shape
    return [values(option.shows) for option in posed.options].index((count, side, depth))


def parameters(posed: Posed) -> float:
    given = table(posed)
    layer = nn.Conv2d(given["channels"], given["filters"], given["kernel"])
    return sum(weight.numel() for weight in layer.parameters())


def multiply_adds(posed: Posed) -> float:
    """One product for each output number, kernel cell and channel; the output's size is one that the stride allows."""
    given = table(posed)
    side, k, s, out = (given[name] for name in ("side", "kernel", "stride", "output"))
    assert out in (math.ceil(side / s), math.ceil((side - k + 1) / s))
    return out * out * given["filters"] * k * k * given["channels"]


def receptive_field(posed: Posed) -> float:
    """Back through the layers, cell by cell."""
    seen = {0}
    for layer in reversed(table(posed).values()):
        side, stride = plain(layer.values["side"]), plain(layer.values.get("stride", Number(1)))
        seen = {place * stride + cell for place in seen for cell in range(side)}
    return len(seen)


def relu(posed: Posed) -> np.ndarray:
    return np.maximum(matrix(posed, "map"), 0)


def pooling(posed: Posed) -> np.ndarray:
    windows = matrix(posed, "map").reshape(2, 2, 2, 2)
    return windows.max((1, 3)) if "max pooling" in posed.draft.text.message else windows.mean((1, 3))


def softmax(posed: Posed) -> float:
    return float(special.softmax(list(table(posed).values()))[label(posed)])


def cross_entropy(posed: Posed) -> float:
    return float(-special.log_softmax(list(table(posed).values()))[label(posed)])


def label(posed: Posed) -> int:
    (scores,) = posed.draft.figures
    return [row.title for row in scores.rows].index(posed.draft.text.values["name"])


def gradient_step(posed: Posed) -> float:
    given = table(posed)
    return given["weight"] - given["rate"] * (given["probability"] - given["target"]) * given["value"]


def preparation(posed: Posed) -> int:
    given = table(posed)
    mean = given["mean"] if "mean" in given["formula"].message else 0
    deviation = given["deviation"] if "deviation" in given["formula"].message else 1
    ends = np.array([0 - mean, 1 - mean]) / deviation
    fits = [np.abs(np.array(values(option.shows)) - ends).max() < 0.006 for option in posed.options]
    assert sum(fits) == 1
    return fits.index(True)


def overfitting(posed: Posed) -> int:
    ends = [(curves(option).training[-3:], curves(option).validation[-3:]) for option in posed.options]
    gaps = [np.mean(training) - np.mean(validation) for training, validation in ends]
    *_, second, most = sorted(gaps)
    assert most - second > 0.1
    return int(np.argmax(gaps))


def remedy(posed: Posed) -> int:
    """By the signs that the tables hold, the clearest first."""
    plainly, cured = tables(posed)
    names = [option.shows.message for option in posed.options]
    noises = [name for name in names if name in ("dropout layers", "augmentation")]
    assert len(noises) == 1
    if cured["steps"] > 2 * plainly["steps"]:
        return names.index("more pictures")
    if cured["epochs"] < plainly["epochs"]:
        return names.index("early stopping")
    if cured["weight"] < plainly["weight"] / 2:
        return names.index("L2 (ridge)")
    assert cured["afterwards"] - cured["during"] > 2
    return names.index(noises[0])


def validation_above(posed: Posed) -> int:
    """Where there is noise, the noise; else the mean over the epoch."""
    shown = figure(posed, "curves")
    epoch = plain(posed.draft.text.values["epoch"]) - 1
    told = [plain(posed.draft.text.values[name]) for name in ("training", "validation")]
    assert told == [round(100 * line[epoch], 1) for line in (shown.training, shown.validation)]
    assert told[1] > told[0]
    setting = table(posed)["noise"].message
    sign = "dropout on" if setting.startswith("dropout") else "changed" if "flips" in setting else "mean over the epoch"
    (right,) = (place for place, option in enumerate(posed.options) if sign in option.shows.message)
    return right


def dropout(posed: Posed) -> float:
    value, _ = values(posed.draft.text)
    return value


def lasso_ridge(posed: Posed) -> float:
    *numbers, strength = table(posed).values()
    order = 1 if posed.draft.text.values["name"].message == "lasso" else 2
    return strength * np.linalg.norm(numbers, order) ** order


def batch_normalization(posed: Posed) -> float:
    *batch, gamma, beta = table(posed).values()
    return gamma * (batch[0] - np.mean(batch)) / np.std(batch) + beta


OWN: dict[str, Own] = {
    "picture-numbers": picture_numbers, "which-kernel": which_kernel, "which-picture": which_picture,
    "two-kernels": two_kernels, "correlation": correlation, "pixel": pixel, "photo-pixel": photo_pixel,
    "output-size": output_size, "feature-maps": feature_maps, "parameters": parameters, "relu": relu,
    "pooling": pooling, "receptive-field": receptive_field, "multiply-adds": multiply_adds, "softmax": softmax,
    "cross-entropy": cross_entropy, "gradient-step": gradient_step, "preparation": preparation,
    "overfitting": overfitting, "remedy": remedy, "validation-above": validation_above, "dropout-trained": dropout,
    "lasso-ridge": lasso_ridge, "batch-normalization": batch_normalization,
}  # fmt: skip


def is_answer(option: Option, answer: Any) -> bool:
    """Whether the option shows it, to half of its last decimal."""
    match option.shows:
        case Number(value=value, decimals=decimals):
            return abs(value - answer) < 0.5 * 10**-decimals + 1e-4 * (decimals > 0)
        case MatrixFigure():
            shown = weights(option.shows)
            return shown.shape == answer.shape and np.allclose(shown, answer)
    raise AssertionError


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_for_500_seeds_the_right_answer_is_the_one_that_another_way_gives_and_no_other_is(kind: str) -> None:
    for posed in asked(kind):
        answer = OWN[kind](posed)

        if isinstance(posed.options[0].shows, Said | PictureFigure) or kind in ("which-kernel", "overfitting"):
            assert posed.right == answer, posed.seed
        else:
            right = [place for place, option in enumerate(posed.options) if is_answer(option, answer)]
            assert right == [posed.right], posed.seed
