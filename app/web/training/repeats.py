"""Orders that come twice: `Idempotency-Key`, for who got no answer and asks again. It does not know what is ordered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Header

from app.core.errors import N_
from app.runs.store.request_keys import RequestKey, key_in_use
from app.runs.store.states import Visitor
from app.web.refusals import MalformedRequest

LONGEST_KEY = 255
KeyHeader = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="A random text of your own: sent again with the same order, same run."),
]


class Orders:
    """Those that this server is just looking at."""

    def __init__(self) -> None:
        self._under_way: set[RequestKey] = set()

    @contextmanager
    def looking_at(self, key: RequestKey | None) -> Iterator[None]:
        """While an order with that key is looked at; KeyInUse for the second one meanwhile."""
        if key in self._under_way:
            raise key_in_use()
        held = set() if key is None else {key}
        self._under_way |= held
        try:
            yield
        finally:
            self._under_way -= held


def read_key(said: str | None, visitor: Visitor, body: bytes) -> RequestKey | None:
    """Of the header, where it was sent. Raises MalformedRequest."""
    if said is None:
        return None
    if not said.strip() or len(said) > LONGEST_KEY:
        raise MalformedRequest(
            N_("An Idempotency-Key is a text of at most %(limit)d characters."), field="Idempotency-Key",
            limit=LONGEST_KEY,
        )  # fmt: skip
    return RequestKey.of(visitor, said.strip(), body)
