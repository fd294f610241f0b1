"""One life of a run in a trainer process: from its claim until it is paused, has ended, or was interrupted.

It listens to `core.training` and writes what it hears; what others ask of the run it does between two steps.
"""

import logging
import threading
import time
from pathlib import Path
from typing import Any

import torch
from sqlalchemy import Engine, RowMapping

from app.core.checkpoints import read_checkpoint
from app.core.classification.cards import Trained, measure_test
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.datasets.own import remember_use
from app.core.training.devices import make_ready
from app.core.training.evaluation import evaluate, fit_temperature
from app.core.training.events import Diverged, Epoch, Finished, Step
from app.core.training.training import Trainer
from app.files.files import Files
from app.files.opening import open_files
from app.runs.store import reasons
from app.runs.store.database import open_engine
from app.runs.store.event_log import SNAPSHOT, STATE
from app.runs.store.folders import RunFolder
from app.runs.store.orders import parse_stored
from app.runs.store.protocol import AWAY, DISK_FULL, Assignment
from app.runs.store.queue import Claim
from app.runs.store.reserve import release_reserve
from app.runs.store.states import (
    DIVERGED,
    FAILED,
    FINISHED,
    INTERRUPTED,
    PAUSED,
    QUEUED,
    RUNNING,
    STOPPED,
    Reason,
    Wish,
)
from app.runs.trainer.artifacts import Artifacts, describe_run
from app.runs.trainer.checkpoint_files import CheckpointFiles, has_finite_weights
from app.runs.trainer.heartbeat import Heartbeat
from app.runs.trainer.journal import Journal
from app.runs.trainer.lease import Entries, Lease, Lost
from app.runs.trainer.pace import Pace
from app.runs.trainer.patience import Patience
from app.runs.trainer.warm_dataset import WarmDataset

PATIENT_S = 300.0  # for a database that another keeps locked: what is trained meanwhile is not lost
_log = logging.getLogger(__name__)


