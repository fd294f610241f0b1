"""What a convolution should give, by other people's code, in float64; and cases to try it on."""

from typing import Any

import cv2
import numpy as np
import torch
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from scipy.signal import correlate as scipy_correlate

from app.core.convolution.steps import BORDERS, Convolution, Matrix

Array = NDArray[np.float64]

NUMPY_MODES = {"zero": "constant", "reflect": "reflect", "replicate": "edge", "wrap": "wrap"}
NDIMAGE_MODES = {"zero": "constant", "reflect": "mirror", "replicate": "nearest", "wrap": "wrap"}
OPENCV_BORDERS = {
    "zero": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
}


def written_out(step: Convolution) -> Array:
    """The matrix as it is applied, with the zeros of its dilation."""
    full = np.zeros(step.reach)
    matrix = np.array(step.matrix)
    full[:: step.dilation, :: step.dilation] = matrix[::-1, ::-1] if step.flip else matrix
    return full


def with_scipy(picture: torch.Tensor, step: Convolution) -> Array:
    """numpy.pad for the border, scipy.signal.correlate (direct or by FFT) for the sums, slices for the stride."""
    levels, full = picture.double().numpy(), written_out(step)
    if step.border != "valid":
        before_and_after = [_padded(step.padding, side) for side in full.shape]
        mode: Any = NUMPY_MODES[step.border]
        levels = np.pad(levels, [*before_and_after, (0, 0)], mode=mode)
    sums = scipy_correlate(levels, full[:, :, None], mode="valid", method="auto")
    return np.asarray(sums[:: step.stride, :: step.stride] / step.divisor + step.offset)


def has_room(picture: torch.Tensor, step: Convolution) -> bool:
    """Whether a window fits the picture with its border."""
    margins = [0, 0] if step.border == "valid" else [sum(_padded(step.padding, side)) for side in step.reach]
    return all(picture.shape[axis] + margins[axis] >= step.reach[axis] for axis in (0, 1))


def _padded(padding: str | int, side: int) -> tuple[int, int]:
    if padding == "same":
        return (side - 1) // 2, side // 2
    return (side - 1, side - 1) if padding == "full" else (int(padding), int(padding))


def with_ndimage(picture: torch.Tensor, step: Convolution) -> Array:
    """scipy.ndimage.correlate; its window of an even side begins one pixel further up and left than ours."""
    full = written_out(step)[:, :, None]
    origin = [-1 if side % 2 == 0 else 0 for side in full.shape[:2]]
    sums = ndimage.correlate(picture.double().numpy(), full, mode=NDIMAGE_MODES[step.border], origin=[*origin, 0])
    return np.asarray(sums[:: step.stride, :: step.stride] / step.divisor + step.offset)


def with_opencv(picture: torch.Tensor, step: Convolution) -> Array:
    """cv2.filter2D in float64, with the anchor where our window's center is."""
    full = written_out(step)
    anchor = ((full.shape[1] - 1) // 2, (full.shape[0] - 1) // 2)
    sums = cv2.filter2D(
        picture.double().numpy(), cv2.CV_64F, full, anchor=anchor, borderType=OPENCV_BORDERS[step.border]
    ).reshape(picture.shape)
    return np.asarray(sums[:: step.stride, :: step.stride] / step.divisor + step.offset)


def tolerance(expected: Array) -> float:
    """1e-3, or half the distance between neighboring float32 where that is wider."""
    return max(1e-3, float(np.spacing(np.float32(np.abs(expected).max()))) / 2)


def random_picture(height: int, width: int, channels: int = 3, *, whole: bool = True, seed: int = 0) -> torch.Tensor:
    """uint8 levels, or float32 levels between them."""
    random = np.random.default_rng(seed)
    if whole:
        return torch.from_numpy(random.integers(0, 256, (height, width, channels), dtype=np.uint8))
    return torch.from_numpy(random.uniform(0, 255, (height, width, channels)).astype(np.float32))


@st.composite
def matrices(draw: st.DrawFn, sides: st.SearchStrategy[int]) -> Matrix:
    """Whole or fractional weights; dense, sparse, or a column times a row."""
    rows, columns = draw(sides), draw(sides)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = random.uniform(-3, 3, (rows, columns))
    kind = draw(st.sampled_from(["dense", "sparse", "product"]))
    if kind == "sparse":
        weights *= random.random((rows, columns)) < 0.2
    if kind == "product":
        weights = np.outer(random.uniform(-2, 2, rows), random.uniform(-2, 2, columns))
    if draw(st.booleans()):
        weights = weights.round()
    return tuple(tuple(float(weight) for weight in row) for row in weights)


@st.composite
def pictures(draw: st.DrawFn, sides: st.SearchStrategy[int]) -> torch.Tensor:
    """uint8 or float32, gray or color."""
    channels, whole = draw(st.sampled_from([1, 3])), draw(st.booleans())
    return random_picture(draw(sides), draw(sides), channels, whole=whole, seed=draw(st.integers(0, 2**32 - 1)))


@st.composite
def convolutions(draw: st.DrawFn, sides: st.SearchStrategy[int]) -> Convolution:
    """Every field at random."""
    border = draw(st.sampled_from(BORDERS))
    paddings = st.sampled_from(["same", "same", "full", 0, 1, 2, 5, 40])
    return Convolution(
        draw(matrices(sides)),
        divisor=draw(st.sampled_from([1.0, 2.0, 9.0, -2.5, 0.75, 256.0])),
        offset=draw(st.sampled_from([0.0, 128.0, -0.3])),
        stride=draw(st.sampled_from([1, 1, 2, 3, 7])),
        dilation=draw(st.sampled_from([1, 1, 2, 5])),
        border=border,  # type: ignore[arg-type]
        padding="same" if border == "valid" else draw(paddings),
        flip=draw(st.booleans()),
    )
