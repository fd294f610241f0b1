"""A run in this process: what it logs, keeps and hears."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sklearn.metrics import confusion_matrix

from app.core.classification.models import open_model
from app.core.datasets.datasets import load_dataset
from app.core.networks.networks import parse_network
from app.core.training.batches import keep
from app.core.training.evaluation import cross_entropy, logits_of
from app.core.training.events import Epoch, Finished
from app.core.training.training import Trainer, train
from app.runs.store.database import writing
from app.runs.store.schema import runs
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.trainer.pace import Pace
from app.runs.trainer.tensor_files import read_confusion, read_snapshot
from tests.runs.conftest import ANNA, LONG, QUICK, final_weights, order, payloads, states


def test_a_run_tells_what_the_core_tells(store: Store, datasets: Path, attempt: Callable[[], str]) -> None:
    store.submit(order(), ANNA)
    dataset = load_dataset("colored", datasets)
    events = list(train(order().network, dataset, QUICK))

    run_id = attempt()

    rows = store.history(run_id)
    for row, event in zip(rows, [event for event in events if isinstance(event, Epoch)], strict=True):
        assert row["epoch"] == event.epoch
        assert row["validation_loss"] == pytest.approx(event.validation_loss)
        assert (row["train_loss"], row["train_accuracy"]) == pytest.approx((event.train_loss, event.train_accuracy))
    finished = events[-1]
    assert isinstance(finished, Finished)
    pictures = keep(dataset.test_images, dataset.test_labels, (3, 8, 8))
    logits = logits_of(finished.module, pictures, finished.preparation)
    run = store.find(run_id)
    assert run.state == "finished"
    assert run.test_loss == pytest.approx(cross_entropy(logits, dataset.test_labels), abs=1e-5)
    assert run.test_accuracy == pytest.approx(float((logits.argmax(1) == dataset.test_labels).float().mean()))
    assert (run.step, run.steps, run.epoch, run.last) == (18, 18, 3, rows[-1])
    assert payloads(store, run_id, "state")[-1]["test"] == {"loss": run.test_loss, "accuracy": run.test_accuracy}
    assert run.classes == ("top", "middle", "bottom")


def test_snapshots_begin_before_the_first_step_and_end_after_the_last(store: Store, attempt: Callable[[], str]) -> None:
    store.submit(order(), ANNA)

    run_id = attempt()

    shots = payloads(store, run_id, "snapshot")
    assert (shots[0]["number"], shots[0]["step"]) == (0, 0)
    assert shots[-1]["step"] == 18
    assert [shot["number"] for shot in shots] == list(range(len(shots)))
    assert shots[0]["kernels"]["shape"] == [4, 3, 3, 3]
    assert [sheet["layer"] for sheet in shots[0]["maps"]]
    assert len(shots[0]["predictions"]) == 3
    for shot in shots:
        assert [row["layer"] for row in shot["gradients"]] == [row["layer"] for row in shot["norms"]]
        assert all(row["size"] > 0 for row in shot["gradients"])
        assert all(0 <= row["dead"] <= row["units"] for row in shot["relus"])
    random_weights, preparation = read_snapshot(store.folder(run_id), 0)
    learned, _ = read_snapshot(store.folder(run_id), len(shots) - 1)
    assert preparation.size == (8, 8)
    assert not torch.equal(random_weights["conv2d_1.weight"], learned["conv2d_1.weight"])


def test_the_newest_weights_are_a_model_that_can_be_asked(store: Store, attempt: Callable[[], str]) -> None:
    store.submit(order(name="Mine"), ANNA)

    run_id = attempt()

    model = open_model(store.folder(run_id).model)
    confusion = read_confusion(store.folder(run_id), model.classes)
    assert model.name == f"run-{run_id}"
    assert (model.card["title"], model.card["accuracy"]) == ("Mine", round(store.find(run_id).test_accuracy, 4))
    assert confusion is not None
    assert (int(confusion[0].matrix.sum()), confusion[1]) == (16, 3)
    assert not list(store.folder(run_id).path.glob("checkpoint*"))


def test_each_epoch_keeps_what_the_network_took_for_what(
    store: Store, datasets: Path, attempt: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "is_due", lambda pace: True)
    store.submit(order(), ANNA)
    trainer = Trainer(order().network, load_dataset("colored", datasets), QUICK)
    answers = []
    for event in trainer.events():
        if isinstance(event, Epoch):
            assert trainer.validation_logits is not None
            answers.append(trainer.validation_logits.argmax(1))

    folder = store.folder(attempt())

    assert folder.confusion_epochs() == [1, 2, 3]
    for epoch, predicted in enumerate(answers, 1):
        found = read_confusion(folder, ("a", "b", "c"), epoch)
        assert found is not None
        counted = confusion_matrix(trainer.validation.labels, predicted, labels=range(3))
        assert (found[0].matrix.tolist(), found[1]) == (counted.tolist(), epoch)


def test_a_stop_ends_with_the_test_pictures(
    store: Store, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(20, lambda: store.ask(run.id, Wish(state="stopped")))

    attempt()

    stopped = store.find(run.id)
    assert stopped.state == "stopped"
    assert 20 <= stopped.step < 360
    assert stopped.test_accuracy is not None
    assert states(store, run.id) == ["queued", "running", "stopped"]


def test_a_loss_that_is_no_number_ends_it_and_the_last_finite_weights_stay(
    store: Store, datasets: Path, attempt: Callable[[], str]
) -> None:
    wild = replace(QUICK, optimizer="sgd", momentum=0.0, learning_rate=1e4, normalization="none")
    layers = [{"type": "conv2d", "filters": 4}, {"type": "flatten"}, {"type": "dense", "units": 3}]
    network = parse_network({"input": [3, 8, 8], "classes": 3, "layers": layers})
    store.submit(replace(order(wild), network=network), ANNA)

    run_id = attempt()

    run = store.find(run_id)
    kept = final_weights(store, run_id)
    assert run.state == "diverged"
    assert "NaN (not a number)" in str(run.reason)
    assert run.ended_at is not None
    assert all(bool(torch.isfinite(tensor).all()) for tensor in kept.values())
    events = list(train(network, load_dataset("colored", datasets), wild))
    assert run.reason is not None
    assert run.reason.values["step"] == events[-1].step
    assert open_model(store.folder(run_id).model).classes == ("top", "middle", "bottom")
    moments = payloads(store, run_id, "snapshot")
    assert 0 < moments[-1]["step"] < events[-1].step
    assert moments[-1]["kernels"]["image"] != moments[0]["kernels"]["image"]


def test_early_stopping_is_told(store: Store, attempt: Callable[[], str]) -> None:
    still = replace(QUICK, optimizer="sgd", momentum=0.0, learning_rate=0.0, epochs=9, early_stopping=2)
    store.submit(order(still), ANNA)

    run = store.find(attempt())

    assert (run.state, run.last["epoch"] if run.last else None) == ("finished", 3)
    assert str(run.reason) == "The validation loss has not become better for 2 epochs."


def test_after_early_stopping_the_card_tells_of_the_best_weights(
    store: Store, datasets: Path, attempt: Callable[[], str]
) -> None:
    wild = replace(QUICK, learning_rate=0.3, epochs=30, early_stopping=3)
    store.submit(order(wild), ANNA)

    run_id = attempt()

    history, card = store.history(run_id), open_model(store.folder(run_id).model).card
    best = min(history, key=lambda row: row["validation_loss"])
    assert best is not history[-1]
    assert card["validation_loss"] == pytest.approx(best["validation_loss"], abs=1e-5)
    assert card["validation_accuracy"] == pytest.approx(best["validation_accuracy"])


def test_what_cannot_be_trained_fails_with_its_own_sentence(store: Store, attempt: Callable[[], str]) -> None:
    store.submit(replace(order(), dataset="nowhere"), ANNA)

    run = store.find(attempt())

    assert run.state == "failed"
    assert str(run.reason) == "The pictures of this run are not kept any more."


def test_a_run_for_a_graphics_card_says_so_where_there_is_none(
    store: Store, attempt: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    run = store.submit(order(), ANNA)
    with writing(store.engine) as connection:
        connection.execute(runs.update().values(device="cuda"))

    attempt()

    assert store.find(run.id).state == "failed"
    assert str(store.find(run.id).reason).startswith("The training was given a graphics card, but PyTorch finds none")
