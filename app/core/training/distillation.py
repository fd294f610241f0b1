"""Learning from another network: its softened probabilities are a target beside the label. It does not know files.

What a teacher says of a picture is asked once, of the picture as it is and its mirror image, and holds for every change
of it: asking anew for each batch would cost a large teacher's pass a step. The teacher itself is then thrown away.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.core.errors import N_, InvalidValue
from app.core.pictures.preparation import Preparation
from app.core.training.batches import Pictures
from app.core.training.evaluation import logits_of


@dataclass(frozen=True)
class Teacher:
    """A network in eval mode, how pictures are prepared for it, and how much its word counts.

    `share` 0..1 of the loss is the teacher's; both networks' logits are divided by `temperature` there.
    """

    name: str
    module: nn.Module
    preparation: Preparation
    share: float = 0.9
    temperature: float = 4.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InvalidValue(N_("A teacher's share lies between 0 and 1."), field="teacher")
        if not 0.1 <= self.temperature <= 100:
            raise InvalidValue(N_("A teacher's temperature lies between 0.1 and 100."), field="teacher")

    def describe(self) -> dict[str, Any]:
        """As a card and a checkpoint tell it."""
        return {"model": self.name, "share": self.share, "temperature": self.temperature}

    def answers(self, pictures: Pictures, classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Logits, float32 N x K, the mean of those of a picture and of its mirror image; InvalidValue where pictures or
        classes are not its own."""
        size, channels = tuple(pictures.levels.shape[1:3]), pictures.levels.shape[3]
        if (self.preparation.size, self.preparation.channels) != (size, channels):
            raise InvalidValue(N_("The teacher sees pictures of another size than the network."), field="teacher")
        module = self.module.to(pictures.levels.device)
        logits = logits_of(module, pictures, self.preparation, mirror=True, dtype=dtype)
        if logits.shape[1] != classes:
            raise InvalidValue(N_("The teacher has other classes than the network."), field="teacher")
        return logits.to(pictures.levels.device)


def distillation_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """T² KL(softmax(teacher / T) || softmax(student / T)) of B x K logits, the mean over the batch.

    T² keeps the gradient's size whatever the temperature (Hinton, Vinyals and Dean 2015, arXiv 1503.02531).
    """
    told = functional.log_softmax(teacher / temperature, dim=1)
    said = functional.log_softmax(student / temperature, dim=1)
    return temperature**2 * functional.kl_div(said, told, reduction="batchmean", log_target=True)
