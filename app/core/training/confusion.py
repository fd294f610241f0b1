"""Which classes a network takes for which, with the pictures behind every cell. It does not know pictures or files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from app.core.errors import N_, InvalidValue
from app.core.training.limits import MOST_PICTURES  # what `from_tensors` reads was written with the same number


@dataclass(frozen=True, eq=False)
class Confusion:
    """int64 K x K counts, rows the truth, columns what was predicted; and the first pictures of each cell.

    `indices` are int64 numbers of pictures in the data set, cell after cell, at most MOST_PICTURES of each, the most
    confident first; float32 `confidence` in 0..1 is the probability of the predicted class.
    """

    classes: tuple[str, ...]
    matrix: Tensor
    indices: Tensor
    confidence: Tensor

    def cell(self, truth: int, predicted: int) -> tuple[Tensor, Tensor]:
        """Indices and confidences of a cell's first pictures, the most confident first; InvalidValue past K - 1."""
        size = len(self.classes)
        for name, place in (("truth", truth), ("predicted", predicted)):
            if not 0 <= place < size:
                raise InvalidValue(N_("'%(name)s' is a class's number from 0 to %(limit)d."), field=name, name=name,
                                   limit=size - 1)  # fmt: skip
        inside = self._slices()[truth * size + predicted]
        return self.indices[inside], self.confidence[inside]

    def scores(self) -> dict[str, Any]:
        """Accuracy, and of each class precision, recall and F1, in 0..1; None where nothing can be said of it.

        tp / what was taken for the class; tp / what is of the class; their harmonic mean (van Rijsbergen 1979).
        """
        right = self.matrix.diagonal().tolist()
        said, true = self.matrix.sum(0).tolist(), self.matrix.sum(1).tolist()
        return {
            "accuracy": _share(sum(right), sum(true)),
            "per_class": [
                {"precision": _share(hits, named), "recall": _share(hits, all_), "f1": _share(2 * hits, named + all_),
                 "images": all_}
                for hits, named, all_ in zip(right, said, true, strict=True)
            ],
        }  # fmt: skip

    def describe(self, most: int = MOST_PICTURES) -> dict[str, Any]:
        """As JSON: classes, matrix, images, scores, and by "truth,predicted" each cell's count and first pictures."""
        size, slices = len(self.classes), self._slices()
        pairs = zip(self.indices.tolist(), self.confidence.tolist(), strict=True)
        pictures = [{"index": index, "confidence": round(confidence, 4)} for index, confidence in pairs]
        cells = {
            f"{place // size},{place % size}": {"count": count, "pictures": pictures[slices[place]][:most]}
            for place, count in enumerate(self.matrix.flatten().tolist())
            if count
        }
        told = {"classes": list(self.classes), "matrix": self.matrix.tolist(), "images": int(self.matrix.sum())}
        return told | self.scores() | {"cells": cells}

    def tensors(self) -> dict[str, Tensor]:
        """What `from_tensors` reads back, by name: four bytes a cell, eight a picture."""
        return {"matrix": self.matrix.int(), "indices": self.indices.int(), "confidence": self.confidence}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], classes: Sequence[str]) -> "Confusion":
        """Of what `tensors` gave."""
        return cls(tuple(classes), tensors["matrix"].long(), tensors["indices"].long(), tensors["confidence"])

    def _slices(self) -> list[slice]:
        """Where each cell's pictures are."""
        counts = self.matrix.flatten().clamp(max=MOST_PICTURES)
        ends = counts.cumsum(0)
        return [slice(start, end) for start, end in zip((ends - counts).tolist(), ends.tolist(), strict=True)]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def confuse(logits: Tensor, labels: Tensor, indices: Tensor, classes: Sequence[str]) -> Confusion:
    """Of float32 N x K logits, int64 N labels and the N pictures' numbers.

    Of equal logits the lower class is predicted; pictures of equal confidence stay in their order.
    """
    confidence, predicted = logits.double().softmax(1).nan_to_num().max(1)
    order = confidence.argsort(descending=True, stable=True)
    cells = (labels * len(classes) + predicted)[order]
    counts = torch.bincount(cells, minlength=len(classes) ** 2)
    cells, by_cell = cells.sort(stable=True)
    places = torch.arange(len(cells)) - (counts.cumsum(0) - counts)[cells]
    chosen = order[by_cell[places < MOST_PICTURES]]
    return Confusion(tuple(classes), counts.view(len(classes), -1), indices[chosen], confidence[chosen].float())
