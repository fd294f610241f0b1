"""What all forms share: no field that is not known, and a description that can be tried in the API docs."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

# What can be used is the core's knowledge; past this a number is no number of anything, and costly to write down.
Whole = Annotated[int, Field(gt=-(10**9), lt=10**9)]


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


JSON_TEXT = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})
