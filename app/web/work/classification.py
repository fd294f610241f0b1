"""What a network says of a picture, as the answer's plain values."""

from dataclasses import asdict
from typing import Any

from app.core.classification.classification import classify
from app.core.classification.inspection import views
from app.core.classification.questions import Question
from app.web.answers import Answer


def classify_picture(question: Question) -> dict[str, Any]:
    """See `classify`; what only an implant changes is left out where there is none."""
    found = asdict(classify(question))
    return {key: value for key, value in found.items() if value is not None or key not in ("before", "scale")}


def write_activations(question: Question, layer: str) -> Answer:
    """See `views.write_activations`."""
    return Answer(views.write_activations(question, layer))
