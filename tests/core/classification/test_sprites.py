"""Values come back from the sprites' bytes, to half a step, and pictures exactly."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.classification.sprites import draw_maps, draw_picture


def open_url(url: str) -> Image.Image:
    """What a browser would show."""
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(BytesIO(b64decode(body)))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(channels=st.integers(1, 5), height=st.integers(1, 6), width=st.integers(1, 6), scale=st.floats(1e-6, 1e6))
def test_values_come_back_from_the_bytes(channels: int, height: int, width: int, scale: float) -> None:
    maps = torch.randn(channels, height, width, generator=torch.Generator().manual_seed(channels)) * scale

    sprite = draw_maps(maps)

    levels = np.asarray(open_url(sprite.url), dtype=np.float64)
    assert levels.shape == (channels * height, width)
    values = (levels - 128) / 127 * sprite.limit
    assert sprite.limit == float(maps.abs().max())
    np.testing.assert_allclose(values, maps.reshape(-1, width), atol=sprite.limit / 127 / 2 * 1.001)


def test_a_row_of_units_is_one_row_of_pixels() -> None:
    image = open_url(draw_maps(torch.tensor([-2.0, 0, 1])).url)

    assert np.asarray(image).tolist() == [[1, 128, 192]]
    assert image.mode == "L"
    assert "gamma" not in image.info
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_nothing_is_drawn_as_zero(value: float) -> None:
    sprite = draw_maps(torch.full((2, 3), value))

    assert (np.asarray(open_url(sprite.url)) == 128).all()
    assert sprite.limit == 0


def test_one_limit_may_serve_many_layers() -> None:
    sprite = draw_maps(torch.tensor([[1.0, -8]]), limit=4)

    assert np.asarray(open_url(sprite.url)).tolist() == [[160, 1]]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_comes_back_exactly(channels: int) -> None:
    picture = torch.randint(0, 256, (channels, 5, 6), generator=torch.Generator().manual_seed(1)).to(torch.uint8)

    read = np.asarray(open_url(draw_picture(picture)))

    assert np.array_equal(read.reshape(5, 6, channels), picture.permute(1, 2, 0))
