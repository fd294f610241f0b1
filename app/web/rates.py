"""A limit on how often one address may ask for work, where the settings name one."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.core.errors import N_
from app.web.refusals import TooManyRequests


class Rates:
    """Counts calls an address, in memory."""

    def __init__(self, rate: str | None) -> None:
        self._rate: RateLimitItem | None = parse(rate) if rate else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, address: str) -> None:
        """One more call; raises TooManyRequests past the limit."""
        if self._rate is None or self._limiter.hit(self._rate, address):
            return
        seconds = max(1, math.ceil(self._limiter.get_window_stats(self._rate, address).reset_time - time.time()))
        raise TooManyRequests(
            N_("That was more than %(limit)d requests; try again in %(seconds)d seconds."),
            limit=self._rate.amount, seconds=seconds,
        )  # fmt: skip
