"""How gradients become changes of the weights: SGD, Adam, RMSprop, Adagrad by PyTorch's own kernels, and Muon.

Each parameter group carries its own highest rate as `base_rate`, and its `ratio` to the training's; `set_rates`
multiplies all by the schedule's factor. What acts on weights beside the loss (l1, l2, max-norm) is here too, and
their state as named tensors, which safetensors can hold. It does not know data or epochs.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from app.core.training.hyperparameters import Training

_PREFIX = "optimizer."  # of its state's names in a checkpoint
KERAS_EPSILON = 1e-7  # of Adam; PyTorch's own default is 1e-8
KERAS_RHO = 0.9  # of RMSprop; PyTorch's own default is 0.99
KERAS_ACCUMULATOR = 0.1  # where Adagrad's sums begin; PyTorch's begin at 0
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
BESIDE_MUON = (0.9, 0.95)  # AdamW's betas for what Muon does not move


def orthogonalize(matrix: Tensor, steps: int = 3) -> Tensor:
    """About U Vᵀ of the R x C matrix U S Vᵀ: all singular values are brought near one.

    Newton-Schulz iteration of the quintic a X + b X Xᵀ X + c (X Xᵀ)² X with Jordan's coefficients, which climb
    fast and then stay within 0.7 to 1.2 (Jordan et al. 2024, "Muon: an optimizer for hidden layers").
    """
    a, b, c = NEWTON_SCHULZ
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalized, on matrices (a convolution's kernels are rows of one), each kept at norm √rows.

    The norm is restored before each step, so that a rate means the same turn of the weights from the first
    step to the last, as in airbench94 (github.com/KellerJordan/cifar10-airbench). The product runs in `dtype`.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, momentum: float, dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum})
        self._dtype = dtype

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._turn(weight, group["lr"], group["momentum"])

    def _turn(self, weight: Tensor, rate: float, momentum: float) -> None:
        state: dict[str, Any] = self.state[weight]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(weight)
        velocity = state["momentum_buffer"]
        velocity.mul_(momentum).add_(weight.grad)
        ahead = weight.grad.add(velocity, alpha=momentum)  # type: ignore[union-attr]
        weight.mul_(math.sqrt(len(weight)) / weight.norm())
        turn = orthogonalize(ahead.reshape(len(ahead), -1).to(self._dtype))
        weight.add_(turn.to(weight.dtype).view_as(weight), alpha=-rate)


def make_optimizers(module: nn.Module, training: Training, dtype: torch.dtype) -> list[torch.optim.Optimizer]:
    """The optimizers that together move every parameter of `module` that learns."""
    kernels, vectors = _sorted_by_shape(module)
    if training.optimizer == "muon":
        made = _muon(module, kernels, vectors, training, dtype)
    else:
        made = [_plain(kernels, vectors, training)]
    for optimizer in made:
        for group in optimizer.param_groups:
            group |= {"base_rate": group["lr"], "ratio": _ratio(group["lr"], training.learning_rate)}
    return made


def change_rates(optimizers: Iterable[torch.optim.Optimizer], highest: float) -> None:
    """The training's highest rate is another one: each group's changes with it, in the ratio of the start.

    To a rate that started at zero there is no ratio: a group with another one of its own keeps that.
    """
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            if group["ratio"] is not None:
                group["base_rate"] = group["ratio"] * highest


def set_rates(optimizers: Iterable[torch.optim.Optimizer], factor: float) -> None:
    """Every group learns at `factor` times its highest rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["base_rate"] * factor


def kernels_of(module: nn.Module) -> list[nn.Parameter]:
    """The weights that l1, l2 and max-norm act on: kernels and matrices that learn, no biases."""
    return _sorted_by_shape(module)[0]


@torch.no_grad()
def add_penalties(kernels: list[nn.Parameter], l1: float, l2: float) -> None:
    """Adds the gradient of l1 · Σ|w| + l2 · Σw² to that of the loss."""
    for weight in kernels:
        if weight.grad is not None:
            weight.grad.add_(weight, alpha=2 * l2)
            if l1:
                weight.grad.add_(weight.sign(), alpha=l1)


