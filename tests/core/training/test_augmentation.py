import numpy as np
import pytest
import torch
from scipy.ndimage import affine_transform

from app.core.training.augmentation import Augmentation, alter, gather


def pictures(count: int = 40, side: int = 9, channels: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    return torch.randint(0, 256, (count, side, side + 2, channels), dtype=torch.uint8, generator=generator)


def seeded(number: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(number)


def candidates(picture: np.ndarray, shift: int, flips: tuple[bool, ...]) -> list[np.ndarray]:
    """All that one picture may become, by NumPy's own padding, one at a time."""
    height, width = picture.shape[:2]
    found = []
    for mirrored in flips:
        turned = picture[:, ::-1] if mirrored else picture
        padded = np.pad(turned, ((shift, shift), (shift, shift), (0, 0)), mode="reflect")
        found += [padded[y : y + height, x : x + width] for y in range(2 * shift + 1) for x in range(2 * shift + 1)]
    return found


def test_without_augmentation_pictures_are_only_chosen() -> None:
    levels, chosen = pictures(), torch.tensor([3, 1, 3])

    found = gather(levels, chosen, Augmentation(), 0, seeded())

    assert torch.equal(found, levels[chosen])


@pytest.mark.parametrize("names", [("flip",), ("shift",), ("flip", "shift"), ("alternating-flip", "shift")])
def test_every_picture_is_one_that_numpy_makes_of_it_alone(names: tuple[str, ...]) -> None:
    levels, chosen = pictures(), torch.randperm(40, generator=seeded(2))
    shift = 2 if "shift" in names else 0
    flips = (False, True) if len(names) > 1 or "flip" in names else (False,)

    found = gather(levels, chosen, Augmentation(names, shift=2), 1, seeded()).numpy()

    for picture, number in zip(found, chosen.tolist(), strict=True):
        assert any(np.array_equal(picture, made) for made in candidates(levels[number].numpy(), shift, flips))


def test_shifts_reach_every_place_and_flips_happen_half_the_time() -> None:
    levels = pictures(1).expand(2000, -1, -1, -1)
    possible = candidates(levels[0].numpy(), 1, (False, True))

    found = gather(levels, torch.arange(2000), Augmentation(("flip", "shift"), shift=1), 0, seeded()).numpy()

    counts = [int((found == made).all((1, 2, 3)).sum()) for made in possible]
    assert sum(counts) == 2000
    assert min(counts) > 60  # 2000 / 18 = 111 expected
    assert abs(sum(counts[:9]) - 1000) < 100


def test_alternating_flips_mirror_each_picture_every_other_epoch() -> None:
    levels, everyone = pictures(200), torch.arange(200)
    augmentation = Augmentation(("alternating-flip",), seed=3)

    epochs = [gather(levels, everyone, augmentation, epoch, seeded(epoch)) for epoch in range(3)]

    assert torch.equal(epochs[0], epochs[2])
    assert torch.equal(epochs[0].flip(2), epochs[1])
    as_it_is = int((epochs[0] == levels).flatten(1).all(1).sum())
    assert 70 < as_it_is < 130


def test_cutout_sets_one_square_inside_to_zero() -> None:
    batch = torch.rand(300, 3, 12, 10, generator=seeded()) + 1

    changed = alter(batch.clone(), Augmentation(("cutout",), cutout=4), seeded(1))

    zero = changed == 0
    assert torch.equal(changed[~zero], batch[~zero])
    assert (zero.sum((1, 2, 3)) == 3 * 16).all()
    for mask in zero[:, 0]:
        rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
        assert (int(rows[-1] - rows[0]), int(columns[-1] - columns[0])) == (3, 3)
    assert zero.any(0).all()


def test_a_square_larger_than_the_picture_covers_it() -> None:
    changed = alter(torch.ones(2, 1, 3, 3), Augmentation(("cutout",), cutout=8), seeded())

    assert not changed.any()


def test_noise_and_brightness_have_the_strength_that_is_said() -> None:
    batch = torch.zeros(500, 1, 8, 8)

    noisy = alter(batch.clone(), Augmentation(("noise",), noise=0.1), seeded())
    brighter = alter(batch.clone(), Augmentation(("brightness",), brightness=0.2), seeded())

    assert float(noisy.std()) == pytest.approx(0.1, rel=0.02)
    assert torch.equal(brighter, brighter[:, :, :1, :1].expand_as(brighter))
    assert 0.19 < float(brighter.abs().max()) <= 0.2


def test_affine_is_scipys_for_the_same_turn_size_and_slant() -> None:
    batch = torch.rand(30, 2, 9, 12, generator=seeded(4))
    turns, zooms, slants = (2 * torch.rand(3, 30, generator=seeded(6)) - 1).double().numpy()

    found = alter(batch.clone(), Augmentation(("affine",), turn=25, zoom=0.3), seeded(6)).numpy()

    middle = (np.array([9, 12]) - 1) / 2
    for picture, changed, turn, zoom, slant in zip(batch.numpy(), found, turns, zooms, slants, strict=True):
        angle = np.deg2rad(25 * turn)
        turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # of rows, then columns
        source = np.array([[1, 0], [0.3 * slant, 1]]) @ turned / (1 + 0.3 * zoom)
        for level, made in zip(picture, changed, strict=True):
            expected = affine_transform(level, source, middle - source @ middle, order=1, mode="reflect")
            np.testing.assert_allclose(made, expected, atol=1e-4)


def test_affine_leaves_the_middle_and_stays_within_its_most() -> None:
    batch = torch.zeros(300, 1, 41, 41)
    batch[:, :, 20, :] = 1

    found = alter(batch, Augmentation(("affine",)), seeded())

    assert found[:, 0, 20, 20].min() > 0.95
    tops = found[:, 0, :, 35].argmax(1) - 20
    assert 2 <= int(tops.abs().max()) <= 15 * np.tan(np.deg2rad(10)) * 1.1 + 1


def test_the_same_generator_gives_the_same_batch() -> None:
    augmentation = Augmentation(("flip", "shift"))

    first, second = (gather(pictures(), torch.arange(20), augmentation, 0, seeded(9)) for _ in range(2))

    assert torch.equal(first, second)


def test_reflection_is_numpys_for_shifts_longer_than_the_picture() -> None:
    levels = pictures(300, side=3)[:, :, :3]

    found = gather(levels, torch.arange(300), Augmentation(("shift",), shift=5), 0, seeded()).numpy()

    for picture, level in zip(found, levels.numpy(), strict=True):
        assert any(np.array_equal(picture, made) for made in candidates(level, 5, (False,)))
