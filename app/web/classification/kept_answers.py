"""Answers that are the same for everybody: encoded once, kept in memory, and made by one visitor for all who ask.

Who finds one kept needs no worker, no place and no rate. It does not know what is answered.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any
from weakref import WeakValueDictionary

from starlette.responses import JSONResponse, Response

MOST_BYTES = 32 * 2**20


class KeptAnswers:
    """At most `most` bytes of JSON; the one that nobody asked for for longest goes. It belongs to one event loop."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._making: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, key: Hashable, make: Callable[[], Awaitable[Any]]) -> Response:
        """The answer of that key, made if it is not kept; others who ask for it meanwhile wait, and make it if `make`
        fails. Raises what that raises."""
        if key not in self._kept:
            async with self._making.setdefault(key, asyncio.Lock()):
                if key not in self._kept:
                    body = bytes(JSONResponse(await make()).body)
                    self._keep(key, body)
                    return _json(body)
        self._kept.move_to_end(key)
        return _json(self._kept[key])

    def _keep(self, key: Hashable, body: bytes) -> None:
        self._kept[key] = body
        self._bytes += len(body)
        while self._bytes > self._most:
            self._bytes -= len(self._kept.popitem(last=False)[1])


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
