"""What all forms share: no field that is not known, JSON in a field, and a description to be tried in the API docs."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, FailFast, Field, FiniteFloat, Strict, ValidationInfo, WithJsonSchema
from starlette import requests
from starlette.formparsers import MultiPartException, MultiPartParser
from typing_extensions import TypeAliasType

from app.core.convolution.steps import A_MATRIX, MAXIMUM_SIDE
from app.core.errors import N_, InvalidValue
from app.web.json_texts import NoJson, parse_json
from app.web.refusals import MalformedRequest, UnsupportedBody

FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
LONGEST_JSON = 128 * 1024  # the largest kernel with all digits takes 90,000; they are read where all requests wait
LARGE_PART = "Part exceeded"  # how Starlette's 400 begins where a field passes `max_part_size`
JSON_TEXT = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})

# What can be used is the core's knowledge; past this a number is no number of anything, and costly to write down.
Whole = Annotated[int, Field(gt=-(10**9), lt=10**9)]
Number = Annotated[FiniteFloat, Strict()]
_Row = Annotated[list[Number], FailFast(), Field(max_length=MAXIMUM_SIDE)]
Rows = TypeAliasType("Rows", Annotated[list[_Row], FailFast(), Field(max_length=MAXIMUM_SIDE)])


class FormReader(MultiPartParser):
    """Starlette's, with little in memory: files go to the disk soon, and all fields are no longer than one may be."""

    spool_max_size = 65_536

    def on_part_begin(self) -> None:
        """As Starlette's."""
        self._fields = sum(len(value) for _, value in self.items if isinstance(value, str))
        super().on_part_begin()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """As Starlette's."""
        part = self._current_part
        if part.file is None and self._fields + len(part.data) + end - start > self.max_part_size:
            raise MultiPartException(f"{LARGE_PART} the maximum of all fields together.")
        super().on_part_data(data, start, end)


requests.MultiPartParser = FormReader  # type: ignore[attr-defined]  # of which `Request.form` makes one, and knows no setting


def leave_empty(schema: dict[str, Any]) -> None:
    """An optional field is described by its kind alone, and left empty in the docs: what is empty is not sent."""
    for field in schema.get("properties", {}).values():
        kinds = field.get("anyOf", [])
        if {"type": "null"} in kinds:
            del field["anyOf"]
            field |= next(kind for kind in kinds if kind != {"type": "null"})
            if "contentMediaType" not in field:
                field["example"] = ""


class FormFields(BaseModel):
    """The fields of a form."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=leave_empty)


async def require_form(request: Request) -> None:
    """Refuses a body that is not a form; one without a body is judged by the fields it lacks."""
    kind = request.headers.get("content-type", FORM_TYPES[0]).partition(";")[0].strip().lower()
    if kind not in FORM_TYPES:
        raise UnsupportedBody(N_("Send the values as a form (multipart/form-data), as `curl -F` does."))


def read_json(text: Any, info: ValidationInfo) -> Any:
    """The value that a field's JSON describes; what is no text already is one."""
    if not isinstance(text, str):
        return text
    if len(text) > LONGEST_JSON:
        raise InvalidValue(
            N_("'%(name)s' has %(value)d characters of JSON; at most %(limit)d are read."),
            field=info.field_name, name=info.field_name, value=len(text), limit=LONGEST_JSON,
        )  # fmt: skip
    try:
        return parse_json(text)
    except NoJson:
        shown = {"example": A_MATRIX} if info.field_name == "matrix" else {}
        raise InvalidValue(
            N_("'%(name)s' is not valid JSON."), field=info.field_name, name=info.field_name, **shown
        ) from None
    except MalformedRequest as error:
        error.field = info.field_name
        raise
