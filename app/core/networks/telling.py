"""The rows of the layers as the page needs them: fields, arithmetic and words, so that it repeats none of them."""

from dataclasses import asdict, fields
from typing import Any

from app.core.networks.arithmetic import Layer
from app.core.networks.fields import ACTIVATIONS, Say, tell_field
from app.core.networks.formulas import Formula
from app.core.networks.networks import TYPES
from app.core.networks.reports import BATCH, MAXIMUM_LAYERS, MEMORY


def tell_layers(say: Say) -> dict[str, Any]:
    """As JSON, every sentence said by `say`.

    `types` are in the order of the menu. A formula is a nested list, as `formulas` reads it; `memory` is one of bytes,
    whose names are `parameters`, `statistics`, `outputs` and `batch`.
    """
    return {
        "types": [_tell_type(kind, say) for kind in TYPES.values()],
        "activations": {name: asdict(function) for name, function in ACTIVATIONS.items()},
        "most": MAXIMUM_LAYERS,
        "memory": MEMORY.tree,
        "batch": BATCH,
    }


def _tell_type(kind: type[Layer], say: Say) -> dict[str, Any]:
    about, arithmetic = kind.about, kind.arithmetic
    return {
        "type": kind.type,
        "title": say(about.title) if about.title else kind.type,
        "short": say(about.short),
        "sentence": say(about.sentence),
        "made": about.made and say(about.made),
        "role": kind.role,
        "group": say(about.group),
        "family": about.family,
        "named_by": about.named_by or None,
        "fresh": _tree(about.fresh),
        "takes": arithmetic.takes,
        "sees": arithmetic.sees,
        "slides": asdict(arithmetic.slides) if arithmetic.slides else None,
        "gives": _tree(arithmetic.gives),
        "parameters": _tree(arithmetic.parameters),
        "statistics": _tree(arithmetic.statistics),
        "multiply_adds": _tree(arithmetic.multiply_adds),
        "rules": [
            {"remainder": rule.remainder.tree, "field": rule.field, "sentence": say(rule.sentence)}
            for rule in arithmetic.rules
        ],
        "fields": [tell_field(item, say) for item in fields(kind)],
    }


def _tree(value: Any) -> Any:
    """Formulas as nested lists; among the fields of a fresh layer each is marked, since lists are values there too."""
    if isinstance(value, Formula):
        return value.tree
    if isinstance(value, dict):
        return {name: {"formula": one.tree} if isinstance(one, Formula) else _tree(one) for name, one in value.items()}
    return [_tree(one) for one in value] if isinstance(value, list) else value
