"""Drawings cut to their box and laid as a data set's own: networks of digits say whether it was done right.

For MNIST the shipped one; for scikit-learn's small digits the one that was shipped before, kept here for that.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor, nn

from app.core.classification.models import open_model
from app.core.datasets.builtin import BUILTIN
from app.core.datasets.datasets import load_dataset
from app.core.pictures.drawings import frame_drawing, frame_middle
from app.core.pictures.framings import Framing
from app.core.pictures.preparation import Preparation, prepare_images, prepare_picture
from app.core.pictures.sample_levels import read_sample
from tests.drawn_digits import drawings

ROOT = Path(__file__).parents[3]
DIGITS, MNIST = BUILTIN["digits"].framing, BUILTIN["mnist"].framing
assert DIGITS
assert MNIST


def levels(picture: Image.Image) -> Tensor:
    """uint8 H x W x C."""
    read = torch.from_numpy(np.array(picture))
    return read[:, :, None] if read.ndim == 2 else read


@pytest.fixture(scope="module")
def small() -> tuple[nn.Module, Preparation]:
    """Of scikit-learn's digits, as the recipe beside it makes it: `app train --recipe eight_by_eight/recipe.json`."""
    return opened(Path(__file__).parent / "eight_by_eight")


@pytest.fixture(scope="module")
def shipped() -> tuple[nn.Module, Preparation]:
    return opened(ROOT / "models" / "digits")


def opened(folder: Path) -> tuple[nn.Module, Preparation]:
    model = open_model(folder)
    return model.module, model.preparation


def answers(pictures: list[Tensor], network: tuple[nn.Module, Preparation], framing: Framing) -> list[int]:
    """What the network takes each picture for, framed as a drawing."""
    framed = [frame_drawing(picture, framing) for picture in pictures]
    seen = torch.stack([prepare_picture(found[0], network[1]) for found in framed if found])
    assert len(seen) == len(pictures)
    with torch.inference_mode():
        return [int(number) for number in network[0](prepare_images(seen, network[1])).argmax(1)]


def right(
    pictures: list[tuple[int, Image.Image]], network: tuple[nn.Module, Preparation], framing: Framing = MNIST
) -> int:
    given = answers([levels(picture) for _, picture in pictures], network, framing)
    return sum(digit == said for (digit, _), said in zip(pictures, given, strict=True))


SIZES = [(0.95, 20), (0.75, 20), (0.55, 20), (0.55, 8), (0.3, 8), (0.95, 3)]


@pytest.mark.parametrize("levels_of", [(255, 0), (0, 255), (90, 0), (30, 230)], ids=str)
@pytest.mark.parametrize(("share", "pencil"), SIZES)
def test_digits_are_read_whatever_their_size_place_and_ink(
    share: float, pencil: float, levels_of: tuple[int, int],
    shipped: tuple[nn.Module, Preparation], small: tuple[nn.Module, Preparation],
) -> None:  # fmt: skip
    ink, ground = levels_of
    drawn = list(drawings(share, pencil, ink=ink, ground=ground))

    assert right(drawn, shipped) >= 28
    assert right(drawn, small, DIGITS) >= 26


def test_19_of_20_digits_are_read_as_hands_turn_slant_and_narrow_them(shipped: tuple[nn.Module, Preparation]) -> None:
    drawn = [
        entry
        for seed, (share, pencil) in enumerate(SIZES)
        for ink, ground in ((255, 0), (30, 230))
        for entry in drawings(share, pencil, ink=ink, ground=ground, seed=seed, unsteady=True)
    ]

    assert right(drawn, shipped) >= 0.95 * len(drawn)


@pytest.mark.parametrize("pencil", [3, 8, 14, 20])
def test_a_plain_stroke_is_a_one(pencil: int, shipped: tuple[nn.Module, Preparation]) -> None:
    ones = [entry for seed in range(8) for entry in drawings(0.4 + seed / 14, pencil, seed=seed) if entry[0] == 1]

    plain = ones[::3]

    assert right(plain, shipped) == len(plain)


def test_digits_on_paper_are_read_where_light_falls_from_a_side(
    shipped: tuple[nn.Module, Preparation], small: tuple[nn.Module, Preparation]
) -> None:
    random = np.random.default_rng(3)
    light = np.linspace(1, 0.75, 384)[None] * np.linspace(1, 0.85, 384)[:, None]
    photos = []
    for digit, picture in drawings(0.4, 9, side=384):
        paper = (230 - 180 * np.asarray(picture, float) / 255) * light + random.normal(0, 4, light.shape)
        photos.append((digit, Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)).convert("RGB")))

    assert right(photos, shipped) >= 28
    assert right(photos, small, DIGITS) >= 26