@torch.no_grad()
def limit_norms(kernels: list[nn.Parameter], longest: float) -> None:
    """Scales each unit's incoming weights (all of a filter, a row of a matrix) down to norm `longest`."""
    for weight in kernels:
        weight.copy_(weight.renorm(2, 0, longest))


def _ratio(rate: float, highest: float) -> float | None:
    if rate == highest:
        return 1.0
    return rate / highest if highest else None


def _sorted_by_shape(module: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    learning = [weight for weight in module.parameters() if weight.requires_grad]
    return [w for w in learning if w.ndim >= 2], [w for w in learning if w.ndim < 2]


def _plain(kernels: list[nn.Parameter], vectors: list[nn.Parameter], training: Training) -> torch.optim.Optimizer:
    decays = training.weight_decay if training.optimizer in ("sgd", "adamw") else 0.0
    groups = [{"params": kernels, "weight_decay": decays}, {"params": vectors, "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    rate = training.learning_rate
    if training.optimizer == "sgd":
        nesterov = training.nesterov and training.momentum > 0
        return torch.optim.SGD(groups, lr=rate, momentum=training.momentum, nesterov=nesterov, fused=True)
    if training.optimizer == "rmsprop":
        return torch.optim.RMSprop(groups, lr=rate, alpha=KERAS_RHO, eps=KERAS_EPSILON)
    if training.optimizer == "adagrad":
        return torch.optim.Adagrad(
            groups, lr=rate, initial_accumulator_value=KERAS_ACCUMULATOR, eps=KERAS_EPSILON, fused=True
        )
    kind = torch.optim.AdamW if training.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate, eps=KERAS_EPSILON, fused=True)


def _muon(
    module: nn.Module, kernels: list[nn.Parameter], vectors: list[nn.Parameter], training: Training, dtype: torch.dtype
) -> list[torch.optim.Optimizer]:
    head = [layer.weight for layer in module.modules() if isinstance(layer, nn.Linear)][-1:]
    inner = [weight for weight in kernels if not any(weight is other for other in head)]
    bias_rate = training.learning_rate if training.bias_learning_rate is None else training.bias_learning_rate
    head_rate = training.learning_rate if training.head_learning_rate is None else training.head_learning_rate
    groups = [
        {"params": vectors, "lr": bias_rate, "weight_decay": 0.0},
        {"params": head, "lr": head_rate, "weight_decay": training.weight_decay},
    ]
    groups = [group for group in groups if group["params"]]
    made: list[torch.optim.Optimizer] = []
    if inner:
        made.append(Muon(inner, training.learning_rate, training.momentum, dtype))
    if groups:
        made.append(torch.optim.AdamW(groups, betas=BESIDE_MUON, eps=KERAS_EPSILON, fused=True))
    return made


def optimizer_tensors(optimizers: Iterable[torch.optim.Optimizer]) -> dict[str, Tensor]:
    """`optimizer.<which>.<parameter>.<name>` for every tensor that the optimizers keep."""
    return {
        f"{_PREFIX}{which}.{parameter}.{name}": value
        for which, optimizer in enumerate(optimizers)
        for parameter, kept in optimizer.state_dict()["state"].items()
        for name, value in kept.items()
        if isinstance(value, Tensor)
    }


def restore_optimizers(optimizers: Iterable[torch.optim.Optimizer], tensors: Mapping[str, Tensor]) -> None:
    """Puts them back; rates are set anew at every step and are not kept."""
    for which, optimizer in enumerate(optimizers):
        state: dict[int, dict[str, Any]] = {}
        for name, value in tensors.items():
            if name.startswith(f"{_PREFIX}{which}."):
                _, _, parameter, kept = name.split(".")
                state.setdefault(int(parameter), {})[kept] = _as_weights_lie(value)
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _as_weights_lie(value: Tensor) -> Tensor:
    """Fused steps walk weights and their state together: both must lie in memory alike, channels last."""
    return value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value
