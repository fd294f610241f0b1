"""Which classes a network takes for which, with the pictures behind every cell. It does not know pictures or files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from app.core.errors import N_, InvalidValue

MOST_PICTURES = 24  # of a cell that are told in the overview
_TENSORS = ("truth", "predicted", "confidence", "indices")


@dataclass(frozen=True, eq=False)
class Confusion:
    """N pictures, the most confident answers first: int64 truth, predicted and indices, float32 confidence in 0..1.

    `indices` are the pictures' numbers in the data set; confidence is the probability of the predicted class.
    """

    classes: tuple[str, ...]
    truth: Tensor
    predicted: Tensor
    confidence: Tensor
    indices: Tensor

    @property
    def matrix(self) -> Tensor:
        """int64 K x K counts; rows are the truth, columns what was predicted."""
        size = len(self.classes)
        return torch.bincount(self.truth * size + self.predicted, minlength=size * size).view(size, size)

    def cell(self, truth: int, predicted: int) -> tuple[Tensor, Tensor]:
        """Indices and confidences of the pictures of a cell, the most confident first; InvalidValue past K - 1."""
        size = len(self.classes)
        for name, place in (("truth", truth), ("predicted", predicted)):
            if not 0 <= place < size:
                raise InvalidValue(N_("'%(name)s' is a class's number from 0 to %(limit)d."), field=name, name=name,
                                   limit=size - 1)  # fmt: skip
        inside = (self.truth == truth) & (self.predicted == predicted)
        return self.indices[inside], self.confidence[inside]

    def describe(self, most: int = MOST_PICTURES) -> dict[str, Any]:
        """As JSON: classes, matrix, images, and by "truth,predicted" each cell's count and first pictures."""
        matrix = self.matrix
        cells = {f"{row},{column}": self._tell(row, column, most) for row, column in matrix.nonzero().tolist()}
        return {"classes": list(self.classes), "matrix": matrix.tolist(), "images": len(self.truth), "cells": cells}

    def tensors(self) -> dict[str, Tensor]:
        """What `from_tensors` reads back, by name."""
        return {name: getattr(self, name) for name in _TENSORS}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], classes: Sequence[str]) -> "Confusion":
        """Of what `tensors` gave."""
        return cls(tuple(classes), *(tensors[name] for name in _TENSORS))

    def _tell(self, truth: int, predicted: int, most: int) -> dict[str, Any]:
        indices, confidence = self.cell(truth, predicted)
        pairs = zip(indices[:most].tolist(), confidence[:most].tolist(), strict=True)
        pictures = [{"index": index, "confidence": round(value, 4)} for index, value in pairs]
        return {"count": len(indices), "pictures": pictures}


def confuse(logits: Tensor, labels: Tensor, indices: Tensor, classes: Sequence[str]) -> Confusion:
    """Of float32 N x K logits, int64 N labels and the N pictures' numbers.

    Of equal logits the lower class is predicted; pictures of equal confidence stay in their order.
    """
    confidence, predicted = logits.double().softmax(1).nan_to_num().max(1)
    order = confidence.argsort(descending=True, stable=True)
    return Confusion(tuple(classes), labels[order], predicted[order], confidence[order].float(), indices[order])
