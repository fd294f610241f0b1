"""What all forms share: no field that is not known, JSON in a field, and a description to be tried in the API docs."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, FailFast, Field, FiniteFloat, Strict, ValidationInfo, WithJsonSchema
from typing_extensions import TypeAliasType

from app.core.convolution.steps import A_MATRIX, MAXIMUM_SIDE
from app.core.errors import N_, InvalidValue
from app.web.json_texts import NoJson, parse_json
from app.web.refusals import MalformedRequest, UnsupportedBody

FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
LONGEST_JSON = 128 * 1024  # the largest kernel with all digits takes 90,000; they are read where all requests wait
JSON_TEXT = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})

# What can be used is the core's knowledge; past this a number is no number of anything, and costly to write down.
Whole = Annotated[int, Field(gt=-(10**9), lt=10**9)]
Number = Annotated[FiniteFloat, Strict()]
_Row = Annotated[list[Number], FailFast(), Field(max_length=MAXIMUM_SIDE)]
Rows = TypeAliasType("Rows", Annotated[list[_Row], FailFast(), Field(max_length=MAXIMUM_SIDE)])


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


def require_form(request: Request) -> None:
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
