"""The presets, against figures that are known from elsewhere."""

import pytest

from app.core.errors import InvalidValue
from app.core.networks.presets import find_preset, presets


@pytest.mark.parametrize(("name", "parameters"), [
    ("lecture", 88_914_698),
    ("lecture-light", 16 * 28 + 2 * (16 * 145) + 26 * 26 * 16 * 128 + 128 + 128 * 10 + 10),
    ("lenet-5", 61_706),  # as every textbook has it
    ("tiny-vgg", 280 + 3 * 910 + 250 * 10 + 10),
    ("strong", 1_972_792),  # 1.97 M: facts.md
])  # fmt: skip
def test_presets_have_their_known_parameters(name: str, parameters: int) -> None:
    assert find_preset(name).network.report.parameters == parameters


def test_every_preset_has_a_title_and_gives_ten_classes() -> None:
    for name, preset in presets().items():
        assert preset.name == name
        assert preset.title
        assert preset.description.endswith(".")
        assert preset.network.classes == 10
    assert len(presets()) == 6


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(InvalidValue, match="lists all 6"):
        find_preset("resnet-152")
