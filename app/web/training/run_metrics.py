"""How the runs stand, for Prometheus: of the database, the same from each server, and of this server.

The database is looked at once in FRESH_S, however often somebody asks, and a database that is away hides nothing else.
"""

import time
from collections.abc import Iterable
from threading import Lock

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import PlaygroundError
from app.runs.store.counts import SERVER
from app.runs.store.pulse import Pulse
from app.runs.store.states import STATES
from app.runs.store.store import Store
from app.web.training.streams import Streams

DATABASE = "(of the database: the same from each server)"
FRESH_S = 5.0


class RunMetrics(Collector):
    """Those whose help ends in DATABASE are not to be added up over servers; all others are."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams
        self._lock = Lock()
        self._pulse: Pulse | None = None
        self._at = -FRESH_S

    def describe(self) -> Iterable[Metric]:
        """Nothing is counted before somebody asks."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """All, as they are now, or were less than FRESH_S ago."""
        pulse = self._feel()
        yield from _describe(pulse, self._store.limits.at_once) if pulse else ()
        yield _gauge("database_up", f"Whether the database answered. {SERVER}", pulse is not None)
        yield _gauge("event_streams", f"Open event streams. {SERVER}", self._streams.open)

    def _feel(self) -> Pulse | None:
        with self._lock:
            if time.monotonic() - self._at >= FRESH_S:
                try:
                    self._pulse = self._store.feel_pulse()
                except (SQLAlchemyError, PlaygroundError):  # counted, and logged where somebody needs what is in it
                    self._pulse = None
                self._at = time.monotonic()
            return self._pulse


def _describe(pulse: Pulse, places: int) -> Iterable[Metric]:
    counted = GaugeMetricFamily("playground_runs", f"Training runs by state. {DATABASE}", labels=["state"])
    for state in STATES:
        counted.add_metric([state], pulse.states.get(state, 0))
    yield counted
    yield _gauge(
        "run_places", f"Trainings at once of all servers, as this one is set; not to be added. {SERVER}", places
    )
    yield _gauge("queue_oldest_seconds", f"Seconds that the run waits which waits longest. {DATABASE}", pulse.oldest_s)
    yield _gauge("events_per_second", f"Events written, mean of ten seconds. {DATABASE}", pulse.events_per_s)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"playground_{name}", what, value)
