"""The training loop, as a generator of events: who listens (a command line, a run's log, a test) is not its business.

    for event in train(network, dataset, Training(epochs=3)): ...

A `Trainer` is the same with its state at hand: `checkpoint()` between two events gives what a later
`Trainer(..., resume=checkpoint)` goes on from, to the same numbers. The test pictures are never looked at here.
"""

import copy
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.core.checkpoints import Checkpoint
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, InvalidValue
from app.core.networks.modules import build
from app.core.networks.networks import Network
from app.core.training.batches import Batch, Batches, Pictures, keep, put_aside
from app.core.training.distillation import Teacher, distillation_loss
from app.core.training.evaluation import cross_entropy, logits_of
from app.core.training.events import Diverged, Epoch, Event, Finished, Step
from app.core.training.hyperparameters import Training, describe_training
from app.core.training.initialization import initialize, whitening_bias
from app.core.training.input_statistics import prepare_input
from app.core.training.layouts import lay_out
from app.core.training.optimizers import (
    add_penalties,
    change_rates,
    kernels_of,
    limit_norms,
    make_optimizers,
    optimizer_tensors,
    restore_optimizers,
    set_rates,
)
from app.core.training.randomness import seeded
from app.core.training.requirements import check_demands
from app.core.training.schedules import rate_factor

_BFLOAT16 = ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16", "sve_bf16")  # instructions that multiply it


def train(
    network: Network, dataset: DataSet, training: Training, *, resume: Checkpoint | None = None, device: str = "cpu"
) -> Iterator[Event]:
    """The events of a training from its first step, or from a checkpoint, to its end."""
    return Trainer(network, dataset, training, resume=resume, device=device).events()


@dataclass
class _Progress:
    """What is counted and kept from step to step."""

    learning_rate: float  # at its highest
    step: int = 0
    loss: float = 0.0  # sums over the epoch's pictures
    correct: int = 0
    seen: int = 0
    seconds: float = 0.0
    best: float = math.inf  # validation loss
    waited: int = 0  # epochs since the best
    stopped: bool = False


