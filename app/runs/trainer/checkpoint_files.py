"""A run's checkpoint files. Which of them counts is said in its row; one that nobody heard of changes nothing."""

from contextlib import suppress
from typing import Any

import torch

from app.core.checkpoints import save_checkpoint
from app.core.errors import FilesAway
from app.core.training.training import Trainer
from app.runs.store.folders import CHECKPOINT_PREFIX, RunFolder


class CheckpointFiles:
    """Checkpoints of a run by the holder of a claim."""

    def __init__(self, folder: RunFolder, claim: str, newest: str | None) -> None:
        self._folder = folder
        self._claim = claim
        self.newest = newest
        self._before: list[str] = []  # names of those that the newest one replaces
        with suppress(OSError):
            folder.drop_leftovers()

    def write(self, trainer: Trainer, **state: Any) -> str | None:
        """A file that the run could go on from, by its name; None where the weights are not finite."""
        if not has_finite_weights(trainer):
            return None
        name = f"{CHECKPOINT_PREFIX}{self._claim}-{trainer.step}.safetensors"
        checkpoint = trainer.checkpoint()
        checkpoint.state.update(state)
        with self._folder.writing(self._folder.path / name) as place:
            save_checkpoint(place, checkpoint)
        self._before = []
        with suppress(FilesAway):  # they go with the next ones, or when the run is over
            self._before = [other for other in self._folder.checkpoints() if other != name]
        return name

    def drop_others(self, name: str | None) -> None:
        """Keeps this one alone, which is the row's from now on; or none.

        Only what was there before the row said so goes: by now the run may be somebody else's, with newer ones.
        """
        self.newest = name
        with suppress(FilesAway):
            self._folder.drop_checkpoints(self._before if name else self._folder.checkpoints())


def has_finite_weights(trainer: Trainer) -> bool:
    """Neither infinity nor NaN among the weights and statistics."""
    tensors = [tensor for tensor in trainer.module.state_dict().values() if tensor.is_floating_point()]
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors)
