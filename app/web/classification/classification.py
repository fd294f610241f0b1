"""A picture put to a trained network: its class, every layer's maps, how one number was made, what speaks for a class.

The routes parse; `core.classification` answers, in a worker.
"""

import time
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile
from pydantic import BeforeValidator, Field, FiniteFloat

from app.core.classification.questions import MOST_MAPS, Implant, Method, Question, Weight, Wish
from app.core.errors import N_, InvalidValue
from app.core.pictures.changes import Change
from app.core.pictures.outputs import MEDIA_TYPES
from app.settings import Settings
from app.web import tasks
from app.web.answers import Answer, FromWorker
from app.web.classification.models import ModelDep, second_opinion
from app.web.classification.verdicts import say_verdict, with_names
from app.web.dependencies import SettingsDep, WorkersDep, limit_rate
from app.web.forms import JSON_TEXT, FormFields, Rows, Whole, read_json, require_form
from app.web.i18n import choose_language
from app.web.pictures import SeenForm
from app.web.workers import Workers

router = APIRouter(
    prefix="/api/models/{name}", tags=["classification"], dependencies=[Depends(require_form), Depends(limit_rate)]
)

Name = Annotated[str, Field(max_length=200)]


class Asking:
    """What every question to a network needs: who asks, which network, the settings, the workers, and a clock."""

    def __init__(self, request: Request, folder: Path, settings: Settings, workers: Workers) -> None:
        self.folder, self.settings, self.language = folder, settings, choose_language(request)
        self._started = time.perf_counter()
        self.run = partial(workers.run, request)
        self.answer = partial(workers.answer, request)

    def milliseconds(self) -> float:
        """Since the question came."""
        return round((time.perf_counter() - self._started) * 1000, 1)


async def asking_of(request: Request, folder: ModelDep, settings: SettingsDep, workers: WorkersDep) -> Asking:
    """Of the request."""
    return Asking(request, folder, settings, workers)


AskingDep = Annotated[Asking, Depends(asking_of)]


class ChangeObject(FormFields):
    """What is done to the picture as the network sees it."""

    shift: tuple[FiniteFloat, FiniteFloat] = (0.0, 0.0)
    angle: FiniteFloat = 0.0
    noise: FiniteFloat = 0.0
    blur: FiniteFloat = 0.0
    cover: tuple[Whole, Whole, Whole] | None = None
    seed: Whole = 0

    def to_change(self) -> Change:
        """The core's description; raises InvalidValue."""
        return Change(self.shift, self.angle, self.noise, self.blur, self.cover, self.seed)


class ImplantObject(FormFields):
    """A kernel put in the place of a learned one."""

    layer: Name
    channel: Whole
    matrix: Rows
    divisor: FiniteFloat = 1.0

    def to_implant(self) -> Implant:
        """The core's description; raises InvalidValue."""
        return Implant(self.layer, self.channel, tuple(map(tuple, self.matrix)), self.divisor)


class QuestionForm(SeenForm):
    """A picture, and what is done to it and to the network before it answers."""

    change: Annotated[ChangeObject | None, BeforeValidator(read_json), JSON_TEXT] = Field(
        None,
        description="JSON, all optional: `shift` [right, down] in pixels of the seen picture, `angle` in degrees, "
        "`noise` (deviation in levels), `blur` (deviation in pixels), `cover` [left, top, side], `seed`.",
    )
    implant: Annotated[ImplantObject | None, BeforeValidator(read_json), JSON_TEXT] = Field(
        None, description="JSON: `layer`, `channel`, `matrix`, `divisor`: a kernel put in the place of a learned one."
    )

    async def question(self, asking: Asking) -> Question:
        """What a worker needs to answer."""
        change = self.change.to_change() if self.change else None
        implant = self.implant.to_implant() if self.implant else None
        return Question(await self.open(asking.settings), asking.folder, change, implant)


class ActivationsForm(QuestionForm):
    """The same, and which layer is wanted."""

    layer: Name | None = Field(None, description="Only this layer: a name from `GET /api/models/{name}`.")
    format: Literal["json", "npy"] = Field("json", description="`npy` holds one layer's float32 values, C x H x W.")


class ColumnsForm(QuestionForm):
    """The same, which columns are wanted, how many maps of each, and a second picture to compare with."""

    part: Name | None = Field(None, description="A column for each part of this stage or block; default: each stage.")
    layer: Name | None = Field(None, description="Instead: one column, of this layer.")
    offset: int = Field(0, ge=0, lt=10**6, description="So many of each column's first maps are left out.")
    limit: int = Field(8, ge=1, le=MOST_MAPS, description="Most maps of a column.")
    other_image: UploadFile | None = Field(None, description="A second picture: a file.")
    other_sample: str | None = Field(None, max_length=64, description="Instead of `other_image`: a sample's name.")

    async def questions(self, asking: Asking) -> tuple[Question, Question | None]:
        """What a worker needs to answer, of each picture."""
        question = await self.question(asking)
        if self.other_image is None and self.other_sample is None:
            return question, None
        if self.other_image is not None and self.other_sample is not None:
            raise InvalidValue(
                N_("Send one second picture: a file as 'other_image', or the name of an 'other_sample'."),
                field="other_image",
            )
        other = self.model_copy(update={"image": self.other_image, "sample": self.other_sample})
        return question, replace(question, upload=await other.open(asking.settings))

    def wish(self) -> Wish:
        """What is wanted."""
        if self.part is not None and self.layer is not None:
            raise InvalidValue(N_("Name a 'part' or a 'layer', not both."), field="part")
        return Wish(self.part, self.layer, self.offset, self.limit)


