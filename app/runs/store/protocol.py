"""What servers say to the processes they start: a line of JSON each. It does not know processes."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from app.core.networks.networks import Network
from app.core.training.hyperparameters import Training, describe_training
from app.files.files import Files
from app.runs.store.orders import parse_stored
from app.runs.store.queue import Claim

DISK_FULL, AWAY = 28, 75  # the code of a trainer's exit where not even a failure could be written


@dataclass(frozen=True, slots=True)
class Birth:
    """What the process that forks is asked for: a child that trains (a data set's folder, and its name) or measures."""

    kind: Literal["trainer", "probe"]
    arguments: tuple[str, ...] = ()

    def to_line(self) -> str:
        """As it is sent."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "Birth":
        """Of what `to_line` gave."""
        told = json.loads(line)
        return cls(told["kind"], tuple(told["arguments"]))


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a trainer is told: its run, and where the database, the data folder and, if there is one, its store are.

    `card` is the part of a graphics card's memory that it may take, where it trains on one; `copies` are the most bytes
    of a store's files that the folder holds.
    """

    claim: Claim
    database: str
    data: str
    store: str | None = None
    card: float = 1.0
    copies: int | None = None

    @classmethod
    def to(cls, claim: Claim, database: str, files: Files, card: float = 1.0) -> "Assignment":
        """Of a server, where its files are."""
        return cls(claim, database, str(files.root.absolute()), files.address, card, files.most_bytes)

    def to_line(self) -> str:
        """As it is sent."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "Assignment":
        """Of what `to_line` gave."""
        told = json.loads(line)
        return cls(**told | {"claim": Claim(**told["claim"])})


@dataclass(frozen=True, slots=True)
class Place:
    """What a cluster is asked for: a trainer of that name, of that version of the app, with so much of a machine.

    `gpu` is a part of one.
    """

    name: str
    version: str
    processors: int
    memory_mb: int
    gpu: float = 0.0


@dataclass(frozen=True, slots=True)
class SpeedQuestion:
    """What a probe is asked: how fast a network learns in a training."""

    network: Network
    training: Training

    def to_line(self) -> str:
        """As it is sent."""
        told = {"network": self.network.describe(), "training": describe_training(self.training)}
        return json.dumps(told) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "SpeedQuestion":
        """Of what `to_line` gave; raises InvalidValue."""
        told = json.loads(line)
        return cls(*parse_stored(told["network"], told["training"]))
