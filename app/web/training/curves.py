"""Each run's validation accuracy as a small curve for lists; read again only where an epoch has come."""

from collections import OrderedDict
from dataclasses import dataclass

from app.core.errors import UnknownRun
from app.runs.store.states import RunRow
from app.runs.store.store import Store

MOST_POINTS = 40
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Curve:
    """The best accuracy, and at most MOST_POINTS of all of them, evenly chosen with the newest among them."""

    best: float | None
    points: tuple[float, ...]


class Curves:
    """Those of a store, each kept until its run's next epoch. Safe from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, tuple[int, Curve]] = OrderedDict()

    def find(self, row: RunRow) -> Curve:
        """The run's curve up to its newest epoch."""
        if row.last is None:
            return Curve(None, ())
        epoch, kept = row.last["epoch"], self._kept.get(row.id)
        if kept and kept[0] == epoch:
            return kept[1]
        curve = _curve(self._history(row))
        self._kept[row.id] = epoch, curve
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return curve

    def _history(self, row: RunRow) -> list[dict[str, float | None]]:
        try:
            return self._store.history(row.id)
        except UnknownRun:  # removed while all are listed
            return []


def _curve(history: list[dict[str, float | None]]) -> Curve:
    accuracies = [value for row in history if (value := row["validation_accuracy"]) is not None]
    if not accuracies:
        return Curve(None, ())
    count = min(len(accuracies), MOST_POINTS)
    places = [round(k * (len(accuracies) - 1) / max(count - 1, 1)) for k in range(count)]
    return Curve(max(accuracies), tuple(accuracies[place] for place in places))
