"""What trainings need of a machine; the numbers by hand."""

import pytest

from app.core.networks.presets import find_preset
from app.core.networks.reports import MEBIBYTE
from app.core.training.hyperparameters import Training
from app.core.training.needs import CARD_CONTEXT_MB, PROCESS_MB, SMALLEST_CARD_MB, card_memory, need_of, part_of_card


def test_the_lectures_network_needs_its_weights_its_outputs_and_its_pictures() -> None:
    report, training = find_preset("lecture").network.report, Training(batch_size=128)
    outputs = sum(
        layer.output_shape[0] * (layer.output_shape[1] * layer.output_shape[2] if len(layer.output_shape) > 1 else 1)
        for layer in report.layers
    )
    by_hand = 4 * (4 * 88_914_698 + 2 * 128 * outputs) / MEBIBYTE  # Adam's four copies; outputs and their gradients

    need = need_of(report, training, 100 * MEBIBYTE, is_small=False)

    assert need.processors == 2
    assert need.memory_mb == pytest.approx(PROCESS_MB + by_hand + 300, abs=2)
    assert need.card_mb == pytest.approx(CARD_CONTEXT_MB + by_hand + 300, abs=2)


def test_a_small_training_takes_a_processor_and_no_card() -> None:
    need = need_of(find_preset("lecture-light").network.report, Training(), 0, is_small=True)

    assert (need.processors, need.card_mb) == (1, 0)


def test_a_larger_batch_needs_more() -> None:
    report = find_preset("lecture-light").network.report
    small, large = (need_of(report, Training(batch_size=size), 0, is_small=False).memory_mb for size in (32, 512))

    assert large > small


@pytest.mark.parametrize(
    ("card_mb", "memory_mb", "part"), [(2500, 10_000, 0.25), (2501, 10_000, 0.26), (1, 80_000, 0.01), (9, 8, 1.0)]
)
def test_a_part_of_a_card_is_rounded_upwards_and_never_more_than_one(card_mb: int, memory_mb: int, part: float) -> None:
    assert part_of_card(card_mb, memory_mb) == part


def test_the_memory_of_a_card_is_known_by_the_name_that_ray_gives_it() -> None:
    assert card_memory({"GPU": 4.0, "accelerator_type:H100": 1.0}) == 80_000
    assert card_memory({"GPU": 1.0, "accelerator_type:NEW": 1.0}) == SMALLEST_CARD_MB
    assert card_memory({"GPU": 1.0}) == SMALLEST_CARD_MB
