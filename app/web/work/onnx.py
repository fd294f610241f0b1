"""A trained network as one ONNX file."""

import json
from pathlib import Path

from app.core.classification.models import load_model
from app.core.networks.libraries.onnx import write_onnx
from app.web.answers import Answer


def write_model(folder: Path) -> Answer:
    """From levels 0..255 to probabilities, with what its card says in the metadata."""
    model = load_model(folder)
    tensors = {name: tensor.numpy() for name, tensor in model.module.state_dict().items()}
    about = {
        "title": str(model.card.get("title", model.name)),
        "classes": "\n".join(model.classes),
        "not_for": str(model.card.get("not_for", "")),
        "preparation": json.dumps(model.preparation.to_dict()),  # what was done before the levels that go in
    }
    return Answer(
        write=lambda file: write_onnx(
            file, model.network, tensors, model.preparation.mean, model.preparation.std, model.temperature,
            model.mirror, about,
        )
    )  # fmt: skip
