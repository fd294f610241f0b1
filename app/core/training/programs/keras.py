"""A run as a Keras program, on PyTorch: compile and fit with the run's numbers.

What Keras has not (a running mean of the weights with a warm start, the run's own Muon, whitening) is refused. Dropout
draws other numbers there.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.core.errors import N_, InvalidValue
from app.core.networks.libraries import keras
from app.core.networks.networks import Network
from app.core.training.hyperparameters import Training
from app.core.training.optimizers import KERAS_ACCUMULATOR, KERAS_EPSILON, KERAS_RHO
from app.core.training.programs.cells import Cell
from app.core.training.programs.plan import FIRST, WEIGHTS, Plan
from app.core.training.programs.shared import import_cell, shared_cells

_LACKS = {
    "muon": N_("Keras has no Muon as the run's; take the PyTorch program."),
    "ema": N_("Keras has no such running mean of the weights as the run's; take the PyTorch program."),
    "whiten": N_("Keras has no whitening first layer as the run's; take the PyTorch program."),
}
_IMPORTS = (
    "import hashlib", "import math", "import os  # for the next line but one", "from functools import lru_cache", "",
    "import torch", "from safetensors.torch import load_file", "from torch.nn import functional", "",
    'os.environ["KERAS_BACKEND"] = "torch"  # before Keras is imported: the batches are made by PyTorch',
    "import keras", "from keras import layers",
)  # fmt: skip
_BATCHES = '''\
class Batches(keras.utils.PyDataset):
    """The run's batches, as Keras asks for them: channels last."""

    epoch = 0

    def __len__(self):
        return STEPS

    def __getitem__(self, number):
        x, y = batch(self.epoch, number)
        return channels_last(x), {labels}


class Course(keras.callbacks.Callback):
    """Tells the batches which epoch it is, and sets the learning rate of each step."""

    def on_epoch_begin(self, epoch, logs=None):
        batches.epoch = epoch

    def on_train_batch_begin(self, number, logs=None):
        optimizer = self.model.optimizer
        step = int(optimizer.iterations)
        optimizer.learning_rate = RATE * factor(step)
{course}

def channels_last(x):
    return x.permute(0, 2, 3, 1).numpy()


batches = Batches()'''
_WEIGHTS = '''\
def read_weights(path):
    """In Keras' order and layout, as the file was written for this network."""
    return [weights.numpy() for _, weights in sorted(load_file(path).items())]


