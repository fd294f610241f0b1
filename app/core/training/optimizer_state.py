"""The state of optimizers as named tensors, and back: what safetensors can hold."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

_PREFIX = "optimizer."


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
