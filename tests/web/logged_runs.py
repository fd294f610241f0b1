"""Runs without a trainer: an app that starts none, and what one would write into the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.main import create_app
from app.runs.store import event_log
from app.runs.store.database import writing
from app.runs.store.schema import runs
from app.runs.store.states import TERMINAL
from app.runs.store.store import Store
from app.settings import Settings

ROW = {
    "epoch": 1, "train_loss": 1.5, "train_accuracy": 0.5, "validation_loss": None, "validation_accuracy": None,
    "seconds": 2.0, "images_per_second": 700.0, "step": 10,
}  # fmt: skip
SMALL: dict[str, Any] = {
    "input": [1, 8, 8], "classes": 10,
    "layers": [{"type": "conv2d", "filters": 2, "activation": "relu"}, {"type": "flatten"},
               {"type": "dense", "units": 10}],
}  # fmt: skip


@contextmanager
def quiet_client(folder: Path, **settings: Any) -> Iterator[TestClient]:
    """A client of an app that trains nothing."""
    app = create_app(Settings(**{"data": folder, "runs_at_once": 0, "workers": 1, **settings}))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def another_visitor(client: TestClient, address: str = "10.0.0.2") -> TestClient:
    """The same app, in the same event loop, seen from another address."""
    visitor = TestClient(client.app, "http://localhost", raise_server_exceptions=False, client=(address, 50000))
    visitor.portal = client.portal
    return visitor


def store_of(client: TestClient) -> Store:
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    return store


def submit(client: TestClient, **order: Any) -> dict[str, Any]:
    """A new run of a small network."""
    response = client.post("/api/runs", json={"dataset": "digits", "network": SMALL, **order})
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


def write(store: Store, run_id: str, *entries: tuple[str, dict[str, Any]]) -> None:
    """Events as a trainer writes them."""
    with writing(store.engine) as connection:
        event_log.append(connection, run_id, list(entries))


def set_state(store: Store, run_id: str, state: str, **values: Any) -> None:
    """The run's new state, in its row and in the log."""
    ended = 1_790_000_000.0 if state in TERMINAL else None
    with writing(store.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run_id).values(state=state, ended_at=ended, **values))
        told = {"state": state, "reason": values.get("reason"), "step": 10, "epoch": 1, "learning_rate": 0.1}
        event_log.append(connection, run_id, [("state", told)])


def steps(first: int, count: int) -> list[tuple[str, dict[str, Any]]]:
    """`step` events."""
    return [("step", {"step": number, "loss": 1 / number}) for number in range(first, first + count)]


def read_events(text: str) -> list[tuple[int, str, str]]:
    """(id, event, data) of a text/event-stream, read as a browser does; comments and what has no data are left out.

    So are tickets, which have no number.
    """
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields and "id" in fields:
            found.append((int(fields["id"]), fields["event"], fields["data"]))
    return found
