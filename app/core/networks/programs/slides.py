"""What a program says of the training around its network: optimizer, batches, epochs, augmentation, as our settings.

Names and values are those of the training's description; whether they are within its limits is for who trains.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import N_
from app.core.networks.programs.imports import Event
from app.core.networks.programs.machine import Machine
from app.core.networks.programs.notes import CHANGED, LEFT, TAKEN, Note
from app.core.networks.programs.values import Function, Instance, Items, Made, Unknown, is_plain

_SETTING = N_("Line %(line)d: %(name)s = %(value)s.")
_OPEN = N_("Line %(line)d: %(name)s is not written out; yours stays.")
_OTHER = N_("Line %(line)d: '%(name)s' is not known here and became '%(value)s'.")
_WITHOUT = N_("Line %(line)d: '%(name)s' is not known here and was left out.")
_LOSS = N_("Line %(line)d: the loss '%(name)s' became cross-entropy, which all trainings here have.")
_EVERYWHERE = N_("Line %(line)d: %(name)s holds for all kernels here, not for single layers.")

_KERAS_RATES = {"sgd": 0.01, "adam": 1e-3, "adamw": 1e-3, "rmsprop": 1e-3, "adagrad": 1e-3}
_TORCH_RATES = {"sgd": 1e-3, "adam": 1e-3, "adamw": 1e-3, "rmsprop": 1e-2, "adagrad": 1e-2}
_STARTS = {"adamw": {"weight_decay": 0.01}}  # PyTorch's
_CROSS_ENTROPIES = ("crossentropy", "nllloss", "bceloss", "bcewithlogitsloss")
_AUGMENTED = {
    "RandomFlip": "flip", "RandomHorizontalFlip": "flip", "RandomTranslation": "shift", "RandomCrop": "shift",
    "RandomBrightness": "brightness", "GaussianNoise": "noise", "RandomErasing": "cutout", "horizontal_flip": "flip",
    "width_shift_range": "shift", "height_shift_range": "shift", "brightness_range": "brightness",
}  # fmt: skip
_NOT_AUGMENTED = {
    "RandomRotation", "RandomZoom", "RandomContrast", "RandomVerticalFlip", "RandomAffine", "RandomPerspective",
    "RandomResizedCrop", "RandomGrayscale", "ColorJitter", "RandAugment", "AutoAugment", "ActivityRegularization",
    "rotation_range", "zoom_range", "shear_range", "vertical_flip", "channel_shift_range", "zca_whitening",
}  # fmt: skip
_NOT_SCHEDULED = {
    "StepLR", "MultiStepLR", "ExponentialLR", "ReduceLROnPlateau", "LambdaLR", "LearningRateScheduler", "CyclicLR",
    "ExponentialDecay", "PiecewiseConstantDecay", "PolynomialDecay", "InverseTimeDecay", "CosineAnnealingWarmRestarts",
}  # fmt: skip


@dataclass
class Slide:
    """The settings that a text gives, and what is said of each."""

    settings: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def take(self, name: str, value: Any, line: int) -> None:
        """A setting; one that is not known is told."""
        if isinstance(value, Unknown) or not (is_plain(value) or isinstance(value, tuple)):
            self.say(LEFT, _OPEN, line, name)
            return
        if self.settings.get(name) != value:
            self.notes = [note for note in self.notes if note.values.get("name") != name or note.kind != TAKEN]
            self.settings[name] = value
            self.say(TAKEN, _SETTING, line, name, value)

    def say(self, kind: str, message: str, line: int, name: str, value: Any = None) -> None:
        """A sentence, once."""
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        note = Note(kind, message, {"line": line, "name": name[:40]} | ({} if value is None else {"value": shown}))
        if note not in self.notes:
            self.notes.append(note)


def slide_of(machine: Machine, of: Instance, width: int) -> Slide:
    """What the text says of the training of that network, whose pictures are so wide."""
    slide = Slide()
    made = [event for event in machine.told.events if event.path[:1] != "."]
    for event in machine.told.events:
        if event.of is of and (read := _METHODS.get(event.path)):
            read(machine, slide, event)
    if of.root.startswith("torch"):
        _read_torch(machine, slide, of)
    for event in made:
        _read_augmentation(machine, slide, event, width)
        _read_beside(machine, slide, event)
    return slide


def _value(machine: Machine, event: Any, place: int | None, *names: str) -> Any:
    """An argument by its place or one of its names; None where it is not said."""
    for name in names:
        if name in event.keywords:
            return _plain(machine, event.keywords[name])
    if place is not None and place < len(event.arguments):
        return _plain(machine, event.arguments[place])
    return None


def _plain(machine: Machine, value: Any) -> Any:
    return machine.plain(value) if isinstance(value, Items | tuple) else value


def _compile(machine: Machine, slide: Slide, event: Event) -> None:
    said = _value(machine, event, 0, "optimizer")
    if isinstance(said, str):
        _optimizer(slide, said, event.line, {}, _KERAS_RATES)
    elif isinstance(said, Made):
        _keras_optimizer(machine, slide, said)
    loss = _value(machine, event, 1, "loss")
    _loss(machine, slide, loss, event.line)


def _keras_optimizer(machine: Machine, slide: Slide, made: Made) -> None:
    said = {
        "learning_rate": _value(machine, made, 0, "learning_rate", "lr"), "decay": _value(machine, made, None, "decay"),
        "momentum": _value(machine, made, 1 if made.word == "SGD" else None, "momentum"),
        "nesterov": _value(machine, made, None, "nesterov"),
        "weight_decay": _value(machine, made, None, "weight_decay"),
    }  # fmt: skip
    if isinstance(rate := said["learning_rate"], Made):
        said["learning_rate"] = _value(machine, rate, 0, "initial_learning_rate")
        if rate.word == "CosineDecay":
            slide.take("schedule", "cosine", rate.line)
    _optimizer(slide, made.word, made.line, said, _KERAS_RATES)


def _optimizer(slide: Slide, name: str, line: int, said: dict[str, Any], rates: dict[str, float]) -> None:
    """An optimizer with its numbers; those that are not said are the library's."""
    known = name.lower() if name.lower() in rates else "adam"
    if known != name.lower():
        slide.say(CHANGED, _OTHER, line, name, known)
        said = {}  # its numbers would be wrong ones for another
    starts: dict[str, Any] = {"learning_rate": rates[known], "decay": 0.0}
    if known == "sgd":
        starts |= {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0}
    starts |= _STARTS.get(known, {})
    slide.take("optimizer", known, line)
    for setting, start in starts.items():
        value = said.get(setting)
        slide.take(setting, start if value is None else value, line)
    if said.get("momentum") and known != "sgd":
        slide.say(LEFT, _WITHOUT, line, "momentum")


