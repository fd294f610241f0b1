"""From the JSON of `POST /api/runs` to an order: the network, the training and the data set, found to fit each other.

A worker puts it together (`work.orders`), since a large network takes its time to be judged. It does not know what
becomes of it.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.core.datasets.builtin import Builtin
from app.core.datasets.catalog import Summary
from app.core.errors import N_, InvalidNetwork, InvalidValue
from app.core.networks.layers import Dense
from app.core.networks.networks import Network, check_network, parse_network
from app.core.networks.presets import find_preset
from app.core.networks.reports import Limits
from app.core.pictures.titles import clean_title
from app.runs.store.states import LONGEST_NAME
from app.settings import Settings

SCHEMA = {
    "type": "object",
    "required": ["dataset"],
    "properties": {
        "dataset": {"type": "string", "description": "A name from `GET /api/datasets`."},
        "network": {
            "description": "As `POST /api/networks` takes it, or the name of one from `GET /api/networks`, which is "
            "fitted to the data set; default: `lecture-light`.",
        },
        "training": {"type": "object", "description": "Hyperparameters; those left out have the lecture's values."},
        "name": {"type": "string", "description": "What the run is called in lists."},
        "sample": {"type": "string", "description": "A name from `GET /api/samples`: the photo that is watched."},
        "pair": {"type": "string", "description": "The id of the run that this one is compared with."},
    },
}
EXAMPLE = {
    "dataset": "digits",
    "network": "lecture-light",
    "training": {"epochs": 3, "optimizer": "adam", "learning_rate": 0.001},
    "sample": "mouse",
}


_LONGEST_SAID = 1000  # characters of a name, seen or not: each takes its time to be judged


@dataclass(frozen=True, slots=True)
class Judge:
    """What an order is judged by: the largest network, and where data sets are kept."""

    limits: Limits
    datasets: Path


def judge_of(settings: Settings) -> Judge:
    """What orders are judged by."""
    return Judge(Limits(settings.network_parameters, settings.network_memory_mb), settings.data / "datasets")


def check_fields(body: Any, known: tuple[str, ...]) -> dict[str, Any]:
    """The body, if it is an object with no other fields; InvalidValue else."""
    if not isinstance(body, dict):
        raise InvalidValue(N_("Send a JSON object with the fields %(names)s."), names=", ".join(known))
    if not set(body) <= set(known):
        raise InvalidValue(N_("There is a field that is not known here; the fields are %(names)s."),
                           names=", ".join(known))  # fmt: skip
    return body


def named(fields: dict[str, Any]) -> str:
    """The name of the data set; InvalidValue if there is none."""
    name = text(fields, "dataset")
    if name is None:
        raise InvalidValue(N_("Name a data set; GET /api/datasets lists all."), field="dataset")
    return name


def read_network(described: Any, dataset: Summary, limits: Limits) -> Network:
    """The network, which takes the data set's pictures and classes; a named one is made to. Raises InvalidValue."""
    if isinstance(described, str):
        network = fit(find_preset(described).network, dataset)
        check_network(network, limits)
        return network
    network = parse_network(described, limits)
    _check_fit(network, dataset)
    return network


def fit(network: Network, dataset: Summary | Builtin) -> Network:
    """The same layers for other pictures, with one unit a class at the end.

    Where the maps become too small for a window, every convolution is padded, as the page does it.
    """
    *layers, last = network.layers
    assert isinstance(last, Dense)
    head = replace(last, units=len(dataset.classes))
    fitted = Network(dataset.input, len(dataset.classes), (*layers, head))
    if _has_shapes(fitted):
        return fitted
    padded = (layer.but(padding="same") if layer.role == "kernels" else layer for layer in layers)
    return replace(fitted, layers=(*padded, head))


def _has_shapes(network: Network) -> bool:
    try:
        return bool(network.traced)
    except InvalidNetwork:
        return False


def clean_name(name: str | None) -> str | None:
    """A name as it can be shown; None where nothing is left of it. Raises InvalidValue where it is too long."""
    said = name or ""
    shown = said if len(said) > _LONGEST_SAID else clean_title(said)
    if len(shown) > LONGEST_NAME:
        raise InvalidValue(N_("A name may have at most %(limit)d characters; this one has %(value)d."), field="name",
                           value=len(shown), limit=LONGEST_NAME)  # fmt: skip
    return shown or None


def _check_fit(network: Network, dataset: Summary) -> None:
    classes = len(dataset.classes)
    if network.classes != classes:
        raise InvalidValue(N_("The network has %(value)d classes; the data set has %(limit)d."),
                           field="network", value=network.classes, limit=classes)  # fmt: skip
    if tuple(network.input) != tuple(dataset.input):
        raise InvalidValue(
            N_("The network takes pictures of %(input)s (channels x height x width); the data set has %(size)s."),
            field="network", input=_sizes(network.input), size=_sizes(dataset.input),
        )  # fmt: skip


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def text(fields: dict[str, Any], name: str) -> str | None:
    """A field that is a text, if it is there; InvalidValue where it is something else."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(N_("'%(name)s' is a text."), field=name, name=name)
    return value
