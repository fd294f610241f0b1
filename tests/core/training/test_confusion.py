"""The matrix against scikit-learn's, the cells against a plain walk over the pictures."""

import math

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from app.core.errors import InvalidValue
from app.core.training.confusion import MOST_PICTURES, Confusion, confuse

CLASSES = ("cat", "dog", "frog", "ship")


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_scikit_learn(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 5, (60,), generator=generator)  # of six classes: one has no picture
    logits = torch.randn(60, 6, generator=generator)
    logits[:, seed] = -9.0  # and one is never said

    told = confuse(logits, labels, torch.arange(60), tuple("abcdef")).scores()

    truth, predicted = labels.numpy(), logits.argmax(1).numpy()
    theirs = precision_recall_fscore_support(truth, predicted, labels=range(6), zero_division=math.nan)
    ours = [[row[name] for row in told["per_class"]] for name in ("precision", "recall", "f1", "images")]
    np.testing.assert_allclose(np.array(ours, float), np.array(theirs, float), atol=1e-12)
    assert told["accuracy"] == pytest.approx(accuracy_score(truth, predicted))


def test_of_no_pictures_nothing_is_scored() -> None:
    told = confuse(torch.zeros(0, 2), torch.zeros(0, dtype=torch.int64), torch.arange(0), ("a", "b")).scores()

    assert told["accuracy"] is None
    assert set(told["per_class"][0].values()) == {None, 0}


def some(count: int = 200, classes: int = 4) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits, labels and numbers of pictures in an order of their own."""
    generator = torch.Generator().manual_seed(6)
    labels = torch.randint(0, classes, (count,), generator=generator)
    logits = torch.randn(count, classes, generator=generator) * 2
    logits[torch.arange(count), labels] += 2
    return logits, labels, torch.randperm(5 * count, generator=generator)[:count]


def test_the_matrix_is_scikit_learns() -> None:
    logits, labels, indices = some()

    found = confuse(logits, labels, indices, CLASSES)

    expected = confusion_matrix(labels.numpy(), logits.numpy().argmax(1), labels=range(4))
    np.testing.assert_array_equal(found.matrix.numpy(), expected)


def test_a_cell_holds_its_pictures_the_most_confident_first() -> None:
    logits, labels, indices = some()
    probabilities = softmax(logits.double().numpy(), axis=1)
    walked = [
        (-probabilities[n].max(), int(indices[n]))
        for n in range(len(labels))
        if labels[n] == 1 and probabilities[n].argmax() == 3
    ]

    found, confidence = confuse(logits, labels, indices, CLASSES).cell(1, 3)

    assert found.tolist() == [index for _, index in sorted(walked)]
    np.testing.assert_allclose(confidence.numpy(), [-value for value, _ in sorted(walked)], rtol=1e-6)


def test_the_overview_tells_the_cells_that_are_not_empty() -> None:
    logits, labels, indices = some()
    found = confuse(logits, labels, indices, CLASSES)

    told = found.describe(most=2)

    assert (told["classes"], told["images"]) == (list(CLASSES), 200)
    counts = {key: cell["count"] for key, cell in told["cells"].items()}
    assert counts == {f"{row},{column}": n for row, line in enumerate(told["matrix"])
                      for column, n in enumerate(line) if n}  # fmt: skip
    assert all(len(cell["pictures"]) == min(2, cell["count"]) for cell in told["cells"].values())
    first = told["cells"]["1,3"]["pictures"][0]
    assert first["index"] == int(found.cell(1, 3)[0][0])


def test_of_a_full_cell_the_most_confident_pictures_are_kept_and_all_are_counted() -> None:
    confidence = torch.linspace(0.1, 6, 100)[torch.randperm(100, generator=torch.Generator().manual_seed(1))]
    logits = torch.stack([torch.zeros(100), confidence], 1)

    found = confuse(logits, torch.zeros(100, dtype=torch.int64), torch.arange(100), ("cat", "dog"))

    assert found.matrix.tolist() == [[0, 100], [0, 0]]
    assert found.cell(0, 1)[0].tolist() == confidence.numpy().argsort()[::-1][:MOST_PICTURES].tolist()
    assert found.describe()["cells"]["0,1"]["count"] == 100


def test_it_comes_back_from_its_tensors_in_a_few_bytes() -> None:
    found = confuse(*some(), CLASSES)

    again = Confusion.from_tensors(found.tensors(), CLASSES)

    assert again.describe() == found.describe()
    assert sum(tensor.nbytes for tensor in found.tensors().values()) <= 16 * 4 + 200 * 8


def test_logits_that_are_no_numbers_are_counted_somewhere() -> None:
    found = confuse(torch.full((3, 4), float("nan")), torch.arange(3), torch.arange(3), CLASSES)

    assert int(found.matrix.sum()) == 3


@pytest.mark.parametrize(("truth", "predicted", "field"), [(4, 0, "truth"), (0, -1, "predicted")])
def test_a_cell_that_is_none_is_refused(truth: int, predicted: int, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        confuse(*some(), CLASSES).cell(truth, predicted)

    assert refusal.value.field == field
