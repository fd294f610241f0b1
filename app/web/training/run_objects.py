"""A run as the API tells it to one visitor, in their language; in lists, with its accuracies as a small curve."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.core.datasets.builtin import told_name
from app.core.errors import UnknownRun
from app.core.training.hyperparameters import describe_training
from app.runs.store.folders import MODEL_PREFIX
from app.runs.store.orders import RunRow
from app.runs.store.states import QUEUED, RUNNING, Visitor
from app.runs.store.store import Store
from app.web.i18n import say
from app.web.training.nicknames import nickname

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


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells runs to a visitor, in their language."""

    store: Store
    curves: Curves
    visitor: Visitor
    language: str

    def tell(self, row: RunRow) -> dict[str, Any]:
        """The run with its history: a row for each epoch."""
        return self._tell(row) | {"history": self.store.history(row.id)}

    def tell_all(self, rows: list[RunRow]) -> list[dict[str, Any]]:
        """The runs with the newest row of each history, and their validation accuracies as a small curve."""
        return [self._tell(row) | {"last": row.last} | self._outline(row) for row in rows]

    def _outline(self, row: RunRow) -> dict[str, Any]:
        curve = self.curves.find(row)
        return {"best": curve.best, "curve": list(curve.points)}

    def _tell(self, row: RunRow) -> dict[str, Any]:
        training, is_mine = row.read_training(), self.visitor.owns(row.visitor)
        dataset = row.dataset if is_mine else told_name(row.dataset)
        return {
            "id": row.id,
            "name": dataset if row.name == row.dataset else row.name,
            "state": row.state,
            "asked": row.asked,
            "reason": say(row.reason, self.language),
            "dataset": dataset,
            "network": row.network,
            "training": describe_training(training),
            "classes": list(row.classes),
            "sample": row.sample,
            "pair": row.pair,
            "created_at": moment(row.created_at),
            "started_at": moment(row.started_at),
            "ended_at": moment(row.ended_at),
            "epoch": row.epoch,
            "epochs": training.epochs,
            "step": row.step,
            "steps": row.steps,
            "learning_rate": row.learning_rate,
            "seconds": round(row.seconds, 3),
            "seconds_left": seconds_left(row),
            "images_per_second": row.images_per_second,
            "parameters": row.parameters,
            "queue_position": row.queue_position,
            "ticket": self._ticket(row),
            "nickname": nickname(row.visitor.key, self.language),
            "mine": is_mine,
            "model": self._model(row),
            "test": None if row.test_loss is None else {"loss": row.test_loss, "accuracy": row.test_accuracy},
        }

    def _ticket(self, row: RunRow) -> dict[str, Any] | None:
        ticket = self.store.tickets.find(row.id) if row.state == QUEUED else None
        return ticket.describe() if ticket else None

    def _model(self, row: RunRow) -> str | None:
        return f"{MODEL_PREFIX}{row.id}" if self.store.folder(row.id).has_model() else None


def moment(seconds: float | None) -> str | None:
    """ISO 8601 in UTC, such as 2026-11-25T01:02:03.456Z."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_left(row: RunRow) -> float | None:
    """What is left to train at the pace so far; None where nothing tells the pace, or nothing will come."""
    if row.state not in (RUNNING, QUEUED) or not row.step or not row.steps:
        return None
    return round(row.seconds / row.step * (row.steps - row.step), 1)


def _curve(history: list[dict[str, float | None]]) -> Curve:
    accuracies = [value for row in history if (value := row["validation_accuracy"]) is not None]
    if not accuracies:
        return Curve(None, ())
    count = min(len(accuracies), MOST_POINTS)
    places = [round(k * (len(accuracies) - 1) / max(count - 1, 1)) for k in range(count)]
    return Curve(max(accuracies), tuple(accuracies[place] for place in places))
