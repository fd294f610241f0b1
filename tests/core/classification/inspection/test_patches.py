"""The nine patches are those that a plain search over all pictures finds; what was found is kept and read again."""

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from app.core.checkpoints import write_tensors
from app.core.classification.activations import record
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection import surveys
from app.core.classification.inspection.patches import Gallery, patches_of, photographs, survey
from app.core.classification.inspection.surveys import kept_survey
from app.core.errors import InvalidValue
from app.core.pictures.preparation import prepare_images
from tests.core.classification.networks_at_random import RESIDUAL, make_anatomy


@pytest.fixture
def anatomy() -> Anatomy:
    """Convolution, normalization and activation, a pool, a residual block."""
    first = [{"type": "conv2d", "filters": 3}, {"type": "batch_normalization"},
             {"type": "activation", "activation": "relu"}, {"type": "max_pooling2d"}]  # fmt: skip
    return make_anatomy([*first, RESIDUAL, {"type": "flatten"}], seed=2)


@pytest.fixture
def gallery() -> Gallery:
    """120 pictures of noise in three classes."""
    images = torch.randint(0, 256, (120, 3, 10, 9), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    return Gallery(images, torch.arange(120) % 3, ("a", "b", "c"), "noise")


def test_the_nine_are_those_of_a_plain_search(anatomy: Anatomy, gallery: Gallery) -> None:
    assert anatomy.preparation is not None
    maps = [
        record(anatomy, prepare_images(image[None], anatomy.preparation)).values["relu_1"] for image in gallery.images
    ]
    strongest = torch.stack([values.amax((1, 2)) for values in maps])

    found = survey(anatomy, gallery)

    for channel in range(3):
        patches = patches_of(anatomy, found, "conv2d_1", channel)
        best = strongest[:, channel].argsort(descending=True, stable=True)[:9].tolist()
        assert patches.values == pytest.approx(strongest[best, channel].tolist(), abs=1e-5)
        for patch, picture in zip(patches.pictures, best, strict=True):
            y, x = divmod(int(maps[picture][channel].argmax()), 7)
            assert torch.equal(patch, gallery.images[picture, :, y : y + 3, x : x + 3])
        assert patches.labels == tuple("abc"[picture % 3] for picture in best)


def test_a_patch_excites_its_channel_as_much_as_the_picture_it_is_from(anatomy: Anatomy, gallery: Gallery) -> None:
    patches = patches_of(anatomy, survey(anatomy, gallery), "conv2d_1", 1)

    assert anatomy.preparation is not None
    with torch.inference_mode():
        values = prepare_images(patches.pictures, anatomy.preparation)
        for name in ("conv2d_1", "batch_normalization_1", "relu_1"):
            values = anatomy.submodule(name)(values)
    assert values[:, 1, 0, 0].tolist() == pytest.approx(list(patches.values), abs=1e-5)


def test_layers_that_pass_channels_on_show_their_convolutions_patches(anatomy: Anatomy, gallery: Gallery) -> None:
    found = survey(anatomy, gallery)

    pooled = patches_of(anatomy, found, "max_pooling2d_1", 2)

    assert torch.equal(pooled.pictures, patches_of(anatomy, found, "conv2d_1", 2).pictures)
    assert patches_of(anatomy, found, "residual_1", 4).values == patches_of(anatomy, found, "relu_2", 4).values
    with pytest.raises(InvalidValue):
        patches_of(anatomy, found, "flatten_1", 0)


def test_layers_inside_a_block_have_patches_of_what_they_see(anatomy: Anatomy, gallery: Gallery) -> None:
    found = survey(anatomy, gallery)

    inner = ["residual_1/conv2d_2", "residual_1/conv2d_3", "residual_1/projection"]
    assert list(found.layers) == ["conv2d_1", *inner, "residual_1"]
    assert patches_of(anatomy, found, "residual_1/projection", 4).pictures.shape == (9, 3, 4, 4)


def test_class_means_are_those_of_the_activity(anatomy: Anatomy, gallery: Gallery) -> None:
    assert anatomy.preparation is not None
    values = [
        record(anatomy, prepare_images(image[None], anatomy.preparation)).values["relu_1"] for image in gallery.images
    ]
    activity = torch.stack([maps.mean((1, 2)) for maps in values])

    found = survey(anatomy, gallery).layers["conv2d_1"].class_means

    expected = torch.stack([activity[label::3].mean(0) for label in range(3)], dim=1)
    torch.testing.assert_close(found, expected)


def test_few_pictures_give_few_patches(anatomy: Anatomy, gallery: Gallery) -> None:
    found = survey(anatomy, gallery, limit=4)

    assert found.looked_at == 4
    assert len(patches_of(anatomy, found, "conv2d_1", 0).pictures) == 4


def test_a_survey_is_kept_and_read_again(anatomy: Anatomy, gallery: Gallery, tmp_path: Path) -> None:
    made = kept_survey(anatomy, "noise", lambda: gallery, tmp_path / "surveys")

    found = kept_survey(anatomy, "noise", fail, tmp_path / "surveys")

    for layer in anatomy.convolutions:
        one, other = patches_of(anatomy, made, layer, 1), patches_of(anatomy, found, layer, 1)
        assert torch.equal(one.pictures, other.pictures)
        assert (one.values, one.labels) == (other.values, other.labels)
    assert (found.source, found.looked_at) == ("noise", 120)


def test_other_weights_need_a_survey_of_their_own(anatomy: Anatomy, gallery: Gallery, tmp_path: Path) -> None:
    kept_survey(anatomy, "noise", lambda: gallery, tmp_path)
    anatomy.convolution("conv2d_1").weight.data[0, 0, 0, 0] += 1

    kept_survey(anatomy, "noise", lambda: gallery, tmp_path)

    assert len(list(tmp_path.iterdir())) == 2


def test_the_survey_that_nobody_asked_for_for_longest_makes_room(
    anatomy: Anatomy, gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveys, "MOST_KEPT", 2)
    for number, pictures in enumerate(("one", "two")):
        kept_survey(anatomy, pictures, lambda: gallery, tmp_path)
        os.utime(next(tmp_path.glob(f"*-{pictures}.safetensors")), (number, number))
    kept_survey(anatomy, "one", fail, tmp_path)

    kept_survey(anatomy, "three", lambda: gallery, tmp_path)

    assert sorted(path.stem.split("-")[1] for path in tmp_path.iterdir()) == ["one", "three"]


def test_a_damaged_file_is_made_anew(anatomy: Anatomy, gallery: Gallery, tmp_path: Path) -> None:
    kept_survey(anatomy, "noise", lambda: gallery, tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])

    assert kept_survey(anatomy, "noise", lambda: gallery, tmp_path).looked_at == 120


def test_a_file_of_an_older_version_is_made_anew(anatomy: Anatomy, gallery: Gallery, tmp_path: Path) -> None:
    kept_survey(anatomy, "noise", lambda: gallery, tmp_path)
    (path,) = tmp_path.iterdir()
    kept = {name: tensor for name, tensor in load_file(path).items() if not name.endswith(":class_means")}
    write_tensors(path, kept, {"about": '{"classes": ["a"], "source": "noise", "looked_at": 1}'})

    assert kept_survey(anatomy, "noise", lambda: gallery, tmp_path).looked_at == 120


def test_tiles_of_the_bundled_photographs_are_the_same_each_time() -> None:
    one, other = photographs((8, 8), 3, count=20), photographs((8, 8), 3, count=20)

    assert one.images.shape == (20, 3, 8, 8)
    assert one.images.dtype == torch.uint8
    assert torch.equal(one.images, other.images)
    assert "astronaut" in one.classes
    assert photographs((8, 6), 1, count=5).images.shape == (5, 1, 8, 6)


def fail() -> Gallery:
    """A gallery that must not be opened."""
    raise AssertionError