class Trainer:
    """A network, its pictures and where it stands."""

    def __init__(
        self, network: Network, dataset: DataSet, training: Training, *, resume: Checkpoint | None = None,
        device: str = "cpu", teacher: Teacher | None = None,
    ) -> None:  # fmt: skip
        """Raises InvalidValue where network, data set, training and teacher do not fit each other."""
        if network.classes != len(dataset.classes):
            raise InvalidValue(
                N_("The network has %(network)d classes; the data set has %(dataset)d."),
                field="network", network=network.classes, dataset=len(dataset.classes),
            )  # fmt: skip
        self.training = training
        self._network = network
        self._device = device
        self._dtype = _choose_precision(training.precision, device)
        self._split(dataset)
        check_demands(network, training, len(self._train))
        self.preparation = prepare_input(self._train, dataset, training, network.input)
        self._batches = Batches(self._train, self.preparation, training)
        self.steps = training.epochs * len(self._batches)
        self._teacher = teacher
        self._told = teacher.answers(self._train, network.classes, self._dtype) if teacher else None
        self._build()
        self._progress = _Progress(training.learning_rate)
        if resume:
            self._restore(resume)

    @property
    def step(self) -> int:
        """Steps done."""
        return self._progress.step

    @property
    def training_pictures(self) -> Pictures:
        """The pictures that are learned from."""
        return self._train

    @property
    def is_half(self) -> bool:
        """Whether products are of bfloat16."""
        return self._dtype is not torch.float32

    @property
    def validation(self) -> Pictures:
        """The pictures put aside, to choose and to calibrate by."""
        return self._validation

    @property
    def evaluated(self) -> nn.Module:
        """The module whose predictions count: the running mean where there is one."""
        return self._mean or self.module

    def judge(self, pictures: Pictures) -> Tensor:
        """Logits, float32 N x K, of what is evaluated, as for a validation."""
        return logits_of(
            self.evaluated, pictures, self.preparation, mirror=self.training.mirror_test, dtype=self._dtype
        )

    def change_learning_rate(self, rate: float) -> None:
        """From the next step on the highest rate is `rate`; those of biases and head keep their ratio to it."""
        self._progress.learning_rate = rate
        change_rates(self._optimizers, rate)

    def events(self) -> Iterator[Event]:
        """Goes on to the end. Between two events the trainer may be asked for a checkpoint, or dropped."""
        progress = self._progress
        while True:
            epoch, done = divmod(progress.step, len(self._batches))
            if progress.seen and not done:  # also where a run goes on from the last step of an epoch
                yield self._close(epoch)
            if progress.step >= self.steps or progress.stopped:
                break
            for batch in self._batches.epoch(epoch, start=done):
                event = self._learn(batch, epoch + 1)
                yield event
                if isinstance(event, Diverged):
                    return
        yield self._finish()

    def checkpoint(self) -> Checkpoint:
        """Everything that the rest of the run depends on; random numbers depend on seed and step alone."""
        tensors = {f"module.{name}": tensor for name, tensor in self.module.state_dict().items()}
        tensors |= {f"mean.{name}": tensor for name, tensor in (self._mean.state_dict() if self._mean else {}).items()}
        tensors |= {f"best.{name}": tensor for name, tensor in self._best.items()}
        tensors |= optimizer_tensors(self._optimizers)
        return Checkpoint(tensors, self._identity() | {"progress": asdict(self._progress)})

    def _split(self, dataset: DataSet) -> None:
        chosen, aside = put_aside(dataset, self.training)
        shape = self._network.input
        # int64 numbers, among the data set's training images, of the pictures that are learned from and put aside
        self.training_indices, self.validation_indices = chosen, aside
        self._train = keep(dataset.images, dataset.labels, shape, self._device, chosen)
        self._validation = keep(dataset.images, dataset.labels, shape, self._device, aside)

    def _build(self) -> None:
        with seeded(self.training.seed, "weights"):
            module = build(self._network, self.training.seed)
            initialize(module, self.training, self._train.prepared(0, 5000, self.preparation).cpu())
        self.module: nn.Module = lay_out(module.to(self._device))
        self._mean = copy.deepcopy(self.module).eval() if self.training.ema else None
        self._optimizers = make_optimizers(self.module, self.training, self._dtype)
        self._kernels = kernels_of(self.module)
        self._best: dict[str, Tensor] = {}
        self.validation_logits: Tensor | None = None  # of the newest epoch's end; float32 N x K

    def _learn(self, batch: Batch, epoch: int) -> Step | Diverged:
        started = time.perf_counter()
        rate = self._set_rates()
        loss, correct = self._backward(batch)
        if not math.isfinite(loss):
            return Diverged(self._progress.step + 1, epoch, loss)
        self._update()
        progress, images = self._progress, len(batch.labels)
        progress.step += 1
        progress.loss += loss * images
        progress.correct += correct
        progress.seen += images
        seconds = time.perf_counter() - started
        progress.seconds += seconds
        return Step(progress.step, self.steps, epoch, images, loss, correct / images, rate, seconds)

    def _set_rates(self) -> float:
        step = self._progress.step
        factor = rate_factor(self.training, step, self.steps)
        set_rates(self._optimizers, factor)
        if self.training.whiten:
            whitening_bias(self.module).requires_grad_(step < self.training.whiten * self.steps)
        return self._progress.learning_rate * factor

    def _backward(self, batch: Batch) -> tuple[float, int]:
        self.module.train()
        half = self._dtype is not torch.float32
        with seeded(self.training.seed, "step", self._progress.step):
            with torch.autocast(torch.device(self._device).type, self._dtype, enabled=half):
                logits = self.module(batch.pictures).float()
            loss = self._loss(logits, batch)
            loss.backward()
        return float(loss.detach()), int((logits.argmax(1) == batch.labels).sum())

    def _loss(self, logits: Tensor, batch: Batch) -> Tensor:
        loss = functional.cross_entropy(logits, batch.labels, label_smoothing=self.training.label_smoothing)
        if self._teacher is None or self._told is None:
            return loss
        distilled = distillation_loss(logits, self._told[batch.numbers], self._teacher.temperature)
        return torch.lerp(loss, distilled, self._teacher.share)

    def _update(self) -> None:
        training = self.training
        if training.l1 or training.l2:
            add_penalties(self._kernels, training.l1, training.l2)
        for optimizer in self._optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        if training.max_norm is not None:
            limit_norms(self._kernels, training.max_norm)
        if self._mean is not None:
            average(self._mean, self.module, training.ema, self._progress.step)

    def _close(self, epoch: int) -> Epoch:
        """The epoch's row; early stopping looks at it."""
        progress, started = self._progress, time.perf_counter()
        loss, accuracy = self._validate()
        seconds = progress.seconds + time.perf_counter() - started
        row = Epoch(epoch, progress.loss / progress.seen, progress.correct / progress.seen, loss, accuracy, seconds)
        progress.loss, progress.correct, progress.seen, progress.seconds = 0.0, 0, 0, 0.0
        if self.training.early_stopping is not None and loss is not None:
            self._watch(loss, self.training.early_stopping)
        return row

    def _validate(self) -> tuple[float | None, float | None]:
        if not len(self._validation):
            return None, None
        self.validation_logits = logits = self.judge(self._validation)
        labels = self._validation.labels.cpu()
        return cross_entropy(logits, labels), float((logits.argmax(1) == labels).double().mean())

    def _watch(self, loss: float, patience: int) -> None:
        progress = self._progress
        if loss < progress.best:
            progress.best, progress.waited = loss, 0
            self._best = {name: tensor.clone() for name, tensor in self.evaluated.state_dict().items()}
        else:
            progress.waited += 1
            progress.stopped = progress.waited >= patience

    def _finish(self) -> Finished:
        module = self.evaluated
        if self._best:
            module.load_state_dict(self._best)
            self.validation_logits = None  # they were the last epoch's, not the best one's
        epochs = self._progress.step // len(self._batches)
        return Finished(epochs, self._progress.stopped, module.eval(), self.preparation)

    def _identity(self) -> dict[str, Any]:
        return {"network": self._network.describe(), "training": describe_training(self.training),
                "images": len(self._train), "teacher": self._teacher and self._teacher.describe()}  # fmt: skip

    def _restore(self, checkpoint: Checkpoint) -> None:
        if not _says(checkpoint.state, self._identity()):
            raise InvalidValue(N_("The checkpoint is of another network, training or data set."), field="resume")
        self.module.load_state_dict(_under(checkpoint.tensors, "module."))
        if self._mean is not None:
            self._mean.load_state_dict(_under(checkpoint.tensors, "mean."))
        self._best = _under(checkpoint.tensors, "best.")
        restore_optimizers(self._optimizers, checkpoint.tensors)
        progress = dict(checkpoint.state["progress"])
        if "rate_factor" in progress:  # as checkpoints had it before they kept the rate itself
            progress["learning_rate"] = self.training.learning_rate * progress.pop("rate_factor")
        self._progress = _Progress(**progress)
        if self._progress.learning_rate != self.training.learning_rate:
            change_rates(self._optimizers, self._progress.learning_rate)


