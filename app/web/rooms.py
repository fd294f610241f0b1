"""The rooms, a row each: what the page, its address, its link and its prepared states are. Another one is a row here
and a folder of its own in `app/core`, `app/web`, `templates` and `static/js`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.states import State, Try
from app.web.addresses import Grammar, Part, check_look
from app.web.classification import address as classification_address
from app.web.classification import states as classification_states
from app.web.convolution import address as convolution_address
from app.web.convolution import states as convolution_states
from app.web.training import address as training_address
from app.web.training import states as training_states


def _none() -> tuple[State, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Room:
    """A page of the app. `name` is its folder's, `title` the text of its link, `what` what it is, to be translated."""

    name: str
    path: str
    title: str
    grammar: Grammar
    what: str
    tries: Callable[[], tuple[Try, ...]]  # for who comes here first
    parts: tuple[Part, ...]  # what its address may leave out or fix, in the order of the page
    states: Callable[[], tuple[State, ...]] = _none
    knows_networks: bool = False  # whether it is told of layers and trainings
    knows_visitors: bool = False  # whether what is done there is to be known again as the same browser's

    @property
    def template(self) -> str:
        """Its place under templates/."""
        return f"{self.name}/{self.name}.html"


def _still(name: str, title: str) -> Part:
    """There is nothing in it to be changed."""
    return Part(name, title, can_fix=False)


_AROUND = (
    _still("header", N_("header")),
    _still("rows", N_("closed rows below")),
    _still("door", N_("door to the next room")),
    _still("footer", N_("last line")),
)
_CONVOLUTION_PARTS = (
    *_AROUND,
    Part("picture", N_("picture")),
    Part("window", N_("place of the window"), can_hide=False),
    Part("kernel", N_("kernel")),
    _still("numbers", N_("products and sum")),
    _still("result", N_("result")),
    Part("kernels", N_("list of kernels")),
    _still("controls", N_("buttons and menus")),
)
_CLASSIFICATION_PARTS = (
    *_AROUND,
    Part("picture", N_("picture")),
    Part("network", N_("choice of the network")),
    Part("maps", N_("feature maps")),
    _still("answer", N_("answer of the network")),
    _still("controls", N_("buttons and menus")),
)
_TRAINING_PARTS = (
    *_AROUND,
    _still("tabs", N_("tabs of the room")),
    Part("rail", N_("settings")),
    Part("dataset", N_("training pictures")),
    Part("network", N_("network")),
    Part("input", N_("preparation of the input")),
    Part("remedies", N_("remedies")),
    Part("optimizer", N_("optimizer")),
    Part("controls", N_("Start, Pause and Stop")),
    _still("curves", N_("curves")),
    _still("kernels", N_("kernels")),
    _still("maps", N_("feature maps")),
    Part("picture", N_("watched picture")),
)

ROOMS = (
    Room(
        "convolution",
        "/convolve",
        N_("Convolve"),
        convolution_address.GRAMMAR,
        N_("A kernel slides over a picture; each step makes one pixel of the result."),
        convolution_states.tries,
        _CONVOLUTION_PARTS,
        convolution_states.states,
    ),
    Room(
        "classification",
        "/classify",
        N_("Classify"),
        classification_address.GRAMMAR,
        N_("A trained network looks at a photo: its feature maps and its answer."),
        classification_states.tries,
        _CLASSIFICATION_PARTS,
        knows_networks=True,
    ),
    Room(
        "training",
        "/train",
        N_("Train"),
        training_address.GRAMMAR,
        N_("A network learns in front of you: press Start, and watch it get better."),
        training_states.tries,
        _TRAINING_PARTS,
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
    check_look(room.parts, state.query)
    return values
