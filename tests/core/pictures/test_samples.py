import io
import re
import socket

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from app.core.convolution.convolution import convolve
from app.core.convolution.steps import Convolution
from app.core.errors import InvalidValue
from app.core.pictures.images import open_sample
from app.core.pictures.sample_levels import MAKERS, sample_png
from app.core.pictures.samples import MOUSE_BACK, MOUSE_HEAD, SAMPLES, find_sample

PHOTOGRAPHS = {"astronaut": data.astronaut, "camera": data.camera, "coffee": data.coffee, "cat": data.cat,
               "rocket": data.rocket}  # fmt: skip


def test_every_sample_is_drawn() -> None:
    assert list(MAKERS) == list(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_8_bit_gray_or_color_of_a_pleasant_size(name: str) -> None:
    levels = open_sample(name)

    assert levels.dtype == torch.uint8
    assert levels.is_contiguous()
    assert levels.shape[2] in (1, 3)
    assert 32 <= max(levels.shape[:2]) <= 512


@pytest.mark.parametrize("name", SAMPLES)
def test_the_png_of_a_sample_holds_the_same_levels(name: str) -> None:
    picture = Image.open(io.BytesIO(sample_png(name)))

    assert picture.format == "PNG"
    assert picture.mode in ("L", "RGB")
    assert np.array_equal(np.atleast_3d(np.array(picture)), open_sample(name).numpy())


def test_changing_an_opened_sample_does_not_change_the_next() -> None:
    first = open_sample("impulse")
    first.zero_()

    assert open_sample("impulse").max() == 255


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_scikit_images_own(name: str) -> None:
    original = np.atleast_3d(PHOTOGRAPHS[name]())
    levels = open_sample(name)

    size = levels.shape[1], levels.shape[0]
    reduced = np.atleast_3d(np.array(Image.fromarray(original.squeeze()).resize(size, Image.Resampling.BOX)))
    assert np.abs(reduced.mean((0, 1)) - levels.float().mean((0, 1)).numpy()).max() < 0.5
    assert abs(size[0] / size[1] - original.shape[1] / original.shape[0]) < 0.01


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_free_by_their_docstrings(name: str) -> None:
    words = PHOTOGRAPHS[name].__doc__ or ""

    assert re.search(r"CC0|public\s+domain", words)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_opened_without_a_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no network here")

    monkeypatch.setattr(socket, "socket", refuse)

    assert MAKERS[name]().size > 0


def test_the_gallery_starts_with_the_astronaut_and_has_all_families() -> None:
    assert next(iter(SAMPLES)) == "astronaut"
    assert open_sample("astronaut").shape == (256, 256, 3)
    assert {sample.family for sample in SAMPLES.values()} == {"photograph", "drawing", "geometry"}
    assert {"checkerboard", "impulse", "mouse"} <= set(SAMPLES)


def test_an_unknown_sample_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        find_sample("../etc/passwd")

    assert refused.value.field == "sample"
    assert "passwd" not in str(refused.value)


def test_the_impulse_shows_a_kernel_turned_by_180_degrees() -> None:
    matrix = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0), (7.0, 8.0, 9.0))

    result = convolve(open_sample("impulse"), Convolution(matrix, 255.0))[15:18, 15:18, 0]

    assert torch.allclose(result, torch.tensor(matrix).flip(0, 1))


def test_the_ramp_has_every_level_once_a_row() -> None:
    assert open_sample("ramp")[7, :, 0].tolist() == list(range(256))


def test_the_rings_reach_half_a_cycle_a_pixel_at_the_edge() -> None:
    row = open_sample("rings")[128, :, 0].float()

    assert row[128] == 255
    assert (row[-6:].diff().abs() > 200).all()
    assert (row[126:131].diff().abs() < 20).all()


def test_the_bars_are_black_or_white_and_end_one_pixel_wide() -> None:
    bars = open_sample("bars")[:, :, 0]

    assert set(bars.unique().tolist()) == {0, 255}
    assert bars[0, -2:].tolist() == [0, 255]


def test_the_places_on_the_mouse_are_inside_it() -> None:
    height, width, _ = open_sample("mouse").shape

    for x, y in (MOUSE_BACK, MOUSE_HEAD):
        assert 3 <= x < width - 3
        assert 3 <= y < height - 3
