"""A run as a program in one of the libraries, as a script or a notebook, and the files that it needs beside it."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from app.core.networks.libraries.keras import arrange_weights
from app.core.networks.networks import Network
from app.core.training.hyperparameters import Training
from app.core.training.programs import keras, pytorch
from app.core.training.programs.cells import Cell, Form, Library, to_notebook, to_script
from app.core.training.programs.plan import Plan
from app.core.training.programs.shared import files_needed

_WRITERS: dict[Library, Callable[[Plan], list[Cell]]] = {"keras": keras.write_cells, "pytorch": pytorch.write_cells}
_FORMS: dict[Form, Callable[..., str]] = {"script": to_script, "notebook": to_notebook}


def write_program(plan: Plan, library: Library, form: Form) -> str:
    """The whole text. Raises InvalidValue where the library cannot train so."""
    about = f"{_words(plan.training)}\n\n{files_needed()}"
    return _FORMS[form](plan.title, about, _WRITERS[library](plan))


def lay_out_for(library: Library, network: Network, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state of `build(network)` as the library's program reads it: Keras by numbers, in its own order and layout."""
    if library == "pytorch":
        return dict(state)
    arranged = arrange_weights(network, {name: tensor.cpu().numpy() for name, tensor in state.items()})
    return {f"{number:03}": torch.from_numpy(np.ascontiguousarray(values)) for number, values in enumerate(arranged)}


def _words(training: Training) -> str:
    return (
        f"{training.epochs} epochs in batches of {training.batch_size} by {training.optimizer}, learning rate "
        f"{training.learning_rate:g}, seed {training.seed}, as a run of Convolution Playground did it."
    )
