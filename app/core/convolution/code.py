"""What is on the screen as programs that a learner can read, run and change: see `app.core.convolution.programs`.

Each gives the engine's numbers. It does not know requests; which fields `curl` sends is `programs.curl`'s.
"""

from collections.abc import Sequence
from typing import Literal

from app.core.convolution.kernels import KERNELS
from app.core.convolution.programs import curl, keras, numpy_scipy, opencv, pytorch
from app.core.convolution.programs.screen import Held, Screen
from app.core.convolution.steps import Convolution, Step
from app.core.pictures.outputs import Display

WRITERS = {
    "curl": curl.write,
    "pytorch": pytorch.write,
    "numpy": numpy_scipy.write,
    "opencv": opencv.write,
    "keras": keras.write,
}


def write_programs(
    steps: Sequence[Step],
    *,
    names: Sequence[str | None],
    color: Literal["rgb", "gray"] = "rgb",
    display: Display = "clip",
    max_side: int | None = None,
    base_url: str = "http://localhost:8000",
    sample: str | None = None,
    file: str = "photo.jpg",
    held: Held | None = None,
) -> dict[str, str]:
    """{curl, pytorch, numpy, opencv, keras}: whole programs for `steps` on `file`, or on a sample.

    `names` says which classic kernel each step was called by; what does not match its numbers is ignored.
    `held` is what the file holds. Raises InvalidValue where there is no such sample.
    """
    from app.core.pictures.sample_levels import read_sample  # NumPy and Pillow, which the names need not

    held = held if held and sample is None else Held()
    channels = held.channels if sample is None else read_sample(sample).shape[2]
    screen = Screen(
        steps=steps,
        names=[name if _is_classic(step, name) else None for step, name in zip(steps, names, strict=True)],
        gray=color == "gray" or channels == 1,
        convert=color == "gray",
        display=display,
        max_side=max_side,
        base_url=base_url.rstrip("/"),
        file=file if sample is None else f"{sample}.png",
        sample=sample,
        held=held,
    )
    return {language: write(screen) for language, write in WRITERS.items()}


def _is_classic(step: Step, name: str | None) -> bool:
    kernel = KERNELS.get(name or "")
    if kernel is None or not isinstance(step, Convolution):
        return False
    return kernel.matrix == step.matrix and kernel.divisor == step.divisor
