"""What `PATCH /api/runs/{id}` may ask for: a state, a learning rate, a name."""

from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.training.hyperparameters import parse_training
from app.runs.store.states import RunRow
from app.runs.store.store import Store
from app.runs.store.transitions import ASKABLE
from app.web.training.orders import check_fields, clean_name

_FIELDS = ("state", "learning_rate", "name")
CHANGE_SCHEMA = {
    "type": "object",
    "properties": {
        "state": {"type": "string", "enum": list(ASKABLE)},
        "learning_rate": {"type": "number", "description": "The highest one, from the next step on."},
        "name": {"type": "string"},
    },
}
CHANGE_EXAMPLE = {"state": "paused"}


@dataclass(frozen=True, slots=True)
class Change:
    """None is left as it is."""

    state: str | None
    learning_rate: float | None
    name: str | None

    def make(self, store: Store, run: RunRow) -> RunRow:
        """The run, changed or asked to change. Raises WrongState, or QueueFull where it would have to wait."""
        if self.state is not None or self.learning_rate is not None:
            run = store.ask(run.id, state=self.state, learning_rate=self.learning_rate)
        return run if self.name is None else store.rename(run.id, self.name)


def read_change(body: Any) -> Change:
    """Of a JSON body; raises InvalidValue."""
    fields = check_fields(body, _FIELDS)
    if not fields:
        raise InvalidValue(N_("Say what is to be changed: %(names)s."), field="state", names=", ".join(_FIELDS))
    return Change(_state(fields), _learning_rate(fields), _name(fields))


def _state(fields: dict[str, Any]) -> str | None:
    if "state" in fields and fields["state"] not in ASKABLE:
        raise InvalidValue(N_("state is one of %(choices)s."), field="state", choices=", ".join(ASKABLE))
    return fields.get("state")


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
