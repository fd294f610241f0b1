"""The rooms, a row each: what the page, its address, its link and its prepared states are. Another one is a row here
and a folder of its own in `app/core`, `app/web`, `templates` and `static/js`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.states import State
from app.web.addresses import Grammar
from app.web.classification import address as classification_address
from app.web.convolution import address as convolution_address
from app.web.convolution import states as convolution_states
from app.web.training import address as training_address
from app.web.training import states as training_states


def _none() -> tuple[State, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Room:
    """A page of the app. `name` is its folder's, `title` the text of its link, to be translated."""

    name: str
    path: str
    title: str
    grammar: Grammar
    states: Callable[[], tuple[State, ...]] = _none
    knows_networks: bool = False  # whether it is told of layers and trainings
    knows_names: bool = False  # whether it is told what all classes are called, not only those of the known data sets
    knows_visitors: bool = False  # whether what is done there is to be known again as the same browser's

    @property
    def template(self) -> str:
        """Its place under templates/."""
        return f"{self.name}/{self.name}.html"


ROOMS = (
    Room("convolution", "/convolve", N_("Convolve"), convolution_address.GRAMMAR, convolution_states.states),
    Room(
        "classification",
        "/classify",
        N_("Classify"),
        classification_address.GRAMMAR,
        knows_networks=True,
        knows_names=True,
    ),
    Room(
        "training",
        "/train",
        N_("Train"),
        training_address.GRAMMAR,
        training_states.states,
        knows_networks=True,
        knows_visitors=True,
    ),
)


def read_state(state: State) -> dict[str, Any]:
    """The values of its query; InvalidValue, with the field at fault, where a fresh server could not show them."""
    room = next((room for room in ROOMS if room.name == state.room), None)
    if room is None:
        raise InvalidValue(N_("There is no room of that name."), field="room")
    values = room.grammar.read(state.query)
    room.grammar.check(values)
    return values
