"""What one call about the inside of a model computes: from a picture's file to numbers and pictures of maps.

These functions run in a worker process; their results are plain values that JSON can hold. They do not know HTTP.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.core.classification.activations import Recording, record
from app.core.classification.classification import Opened, choose_label, rank
from app.core.classification.inspection.attributions import attribute
from app.core.classification.inspection.convolution_units import contributions
from app.core.classification.inspection.probes import outputs_of, read_probes
from app.core.classification.inspection.units import explain_unit
from app.core.classification.questions import Method, Question
from app.core.classification.sprites import draw_maps
from app.core.pictures.images import encode_npy

WRITTEN_OUT = 1024  # units of a row, whose values are also given as numbers: maps are drawn in 255 steps


def show_activations(question: Question, layer: str | None = None) -> list[dict[str, Any]]:
    """Every layer's maps (or one's): name, type, shape, minimum, maximum, limit, and `maps` as in `sprites`."""
    recording = _record(question)
    names = list(recording.values) if layer is None else [recording.anatomy.known(layer)]
    return [_describe(recording, name) for name in names]


def write_activations(question: Question, layer: str) -> bytes:
    """One layer's values as a .npy file: float32 C x H x W, or N."""
    recording = _record(question)
    return encode_npy(recording.values[recording.anatomy.known(layer)])


def show_unit(question: Question, layer: str, place: tuple[int, int, int], with_contributions: bool) -> dict[str, Any]:
    """How the number at place (column, row, channel) was made; for a convolution with what each input map gives."""
    recording = _record(question)
    x, y, channel = place
    unit = explain_unit(recording, recording.anatomy.known(layer), channel, x, y)
    told = unit.describe()
    if with_contributions and unit.role == "kernels":
        sprite = draw_maps(contributions(recording, layer, channel))
        told |= {"contributions": sprite.url, "contributions_limit": sprite.limit}
    return told


def draw_heat(question: Question, method: Method, label: str | None, layer: str | None) -> dict[str, Any]:
    """Where a class comes from: `heat` coded as maps are; the class is that of the answer if none is named."""
    asked = Opened(question)
    model = asked.model
    label = choose_label(asked, label)
    found = attribute(model.anatomy, asked.prepared, method, model.classes.index(label), layer)
    sprite = draw_maps(found.heat)
    return {
        "method": method,
        "label": label,
        "layer": found.layer,
        "signed": found.signed,
        "heat": sprite.url,
        "limit": sprite.limit,
        "minimum": float(found.heat.min()),
        "maximum": float(found.heat.max()),
        "completeness": asdict(found.completeness) if found.completeness else None,
    }


def show_probes(question: Question) -> list[dict[str, Any]]:
    """For each layer with a probe: its accuracy and interval, as the card says, and what it would answer.

    `predictions` hold all classes, the most probable first. With an implant it is the changed network that is read.
    """
    asked = Opened(question)
    anatomy, classes = asked.model.anatomy, asked.model.classes
    probes = read_probes(question.folder, asked.trained.anatomy)
    outputs = outputs_of(anatomy, asked.prepared)
    measured = _measured(asked.model.card)
    return [
        measured.get(probe.layer, {"layer": probe.layer, "accuracy": None, "interval": None})
        | {"predictions": [asdict(one) for one in rank(classes, probe.logits(outputs[probe.layer])[0].softmax(0))]}
        for probe in probes
    ]


def _record(question: Question) -> Recording:
    asked = Opened(question)
    return record(asked.model.anatomy, asked.prepared)


def _describe(recording: Recording, name: str) -> dict[str, Any]:
    values = recording.values[name]
    sprite = draw_maps(values)
    written = {"values": values.tolist()} if values.ndim == 1 and len(values) <= WRITTEN_OUT else {}
    return {
        "name": name,
        "type": recording.anatomy.type_of(name),
        "role": recording.anatomy.role_of(name),
        "shape": list(values.shape),
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "limit": sprite.limit,
        "maps": sprite.url,
    } | written


def _measured(card: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["layer"]: row for row in card.get("probes", {}).get("layers", ())}