def _loss(machine: Machine, slide: Slide, loss: Any, line: int) -> None:
    name = loss.word if isinstance(loss, Made) else getattr(loss, "word", loss)
    if isinstance(loss, Made) and (smoothing := _value(machine, loss, None, "label_smoothing")):
        slide.take("label_smoothing", smoothing, loss.line)
    if isinstance(name, str) and not any(one in name.lower().replace("_", "") for one in _CROSS_ENTROPIES):
        slide.say(CHANGED, _LOSS, line, name)


def _fit(machine: Machine, slide: Slide, event: Event) -> None:
    generator = event.path == ".fit_generator"
    batch = _value(machine, event, None if generator else 2, "batch_size")
    if batch is None:
        batch = next((found for found in _flows(machine)), 32)
    slide.take("batch_size", batch, event.line)
    epochs = _value(machine, event, 2 if generator else 3, "epochs", "nb_epoch")
    slide.take("epochs", 1 if epochs is None else epochs, event.line)
    if (split := _value(machine, event, None, "validation_split")) is not None:
        slide.take("validation_split", split, event.line)
    if (shuffle := _value(machine, event, None, "shuffle")) is not None:
        slide.take("shuffle", shuffle, event.line)
    for callback in _each(_value(machine, event, None, "callbacks")):
        if isinstance(callback, Made) and callback.word == "EarlyStopping":
            patience = _value(machine, callback, None, "patience")
            slide.take("early_stopping", max(1, patience) if type(patience) is int else 1, callback.line)


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _flows(machine: Machine) -> Iterator[Any]:
    """The batch sizes that data are read in."""
    for event in machine.told.events:
        if event.path.endswith((".flow", ".flow_from_directory", "image_dataset_from_directory", ".batch")):
            place = {"flow": 2, "batch": 0}.get(event.path.rpartition(".")[2])
            if (found := _value(machine, event, place, "batch_size")) is not None:
                yield found


_METHODS: dict[str, Callable[[Machine, Slide, Event], None]] = {
    ".compile": _compile,
    ".fit": _fit,
    ".fit_generator": _fit,
}


