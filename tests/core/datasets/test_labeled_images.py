"""Splits: which pictures are put aside, class by class or not."""

import pytest
import torch
from sklearn.model_selection import train_test_split

from app.core.datasets.labeled_images import DataSet, split
from app.core.datasets.splits import count_aside
from app.core.errors import InvalidValue


def labeled(*counts: int) -> DataSet:
    """So many gray pictures of each class, in a row."""
    labels = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    images = torch.zeros(len(labels), 1, 2, 2, dtype=torch.uint8)
    classes = tuple(f"class {number}" for number in range(len(counts)))
    return DataSet("own", "Own", classes, images, labels, images[:0], labels[:0])


def by_class(dataset: DataSet, numbers: torch.Tensor) -> list[int]:
    return dataset.labels[numbers].bincount(minlength=len(dataset.classes)).tolist()


@pytest.mark.parametrize(("counts", "fraction", "aside"), [
    ((160, 4), 0.1, [15, 1]),  # 16 : 0, once
    ((100, 50, 50), 0.1, [10, 5, 5]),
    ((2, 2), 0.1, [1, 1]),
    ((2, 2, 96), 0.01, [1, 1, 1]),
    ((3, 30), 0.9, [2, 28]),
    ((0, 10, 10), 0.2, [0, 2, 2]),
])  # fmt: skip
def test_each_class_loses_its_share_and_one_picture_at_least(
    counts: tuple[int, ...], fraction: float, aside: list[int]
) -> None:
    dataset = labeled(*counts)

    learned, validation = split(dataset, fraction, by_class=True)

    assert by_class(dataset, validation) == aside
    assert sorted([*learned.tolist(), *validation.tolist()]) == list(range(sum(counts)))


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_those_of_scikit_learn_where_they_are_not_a_draw(seed: int) -> None:
    counts = torch.randint(20, 200, (7,), generator=torch.Generator().manual_seed(seed)).tolist()
    dataset = labeled(*counts)

    _, validation = split(dataset, 0.1, seed, by_class=True)

    total = count_aside(sum(counts), 0.1, len(counts))
    _, theirs = train_test_split(range(sum(counts)), test_size=total, stratify=dataset.labels.tolist(), random_state=0)
    assert len(validation) == total
    assert all(
        abs(own - other) <= 1 and abs(own - count * total / sum(counts)) < 1
        for own, other, count in zip(
            by_class(dataset, validation), by_class(dataset, torch.tensor(theirs)), counts, strict=True
        )
    )


def test_a_seed_draws_the_same_pictures_and_another_others() -> None:
    dataset = labeled(50, 50)

    first, again, other = (split(dataset, 0.2, seed, by_class=True)[1] for seed in (3, 3, 4))

    assert first.equal(again)
    assert not first.equal(other)
    assert not first.sort().values.equal(first)


def test_a_single_picture_cannot_be_learned_from_and_put_aside() -> None:
    with pytest.raises(InvalidValue) as refused:
        split(labeled(5, 1), 0.1, by_class=True)

    assert (refused.value.field, refused.value.values["label"]) == ("validation_split", "class 1")


def test_without_looking_at_classes_the_first_of_one_permutation_are_put_aside() -> None:
    order = torch.randperm(20, generator=torch.Generator().manual_seed(9))

    learned, validation = split(labeled(10, 10), 0.25, 9)

    assert validation.equal(order[:5])
    assert learned.equal(order[5:])