@torch.no_grad()
def average(mean: nn.Module, module: nn.Module, decay: float, step: int) -> None:
    """mean <- d · mean + (1 - d) · module, for weights and running statistics; d = min(decay, (step + 1) / (step + 10))
    forgets the first weights quickly."""
    decay = min(decay, (step + 1) / (step + 10))
    pairs = list(zip(mean.state_dict().values(), module.state_dict().values(), strict=True))
    for kept, new in pairs:
        if not kept.is_floating_point():
            kept.copy_(new)
    floating = [(kept, new) for kept, new in pairs if kept.is_floating_point()]
    torch._foreach_lerp_([kept for kept, _ in floating], [new for _, new in floating], 1 - decay)


def _says(state: Mapping[str, Any], identity: Mapping[str, Any]) -> bool:
    """Whether a checkpoint is of that identity; one of before says nothing of hyperparameters at their defaults."""
    told = {"stratify": False} | state.get("training", {})  # classes were not looked at before there was a choice
    known = {"teacher": None, **state, "training": {**identity["training"], **told}}
    return known.items() >= identity.items()


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _has_bfloat16(device: str = "cpu") -> bool:
    """Whether the device multiplies bfloat16 in hardware; emulation would be slower than float32."""
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported()
    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in _BFLOAT16)


def _choose_precision(wish: str, device: str = "cpu") -> torch.dtype:
    """torch.bfloat16 or torch.float32 of "auto", "bfloat16" or "float32"."""
    if wish == "auto":
        return torch.bfloat16 if _has_bfloat16(device) else torch.float32
    return torch.bfloat16 if wish == "bfloat16" else torch.float32
