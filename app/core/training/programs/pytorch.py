"""A run as a PyTorch program: its own loop, to the run's own numbers as far as the machine computes alike."""

import re
from collections.abc import Callable, Iterator, Sequence
from inspect import getsource
from typing import Any

from app.core.networks.arithmetic import Traced
from app.core.networks.libraries import pytorch
from app.core.networks.networks import expand
from app.core.training.hyperparameters import Training
from app.core.training.optimizers import (
    BESIDE_MUON,
    KERAS_ACCUMULATOR,
    KERAS_EPSILON,
    KERAS_RHO,
    NEWTON_SCHULZ,
    Muon,
    orthogonalize,
)
from app.core.training.programs.cells import Cell
from app.core.training.programs.plan import FIRST, WEIGHTS, Plan
from app.core.training.programs.shared import import_cell, shared_cells
from app.core.training.training import average

_COMMENT = re.compile(r"  # (?:type|noqa): ?.*")  # what is said to the app's own checkers
_IMPORTS = (
    "import copy", "import hashlib", "import math", "from collections import OrderedDict",
    "from collections.abc import Callable, Iterable", "from functools import lru_cache", "from typing import Any", "",
    "import torch", "from safetensors.torch import load_file", "from torch import Tensor, nn",
    "from torch.nn import functional",
)  # fmt: skip
_PREDICT = '''\
@torch.no_grad()
def predict(model, images):
    """Logits of uint8 pictures, as the network is used."""
    model.eval()
    parts = []
    for part in images.split(500):
        x = prepare(part)
        parts.append({logits})
    return torch.cat(parts)


def judge(logits, labels):
    """The mean cross-entropy, and the share that is right."""
    return float(functional.cross_entropy(logits, labels)), float((logits.argmax(1) == labels).float().mean())


'''
_RESULT = f"""\
model.load_state_dict(load_file("{WEIGHTS}"))  # leave this line out to look at what was just learned
test = pictures["test_images"] if len(pictures["test_images"]) else images
logits = predict(model, test)
probabilities = logits.softmax(1)
if len(pictures["test_images"]):
    loss, accuracy = judge(logits, pictures["test_labels"])
    print(f"Loss: {{loss:.3f}}\\nAccuracy: {{accuracy:.3f}}")
"""
_KINDS = {"sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "adamw": "AdamW", "adam": "Adam"}


def write_cells(plan: Plan) -> list[Cell]:
    """The program's parts."""
    network = "\n".join(pytorch.declare(plan.network, expand(plan.network).layers)).strip()
    mirrored = "(model(x) + model(x.flip(-1))) / 2" if plan.training.mirror_test else "model(x)"
    cells = [
        *shared_cells(plan),
        Cell("Network", "float32 pictures to logits; without the last line its weights start elsewhere.",
             f'{network}\n\nprint(f"{{sum(weights.numel() for weights in model.parameters()):,}} parameters")\n'
             f'model.load_state_dict(load_file("{FIRST}"))'),
        Cell("Optimizer", "With Keras' epsilon and starts, as in the run.", "\n".join(_optimizer(plan))),
        Cell("Training", "The loss of an epoch is that of its batches as they came.",
             _PREDICT.format(logits=mirrored) + "\n".join(_loop(plan))),
        Cell("What the run came to", "Of the test pictures, by the weights that the run ended with.", _RESULT),
    ]  # fmt: skip
    return [import_cell("pip install torch safetensors numpy", _IMPORTS, cells), *cells]


def _optimizer(plan: Plan) -> Iterator[str]:
    training = plan.training
    if not training.batch_norm_scale:
        yield "for layer in model.modules():  # batch normalization's factor stays one"
        yield "    if isinstance(layer, nn.BatchNorm2d):"
        yield "        layer.weight.requires_grad_(False)"
    if training.whiten:
        yield "whitening = next(layer for layer in model.modules() if isinstance(layer, nn.Conv2d))"
        yield "whitening.weight.requires_grad_(False)"
    yield "learning = [weights for weights in model.parameters() if weights.requires_grad]"
    yield "kernels = [weights for weights in learning if weights.ndim > 1]"
    yield "vectors = [weights for weights in learning if weights.ndim < 2]"
    yield from _muon(plan) if training.optimizer == "muon" else _plain(training)
    yield "schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, factor) for optimizer in optimizers]"
    if training.ema:
        yield f"\n\n{_source(average)}\n\nmean = copy.deepcopy(model).eval()"


def _plain(training: Training) -> Iterator[str]:
    name = training.optimizer
    decay = training.weight_decay if name in ("sgd", "adamw") else 0.0
    numbers = {
        "sgd": f"momentum={training.momentum!r}, nesterov={training.nesterov and training.momentum > 0}",
        "rmsprop": f"alpha={KERAS_RHO}, eps={KERAS_EPSILON}",
        "adagrad": f"initial_accumulator_value={KERAS_ACCUMULATOR}, eps={KERAS_EPSILON}",
    }.get(name, f"eps={KERAS_EPSILON}")
    yield "groups = ["
    yield f'    {{"params": kernels, "weight_decay": {decay!r}}},'
    yield '    {"params": vectors, "weight_decay": 0.0},'
    yield "]"
    yield 'groups = [group for group in groups if group["params"]]'
    yield f"optimizers = [torch.optim.{_KINDS[name]}(groups, lr=RATE, {numbers})]"


def _muon(plan: Plan) -> Iterator[str]:
    training = plan.training
    wished = (training.bias_learning_rate, training.head_learning_rate)
    bias, head = (training.learning_rate if rate is None else rate for rate in wished)
    yield "head = [layer.weight for layer in model.modules() if isinstance(layer, nn.Linear)][-1:]"
    yield "inner = [weights for weights in kernels if not any(weights is other for other in head)]"
    yield f'groups = [{{"params": vectors, "lr": {bias!r}, "weight_decay": 0.0}},'
    yield f'          {{"params": head, "lr": {head!r}, "weight_decay": {training.weight_decay!r}}}]'
    yield 'groups = [group for group in groups if group["params"]]'
    yield f"NEWTON_SCHULZ = {NEWTON_SCHULZ}\n\n\n{_source(orthogonalize)}\n\n{_source(Muon)}\n"
    dtype = "torch.bfloat16" if plan.is_half else "torch.float32"
    yield f"optimizers = [Muon(inner, RATE, {training.momentum!r}, {dtype})] if inner else []"
    yield f"optimizers += [torch.optim.AdamW(groups, betas={BESIDE_MUON}, eps={KERAS_EPSILON})] if groups else []"


def _source(thing: type | Callable[..., Any]) -> str:
    """As the app has it."""
    return _COMMENT.sub("", getsource(thing))


def _loop(plan: Plan) -> Iterator[str]:
    training = plan.training
    counted = "mean" if training.ema else "model"
    watches = training.early_stopping is not None and bool(training.validation_split)
    yield "history, step = [], 0"
    if watches:
        yield "lowest, waited = math.inf, 0"
    yield "for epoch in range(EPOCHS):"
    yield "    loss_sum, right, seen = 0.0, 0, 0"
    yield "    for number in range(STEPS):"
    yield from ("        " + line for line in _step(plan))
    yield '    row = {"loss": loss_sum / seen, "accuracy": right / seen}'
    if training.validation_split:
        yield f'    judged = judge(predict({counted}, pictures["validation_images"]), pictures["validation_labels"])'
        yield '    row |= {"validation_loss": judged[0], "validation_accuracy": judged[1]}'
    yield "    history.append(row)"
    yield '    print(f"epoch {epoch + 1}:", ", ".join(f"{name} {value:.4f}" for name, value in row.items()))'
    if watches:
        yield '    if row["validation_loss"] < lowest:'
        yield f'        lowest, waited, best = row["validation_loss"], 0, copy.deepcopy({counted}.state_dict())'
        yield "    else:"
        yield "        waited += 1"
        yield f"    if waited >= {training.early_stopping}:"
        yield "        break"
        yield f"{counted}.load_state_dict(best)"
    if training.ema:
        yield "model = mean  # what counts is the running mean of the weights"


def _step(plan: Plan) -> Iterator[str]:
    training = plan.training
    yield "model.train()"
    yield "x, y = batch(epoch, number)"
    if _draws(plan.network.traced):
        yield 'torch.manual_seed(seed_at("step", step))  # what dropout leaves out, as in the run'
    if training.whiten:
        yield f"whitening.bias.requires_grad_(step < {training.whiten!r} * EPOCHS * STEPS)"
    if plan.is_half:
        yield 'with torch.autocast("cpu", torch.bfloat16):  # as the run\'s products were'
        yield "    logits = model(x).float()"
    else:
        yield "logits = model(x)"
    smoothing = f", label_smoothing={training.label_smoothing!r}" if training.label_smoothing else ""
    yield f"loss = functional.cross_entropy(logits, y{smoothing})"
    yield "loss.backward()"
    yield from _penalties(training)
    yield "for optimizer, schedule in zip(optimizers, schedules):"
    yield "    optimizer.step()"
    yield "    optimizer.zero_grad()"
    yield "    schedule.step()"
    if training.max_norm is not None:
        yield "with torch.no_grad():  # a unit's incoming weights are at most so long"
        yield "    for weights in kernels:"
        yield f"        weights.copy_(weights.renorm(2, 0, {training.max_norm!r}))"
    if training.ema:
        yield f"average(mean, model, {training.ema!r}, step)"
    yield "step, seen = step + 1, seen + len(y)"
    yield "loss_sum, right = loss_sum + float(loss.detach()) * len(y), right + int((logits.argmax(1) == y).sum())"


def _penalties(training: Training) -> Iterator[str]:
    if training.l1 or training.l2:
        yield "for weights in kernels:  # the gradient of l1 |w| + l2 w² beside that of the loss"
        yield "    if weights.grad is not None:"
        yield f"        weights.grad += {2 * training.l2!r} * weights.detach()"
        if training.l1:
            yield f"        weights.grad += {training.l1!r} * weights.detach().sign()"


def _draws(traced: Sequence[Traced]) -> bool:
    """Whether a layer draws random numbers while it learns."""
    return any(item.layer.role == "pass" or _draws(item.inside) for item in traced)
