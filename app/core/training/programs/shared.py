"""What programs of both libraries have in common: pictures, batches, changes and the learning rate, in PyTorch.

Only what the run used is written. The random numbers are the run's own (see `randomness`), so the first pictures and
changes are its own too.
"""

import re
from collections.abc import Sequence
from functools import partial

from app.core.training.programs.cells import Cell
from app.core.training.programs.plan import FIRST, PICTURES, WEIGHTS, Plan

_GENERATOR = '''\
SEED = {seed}


def seed_at(*place):
    """A seed that depends on the place alone: ("order", 3), ("batch", 3, 12)."""
    digest = hashlib.blake2b("/".join(map(str, (SEED, *place))).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def generator(*place):
    return torch.Generator().manual_seed(seed_at(*place))
'''
_PICTURES = """\
pictures = load_file("{pictures}")  # uint8, pictures x channels x height x width
images, labels = pictures["images"], pictures["labels"]
CLASSES = {classes}

print(f"{{len(images):,}} pictures to learn from, {{len(pictures['validation_images']):,}} to choose by, "
      f"{{len(pictures['test_images']):,}} to test")
"""
_PREPARE = '''\
MEAN = torch.tensor({mean}).view(1, -1, 1, 1)
DEVIATION = torch.tensor({std}).view(1, -1, 1, 1)


def prepare(images):
    """float32: levels 0 to 1, minus the mean, over the deviation of each channel."""
    return (images.float() / 255 - MEAN) / DEVIATION
'''
_REFLECTED = '''\
def reflected(places, side):
    """Places outside the picture come back as from a mirror."""
    period = max(1, 2 * side - 2)
    places = places % period
    return torch.where(places < side, places, period - places)
'''
_MOVES = {
    "shift": """\
    moves = torch.randint(-{shift}, {shift} + 1, (2, len(chosen), 1), generator=random)
    rows, columns = reflected(rows + moves[0], height), reflected(columns + moves[1], width)
""",
    "alternating-flip": """\
    mirrored = torch.rand(len(images), generator=generator("flips"))[chosen] < 0.5
    columns = torch.where((mirrored ^ (epoch % 2 == 1))[:, None], width - 1 - columns, columns)
""",
    "flip": """\
    mirrored = torch.rand(len(chosen), generator=random) < 0.5
    columns = torch.where(mirrored[:, None], width - 1 - columns, columns)
""",
}
_ALTERATIONS = {
    "affine": "    batch = transformed(batch, random)\n",
    "noise": "    batch += 0.1 * torch.randn(batch.shape, generator=random)\n",
    "brightness": "    batch += 0.2 * (torch.rand(len(batch), 1, 1, 1, generator=random) * 2 - 1)\n",
    "cutout": """\
    rows, columns = square(batch, batch.shape[2], random), square(batch, batch.shape[3], random)
    batch[(rows[:, None, :, None] & columns[:, None, None, :]).expand_as(batch)] = 0
""",
}
_SQUARE = '''\
def square(batch, length, random):
    """Which places of a side are inside each picture's square."""
    side = min({cutout}, length)
    corner = torch.randint(0, length - side + 1, (len(batch), 1), generator=random)
    places = torch.arange(length)
    return (places >= corner) & (places < corner + side)
'''
_TRANSFORMED = '''\
def transformed(batch, random):
    """Pictures turned by up to 10 degrees, and larger, smaller or slanted by up to a tenth."""
    height, width = batch.shape[2:]
    turn, zoom, shear = 2 * torch.rand(3, len(batch), generator=random) - 1
    angle, size, slant = turn * math.pi / 18, 1 + 0.1 * zoom, 0.1 * shear
    across, along = torch.cos(angle) / size, torch.sin(angle) / size
    rows = [[across + slant * along, (slant * across - along) * height / width], [along * width / height, across]]
    matrix = torch.stack([torch.stack([*row, torch.zeros(len(batch))], 1) for row in rows], 1)
    places = functional.affine_grid(matrix, list(batch.shape), align_corners=False)
    return functional.grid_sample(batch, places, padding_mode="reflection", align_corners=False)
'''
_CHANGED = '''\
def changed(chosen, epoch, random):
    """Those pictures, each taken from moved or mirrored rows and columns of its own."""
    height, width = images.shape[2:]
    rows, columns = torch.arange(height).expand(len(chosen), -1), torch.arange(width).expand(len(chosen), -1)
{moves}\
    picture, channel = chosen[:, None, None, None], torch.arange(images.shape[1])[None, :, None, None]
    return images[picture, channel, rows[:, None, :, None], columns[:, None, None, :]]
'''
_BATCH = '''\
BATCH, STEPS = {batch}, {steps}  # pictures a step, steps an epoch


@lru_cache(maxsize=1)
def order(epoch):
    return {order}


def batch(epoch, number):
    """float32 pictures x channels x height x width, and their classes; epochs and batches count from 0."""
    chosen = order(epoch)[number * BATCH : (number + 1) * BATCH]
    random = generator("batch", epoch, number)
    return {altered}, labels[chosen]
'''
_FACTOR = '''\
EPOCHS, RATE = {epochs}, {rate}


def factor(step):
    """What the learning rate is multiplied by at a step, from 0: {words}."""
{body}'''


