"""An order for a run put together and judged: its data set found, its network and training found to fit."""

import re
from typing import Any

import numpy as np
from torch import Tensor

from app.core.datasets.contents import find_dataset
from app.core.datasets.own import remember_use
from app.core.datasets.splits import check_each
from app.core.errors import N_, InvalidValue
from app.core.networks.networks import Network
from app.core.networks.reports import check_memory
from app.core.pictures.images import open_sample
from app.core.pictures.preparation import Preparation, prepare_picture
from app.core.training.effort import is_small, nominal_epoch
from app.core.training.hyperparameters import parse_training
from app.core.training.requirements import check_demands, count_learned
from app.runs.store.orders import Order
from app.web.training.orders import Judge, check_fields, clean_name, named, read_network, text

USUAL_NETWORK = "lecture-light"
_FIELDS = ("dataset", "network", "training", "name", "sample", "pair")
_RUN_ID = re.compile(r"[0-9a-f]{16}")


def read_order(body: Any, judge: Judge) -> Order:
    """The order with its photo; raises InvalidValue or MissingDataset."""
    fields = check_fields(body, _FIELDS)
    dataset = find_dataset(named(fields), judge.datasets)
    remember_use(dataset.name, judge.datasets)
    network = read_network(fields.get("network", USUAL_NETWORK), dataset, judge.limits)
    training = parse_training(fields.get("training", {}))
    check_memory(network.report, min(training.batch_size, dataset.train), judge.limits)
    if training.validation_split and training.stratify and dataset.counts:
        check_each(dataset.classes, dataset.counts)
    learned, aside = count_learned(dataset.train, len(dataset.classes), training)
    check_demands(network, training, learned)
    photo = None if (sample := text(fields, "sample")) is None else as_seen(open_sample(sample), network)
    return Order(
        dataset.name, network, training, name=clean_name(text(fields, "name")), sample=sample, photo=photo,
        pair=_pair(text(fields, "pair")), classes=dataset.classes,
        effort=nominal_epoch(network.report, training, learned, aside), is_small=is_small(network.report, training),
    )  # fmt: skip


def as_seen(levels: Tensor, network: Network) -> np.ndarray:
    """What the network sees of a photo: uint8 H x W x C of H x W x C levels."""
    channels, height, width = network.input
    seen = prepare_picture(levels, Preparation((height, width), channels, (0.0,) * channels, (1.0,) * channels))
    return np.ascontiguousarray(seen.permute(1, 2, 0).numpy())


def _pair(run_id: str | None) -> str | None:
    if run_id is not None and not _RUN_ID.fullmatch(run_id):
        raise InvalidValue(N_("'pair' is the id of a run."), field="pair")
    return run_id
