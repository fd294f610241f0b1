"""One key of one visitor, one run: `Idempotency-Key`, as draft-ietf-httpapi-idempotency-key-header describes it.

A key lives as long as its run. It does not know HTTP.
"""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, select

from app.core.errors import N_, KeyInUse, ReusedKey
from app.runs.store.schema import runs
from app.runs.store.states import Visitor

RETRY_S = 1


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What tells a repeated order from another one: digests of whose key it is, and of what was ordered."""

    key: str
    body: str

    @classmethod
    def of(cls, visitor: Visitor, key: str, body: bytes) -> "RequestKey":
        """The key means nothing under another visitor's name."""
        return cls(sha256(f"{visitor.key}\n{key}".encode()).hexdigest(), sha256(body).hexdigest())


def find_ordered(connection: Connection, asked: RequestKey) -> str | None:
    """The id of the run that was ordered with the key; ReusedKey where that was another order."""
    chosen = select(runs.c.id, runs.c.request_body).where(runs.c.request_key == asked.key)
    row = connection.execute(chosen).first()
    if row is not None and row.request_body != asked.body:
        raise ReusedKey(N_("This Idempotency-Key came with another order before; an order of its own needs a new one."))
    return None if row is None else row.id


def key_in_use() -> KeyInUse:
    """What the second of two equal orders is told while the first is looked at."""
    return KeyInUse(N_("The same order is just being looked at; ask again in a moment."), seconds=RETRY_S)