def shared_cells(plan: Plan) -> list[Cell]:
    """From the files to batches, and how fast is learned."""
    training, preparation = plan.training, plan.preparation
    measured = {"training": "", "biased": " (of the darkest tenth: a trap)", "test": " (of the test pictures: a leak)"}
    return [
        Cell("Pictures", f"{PICTURES} lies beside this file: the run's own split, learned from in its own order.",
             _PICTURES.format(pictures=PICTURES, classes=list(plan.classes)) + "\n\n" +
             _GENERATOR.format(seed=training.seed)),
        Cell("Preparation",
             f"normalization: {training.normalization}; as the run measured it{measured[training.statistics]}.",
             _PREPARE.format(mean=list(preparation.mean), std=list(preparation.std))),
        Cell("Batches", "A new order every epoch, and training pictures that are changed at random.", _batches(plan)),
        Cell("Learning rate", f"schedule: {training.schedule}; decay as in Keras.", _factor(plan)),
    ]  # fmt: skip


def import_cell(words: str, lines: Sequence[str], cells: Sequence[Cell]) -> Cell:
    """Those of the lines that import what the cells name; what is no import stays."""
    code = "\n".join(cell.code for cell in cells)
    kept = [line for line in map(partial(_needed, code=code), lines) if line is not None]
    return Cell("Imports", words, "\n".join(kept))


def _needed(line: str, code: str) -> str | None:
    """The line with only the names that the code has; None where there are none."""
    start, sign, names = line.partition("import ")
    if not sign or "#" in line:
        return line
    used = [name for name in names.split(", ") if re.search(rf"\b{re.escape(name.split(' as ')[-1])}\b", code)]
    return f"{start}import {', '.join(used)}" if used else None


def files_needed() -> str:
    """A sentence for the top of a program."""
    return (
        f"Beside it lie {PICTURES}, {FIRST} (where the run's weights\nstarted) and {WEIGHTS} (where they "
        "ended): they come in the same ZIP."
    )


def _batches(plan: Plan) -> str:
    names = plan.training.augmentation
    moves = [name for name in ("shift", "alternating-flip", "flip") if name in names]
    if "alternating-flip" in moves and "flip" in moves:
        moves.remove("flip")
    alterations = [name for name in _ALTERATIONS if name in names and (name != "cutout" or plan.training.cutout)]
    parts = [_REFLECTED] if "shift" in moves else []
    if moves:
        body = "".join(_MOVES[name] for name in moves).replace("{shift}", str(plan.training.shift))
        parts.append(_CHANGED.format(moves=body))
    if "cutout" in alterations:
        parts.append(_SQUARE.format(cutout=plan.training.cutout))
    if "affine" in alterations:
        parts.append(_TRANSFORMED)
    if alterations:
        body = "".join(_ALTERATIONS[name] for name in alterations)
        parts.append(f'def altered(batch, random):\n    """The values of a prepared batch, changed."""\n{body}'
                     "    return batch\n")  # fmt: skip
    taken = "prepare(changed(chosen, epoch, random))" if moves else "prepare(images[chosen])"
    shuffled = 'torch.randperm(len(images), generator=generator("order", epoch))'
    parts.append(_BATCH.format(
        batch=plan.training.batch_size, steps=plan.steps_an_epoch,
        order=shuffled if plan.training.shuffle else "torch.arange(len(images))",
        altered=f"altered({taken}, random)" if alterations else taken,
    ))  # fmt: skip
    return "\n\n".join(parts)


def _factor(plan: Plan) -> str:
    training = plan.training
    decay = f"1 / (1 + {training.decay!r} * step)" if training.decay else "1.0"
    if training.schedule == "constant":
        body, words = f"    return {decay}\n", "Keras' decay" if training.decay else "always the same"
    else:
        cosine = training.schedule == "cosine"
        words = "a straight warm-up, then down " + ("as a cosine" if cosine else "straight to zero")
        falling = "(1 - math.cos(math.pi * left)) / 2" if cosine else "left"
        body = (
            f"    rising, steps = {training.warm_up!r} * EPOCHS * STEPS, EPOCHS * STEPS\n"
            f"    if step < rising:\n        return {decay} * (step + 1) / (rising + 1)\n"
            f"    left = 1 - (step - rising) / max(steps - rising, 1)\n    return {decay} * {falling}\n"
        )
    return _FACTOR.format(epochs=training.epochs, rate=repr(training.learning_rate), words=words, body=body)
