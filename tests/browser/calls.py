"""Calls past the page, as patient as the tests are with the page itself; no cookie is kept."""

from functools import partial

import httpx2

PATIENCE_S = 60.0  # the machine may be busy, and runs wait for each other

delete = partial(httpx2.delete, timeout=PATIENCE_S)
get = partial(httpx2.get, timeout=PATIENCE_S)
patch = partial(httpx2.patch, timeout=PATIENCE_S)
post = partial(httpx2.post, timeout=PATIENCE_S)
