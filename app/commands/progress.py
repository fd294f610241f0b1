"""A training's progress on a terminal: a bar with time left and throughput, and a line an epoch that stays."""

from collections import deque
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from app.core.training.events import Epoch, Step

_RECENT = 50  # steps that throughput is the mean of


class TrainingProgress:
    """Fed with events; a context, so that the bar is closed whatever happens."""

    def __init__(self, console: Console, steps: int, done: int) -> None:
        self._console = console
        self._recent: deque[tuple[int, float]] = deque(maxlen=_RECENT)
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("loss {task.fields[loss]:.3f}"),
            TextColumn("{task.fields[throughput]:,.0f} images/s"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task("", total=steps, completed=done, epoch=1, loss=0.0, throughput=0.0)

    def __enter__(self) -> "TrainingProgress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, event: Step) -> None:
        """Moves the bar."""
        self._recent.append((event.images, event.seconds))
        self._bar.update(
            self._task, completed=event.step, epoch=event.epoch, loss=event.loss, throughput=self._throughput()
        )

    def epoch(self, event: Epoch, epochs: int) -> None:
        """Prints a line."""
        validation = ""
        if event.validation_loss is not None:
            validation = f" | validation loss {event.validation_loss:.4f} accuracy {event.validation_accuracy:.4f}"
        self._console.print(
            f"epoch {event.epoch:3d}/{epochs} | loss {event.train_loss:.4f} accuracy {event.train_accuracy:.4f}"
            f"{validation} | {event.seconds:.1f} s | {self._throughput():,.0f} images/s",
            highlight=False, soft_wrap=True,
        )  # fmt: skip

    def _throughput(self) -> float:
        seconds = sum(seconds for _, seconds in self._recent)
        return sum(images for images, _ in self._recent) / seconds if seconds else 0.0
