"""A picture filtered, one of its pixels explained, a kernel learned: as the answers' plain values."""

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.core.convolution import pipeline
from app.core.convolution.steps import Convolution, FitStart, Step
from app.core.pictures.outputs import MEDIA_TYPES, Display, Format
from app.core.pictures.uploads import Upload
from app.web.answers import Answer


def filter_upload(upload: Upload, steps: Sequence[Step], display: Display, form: Format, as_json: bool) -> Answer:
    """The answer's body, which the worker writes since a large one takes long to write as JSON."""
    started = time.perf_counter()
    done = pipeline.filter_picture(upload, steps, display, form, as_json)
    if done.range is None:
        return Answer(done.data, done.origin)
    facts = {"width": done.width, "height": done.height, "channels": done.channels} | asdict(done.range)
    facts["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)
    image = f"data:{MEDIA_TYPES[form]};base64,".encode() + base64.b64encode(done.data)
    return Answer(json.dumps(facts).encode()[:-1] + b', "image": "' + image + b'"}', done.origin)


def explain_pixel(
    upload: Upload, steps: Sequence[Step], place: tuple[int, int, int], at: int, display: Display
) -> dict[str, Any]:
    """See `pipeline.explain_pixel`."""
    return asdict(pipeline.explain_pixel(upload, steps, place, at, display))


def learn_kernel(upload: Upload, twin: Upload | Convolution, size: tuple[int, int], start: FitStart) -> dict[str, Any]:
    """See `pipeline.learn_kernel`."""
    return asdict(pipeline.learn_kernel(upload, twin, size, start))