def test_the_data_sets_own_pictures_stay_as_they_were(small: tuple[nn.Module, Preparation]) -> None:
    digits = load_dataset("digits", ROOT)

    given = answers([picture.permute(1, 2, 0) for picture in digits.test_images], small, DIGITS)

    said = torch.tensor(given) == digits.test_labels
    assert said.float().mean() > 0.98


def test_a_digit_of_mnist_comes_back_to_its_place() -> None:
    """Its box is 20 pixels high, its center of mass in pixel 14 of 28 (LeCun, the MNIST database)."""
    for _, picture in drawings(0.4, 8):
        found = frame_drawing(levels(picture), MNIST)
        assert found is not None
        ink = found[0][:, :, 0].double()
        rows, columns = ((ink > 77).any(axis).nonzero().flatten() for axis in (1, 0))
        centers = [float((ink.sum(axis) * (torch.arange(28) + 0.5)).sum() / ink.sum()) for axis in (1, 0)]

        assert max(len(rows), len(columns)) in (19, 20, 21)
        assert centers == pytest.approx([14.5, 14.5], abs=0.7)


def test_the_frame_is_the_square_around_the_drawing() -> None:
    picture = torch.zeros(100, 200, 1, dtype=torch.uint8)
    picture[40:80, 150:170] = 200

    found = frame_drawing(picture, Framing(8, 1.0, by_mass=False, most_ink=1.0))

    assert found is not None
    frame = found[1]
    assert (frame.left, frame.top, frame.width, frame.height) == (140 / 200, 40 / 100, 40 / 200, 40 / 100)
    assert (found[0][:, :, 0] > 127).tolist() == [[False] * 2 + [True] * 4 + [False] * 2] * 8


def test_a_frame_may_reach_beyond_the_picture() -> None:
    picture = torch.full((60, 60, 3), 255, dtype=torch.uint8)
    picture[10:50, 0:4] = 0

    found = frame_drawing(picture, Framing(20, 1.0, by_mass=False, most_ink=1.0))

    assert found is not None
    assert found[1].left == pytest.approx(-18 / 60)
    assert found[0][:, 9:11].min() == 255
    assert found[0][:, :8].max() == 0


@pytest.mark.parametrize("name", ["plain", "noise", "photograph", "checkerboard", "one pixel"])
def test_what_is_no_drawing_on_a_plain_ground_is_not_cut(name: str) -> None:
    random = np.random.default_rng(4)
    pictures = {
        "plain": np.full((40, 50, 3), 180),
        "noise": random.integers(0, 256, (40, 50, 3)),
        "photograph": read_sample("coffee"),
        "checkerboard": np.kron(np.indices((6, 6)).sum(0) % 2, np.ones((5, 5)))[:, :, None] * 255,
        "one pixel": np.full((1, 1, 1), 7),
    }  # fmt: skip

    assert frame_drawing(torch.from_numpy(pictures[name].astype(np.uint8)), DIGITS) is None


def test_the_middle_is_what_is_prepared() -> None:
    picture = torch.zeros(30, 80, 3, dtype=torch.uint8)

    frame = frame_middle(picture, Preparation((28, 28), 3, (0.0,) * 3, (1.0,) * 3))

    assert (frame.framing, frame.left, frame.top, frame.width, frame.height) == ("middle", 25 / 80, 0, 30 / 80, 1)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(
    height=st.integers(1, 40), width=st.integers(1, 40), channels=st.sampled_from([1, 3]),
    inked=st.floats(0, 1), seed=st.integers(0, 2**32 - 1), framing=st.sampled_from([DIGITS, MNIST]),
)  # fmt: skip
def test_any_picture_is_framed_or_left(
    height: int, width: int, channels: int, inked: float, seed: int, framing: Framing
) -> None:
    random = np.random.default_rng(seed)
    ground, ink = random.integers(0, 256, 2)
    picture = np.where(random.random((height, width, 1)) < inked**3, ink, ground) + random.integers(0, 9)
    drawn = torch.from_numpy(np.repeat(picture, channels, axis=2).clip(0, 255).astype(np.uint8))

    found = frame_drawing(drawn, framing)

    if found is not None:
        assert tuple(found[0].shape) == (framing.side, framing.side, 1)
        assert found[0].dtype == torch.uint8
        assert found[0].max() == 255
        assert min(found[1].width, found[1].height) > 0
