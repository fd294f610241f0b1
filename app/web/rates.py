"""A limit on how often one address may ask for work, where the settings name one: over all servers on a database.

SQLite has one machine, and so mostly one server, which counts in memory; nothing is written for a call there.
"""

import math
import time

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import N_
from app.runs.store.database import is_postgresql
from app.runs.store.rates import count_call
from app.web.refusals import TooManyRequests

log = structlog.get_logger("app.web")


class Rates:
    """Counts calls an address. Where it `is_shared`, `count` waits for the database: not for the event loop."""

    def __init__(self, rate: str | None, engine: Engine | None = None) -> None:
        self._rate: RateLimitItem | None = parse(rate) if rate else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._engine = engine if engine is not None and self._rate and is_postgresql(engine) else None

    @property
    def is_shared(self) -> bool:
        """Whether other servers count, too."""
        return self._engine is not None

    def count(self, address: str) -> None:
        """One more call; raises TooManyRequests past the limit. Without its database a server counts alone."""
        if self._rate is None:
            return
        try:
            wait = self._count_with_others(self._engine, self._rate, address) if self._engine else None
        except SQLAlchemyError:
            log.warning("calls are counted alone", exc_info=True)
            wait = None
        if wait is None:
            wait = self._count_alone(self._rate, address)
        if wait > 0:
            raise TooManyRequests(
                N_("That was more than %(limit)d requests; try again in %(seconds)d seconds."),
                limit=self._rate.amount, seconds=max(1, math.ceil(wait)),
            )  # fmt: skip

    def _count_with_others(self, engine: Engine, rate: RateLimitItem, address: str) -> float:
        return count_call(engine, address, rate.amount, rate.get_expiry(), time.time())

    def _count_alone(self, rate: RateLimitItem, address: str) -> float:
        if self._limiter.hit(rate, address):
            return 0.0
        return max(self._limiter.get_window_stats(rate, address).reset_time - time.time(), 1.0)
