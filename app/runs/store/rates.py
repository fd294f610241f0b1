"""How often an address has called, counted for all servers on a database; kept as long as it matters.

A sliding window of two fixed ones (as `limits` calls it): of the one before, the part counts that is not over yet. It
does not know what is called.
"""

from sqlalchemy import Connection, Engine, select, text

from app.runs.store.database import is_postgresql, writing
from app.runs.store.schema import rates

_MORE = text(
    "INSERT INTO rates (address, began, count) VALUES (:address, :began, 1)"
    " ON CONFLICT (address, began) DO UPDATE SET count = rates.count + 1"
)


def count_call(engine: Engine, address: str, most: int, window_s: float, now: float) -> float:
    """One more call, if it is one of `most` in the window: then 0, else the seconds until there may be another."""
    began = now - now % window_s
    with writing(engine) as connection:
        if is_postgresql(connection):
            connection.execute(text("SET LOCAL synchronous_commit = off"))  # a crash forgives some calls
        before, current = (_read(connection, address, at) for at in (began - window_s, began))
        share = 1.0 - (now - began) / window_s
        if current + before * share + 1 > most:
            if current + 1 > most:
                return began + window_s - now
            return (current + before * share + 1 - most) / before * window_s
        connection.execute(_MORE, {"address": address, "began": began})
        if current == 0:
            connection.execute(rates.delete().where(rates.c.address == address, rates.c.began < began - window_s))
    return 0.0


def forget_rates(engine: Engine, before: float) -> None:
    """Those of windows that began earlier, of addresses that do not call any more; where calls are counted here."""
    if is_postgresql(engine):
        with writing(engine) as connection:
            connection.execute(rates.delete().where(rates.c.began < before))


def _read(connection: Connection, address: str, began: float) -> int:
    return connection.scalar(select(rates.c.count).where(rates.c.address == address, rates.c.began == began)) or 0
