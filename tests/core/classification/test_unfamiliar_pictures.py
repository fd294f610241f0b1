"""Pictures made to be strange: always the same, of the size that is asked for, in two halves that differ."""

import pytest
import torch

from app.core.classification.broken_pictures import BROKEN
from app.core.classification.unfamiliar_pictures import (
    KINDS,
    PHOTOGRAPHS,
    kinds_beside,
    make_outsiders,
    outsiders_beside,
)
from tests.tiny_models import random_pictures


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (3, 8, 12)])
def test_outsiders_have_the_shape_that_is_asked_for(kind: str, shape: tuple[int, int, int]) -> None:
    made = make_outsiders(kind, 6, shape)

    assert made.shape == (6, *shape)
    assert made.dtype == torch.uint8
    assert made.flatten(1).double().std(1).max() > 5


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_the_same_every_time_and_other_ones_in_the_other_half(kind: str) -> None:
    first, again, other = (make_outsiders(kind, 6, (3, 16, 16), half) for half in (0, 0, 1))

    assert torch.equal(first, again)
    assert not any(torch.equal(one, another) for one in first for another in other)


def test_what_a_network_was_trained_on_is_not_strange_to_it() -> None:
    assert kinds_beside("cifar10") == ("noise", "textures", "digits", "drawings", "photographs", *BROKEN)
    assert kinds_beside("mnist") == ("noise", "textures", "drawings", "photographs")
    assert kinds_beside("shapes") == ("noise", "textures", "digits", "photographs")


def test_each_kind_beside_a_data_set_is_made_anew_in_each_half() -> None:
    pictures = random_pictures(20)

    first, other = (outsiders_beside("cifar10", pictures, half, count=5) for half in (0, 1))

    assert tuple(first) == tuple(other) == kinds_beside("cifar10")
    assert all(
        made.shape == (5 * PHOTOGRAPHS if kind == "photographs" else 5, 3, 16, 16) for kind, made in first.items()
    )
    assert not any(torch.equal(first[kind], other[kind]) for kind in first)
