"""Small curves for lists: app/web/training/run_objects.py."""

from dataclasses import replace
from pathlib import Path

from app.core.networks.networks import parse_network
from app.core.training.hyperparameters import Training
from app.files.files import Files
from app.runs.store.orders import Order
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from app.web.training.run_objects import Curve, Curves
from tests.web.logged_runs import ROW, SMALL, write

ORDER = Order("digits", parse_network(SMALL), Training())


def test_a_curve_is_read_again_where_an_epoch_has_come_and_breaks_no_list_where_its_run_is_gone(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'runs.sqlite3'}", Files(tmp_path))
    curves, run = Curves(store), store.submit(ORDER, Visitor(None, "10.0.0.1"))
    rows = [ROW | {"epoch": number, "validation_accuracy": number / 10} for number in (1, 2, 3)]
    seen = []

    for row in rows[:2]:
        write(store, run.id, ("epoch", row))
        seen.append(curves.find(replace(run, last=row)))
    store.delete(run.id)
    seen += [curves.find(replace(run, last=row)) for row in rows[1:]]
    store.close()

    assert seen == [Curve(0.1, (0.1,)), Curve(0.2, (0.1, 0.2)), Curve(0.2, (0.1, 0.2)), Curve(None, ())]
