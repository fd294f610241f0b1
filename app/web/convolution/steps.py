"""From a request's fields, or their JSON, to the core's steps.

Pydantic looks at types and lengths; which numbers can be used is the core's own knowledge.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    FailFast,
    Field,
    FiniteFloat,
    Tag,
    WithJsonSchema,
)
from typing_extensions import TypeAliasType

from app.core.convolution.kernels import find_kernel
from app.core.convolution.steps import (
    MAXIMUM_PADDING,
    MAXIMUM_STEPS,
    PADDINGS,
    Border,
    Convolution,
    Pool,
    Relu,
    Step,
)
from app.core.errors import N_, InvalidValue
from app.web.forms import JSON_TEXT, FormFields, Rows, Whole, read_json


def _read_padding(value: Any) -> Any:
    """A form's text of a whole number is one; what is no padding the core refuses."""
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value


_PADDINGS = {"anyOf": [{"enum": list(PADDINGS)}, {"type": "integer", "minimum": 0, "maximum": MAXIMUM_PADDING}]}
PaddingField = Annotated[Any, BeforeValidator(_read_padding), WithJsonSchema(_PADDINGS)]


class KernelFields(FormFields):
    """One convolution, as form fields or as an object in `steps`."""

    kernel: str | None = Field(None, max_length=64, description="A name from `GET /api/kernels`.")
    matrix: Annotated[Rows | None, BeforeValidator(read_json), JSON_TEXT] = Field(
        None, description="Instead of `kernel`: its rows as JSON, such as `[[0,-1,0],[-1,5,-1],[0,-1,0]]`."
    )
    divisor: FiniteFloat | None = Field(None, description="Divides the sum; default: the named kernel's own, else 1.")
    offset: FiniteFloat = Field(0, description="Added after the division.")
    stride: Whole = 1
    dilation: Whole = 1
    border: Border = Field("zero", description="What lies outside the picture; `valid` lets no window out there.")
    padding: PaddingField = Field(
        "same",
        description="How far windows reach over the border: `same` keeps the size, `full` lets in all that meet a "
        "pixel, a number is that many cells on each side.",
    )
    flip: bool = Field(False, description="Turn the kernel by 180°: the textbook's convolution.")

    def to_step(self) -> Convolution:
        """The core's description; raises InvalidValue."""
        if (self.kernel is None) == (self.matrix is None):
            raise InvalidValue(N_("Say which kernel: its name as 'kernel', or its rows as 'matrix'."), field="kernel")
        named = None if self.kernel is None else find_kernel(self.kernel)
        divisor = named.divisor if named else 1.0
        return Convolution(
            matrix=named.matrix if named else tuple(tuple(row) for row in self.matrix or ()),
            divisor=divisor if self.divisor is None else self.divisor,
            offset=self.offset,
            stride=self.stride,
            dilation=self.dilation,
            border=self.border,
            padding=self.padding,
            flip=self.flip,
        )


class ConvolutionObject(KernelFields):
    """A convolution within `steps`."""

    type: Literal["convolution"] = "convolution"


class ReluObject(FormFields):
    """A ReLU within `steps`."""

    type: Literal["relu"]

    def to_step(self) -> Relu:
        """The core's description."""
        return Relu()


class PoolObject(FormFields):
    """A pooling within `steps`."""

    type: Literal["max_pool", "average_pool"]
    size: Whole = 2
    stride: Whole | None = None

    def to_step(self) -> Pool:
        """The core's description; raises InvalidValue."""
        return Pool(self.type, self.size, self.stride)


def _kind(entry: Any) -> str:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if kind in ("max_pool", "average_pool"):
        return "pool"
    return "relu" if kind == "relu" else "convolution"


StepObject = Annotated[
    Annotated[ConvolutionObject, Tag("convolution")]
    | Annotated[ReluObject, Tag("relu")]
    | Annotated[PoolObject, Tag("pool")],
    Discriminator(_kind),
]


StepList = TypeAliasType("StepList", Annotated[list[StepObject], FailFast(), Field(max_length=MAXIMUM_STEPS)])


class ChainFields(KernelFields):
    """What is done to a picture: one convolution, or `steps`."""

    steps: Annotated[StepList | None, BeforeValidator(read_json), JSON_TEXT] = Field(
        None,
        description="Instead of one convolution: a JSON list of kernels, `relu`, `max_pool` and `average_pool`: "
        '`[{"kernel": "sobel-x"}, {"type": "relu"}, {"type": "max_pool", "size": 2}]`.',
    )

    def to_steps(self) -> tuple[Step, ...]:
        """The core's descriptions, in order; raises InvalidValue."""
        if self.steps is None:
            return (self.to_step(),)
        if lone := sorted(self.model_fields_set & set(KernelFields.model_fields)):
            raise InvalidValue(
                N_("Send either 'steps' or the fields of one kernel, not both; '%(name)s' belongs to the latter."),
                field=lone[0], name=lone[0],
            )  # fmt: skip
        if not self.steps:
            raise InvalidValue(N_("'steps' is empty; it must hold at least one step."), field="steps")
        return tuple(step.to_step() for step in self.steps)

    def names(self) -> list[str | None]:
        """For each step the name of its kernel, where it was called by name with the kernel's own divisor."""
        return [_name(step) for step in ([self] if self.steps is None else self.steps)]


def _name(step: KernelFields | ReluObject | PoolObject) -> str | None:
    return step.kernel if isinstance(step, KernelFields) and step.divisor is None else None
