"""A network checked, or read from a program's text, and written as programs."""

from pathlib import Path
from typing import Any

from app.core.datasets.contents import find_dataset
from app.core.errors import N_, InvalidValue
from app.core.networks.code import write_network
from app.core.networks.networks import Network, parse_input, parse_network
from app.core.networks.programs.names import Given
from app.core.networks.programs.notes import LEFT, TAKEN, Note
from app.core.networks.reading import Reading, read_program
from app.core.networks.reports import Limits
from app.core.training.hyperparameters import parse_training
from app.web.training.orders import named


def check_description(body: Any, limits: Limits, datasets: Path) -> tuple[dict[str, Any], list[Note]]:
    """Its report and its programs, and what is to be said of a text's reading; a hostile text may take long to read."""
    if not isinstance(body, dict) or "text" not in body:
        return _describe(parse_network(body, limits)), []
    reading = _read(body, limits, datasets)
    training, left = _within_limits(reading.training)
    kept = [note for note in reading.notes if note.kind != TAKEN or note.values.get("name") not in left]
    notes = [*kept, *(Note(LEFT, _TOO_MUCH, {"name": name}) for name in left)]
    return _describe(reading.network) | {"training": training}, notes


def _describe(network: Network) -> dict[str, Any]:
    return {"network": network.describe()} | network.report.describe() | {"code": write_network(network)}


def _read(body: dict[str, Any], limits: Limits, datasets: Path) -> Reading:
    if not set(body) <= {"text", "input", "dataset"}:
        raise InvalidValue(N_("Beside 'text' there can only be 'input' or 'dataset'."), field="text")
    shape = body.get("input")
    given = Given(None if shape is None else parse_input(shape), wins=shape is not None)
    if "dataset" in body:
        dataset = find_dataset(named(body), datasets)
        given = Given(given.shape or dataset.input, len(dataset.classes), given.wins)
    return read_program(body["text"], given, limits)


def _within_limits(said: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The settings that a training may have, and the names of those that it may not."""
    left = []
    for name, value in said.items():
        try:
            parse_training({name: value})
        except InvalidValue:
            left.append(name)
    return {name: value for name, value in said.items() if name not in left}, left


_TOO_MUCH = N_("%(name)s is not a value that a training here can have; yours stays.")
