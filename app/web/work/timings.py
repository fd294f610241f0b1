"""What is asked of the speed probe: a network and a training, without what does not change how long a step takes."""

from dataclasses import replace
from typing import Any

from app.core.datasets.catalog import Summary
from app.core.datasets.contents import find_dataset
from app.core.networks.networks import Network, parse_network
from app.core.networks.presets import find_preset
from app.core.networks.reports import check_memory
from app.core.training.hyperparameters import COUNTING, STEADY, Training, parse_training
from app.core.training.requirements import count_learned
from app.core.training.timing import MOST_PICTURES
from app.runs.store.protocol import SpeedQuestion
from app.web.training.orders import Judge, check_fields, named, read_network

_USUAL = Training()


def read_timed(body: Any, judge: Judge) -> tuple[SpeedQuestion, int | None, int]:
    """What is to be measured, and the pictures of an epoch: to learn from, if that is known, and put aside."""
    fields = check_fields(body, ("network", "training", "dataset"))
    training = parse_training(fields.get("training", {}))
    dataset = find_dataset(named(fields), judge.datasets) if "dataset" in fields else None
    network = _network(fields.get("network"), dataset, judge)
    check_memory(network.report, min(training.batch_size, MOST_PICTURES), judge.limits)
    timed = replace(training, **{name: getattr(_USUAL, name) for name in STEADY | COUNTING})
    learned, aside = (None, 0) if dataset is None else count_learned(dataset.train, len(dataset.classes), training)
    return SpeedQuestion(network, timed), learned, aside


def _network(described: Any, dataset: Summary | None, judge: Judge) -> Network:
    if dataset is not None:
        return read_network(described, dataset, judge.limits)
    return find_preset(described).network if isinstance(described, str) else parse_network(described, judge.limits)
