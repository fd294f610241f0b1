"""The numbers in the texts, beside numbers that were worked out otherwise."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.signal import correlate2d

from app.core.classification.classification import Opened
from app.core.classification.gradients.gradients import explain_gradient
from app.core.classification.questions import Question, Weight
from app.core.convolution.kernels import find_kernel
from app.core.lessons.figures import filling
from app.core.lessons.figures.kinds import Class, Share, Worked, write
from app.core.lessons.figures.networks import MODELS
from app.core.lessons.lessons import FIGURES
from app.core.pictures.sample_levels import read_sample, sample_png
from app.core.pictures.uploads import PictureLimits, Upload


def compute(kind: str, said: dict[str, str]) -> Any:
    """The figure of that kind, without a state."""
    return filling.compute(FIGURES[kind], said, {})


def fill(text: str, state: dict[str, str], language: str) -> str:
    """The text with all figures."""
    return filling.fill(text, FIGURES, state, language)


MOUSE = {"sample": "mouse", "kernel": "curve", "x": "15", "y": "33"}


@pytest.mark.parametrize(("figure", "english", "spanish"), [
    (6600.0, "6,600", "6600"),
    (10_500, "10,500", "10.500"),
    (88_914_698, "88,914,698", "88.914.698"),
    (-1009.0, "−1,009", "−1009"),
    (0.0001, "0.0001", "0,0001"),
    (2.302585, "2.3", "2,3"),
    (-0.41489, "−0.415", "−0,415"),
    (2230.6, "2,231", "2231"),
    (Share(0.9408), "94%", "94\u00a0%"),
    (Share(0.99732), "99.7%", "99,7\u00a0%"),
    (Share(0.035), "3.5%", "3,5\u00a0%"),
    (Share(1.0), "100%", "100\u00a0%"),
    (Class("cat"), "a cat", "un gato"),
    (Worked((2.0, " → ", Share(0.5))), "2 → 50%", "2 → 50\u00a0%"),
    ("3 × 3", "3 × 3", "3 × 3"),
])  # fmt: skip
def test_a_figure_is_written_as_the_language_has_it(figure: object, english: str, spanish: str) -> None:
    assert (write(figure, "en"), write(figure, "es")) == (english, spanish)


def test_a_placeholder_takes_from_the_state_what_it_does_not_say() -> None:
    text = "{{pixel}}, {{ pixel y=34 }}, {{hits}} / {{cells}}, {{pixel x=69 y=23}}"

    assert fill(text, MOUSE, "es") == "6600, 9000, 5 / 6, 0"


def test_a_kind_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("{{no-such}}", MOUSE, "en")
    with pytest.raises(ValueError, match="pixel needs sample, kernel, x, y, border"):
        fill("{{pixel z=1}}", MOUSE, "en")
    with pytest.raises(ValueError, match="pixel needs"):
        fill("{{pixel}}", {}, "en")


@pytest.mark.parametrize(("sample", "kernel"), [("mouse", "curve"), ("mouse", "sobel-x"), ("checkerboard", "emboss")])
def test_the_range_of_a_result_is_scipys(sample: str, kernel: str) -> None:
    matrix = np.array(find_kernel(kernel).matrix)
    expected = correlate2d(read_sample(sample)[:, :, 0].astype(float), matrix, "same")

    said = {"sample": sample, "kernel": kernel}

    assert compute("largest", said) == pytest.approx(expected.max())
    assert compute("smallest", said) == pytest.approx(expected.min())


@pytest.mark.parametrize(("n", "k", "padding", "stride"), [(32, 5, 0, 2), (32, 5, 1, 2), (30, 3, 1, 1), (7, 7, 0, 3)])
def test_a_size_is_that_of_the_formula(n: int, k: int, padding: int, stride: int) -> None:
    said = {"n": str(n), "k": str(k), "padding": str(padding), "stride": str(stride)}

    assert compute("worked-size", said).parts[-1] == math.floor((n + 2 * padding - k) / stride) + 1


@pytest.mark.parametrize(("kind", "said", "expected"), [
    ("parameters", {"network": "lecture"},
     28 * 128 + 2 * (128 * 9 + 1) * 128 + (26 * 26 * 128 + 1) * 1024 + 1025 * 10),
    ("parameters", {"network": "explain", "layer": "conv2d_1"}, 16 * (3 * 3 * 3 + 1)),
    ("values", {"network": "lecture", "layer": "flatten_1"}, 26 * 26 * 128),
    ("field", {"network": "explain", "layer": "conv2d_3"}, 7),
    ("steps", {"recipe": "lecture"}, math.ceil(45_000 / 128)),
    ("guess", {"classes": "10"}, math.log(10)),
    ("prepared", {"level": "128", "normalization": "unit"}, 128 / 255),
    ("prepared", {"level": "128", "normalization": "none"}, 128),
    ("loss", {"scores": "2,1,-1", "place": "2"},
     round(math.log(math.e**2 + math.e + 1 / math.e) + 1, 2)),
    ("enlarged", {"recipe": "few-shapes-dropout"}, 1 / 0.7),
    ("products", {"sample": "cat", "kernel": "sobel-x"}, 451 * 300 * 9),
])  # fmt: skip
def test_a_figure_is_what_comes_out_by_hand(kind: str, said: dict[str, str], expected: float) -> None:
    assert compute(kind, said) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("text", "written"), [
    ("{{worked-penalty weights=3,-0.1 kind=l1}}", "|3| + |−0.1| = 3.1"),
    ("{{worked-penalty weights=3,-0.1 kind=l2}}", "(3)² + (−0.1)² = 9.01"),
    ("{{worked-limit weights=3,4 longest=0.5}}", "3 → 0.3; 4 → 0.4"),
    ("{{worked-normalized values=2,4,9}}", "2 → −1.02; 4 → −0.34; 9 → 1.36"),
    ("{{worked-softmax scores=0,0}}", "0 → 50%; 0 → 50%"),
    ("{{worked-size n=32 k=5 stride=2}}", "⌊(32 + 2 · 0 − 5) / 2⌋ + 1 = 14"),
    ("{{terms sample=mouse kernel=curve x=15 y=33}}", "30 · 0 + 30 · 50 + 30 · 20 + 30 · 50 + 30 · 50 + 30 · 50"),
])  # fmt: skip
def test_a_calculation_is_written_out(text: str, written: str) -> None:
    assert fill(text, {}, "en") == written


def test_a_weights_step_is_the_one_that_the_classify_page_explains() -> None:
    said = {"model": "explain", "sample": "cat", "layer": "conv2d_1", "channel": "3", "label": "cat"}
    weight, gradient, rate, new, before, after = (
        compute("gradient", said | {"of": of}) for of in ("weight", "gradient", "rate", "new", "before", "after")
    )

    asked = Opened(Question(Upload(sample_png("cat"), PictureLimits(), 0), MODELS / "explain"))
    kernel = asked.model.module.get_submodule("conv2d_1").get_parameter("weight")[3, 0]
    y, x = divmod(int(kernel.abs().flatten().argmax()), 3)
    place = Weight("conv2d_1", channel=3, source=0, x=x, y=y)
    explained = explain_gradient(asked.model.anatomy, asked.prepared, asked.model.classes.index("cat"), place, rate)
    assert gradient == pytest.approx(explained.gradient)
    assert (weight, new) == pytest.approx((explained.step.weight + rate * explained.gradient, explained.step.weight))
    assert (before, after) == pytest.approx((explained.step.before, explained.step.after))


def test_every_kind_is_used_by_a_text(request: pytest.FixtureRequest) -> None:
    texts = request.config.rootpath / "app/core/lessons/texts"
    said = "".join(path.read_text("utf-8") for path in texts.glob("*.md"))

    assert [kind for kind in FIGURES if f"{{{{{kind} " not in said and f"{{{{{kind}}}}}" not in said] == []
