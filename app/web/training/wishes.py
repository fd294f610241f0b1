"""What `PATCH /api/runs/{id}` may ask for: a state, a learning rate, a name."""

from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.training.hyperparameters import parse_training
from app.runs.store.states import ASKABLE, Wish, check_askable
from app.web.training.orders import check_fields, clean_name

_FIELDS = ("state", "learning_rate", "name")
SCHEMA = {
    "type": "object",
    "properties": {
        "state": {"type": "string", "enum": list(ASKABLE)},
        "learning_rate": {"type": "number", "description": "The highest one, from the next step on."},
        "name": {"type": "string"},
    },
}
EXAMPLE = {"state": "paused"}


def read_wish(body: Any) -> Wish:
    """Of a JSON body; raises InvalidValue."""
    fields = check_fields(body, _FIELDS)
    if not fields:
        raise InvalidValue(N_("Say what is to be changed: %(names)s."), field="state", names=", ".join(_FIELDS))
    if "state" in fields:
        check_askable(fields["state"])
    return Wish(fields.get("state"), _learning_rate(fields), _name(fields))


def _learning_rate(fields: dict[str, Any]) -> float | None:
    if "learning_rate" not in fields:
        return None
    return parse_training({"learning_rate": fields["learning_rate"]}).learning_rate


def _name(fields: dict[str, Any]) -> str | None:
    if "name" not in fields:
        return None
    name = clean_name(fields["name"]) if isinstance(fields["name"], str) else None
    if name is None:
        raise InvalidValue(N_("A name is a text of at least one character."), field="name")
    return name
