"""How many runs are in each state and how many viewers watch, for Prometheus; counted when it asks."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.runs.store.states import STATES
from app.runs.store.store import Store
from app.web.training.streams import Streams


class RunMetrics(Collector):
    """`playground_runs` by state, of all servers on the database; `playground_event_streams` of this process."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams

    def describe(self) -> Iterable[Metric]:
        """Nothing is counted before somebody asks."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Both, as they are now."""
        counted = self._store.count_states()
        runs = GaugeMetricFamily("playground_runs", "Training runs by state.", labels=["state"])
        for state in STATES:
            runs.add_metric([state], counted.get(state, 0))
        yield runs
        yield GaugeMetricFamily("playground_event_streams", "Open event streams.", self._streams.open)