class UnitForm(QuestionForm):
    """The same, and which number of which layer."""

    layer: Name
    channel: Whole = Field(0, description="Which map, or which unit of a row, from 0.")
    x: Whole = Field(0, description="Column of the map, from 0.")
    y: Whole = Field(0, description="Row of the map, from 0.")
    contributions: bool = Field(True, description="Whether a convolution's answer draws what each input map gives.")


class AttributionForm(QuestionForm):
    """The same, the method, and whose evidence is looked for."""

    method: Method
    label: str | None = Field(None, max_length=64, description="A class; default: the one that the network answers.")
    layer: Name | None = Field(None, description="For `grad-cam`: whose maps are weighed; default: the last ones.")


class GradientForm(QuestionForm):
    """The same, which weight's gradient, of the loss with which class, and how far one step goes."""

    layer: Name
    parameter: Literal["weight", "bias", "gamma", "beta"] = Field("weight", description="Which kind of the layer's.")
    channel: Whole = Field(0, description="Of which output map or unit, from 0.")
    source: Whole | None = Field(None, description="For which input map or value; default: the first that it sees.")
    x: Whole = Field(0, description="The kernel's column, from 0.")
    y: Whole = Field(0, description="The kernel's row, from 0.")
    label: str | None = Field(None, max_length=64, description="The true class; default: what the network answers.")
    learning_rate: FiniteFloat = Field(0.1, description="Of the step of gradient descent, above 0.")

    def weight(self) -> Weight:
        """The core's description."""
        return Weight(self.layer, self.parameter, self.channel, self.source, self.x, self.y)


@router.post("/classifications")
async def classify_picture(
    asking: AskingDep, form: Annotated[QuestionForm, Form(media_type="multipart/form-data")]
) -> dict[str, Any]:
    """All classes sorted, what they allow to say, what the network saw, and how familiar that was to it."""
    found = await asking.run(tasks.classify_picture, await form.question(asking))
    if found["verdict"]:
        found["verdict"] |= say_verdict(found["verdict"], asking.language)
    other = second_opinion(asking.folder, asking.settings)
    return with_names(found, asking.language) | {"second_opinion": other, "milliseconds": asking.milliseconds()}


@router.post("/activations", responses={200: {"content": {"application/x-npy": {}, "application/json": {}}}})
async def activate(asking: AskingDep, form: Annotated[ActivationsForm, Form(media_type="multipart/form-data")]) -> Any:
    """Every layer's maps, or one's; with `format=npy` one's numbers."""
    question = await form.question(asking)
    if form.format == "npy":
        return await _send_npy(asking.answer(tasks.write_activations, question, _named(form.layer)))
    layers = await asking.run(tasks.show_activations, question, form.layer)
    return {"layers": layers, "milliseconds": asking.milliseconds()}


@router.post("/stages")
async def show_stages(
    asking: AskingDep, form: Annotated[ColumnsForm, Form(media_type="multipart/form-data")]
) -> dict[str, Any]:
    """Of each stage, or of what a stage or block consists of, the maps that the picture excites most."""
    question, other = await form.questions(asking)
    columns = await asking.run(tasks.show_columns, question, other, form.wish(), asking.settings.data)
    return {"columns": columns, "milliseconds": asking.milliseconds()}


@router.post("/explanations")
async def explain_number(
    asking: AskingDep, form: Annotated[UnitForm, Form(media_type="multipart/form-data")]
) -> dict[str, Any]:
    """How one number of one layer was made from those of the layer before."""
    question = await form.question(asking)
    return await asking.run(tasks.show_unit, question, form.layer, (form.x, form.y, form.channel), form.contributions)


@router.post("/attributions")
async def attribute_class(
    asking: AskingDep, form: Annotated[AttributionForm, Form(media_type="multipart/form-data")]
) -> dict[str, Any]:
    """Which pixels speak for a class."""
    question = await form.question(asking)
    heat = await asking.run(tasks.draw_heat, question, form.method, form.label, form.layer)
    return with_names(heat, asking.language) | {"milliseconds": asking.milliseconds()}


@router.post("/gradients")
async def explain_gradient(
    asking: AskingDep, form: Annotated[GradientForm, Form(media_type="multipart/form-data")]
) -> dict[str, Any]:
    """A weight's gradient as the sum of its products, a step of gradient descent, and a finite difference."""
    question = await form.question(asking)
    found = await asking.run(tasks.show_gradient, question, form.weight(), form.label, form.learning_rate)
    return found | {"milliseconds": asking.milliseconds()}


@router.post("/probes")
async def ask_layers(
    asking: AskingDep, form: Annotated[QuestionForm, Form(media_type="multipart/form-data")]
) -> dict[str, Any]:
    """What each layer would answer by itself, read off by a linear probe, and how often that is right."""
    layers = await asking.run(tasks.show_probes, await form.question(asking))
    return {"layers": layers, "milliseconds": asking.milliseconds()}


async def _send_npy(work: Awaitable[Answer]) -> Response:
    return FromWorker(await work, MEDIA_TYPES["npy"], {"Cache-Control": "no-store"})


def _named(layer: str | None) -> str:
    if layer is None:
        raise InvalidValue(N_("Name the 'layer' whose numbers are wanted."), field="layer")
    return layer
