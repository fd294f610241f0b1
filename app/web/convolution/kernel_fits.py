"""Learning a kernel: gradient descent finds it again from a picture and its filtered twin."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from pydantic import BeforeValidator, Field, FiniteFloat

from app.core.convolution.steps import Convolution, FitStart
from app.core.errors import N_, InvalidValue
from app.core.pictures.uploads import Upload
from app.settings import Settings
from app.web import tasks
from app.web.convolution.steps import KernelFields
from app.web.dependencies import SettingsDep, WorkersDep, limit_rate
from app.web.forms import JSON_TEXT, Rows, Whole, read_json, require_form
from app.web.pictures import PictureForm, read_file

router = APIRouter(prefix="/api/kernel-fits", tags=["convolution"])


class FitForm(PictureForm):
    """A picture, and its twin: a second picture, or the kernel that makes it."""

    target: UploadFile | None = Field(None, description="The filtered picture to explain, of the same size.")
    kernel: str | None = Field(None, max_length=64, description="Instead of `target`: filter with this kernel.")
    matrix: Annotated[Rows | None, BeforeValidator(read_json), JSON_TEXT] = Field(
        None, description="Or with these rows."
    )
    divisor: FiniteFloat | None = None
    size: Whole | None = Field(None, description="Rows and columns to learn; default: those of the kernel, else 3.")
    start: FitStart = Field(
        "zeros", description="Where descent starts: `zeros`, or the same `random` weights each time."
    )

    def step(self) -> Convolution | None:
        """The convolution that makes the twin, if no picture does; raises InvalidValue."""
        named = {name: getattr(self, name) for name in ("kernel", "matrix", "divisor")}
        given = {name: value for name, value in named.items() if value is not None}
        if (self.target is None) == (not given):
            raise InvalidValue(
                N_("Say what to explain: a filtered picture as 'target', or the 'kernel' or 'matrix' that makes one."),
                field="target",
            )  # fmt: skip
        return KernelFields(**given, border="replicate").to_step() if given else None

    async def twin(self, settings: Settings) -> Upload | Convolution:
        """What a worker needs to have the twin."""
        step = self.step()
        return step or self.upload(await read_file(self.target, settings), settings)  # type: ignore[arg-type]

    def side(self, twin: Upload | Convolution) -> tuple[int, int]:
        """Rows and columns of the kernel to learn."""
        if self.size is not None:
            return self.size, self.size
        return twin.side if isinstance(twin, Convolution) else (3, 3)


@router.post("", dependencies=[Depends(require_form), Depends(limit_rate)])
async def fit_kernel(
    request: Request,
    form: Annotated[FitForm, Form(media_type="multipart/form-data")],
    settings: SettingsDep,
    workers: WorkersDep,
) -> dict[str, Any]:
    """The kernel, the loss (mean squared error in levels²), and the steps on the way there."""
    started = time.perf_counter()
    twin = await form.twin(settings)
    upload = await form.open(settings)
    fit = await workers.run(request, tasks.learn_kernel, upload, twin, form.side(twin), form.start)
    return fit | {"milliseconds": round((time.perf_counter() - started) * 1000, 1)}
