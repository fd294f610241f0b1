"""What a trained network says of a picture, how sure it is, what it really saw, and how strange that was to it.

It does not know HTTP or processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor, nn

from app.core.classification.familiarity import UNFAMILIAR, read_signs
from app.core.classification.implants import Implanted, implant
from app.core.classification.leaning import quickest
from app.core.classification.models import Model, compute, open_model, pass_through, to_probabilities
from app.core.classification.questions import Question
from app.core.classification.sprites import draw_picture
from app.core.classification.verdicts import Verdict, judge
from app.core.datasets.builtin import framing_of
from app.core.errors import N_, InvalidValue
from app.core.pictures.changes import Change
from app.core.pictures.distortions import change_picture
from app.core.pictures.drawings import frame_drawing, frame_middle
from app.core.pictures.framings import Frame, Framing, FramingName
from app.core.pictures.images import read_upload
from app.core.pictures.preparation import Preparation, prepare_images, prepare_picture
from app.core.pictures.uploads import Upload


@dataclass(frozen=True)
class Opened:
    """A question with its model open and its picture read, each when it is first needed, and once."""

    question: Question

    @cached_property
    def trained(self) -> Model:
        """The model as it was trained."""
        return open_model(self.question.folder)

    @cached_property
    def implanted(self) -> Implanted | None:
        """The network with the kernel put in, if one is; raises InvalidValue."""
        wish = self.question.implant
        return implant(self.trained.anatomy, wish) if wish else None

    @cached_property
    def model(self) -> Model:
        """The model that answers."""
        if self.implanted is None:
            return self.trained
        changed = self.implanted.anatomy
        assert isinstance(changed.module, nn.Sequential)
        return replace(self.trained, module=changed.module, for_once=True)

    @property
    def seen(self) -> Tensor:
        """uint8 C x h x w, exactly what the network sees; raises PictureError, and InvalidValue for the change."""
        return self._view[0]

    @property
    def frame(self) -> Frame:
        """Which part of the picture that is, before it is changed."""
        return self._view[1]

    @cached_property
    def _view(self) -> tuple[Tensor, Frame]:
        framing = framing_of(self.trained.card.get("dataset"))
        return see(self.question.upload, self.trained.preparation, framing, self.question.change)

    @property
    def prepared(self) -> Tensor:
        """float32 1 x C x h x w, what the network computes with."""
        return prepare_images(self.seen.unsqueeze(0), self.trained.preparation)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A class and how probable it is, 0..1."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Classification:
    """`predictions` and `before` (without the implant) hold all classes, most probable first; `logits` in their order.

    `verdict` is what they allow to say, None where one is no number. `seen` is a data URL. `familiarity` is the share
    of validation pictures at least as strange, None where it was not measured. `frame` is the part of the picture that
    was seen. `scale` is what the implant's kernel was multiplied by.
    """

    predictions: tuple[Prediction, ...]
    logits: tuple[float, ...]
    verdict: Verdict | None
    seen: str
    familiarity: float | None
    familiar: bool | None
    mirrored: bool
    frame: Frame
    before: tuple[Prediction, ...] | None = None
    scale: float | None = None


def see(
    upload: Upload, preparation: Preparation, framing: Framing | None = None, change: Change | None = None
) -> tuple[Tensor, Frame]:
    """uint8 C x h x w, exactly what a network with this preparation sees of the file, changed if wished; and of what.

    `framing` is that of the data set it was trained on. Raises PictureError, and InvalidValue where a drawing is to be
    framed for a network that was not trained on any.
    """
    levels, frame = framed(read_upload(upload, preparation.enough).levels, upload.framing, framing)
    frame = frame or frame_middle(levels, preparation)
    seen = prepare_picture(levels, preparation)
    ground = tuple(255 * mean for mean in preparation.mean)
    return (change_picture(seen, change, ground) if change else seen), frame


def framed(levels: Tensor, wish: FramingName, framing: Framing | None) -> tuple[Tensor, Frame | None]:
    """H x W x C levels as the data set's own drawings, where that is wished and they show one; else as they are."""
    if wish == "middle":
        return levels, None
    if framing is None:
        raise InvalidValue(
            N_("This network was not trained on drawings: leave 'framing' out, and it sees the picture's middle."),
            field="framing",
        )
    return frame_drawing(levels, framing) or (levels, None)


def classify(question: Question) -> Classification:
    """The answer of the network, all classes sorted; raises PictureError and InvalidValue."""
    return answer(Opened(question))


def choose_label(asked: Opened, label: str | None) -> str:
    """The class that is asked about: that of the answer if none is named; InvalidValue if the network knows it not."""
    if label is None:
        return answer(asked).predictions[0].label
    if label not in asked.model.classes:
        raise InvalidValue(N_("The network knows no class of that name."), field="label")
    return label


def answer(asked: Opened) -> Classification:
    """The same of what is open already."""
    logits, familiarity = _compute(asked.model, asked.prepared)
    probabilities = to_probabilities(asked.model, logits)
    predictions = rank(asked.model.classes, probabilities)
    found = Classification(
        predictions=predictions,
        logits=tuple(logits[_order(probabilities)].tolist()),
        verdict=judge([item.label for item in predictions], [item.probability for item in predictions]),
        seen=draw_picture(asked.seen),
        familiarity=familiarity,
        familiar=None if familiarity is None else familiarity >= UNFAMILIAR,
        mirrored=asked.model.mirror,
        frame=asked.frame,
    )
    if asked.implanted is None:
        return found
    before = to_probabilities(asked.trained, _compute(asked.trained, asked.prepared)[0])
    return replace(found, before=rank(asked.trained.classes, before), scale=asked.implanted.scale)


@torch.no_grad()
def _compute(model: Model, prepared: Tensor) -> tuple[Tensor, float | None]:
    """The logits, and the familiarity from the same pass."""
    if model.familiarity is None:
        return pass_through(model, quickest(model.anatomy, ()), prepared)[0], None
    logits, features = compute(model, prepared)
    strangeness = model.familiarity.strangeness(read_signs(prepared, features, to_probabilities(model, logits)))
    return logits[0], model.familiarity.share(float(strangeness[0]))


def rank(classes: Sequence[str], probabilities: Tensor) -> tuple[Prediction, ...]:
    """K classes with their probabilities (K), the most probable first."""
    return tuple(Prediction(classes[index], float(probabilities[index])) for index in _order(probabilities))


def _order(probabilities: Tensor) -> list[int]:
    order: list[int] = probabilities.argsort(descending=True, stable=True).tolist()
    return order
