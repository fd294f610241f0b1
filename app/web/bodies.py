"""JSON bodies: their type, size of nesting and syntax are judged here, what they mean is the core's knowledge."""

import json
import re
from typing import Annotated, Any

from fastapi import Depends, Request

from app.core.errors import N_
from app.web.forms import MAXIMUM_DEPTH, depth
from app.web.refusals import MalformedRequest, NotJson

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


async def read_body(request: Request) -> Any:
    """The value of a JSON body; NaN and Infinity come as such, and no rule of ours lets them pass."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson(N_("Send the values as JSON, with the header 'Content-Type: application/json'."))
    try:
        text = (await request.body()).decode("utf-8")
        if depth(_STRING.sub("", text)) > MAXIMUM_DEPTH:
            raise MalformedRequest(N_("The JSON is nested more than %(limit)d deep."), limit=MAXIMUM_DEPTH)
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedRequest(N_("This is not valid JSON.")) from None


JsonBody = Annotated[Any, Depends(read_body)]


def describe_body(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """What the API docs say of such a body: the `openapi_extra` of its route."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
