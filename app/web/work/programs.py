"""A run as a program to take home: its text, or a ZIP with the text and all files that it needs."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from torch import Tensor

from app.core.checkpoints import read_weights, save_weights
from app.core.classification.folders import WEIGHTS as KEPT
from app.core.datasets.datasets import load_dataset
from app.core.training.programs.cells import Form
from app.core.training.programs.plan import FIRST, PICTURES, WEIGHTS, pictures_of, plan_run
from app.core.training.programs.programs import lay_out_for, write_program
from app.web.answers import Answer
from app.web.training.taken import Taken

NAMES: dict[Form, str] = {"script": "train.py", "notebook": "train.ipynb"}


def write_text(taken: Taken, datasets: Path, form: Form) -> str:
    """The program alone. Raises InvalidValue where the library cannot train so, or the pictures are gone."""
    plan, _ = plan_run(taken.title, taken.network, load_dataset(taken.dataset, datasets), taken.training)
    return write_program(plan, taken.library, form)


def pack(taken: Taken, datasets: Path) -> Answer:
    """A ZIP of script, notebook, pictures and weights."""
    dataset = load_dataset(taken.dataset, datasets)
    plan, trainer = plan_run(taken.title, taken.network, dataset, taken.training)

    def write(file: BinaryIO) -> None:
        place = Path(file.name)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for form, name in NAMES.items():
                archive.writestr(name, write_program(plan, taken.library, form))
            _add(archive, PICTURES, place, lambda: pictures_of(dataset, trainer))
            _add(archive, FIRST, place, lambda: _laid_out(taken, trainer.module.state_dict()))
            _add(archive, WEIGHTS, place, lambda: _laid_out(taken, read_weights(taken.folder.model / KEPT)))

    return Answer(write=write)


def _laid_out(taken: Taken, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return lay_out_for(taken.library, taken.network, state)


def _add(archive: zipfile.ZipFile, name: str, beside: Path, tensors: Callable[[], Mapping[str, Tensor]]) -> None:
    """A file of tensors, which safetensors can only write to the disk."""
    place = beside.with_name(f"{beside.name}.safetensors")
    try:
        save_weights(place, tensors())
        archive.write(place, name)
    finally:
        place.unlink(missing_ok=True)