'''


def check_keras(training: Training) -> None:
    """Whether Keras can train so. Raises InvalidValue."""
    lacking = [name for name in ("ema", "whiten") if getattr(training, name)]
    lacking += ["muon"] if training.optimizer == "muon" else []
    if lacking:
        raise InvalidValue(_LACKS[lacking[0]], field="library")


def write_cells(plan: Plan) -> list[Cell]:
    """The program's parts. Raises InvalidValue where Keras cannot train so."""
    check_keras(plan.training)
    network = "\n".join(keras.declare(_to_logits(plan.network))).strip()
    cells = [
        *shared_cells(plan),
        Cell("Network", "Pictures, channels last, to logits; without the last line its weights start elsewhere.",
             f'{network}\n\n\n{_WEIGHTS}model.summary()\nmodel.set_weights(read_weights("{FIRST}"))'),
        Cell("Compile", "The loss, the optimizer and what acts on weights beside them.", "\n".join(_compile(plan))),
        Cell("Fit", "The loss of an epoch is that of its batches as they came.", "\n".join(_fit(plan))),
        Cell("What the run came to", "Of the test pictures, by the weights that the run ended with.",
             "\n".join(_result(plan))),
    ]  # fmt: skip
    return [import_cell("pip install keras torch safetensors", _IMPORTS, cells), *cells]


def _to_logits(network: Network) -> Network:
    """The same without a softmax at the end, which belongs to the loss."""
    *layers, last = network.layers
    if getattr(last, "activation", "") == "softmax":
        layers += [] if last.role == "function" else [last.but(activation="none")]
        return replace(network, layers=tuple(layers))
    return network


def _compile(plan: Plan) -> Iterator[str]:
    training = plan.training
    loss = "SparseCategoricalCrossentropy(from_logits=True)"
    if training.label_smoothing:
        loss = f"CategoricalCrossentropy(from_logits=True, label_smoothing={training.label_smoothing!r})"
    ridge = training.l2 + (training.weight_decay / 2 if training.optimizer == "sgd" else 0.0)
    if not training.batch_norm_scale:
        yield "for layer in model._flatten_layers():  # batch normalization's factor stays one"
        yield "    if isinstance(layer, layers.BatchNormalization):"
        yield "        layer.gamma.trainable = False"
    if training.l1 or ridge:
        yield f"penalty = keras.regularizers.L1L2(l1={training.l1!r}, l2={ridge!r})"
        yield "for weights in model.trainable_variables:"
        yield "    if len(weights.shape) > 1:"
        yield "        weights.regularizer = penalty  # as kernel_regularizer= of each layer would"
    if training.max_norm is not None:
        yield from _max_norm(training.max_norm)
    yield f"optimizer = keras.optimizers.{_optimizer(training)}"
    if training.optimizer == "adamw":
        yield "vectors = [weights for weights in model.trainable_variables if len(weights.shape) < 2]"
        yield "optimizer.exclude_from_weight_decay(var_list=vectors)"
    metric = loss.replace("(", '(\n    name="cross_entropy", ', 1).replace(")", ",\n)")
    yield f"cross_entropy = keras.metrics.{metric}  # without penalties"
    yield "model.compile("
    yield "    optimizer=optimizer,"
    yield f"    loss=keras.losses.{loss},"
    yield '    metrics=["accuracy", cross_entropy],'
    yield ")"


def _max_norm(longest: float) -> Iterator[str]:
    yield "for layer in model._flatten_layers():  # a unit's incoming weights are at most so long"
    yield '    for weights in layer.trainable_variables if not getattr(layer, "layers", None) else []:'
    yield "        if len(weights.shape) > 1:"
    yield "            each = 2 if isinstance(layer, layers.DepthwiseConv2D) else 1  # axes that count units"
    yield "            axes = list(range(len(weights.shape) - each))"
    yield f"            weights.constraint = keras.constraints.MaxNorm({longest!r}, axis=axes)"


def _optimizer(training: Training) -> str:
    momentum = f", momentum={training.momentum!r}, nesterov={training.nesterov and training.momentum > 0}"
    return {
        "adam": "Adam(RATE)",
        "adamw": f"AdamW(RATE, weight_decay={training.weight_decay!r})",
        "sgd": f"SGD(RATE{momentum})",
        "rmsprop": f"RMSprop(RATE, rho={KERAS_RHO}, epsilon={KERAS_EPSILON**2:g})  # inside the root",
        "adagrad": f"Adagrad(RATE, initial_accumulator_value={KERAS_ACCUMULATOR})",
    }[training.optimizer]


def _labels(plan: Plan, labels: str) -> str:
    if plan.training.label_smoothing:
        return f"keras.utils.to_categorical({labels}.numpy(), len(CLASSES))"
    return f"{labels}.numpy()"


def _fit(plan: Plan) -> Iterator[str]:
    training = plan.training
    callbacks = ["Course()"]
    if training.early_stopping is not None and training.validation_split:
        callbacks.append(
            'keras.callbacks.EarlyStopping(\n        "val_cross_entropy", mode="min", restore_best_weights=True, '
            f"patience={training.early_stopping},\n    )"
        )
    yield _BATCHES.format(labels=_labels(plan, "y"), course=_course(training))
    if training.validation_split:
        yield 'validation = channels_last(prepare(pictures["validation_images"]))'
        known = _labels(plan, 'pictures["validation_labels"]')
        yield f"validation = validation, {known}"
    options = [f"callbacks=[{', '.join(callbacks)}]"]
    options += ["validation_data=validation"] * bool(training.validation_split)
    call = [
        "fitted = model.fit(",
        "    batches,",
        "    epochs=EPOCHS,",
        "    shuffle=False,  # they come in an order of their own",
    ]
    yield from _in_half(plan, [*call, *(f"    {option}," for option in options), ")"])
    yield 'history = [{"loss": loss} for loss in fitted.history["cross_entropy"]]'


def _course(training: Training) -> str:
    """What Keras counts otherwise than PyTorch, step by step."""
    if training.optimizer in ("adam", "adamw"):
        return (
            "        # PyTorch's epsilon stands beside the corrected deviation, Keras' beside the uncorrected\n"
            f"        optimizer.epsilon = {KERAS_EPSILON} * math.sqrt(1 - optimizer.beta_2 ** (step + 1))\n"
        )
    if training.optimizer == "sgd" and training.momentum:
        return (
            "        # Keras' velocity holds the learning rates of its steps, PyTorch's does not\n"
            "        for velocity in optimizer.momentums if step else []:\n"
            "            velocity.assign(velocity * (factor(step) / factor(step - 1)))\n"
        )
    return ""


def _in_half(plan: Plan, lines: list[str]) -> Iterator[str]:
    if plan.is_half:
        yield 'with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):  # as the run\'s products were'
    yield from ("    " * plan.is_half + line for line in lines)


def _result(plan: Plan) -> Iterator[str]:
    yield f'model.set_weights(read_weights("{WEIGHTS}"))  # leave this line out to look at what was just learned'
    yield 'test = pictures["test_images"] if len(pictures["test_images"]) else images'
    yield "x = prepare(test)"
    if plan.training.mirror_test:
        yield "logits = sum(model.predict(channels_last(side), verbose=0) for side in (x, x.flip(-1))) / 2"
    else:
        yield "logits = model.predict(channels_last(x), verbose=0)"
    yield "probabilities = torch.tensor(logits).softmax(1).numpy()"
    yield 'if len(pictures["test_images"]):'
    yield '    right = probabilities.argmax(1) == pictures["test_labels"].numpy()'
    yield '    print(f"Accuracy: {right.mean():.3f}")'
