"""What a trainer leaves in the run's folder while it trains: the newest model, snapshots, the confusion matrix.

It does not know the database; what is to be logged of it is given back.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor

from app.core.checkpoints import save_weights
from app.core.classification.cards import NOT_FOR, PICTURES, Trained, count_pictures, make_card, write_json
from app.core.classification.folders import CARD, NETWORK, WEIGHTS
from app.core.classification.snapshots import feature_weights, photo_checksum, take_snapshot
from app.core.datasets.labeled_images import DataSet
from app.core.errors import FilesAway
from app.core.networks.networks import Network
from app.core.pictures.preparation import Preparation, prepare_picture
from app.core.training.confusion import confuse
from app.core.training.evaluation import Evaluation
from app.core.training.gradient_sizes import measure_learning
from app.core.training.training import Trainer
from app.runs.store.folders import RunFolder
from app.runs.store.states import Values
from app.runs.trainer.tensor_files import write_confusion, write_snapshot


class Artifacts:
    """The files of a run that others read. `about` is what is known of it from the start, for the model's card."""

    def __init__(self, folder: RunFolder, network: Network, classes: Sequence[str], about: Values) -> None:
        self._folder = folder
        self._network = network
        self._classes = tuple(classes)
        self._about = about
        self._photo: Tensor | None = None
        self._stamp = 0

    def snapshot(self, trainer: Trainer, number: int) -> Values:
        """What the network shows of itself now; its feature weights are kept."""
        weights = feature_weights(trainer.evaluated, self._network)
        write_snapshot(self._folder, number, weights, trainer.preparation)
        photo = self._watched(trainer.preparation)
        shown = take_snapshot(
            trainer.evaluated, self._network, trainer.preparation, photo, max_norm=trainer.training.max_norm
        )
        seen = None if photo is None else photo_checksum(photo)
        told = shown.describe(self._classes) | measure_learning(trainer).describe()
        return {"number": number, "step": trainer.step, "photo": seen, **told}

    def confusion(self, trainer: Trainer, epoch: int) -> None:
        """Of the validation pictures, where there are any."""
        logits = trainer.validation_logits
        if logits is not None:
            found = confuse(logits, trainer.validation.labels.cpu(), trainer.validation_indices, self._classes)
            write_confusion(self._folder, found, epoch)

    def model(self, trainer: Trainer, **figures: Any) -> None:
        """The newest weights as a model that can be asked, not tested yet."""
        trained = self._trained(trainer)
        card = {
            **self._about, **figures, "classes": list(self._classes), "input": list(self._network.input),
            "parameters": self._network.report.parameters, "accuracy": None,
            "calibration": {"before": None, "after": None, "temperature": 1.0},
            "preparation": trainer.preparation.to_dict(), "mirror": trained.mirror,
        }  # fmt: skip
        self._write(trained, card)

    def tested_model(self, trainer: Trainer, tested: Evaluation, temperature: float, **figures: Any) -> None:
        """The last weights as a model, with the figures of the test pictures."""
        trained = self._trained(trainer)
        self._write(trained, make_card(trained, tested, temperature, self._about | figures))

    def _trained(self, trainer: Trainer) -> Trained:
        mirror = trainer.training.mirror_test
        return Trained(self._network, trainer.evaluated, self._classes, trainer.preparation, mirror)

    def _write(self, trained: Trained, card: Values) -> None:
        """Each file is replaced whole, and any two fit each other; the card comes last, without which none is one."""
        place = self._folder.model
        place.mkdir(parents=True, exist_ok=True)
        if not (place / NETWORK).is_file():
            with self._folder.writing(place / NETWORK) as path:
                write_json(path, trained.network.describe())
        with self._folder.writing(place / WEIGHTS) as path:
            save_weights(path, trained.module.state_dict())
        with self._folder.writing(place / CARD) as path:
            write_json(path, card)

    def _watched(self, preparation: Preparation) -> Tensor | None:
        """The photo as the network sees it; read anew where another was chosen."""
        with suppress(FilesAway):  # the one of before is watched meanwhile
            self._folder.bring_photo()
        stamp = self._folder.photo_stamp()
        if stamp != self._stamp:
            photo = self._folder.read_photo()
            self._photo = None if photo is None else prepare_picture(torch.from_numpy(photo), preparation)
            self._stamp = stamp
        return self._photo


def describe_run(run_id: str, name: str, dataset: DataSet, training: Values) -> Values:
    """The part of a card that is known from the start; `data_values` fill the places of `data`."""
    return {
        "name": f"run-{run_id}", "title": name, "dataset": dataset.name, "data": PICTURES,
        "data_values": count_pictures(dataset),
        "training": training, "seed": training.get("seed"), "not_for": NOT_FOR,
    }  # fmt: skip
