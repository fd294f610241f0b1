"""What cannot be trained is refused before anything is built; what can be is let through, as a training shows."""

from typing import Any

import pytest

from app.core.errors import InvalidValue
from app.core.networks.networks import Network, parse_network
from app.core.training.events import Finished
from app.core.training.hyperparameters import Training
from app.core.training.requirements import check_demands, count_learned
from app.core.training.training import train
from tests.core.training.small_trainings import colored, small_network, whitened_network

FLAT = {"input": [3, 8, 8], "classes": 3, "layers": [{"type": "flatten"}, {"type": "dense", "units": 3}]}
NORM: dict[str, Any] = {"type": "batch_normalization"}
POOLED = small_network({"type": "residual", "layers": [{"type": "conv2d", "filters": 4, "padding": "same"}]},
                       {"type": "global_average_pooling2d"}, NORM)  # fmt: skip
MAPS = small_network(NORM)


@pytest.mark.parametrize("network", [small_network(), parse_network(FLAT)])
def test_whitening_without_its_layer_is_refused(network: Network) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_demands(network, Training(whiten=0.5), 100)

    assert refusal.value.field == "whiten"


def test_whitening_with_its_layer_is_let_through() -> None:
    check_demands(whitened_network(), Training(whiten=0.5), 100)


@pytest.mark.parametrize(("learned", "batch"), [(20, 1), (1, 16), (1, 1)])
def test_a_step_of_one_picture_has_no_variance_to_normalize_by(learned: int, batch: int) -> None:
    training = Training(epochs=1, batch_size=batch, train_limit=learned, validation_split=0)

    with pytest.raises(InvalidValue, match="at least two pictures a step") as refusal:
        next(train(POOLED, colored(80), training))

    assert (refusal.value.field, refusal.value.values["value"]) == ("batch_size", batch)


@pytest.mark.parametrize(
    ("network", "learned", "batch"), [(POOLED, 34, 16), (POOLED, 33, 16), (POOLED, 2, 16), (MAPS, 33, 16), (MAPS, 3, 1)]
)
def test_what_is_let_through_can_be_trained(network: Network, learned: int, batch: int) -> None:
    training = Training(epochs=1, batch_size=batch, train_limit=learned, validation_split=0)

    *_, last = train(network, colored(80), training)

    assert isinstance(last, Finished)


@pytest.mark.parametrize(("split", "limit", "counts"), [
    (0.0, None, (100, 0)), (0.1, None, (90, 10)), (0.1, 50, (50, 10)), (0.9, 50, (10, 90)), (0.001, None, (99, 1)),
])  # fmt: skip
def test_pictures_are_counted_as_they_are_divided(split: float, limit: int | None, counts: tuple[int, int]) -> None:
    training = Training(validation_split=split, train_limit=limit, stratify=False)

    assert count_learned(100, 10, training) == counts


@pytest.mark.parametrize(("split", "counts"), [(0.0, (100, 0)), (0.05, (90, 10)), (0.1, (90, 10)), (0.9, (10, 90))])
def test_of_every_class_one_is_put_aside_and_one_is_left(split: float, counts: tuple[int, int]) -> None:
    training = Training(validation_split=split)

    assert count_learned(100, 10, training) == counts
