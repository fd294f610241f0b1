"""Where a call's picture comes from: an upload or a sample."""

from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Request, Response, UploadFile
from pydantic import Field

from app.core.errors import N_, InvalidValue, PictureTooLarge
from app.core.pictures.containers.signatures import NAMES
from app.core.pictures.framings import FramingName
from app.core.pictures.samples import SAMPLES
from app.core.pictures.uploads import FILE_TOO_LARGE, PictureLimits, Upload
from app.settings import Settings
from app.web.forms import FormFields
from app.web.i18n import choose_language, translate
from app.web.middleware import Allowance
from app.web.refusals import UnknownSample

router = APIRouter(prefix="/api/samples", tags=["pictures"])


def allowance(settings: Settings, files: int) -> Allowance:
    """What a request with so many pictures may take, by BodyLimit."""
    return Allowance(files * settings.image_bytes + settings.json_bytes, settings.upload_seconds, settings.uploads)


def limits_of(settings: Settings) -> PictureLimits:
    """What a picture's file may hold."""
    return PictureLimits(
        settings.image_bytes, settings.image_pixels, settings.image_side, settings.image_reduced_pixels
    )


class PictureForm(FormFields):
    """The fields that every call with a picture has."""

    image: UploadFile | None = Field(None, description=f"A file: {NAMES}.")
    sample: str | None = Field(None, max_length=64, description="Instead of `image`: a name from `GET /api/samples`.")
    color: Literal["rgb", "gray"] = "rgb"
    max_side: int | None = Field(None, ge=1, le=16_384, description="Reduce the picture so that no side is longer.")

    async def open(self, settings: Settings) -> Upload:
        """What a worker needs to read the picture."""
        if (self.image is None) == (self.sample is None):
            raise InvalidValue(N_("Send one picture: a file as 'image', or the name of a 'sample'."), field="image")
        data = await read_file(self.image, settings) if self.image else _sample_png(self.sample or "")
        return self.upload(data, settings)

    def upload(self, data: bytes, settings: Settings) -> Upload:
        """The same for a file's bytes."""
        return Upload(data, limits_of(settings), settings.multiply_adds, self.color == "gray", self.max_side)


class SeenForm(PictureForm):
    """A picture that a network sees."""

    framing: FramingName = Field(
        "middle",
        description="What is seen: the `middle`, or, by a network of `digits` or `mnist`, a `drawing` cut out of its "
        "plain ground and laid as those it was trained on.",
    )

    def upload(self, data: bytes, settings: Settings) -> Upload:
        """The same for a file's bytes."""
        return replace(super().upload(data, settings), framing=self.framing)


async def read_file(file: UploadFile, settings: Settings) -> bytes:
    """The bytes of an uploaded file, whatever it calls itself; PictureTooLarge before they are read."""
    if (file.size or 0) > settings.image_bytes:
        raise PictureTooLarge(FILE_TOO_LARGE, field="image", value=file.size, limit=settings.image_bytes)
    return await file.read()


@router.get("")
def list_samples(request: Request) -> dict[str, Any]:
    """The bundled pictures; titles, and what they show, follow Accept-Language."""
    language = choose_language(request)
    return {
        "samples": [
            {
                "name": sample.name,
                "title": translate(language, sample.title),
                "family": sample.family,
                "shows": translate(language, sample.shows),
            }
            for sample in SAMPLES.values()
        ]
    }


@router.get("/{name}", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def show_sample(name: str) -> Response:
    """One of them, as PNG."""
    if name not in SAMPLES:
        raise UnknownSample(N_("There is no sample of that name; GET /api/samples lists all."))
    return Response(_sample_png(name), media_type="image/png", headers={"Cache-Control": "public, max-age=3600"})


def _sample_png(name: str) -> bytes:
    from app.core.pictures.sample_levels import sample_png  # NumPy and Pillow, which no page needs

    return sample_png(name)