def _read_torch(machine: Machine, slide: Slide, of: Instance) -> None:
    own = of.kind.find("configure_optimizers")  # Lightning's
    if isinstance(own, Function):
        machine.invoke(own, (of,), {}, of.line)
    for event in machine.told.events:
        word = event.path.rpartition(".")[2]
        if event.path.startswith("torch.optim.") and "lr_scheduler" not in event.path and word[:1].isupper():
            _torch_optimizer(machine, slide, event, word)
        elif word.lower().endswith("loss") and event.path.startswith("torch.nn."):
            made = Made(0, event.line, event.path, "", event.arguments, event.keywords)
            _loss(machine, slide, made, event.line)
        elif word in ("OneCycleLR", "CosineAnnealingLR"):
            slide.take("schedule", "one-cycle" if word == "OneCycleLR" else "cosine", event.line)
            if (most := _value(machine, event, 1 if word == "OneCycleLR" else None, "max_lr")) is not None:
                slide.take("learning_rate", most, event.line)
        elif word == "Trainer" and (epochs := _value(machine, event, None, "max_epochs")) is not None:
            slide.take("epochs", epochs, event.line)
    _loaders(machine, slide)
    turns = [next((one for one in event.turns if one is not None), None)
             for event in machine.told.events if event.path == ".backward"]  # fmt: skip
    lines = [event.line for event in machine.told.events if event.path == ".backward"]
    if turns and turns[0] is not None:
        slide.take("epochs", turns[0], lines[0])


def _torch_optimizer(machine: Machine, slide: Slide, event: Event, word: str) -> None:
    sgd = word == "SGD"
    said = {
        "learning_rate": _value(machine, event, 1, "lr"), "nesterov": _value(machine, event, None, "nesterov"),
        "momentum": _value(machine, event, 2 if sgd else None, "momentum"),
        "weight_decay": _value(machine, event, 4 if sgd else None, "weight_decay"),
    }  # fmt: skip
    _optimizer(slide, word, event.line, said, _TORCH_RATES)
    decay = said["weight_decay"]
    if word not in ("SGD", "AdamW") and isinstance(decay, int | float) and decay:
        slide.take("l2", decay / 2, event.line)  # its gradient is decay * w


def _loaders(machine: Machine, slide: Slide) -> None:
    loaders = [event for event in machine.told.events if event.path.endswith("DataLoader")]
    shuffled = [event for event in loaders if _value(machine, event, 2, "shuffle") is True]
    for event in (shuffled or loaders)[:1]:
        batch = _value(machine, event, 1, "batch_size")
        slide.take("batch_size", 1 if batch is None else batch, event.line)


def _read_augmentation(machine: Machine, slide: Slide, event: Event, width: int) -> None:
    word = event.path.rpartition(".")[2]
    said = [(word, (*event.arguments, *event.keywords.values()))]
    if word == "ImageDataGenerator":
        said = [(name, (value,)) for name, value in event.keywords.items() if value not in (0, 0.0, False, None)]
    for name, values in said:
        if name in _NOT_AUGMENTED:
            slide.say(LEFT, _WITHOUT, event.line, name)
        elif name in _AUGMENTED and not (name == "RandomFlip" and "vertical" in values):
            kind = _AUGMENTED[name]
            slide.take(
                "augmentation", tuple(dict.fromkeys((*slide.settings.get("augmentation", ()), kind))), event.line
            )
            if kind == "shift" and (pixels := _pixels(event, name, values, width)):
                slide.take("shift", pixels, event.line)


def _pixels(event: Event, name: str, values: tuple[Any, ...], width: int) -> int | None:
    if name == "RandomCrop":
        padding = event.keywords.get("padding", event.arguments[1] if len(event.arguments) > 1 else None)
        return padding if type(padding) is int and padding > 0 else None
    share = next((value for value in values if isinstance(value, int | float)), 0)
    return max(1, round(share * width if abs(share) < 1 else share)) if share else None


def _read_beside(machine: Machine, slide: Slide, event: Event) -> None:
    """Regularizers, seeds and what is not known here."""
    word = event.path.rpartition(".")[2]
    first = _value(machine, event, 0, "l", "l1", "l2", "max_value", "seed")
    if word in _NOT_SCHEDULED:
        slide.say(LEFT, _WITHOUT, event.line, word)
    elif "regularizers" in event.path and word.lower() in ("l1", "l2"):
        slide.take(word.lower(), 0.01 if first is None else first, event.line)
        slide.say(CHANGED, _EVERYWHERE, event.line, word.lower())
    elif word in ("MaxNorm", "max_norm", "maxnorm"):
        slide.take("max_norm", 2 if first is None else first, event.line)
        slide.say(CHANGED, _EVERYWHERE, event.line, "max_norm")
    elif word in ("manual_seed", "set_seed", "set_random_seed") and type(first) is int:
        slide.take("seed", first, event.line)
