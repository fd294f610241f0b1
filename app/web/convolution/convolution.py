"""Convolution of a picture, the arithmetic of one of its pixels, the kernels, and the programs that do the same."""

import time
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field

from app.core.convolution.code import write_programs
from app.core.convolution.kernels import KERNELS
from app.core.convolution.programs.screen import Held
from app.core.pictures.outputs import MEDIA_TYPES, Display, Format
from app.core.pictures.uploads import Origin
from app.web import tasks
from app.web.answers import FromWorker
from app.web.convolution.steps import ChainFields
from app.web.dependencies import SettingsDep, WorkersDep, limit_rate
from app.web.forms import Whole, require_form
from app.web.i18n import choose_language, translate
from app.web.pictures import PictureForm

router = APIRouter(prefix="/api", tags=["convolution"])


class ConvolutionForm(PictureForm, ChainFields):
    """A picture, what is done to it, and how the result is shown."""

    display: Display = Field(
        "clip",
        description="What a level outside 0..255 becomes: cut off, its absolute value, all stretched, signs as colors.",
    )
    format: Format = Field("png", description="`npy` holds the signed float32 values, H x W x C.")


class PixelForm(ConvolutionForm):
    """The same, and which value of the result."""

    x: Whole = Field(description="Column of the result, from 0.")
    y: Whole = Field(description="Row of the result, from 0.")
    channel: Whole = 0
    at: Whole = Field(-1, ge=-1, description="Which step's result, from 0; -1 is the last.")


class CodeForm(ChainFields):
    """What the programs are to do; the picture is a file's name to them."""

    sample: str | None = Field(None, max_length=64)
    color: Literal["rgb", "gray"] = "rgb"
    max_side: int | None = Field(None, ge=1, le=16_384)
    display: Display = "clip"
    alpha: bool = Field(False, description="Whether the file is transparent in places, as `X-Picture` says.")
    levels: str = Field("8-bit", max_length=16, description="How it holds a level, as `X-Picture` says.")
    channels: Literal[1, 3] = Field(3, description="How many channels it has, as `X-Picture` says.")

    @property
    def held(self) -> Held:
        """What the programs have to take care of."""
        return Held(self.alpha, self.levels == "16-bit", self.channels)


class Programs(BaseModel):
    """Each gives the same numbers."""

    curl: str
    pytorch: str
    numpy: str
    opencv: str
    keras: str


@router.get("/kernels")
def list_kernels(request: Request) -> dict[str, Any]:
    """The classic kernels, as they are applied; titles follow Accept-Language."""
    language = choose_language(request)
    kernels = [asdict(kernel) for kernel in KERNELS.values()]
    for kernel in kernels:
        kernel |= {key: translate(language, kernel[key]) for key in ("title", "use", "description")}
    return {"kernels": kernels}


@router.post(
    "/convolutions",
    dependencies=[Depends(require_form), Depends(limit_rate)],
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in [*MEDIA_TYPES.values(), "application/json"]}}},
)
async def convolve(
    request: Request,
    form: Annotated[ConvolutionForm, Form(media_type="multipart/form-data")],
    settings: SettingsDep,
    workers: WorkersDep,
) -> Response:
    """The filtered picture; with `Accept: application/json` its range and size, and itself as a data URL."""
    started = time.perf_counter()
    steps = form.to_steps()
    upload = await form.open(settings)
    as_json = "application/json" in request.headers.get("accept", "")
    answer = await workers.answer(request, tasks.filter_upload, upload, steps, form.display, form.format, as_json)
    headers = {
        "X-Picture": _describe(answer.about),
        "Cache-Control": "no-store",
        "Vary": "Accept",
        "Server-Timing": f"app;dur={(time.perf_counter() - started) * 1000:.1f}",
    }
    return FromWorker(answer, "application/json" if as_json else MEDIA_TYPES[form.format], headers)


@router.post("/convolutions/pixel", dependencies=[Depends(require_form), Depends(limit_rate)])
async def explain(
    request: Request,
    form: Annotated[PixelForm, Form(media_type="multipart/form-data")],
    settings: SettingsDep,
    workers: WorkersDep,
) -> dict[str, Any]:
    """The products that make one value of the result, the sum, and what follows from it."""
    steps = form.to_steps()
    upload = await form.open(settings)
    place = (form.x, form.y, form.channel)
    return await workers.run(request, tasks.explain_pixel, upload, steps, place, form.at, form.display)


@router.post("/convolutions/code", dependencies=[Depends(require_form), Depends(limit_rate)])
def write_code(request: Request, form: Annotated[CodeForm, Form(media_type="multipart/form-data")]) -> Programs:
    """The same as a `curl` line and as programs for PyTorch, NumPy with SciPy, OpenCV and Keras."""
    return Programs(
        **write_programs(
            form.to_steps(),
            names=form.names(),
            color=form.color,
            display=form.display,
            max_side=form.max_side,
            base_url=str(request.base_url).rstrip("/"),
            sample=form.sample,
            file="photo.png" if form.alpha or form.held.deep else "photo.jpg",  # which a JPEG cannot be
            held=form.held,
        )
    )


def _describe(origin: Origin) -> str:
    """What the uploaded file held, for the page's notes; of what most files lack, nothing."""
    values = asdict(origin)
    rare = {"channels": "1" if origin.channels == 1 else "", "alpha": "true" if origin.alpha else ""}
    values |= {"levels": values.pop("depth")} | rare | {"profile": values.pop("profile")}
    return "; ".join(f"{name}={value}" for name, value in values.items() if value != "")
