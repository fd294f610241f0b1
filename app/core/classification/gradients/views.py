"""What one call about a weight's gradient computes: from a picture's file to numbers and pictures of maps.

It runs in a worker process; its result is plain values that JSON can hold. It does not know HTTP.
"""

from dataclasses import asdict
from typing import Any

from app.core.classification.classification import Opened, choose_label
from app.core.classification.gradients.gradients import Gradient, Product, explain_gradient
from app.core.classification.gradients.weights import check_rate
from app.core.classification.questions import Question, Weight
from app.core.classification.sprites import draw_maps


def show_gradient(question: Question, weight: Weight, label: str | None, learning_rate: float) -> dict[str, Any]:
    """The gradient of a weight for the picture and a class (that of the answer if none is named), all written out."""
    check_rate(learning_rate)
    asked = Opened(question)
    model = asked.model
    label = choose_label(asked, label)
    found = explain_gradient(model.anatomy, asked.prepared, model.classes.index(label), weight, learning_rate)
    return _describe(found) | {"label": label, "role": model.anatomy.row(weight.layer).role}


def _describe(found: Gradient) -> dict[str, Any]:
    weight = {name: value for name, value in asdict(found.weight).items() if value is not None}
    return weight | {
        "value": found.value,
        "loss": found.loss,
        "probability": found.probability,
        "gradient": found.gradient,
        "products": [_product(product) for product in found.products],
        "others": found.others,
        "others_sum": found.others_sum,
        "maps": {
            "shape": list(found.deltas.shape),
            "delta": asdict(draw_maps(found.deltas)),
            "met": asdict(draw_maps(found.met)),
            "product": asdict(draw_maps(found.all_products)),
        },
        "chain": [asdict(link) for link in found.chain],
        "step": asdict(found.step),
        "difference": asdict(found.difference),
    }


def _product(product: Product) -> dict[str, Any]:
    told = asdict(product)
    return told | {"from": told.pop("source")}
