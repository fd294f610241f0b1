"""The loss of a network that learns from another one, against PyTorch's own divergence and by hand."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Categorical, kl_divergence
from torch.nn import functional

from app.core.checkpoints import Checkpoint
from app.core.errors import InvalidValue
from app.core.networks.modules import build
from app.core.pictures.preparation import Preparation
from app.core.training.batches import Pictures
from app.core.training.distillation import Teacher, distillation_loss
from app.core.training.events import Finished, Step
from app.core.training.hyperparameters import Training
from app.core.training.training import Trainer
from tests.core.training.small_trainings import colored, small_network

PREPARATION = Preparation((8, 8), 3, (0.0,) * 3, (1.0,) * 3)
PLAIN = Training(epochs=2, batch_size=16, learning_rate=0.01, decay=0, precision="float32", validation_split=0)


def teacher(module: nn.Module | None = None, share: float = 0.5, temperature: float = 2.0) -> Teacher:
    return Teacher("wise", module or build(small_network(), seed=7).eval(), PREPARATION, share, temperature)


def steps(trainer: Trainer) -> list[Step]:
    return [event for event in trainer.events() if isinstance(event, Step)]


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_the_loss_is_the_divergence_of_softened_probabilities(temperature: float) -> None:
    random = torch.Generator().manual_seed(2)
    said, told = (torch.randn(6, 5, generator=random, dtype=torch.float64) * 3 for _ in range(2))

    found = distillation_loss(said, told, temperature)

    theirs = kl_divergence(Categorical(logits=told / temperature), Categorical(logits=said / temperature))
    assert float(found) == pytest.approx(temperature**2 * float(theirs.mean()))


def test_by_hand() -> None:
    """The teacher says 3 : 1, the student 1 : 1."""
    found = distillation_loss(torch.zeros(1, 2), torch.tensor([[math.log(3.0), 0.0]]), 1.0)

    assert float(found) == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5))


def test_a_teacher_says_of_a_picture_what_it_says_of_its_mirror_image() -> None:
    dataset = colored(10)
    levels = dataset.images.permute(0, 2, 3, 1).contiguous()

    found = teacher().answers(Pictures(levels, dataset.labels), 3)

    mirrored = teacher().answers(Pictures(levels.flip(2), dataset.labels), 3)
    module = teacher().module
    by_hand = (module(dataset.images / 255) + module(dataset.images.flip(-1) / 255)) / 2
    torch.testing.assert_close(found, by_hand.detach())
    torch.testing.assert_close(found, mirrored)


def test_a_step_goes_down_the_loss_of_label_and_teacher_together() -> None:
    """Of shuffled pictures each is told what the teacher says of it, not of another."""
    dataset, network, wise = colored(48), small_network(), teacher(share=0.3)
    everything = Pictures(dataset.images.permute(0, 2, 3, 1).contiguous(), dataset.labels)
    told, module = wise.answers(everything, 3), build(network, seed=0)

    @torch.no_grad()
    def loss_of(batch: Tensor, rows: Tensor) -> float:
        logits = module(batch)
        labels = functional.cross_entropy(logits, dataset.labels[rows])
        return float(0.7 * labels + 0.3 * distillation_loss(logits, told[rows], 2.0))

    training = replace(PLAIN, learning_rate=0, batch_size=20)
    trainer = Trainer(network, dataset, training, teacher=wise)
    module.load_state_dict(trainer.module.state_dict())
    batches = list(trainer._batches.epoch(0))

    found = [step.loss for step in steps(trainer)][:3]

    assert found == pytest.approx([loss_of(batch.pictures, batch.numbers) for batch in batches], rel=1e-5)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_zero_is_no_teacher_and_of_one_no_labels(share: float) -> None:
    dataset = colored(48)
    upside_down = replace(dataset, labels=2 - dataset.labels)

    with_teacher = steps(Trainer(small_network(), dataset, PLAIN, teacher=teacher(share=share)))
    other = Trainer(small_network(), upside_down, PLAIN, teacher=teacher(share=share)) if share else Trainer(
        small_network(), dataset, PLAIN)  # fmt: skip

    assert [step.loss for step in with_teacher] == [step.loss for step in steps(other)]


def test_a_broken_run_goes_on_with_its_teacher_and_not_without() -> None:
    def trainer(resume: Checkpoint | None = None, share: float = 0.5) -> Trainer:
        return Trainer(small_network(), colored(48), PLAIN, resume=resume, teacher=teacher(share=share))

    whole = list(trainer().events())
    broken = trainer()
    events = broken.events()
    for _ in range(2):
        next(events)
    kept = broken.checkpoint()

    resumed = list(trainer(kept).events())

    assert isinstance(whole[-1], Finished)
    assert isinstance(resumed[-1], Finished)
    for ours, theirs in zip(whole[-1].module.parameters(), resumed[-1].module.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    with pytest.raises(InvalidValue):
        trainer(kept, share=0.6)
    with pytest.raises(InvalidValue):
        Trainer(small_network(), colored(48), PLAIN, resume=kept)


@pytest.mark.parametrize(("share", "temperature"), [(-0.1, 2), (1.1, 2), (0.5, 0), (math.nan, 2), (0.5, math.inf)])
def test_a_teacher_out_of_bounds_is_refused(share: float, temperature: float) -> None:
    with pytest.raises(InvalidValue):
        teacher(share=share, temperature=temperature)


def test_a_teacher_of_other_pictures_or_classes_is_refused() -> None:
    smaller = replace(teacher(), preparation=replace(PREPARATION, size=(6, 6)))
    others = teacher(nn.Sequential(nn.Flatten(), nn.Linear(192, 4)))

    for wrong in (smaller, others):
        with pytest.raises(InvalidValue):
            Trainer(small_network(), colored(48), PLAIN, teacher=wrong)