class Attempt:
    """Trains the claimed run. `leaving` is set from outside where the process has to go."""

    def __init__(
        self, engine: Engine, files: Files, warm: WarmDataset, claim: Claim, process: str | None = None,
        card: float = 1.0,
    ) -> None:  # fmt: skip
        """`process` is the word for this one, where it has one of its own; `card` its part of a graphics card."""
        self.leaving = threading.Event()
        self._lease = Lease(engine, claim, process)
        self._files = files
        self._folder = RunFolder(files, claim.run_id)
        self._warm = warm
        self._card = card
        self._patience = Patience(self._lease.beat, self.leaving)

    @classmethod
    def of(cls, assignment: Assignment, warm: WarmDataset, process: str | None = None) -> "Attempt":
        """Of what was assigned."""
        engine = open_engine(assignment.database, PATIENT_S, connections=1, process=process)
        files = open_files(Path(assignment.data), assignment.store, assignment.copies)
        return cls(engine, files, warm, assignment.claim, process, assignment.card)

    def run(self) -> int:
        """To its end; the exit's code, which is not 0 where not even a failure could be written."""
        try:
            row = self._lease.take()
            with Heartbeat(self._lease) as self._heartbeat, self._files.moving_within(self._heartbeat.moving):
                self._open(row)
                self._train()
        except Lost:
            return 0
        except Exception as error:  # whatever it is, the run has to know
            _log.exception("run %s failed", self._folder.run_id)
            return self._fail(error)
        return 0

    def _open(self, row: RowMapping) -> None:
        self._patience.wait(lambda: self._bring(row))
        remember_use(row["dataset"], self._warm.folder)
        self._dataset: DataSet = self._warm.take(row["dataset"])
        self._network, self._training = parse_stored(row["network"], row["training"])
        if row["threads"]:
            torch.set_num_threads(row["threads"])
        self._device = row["device"] or "cpu"
        make_ready(self._device, self._card)
        self._folder.make()
        self._checkpoints = CheckpointFiles(self._folder, row["claim"], row["checkpoint"])
        checkpoint = read_checkpoint(self._folder.path / row["checkpoint"]) if row["checkpoint"] else None
        self._trainer = self._make_trainer(checkpoint)
        self._journal = Journal(row, checkpoint.state.get("tally") if checkpoint else None)
        about = describe_run(row["id"], row["name"], self._dataset, row["training"])
        self._artifacts = Artifacts(self._folder, self._network, self._dataset.classes, about)
        self._snapshots = self._lease.count(SNAPSHOT)
        self._is_warm = False
        self._heartbeat.wish = Wish(row["asked"], row["asked_rate"])
        self._epoch = max(row["epoch"], 1)
        last = row["last"] or {"epoch": 0, "validation_loss": None, "validation_accuracy": None}
        self._told(last["epoch"], last["validation_loss"], last["validation_accuracy"])
        if not row["classes"]:
            self._lease.write([], classes=list(self._dataset.classes))
        self._snapshot_pace = Pace(1.0, growth=1 / 15, share=0.02)
        self._model_pace, self._confusion_pace = Pace(2.0, growth=1 / 10, share=0.004), Pace(1.0, share=0.004)
        self._checkpoint_pace = Pace(5.0, share=0.01)
        with self._checkpoint_pace.spent(0.0):
            pass

    def _bring(self, row: RowMapping) -> None:
        """What others have left for it: the data set, and what the run goes on from."""
        self._files.bring(cache_path(self._files.root / "datasets", row["dataset"]))
        if row["checkpoint"]:
            self._folder.bring_checkpoint(row["checkpoint"])
            self._folder.bring_confusions()

    def _make_trainer(self, checkpoint: Any) -> Trainer:
        return Trainer(self._network, self._dataset, self._training, resume=checkpoint, device=self._device)

    def _train(self) -> None:
        if self._is_wanted() and self._settle():
            return None
        if not self._snapshots:
            self._show(is_first=True)
        for event in self._trainer.events():
            match event:
                case Step():
                    self._epoch = event.epoch
                    is_new = self._journal.step(event)
                case Epoch():
                    is_new = self._close(event)
                case Diverged():
                    return self._diverge(event)
                case Finished():
                    reason = reasons.stopped_early(self._training.early_stopping or 0) if event.stopped_early else None
                    return self._finish(FINISHED, reason)
            if self._is_wanted() and self._settle():
                return None
            if is_new:
                self._keep_up(isinstance(event, Epoch))
        return None

    def _is_wanted(self) -> bool:
        """Whether something is asked, at a step that the log has not seen yet; who has to leave leaves at any."""
        has_caught_up = self._journal.has_caught_up(self._trainer.step)
        return self.leaving.is_set() or (has_caught_up and self._heartbeat.wish != Wish())

    def _keep_up(self, is_epoch: bool) -> None:
        """All that is due by now."""
        self._show()
        if self._model_pace.is_due():
            self._patience.spare(self._write_model, self._model_pace)
        if self._checkpoint_pace.is_due() and (is_epoch or self._journal.seconds > 1):
            self._patience.spare(self._write_checkpoint, self._checkpoint_pace)
        elif self._journal.is_due():
            self._write()

    def _close(self, event: Epoch) -> bool:
        self._told(event.epoch, event.validation_loss, event.validation_accuracy)
        is_new = self._journal.epoch(event, self._trainer.step)
        if is_new and self._confusion_pace.is_due():
            self._patience.spare(lambda: self._write_confusion(event.epoch), self._confusion_pace)
        return is_new

    def _write_confusion(self, epoch: int) -> None:
        with self._confusion_pace.spent(self._journal.seconds):
            self._artifacts.confusion(self._trainer, epoch)

    def _told(self, epoch: int, loss: float | None, accuracy: float | None) -> None:
        self._closed = epoch
        self._figures: dict[str, Any] = {"validation_loss": loss, "validation_accuracy": accuracy}

    def _show(self, *, is_first: bool = False, is_last: bool = False) -> None:
        """A snapshot, and the model with it, if it is time for one."""
        if not (is_first or is_last or self._snapshot_pace.is_due()):
            return
        if is_last:
            self._patience.wait(self._write_snapshot)
        else:
            self._patience.spare(self._write_snapshot, self._snapshot_pace)
        if is_first:
            self._patience.spare(self._write_model, self._model_pace)

    def _write_snapshot(self) -> None:
        with self._snapshot_pace.spent(self._journal.seconds, warms_up=not self._is_warm):
            payload = self._artifacts.snapshot(self._trainer, self._snapshots) | {"epoch": self._epoch}
            self._snapshots += 1
            self._is_warm = True
            self._write([(SNAPSHOT, payload)])

    def _write_model(self) -> None:
        with self._model_pace.spent(self._journal.seconds):
            if has_finite_weights(self._trainer):
                self._artifacts.model(self._trainer, epoch=self._closed, step=self._trainer.step, **self._figures)

    def _write(self, entries: Entries | None = None, **columns: Any) -> None:
        waiting, known = self._journal.take()
        self._heartbeat.wish = self._lease.write([*waiting, *(entries or [])], **known, **columns)

    def _write_checkpoint(self, entries: Entries | None = None, **columns: Any) -> bool:
        """A checkpoint and what the log does not have yet, together; False where the weights are not finite."""
        with self._checkpoint_pace.spent(self._journal.seconds):
            name = self._checkpoints.write(self._trainer, tally=self._journal.tally())
            if name is None:
                return False
            self._write(entries, checkpoint=name, losses=0, **columns)
            self._checkpoints.drop_others(name)
        return True

    def _settle(self) -> bool:
        """Does what is asked for; whether the process has to go."""
        wish = self._heartbeat.wish = self._lease.beat()
        if wish.learning_rate is not None and self._journal.has_caught_up(self._trainer.step):
            self._change_rate(wish.learning_rate)
        if wish.state == STOPPED:
            self._finish(STOPPED, None)
            return True
        if wish.state in (PAUSED, QUEUED) or self.leaving.is_set():
            return self._leave(wish.state if wish.state in (PAUSED, QUEUED) else INTERRUPTED)
        if wish.state == RUNNING:
            self._lease.write([], asked=None)
        return False

    def _leave(self, state: str) -> bool:
        """Paused, set aside for others, or interrupted; False where it goes on after all."""
        if state == PAUSED and has_finite_weights(self._trainer):
            self._show(is_last=True)  # who pauses wants to look
        if not self._patience.wait(self._write_checkpoint):
            return False  # the next step diverges
        if state == PAUSED:
            return self._lease.end(PAUSED, None, asked=PAUSED)
        if state == QUEUED:
            turn = {"queued_at": time.time(), "is_resumed": False, "turn_from": None}
            return self._lease.end(QUEUED, None, asked=QUEUED, **turn)
        return self._lease.end(INTERRUPTED, reasons.INTERRUPTED)

    def _change_rate(self, rate: float) -> None:
        """A checkpoint is written at once, so that what is done again after a loss of the process meets it too."""
        self._trainer.change_learning_rate(rate)
        step = self._trainer.step
        told = {"state": RUNNING, "reason": None, "step": step, "epoch": self._epoch, "learning_rate": rate}
        self._patience.wait(lambda: self._write_checkpoint([(STATE, told)], done_rate=rate))
        self._heartbeat.wish = Wish()

    def _finish(self, state: str, reason: Reason | None) -> None:
        """The test pictures are looked at, once."""
        self._write()
        trainer, labels = self._trainer, self._trainer.validation.labels.cpu()
        trainer.evaluated.eval()
        trained = Trained(self._network, trainer.evaluated, self._dataset.classes, trainer.preparation,
                          self._training.mirror_test)  # fmt: skip
        temperature = 1.0
        if len(labels):
            logits = trainer.validation_logits = trained.logits(trainer.validation)
            judged = evaluate(logits, labels)  # the weights may be the best epoch's, or those of an epoch's middle
            self._told(self._closed, judged.loss, judged.accuracy)
            temperature = round(fit_temperature(logits, labels), 4)
            self._patience.wait(lambda: self._artifacts.confusion(trainer, self._epoch))
        self._show(is_last=True)
        columns: dict[str, Any] = {}
        if len(self._dataset.test_labels):
            tested = measure_test(trained, self._dataset, temperature, self._device)
            minutes = round(self._journal.seconds / 60, 2)
            figures = {"minutes": minutes, "epoch": self._epoch, "step": trainer.step} | self._figures
            self._patience.wait(lambda: self._artifacts.tested_model(trainer, tested, temperature, **figures))
            columns = {"test_loss": tested.loss, "test_accuracy": tested.accuracy}
        else:
            self._patience.wait(self._write_model)
        if self._lease.end(state, reason, ended_at=time.time(), checkpoint=None, **columns):
            self._checkpoints.drop_others(None)

    def _diverge(self, event: Diverged) -> None:
        """Keeps the last finite weights: those before the step, or what the same steps lead to once more."""
        self._write()
        if not has_finite_weights(self._trainer):
            self._trainer = self._again(event.step - 2)
        if has_finite_weights(self._trainer):
            self._show(is_last=True)
        self._patience.wait(self._write_model)
        self._lease.end(DIVERGED, reasons.diverged(event.step), ended_at=time.time())

    def _again(self, step: int) -> Trainer:
        """A trainer after that step, from the last checkpoint or from the start."""
        name = self._checkpoints.newest
        path = self._patience.wait(lambda: self._folder.bring_checkpoint(name)) if name else None
        trainer = self._make_trainer(read_checkpoint(path) if path else None)
        if trainer.step < step:
            for event in trainer.events():
                if isinstance(event, Step) and event.step >= step:
                    break
        return trainer

    def _fail(self, error: Exception) -> int:
        reason = reasons.reason_of(error)
        if reason is reasons.AWAY:
            return AWAY
        if reason is reasons.DISK_FULL:
            release_reserve(self._folder)
        try:
            if reason is reasons.FILES_AWAY:
                self._lease.end(INTERRUPTED, reason)
            else:
                self._lease.end(FAILED, reason, ended_at=time.time())
        except Lost:
            return 0
        except Exception as unwritten:
            _log.exception("the failure of run %s could not be written", self._folder.run_id)
            return DISK_FULL if reasons.is_disk_full(unwritten) else AWAY
        return 0
