"""JSON bodies: their type is judged here, and they stay bytes, which a worker reads (`tasks.with_json`)."""

import re
from typing import Annotated, Any

from fastapi import Depends, Request

from app.core.errors import N_
from app.files.shelves import bring_dataset
from app.web.json_texts import parse_json
from app.web.refusals import BodyTooLarge, NotJson

SMALL_BYTES = 16 * 1024
_OWN = re.compile(rb"own-[0-9a-f]{32}")  # a data set that a worker, who reads the body, will look for
_MOST_OWN = 4  # of them: a body names one, and each is asked of the store


async def read_body(request: Request) -> bytes:
    """The bytes of a JSON body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson(N_("Send the values as JSON, with the header 'Content-Type: application/json'."))
    body = await request.body()
    for name in list(dict.fromkeys(_OWN.findall(body)))[:_MOST_OWN]:
        await bring_dataset(request.app.state.files, name.decode())
    return body


async def read_small_body(request: Request) -> Any:
    """The value of a JSON body that needs no worker, for it can only be small."""
    body = await read_body(request)
    if len(body) > SMALL_BYTES:
        raise BodyTooLarge(N_("The request is larger than the %(limit)d bytes that are accepted."), limit=SMALL_BYTES)
    return parse_json(body)


JsonBytes = Annotated[bytes, Depends(read_body)]
SmallJson = Annotated[Any, Depends(read_small_body)]


def describe_body(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """What the API docs say of such a body: the `openapi_extra` of its route."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
