"""The rooms, a row each: what the page, its address, its link and its prepared states are. Another one is a row here
and a folder of its own in `app/core`, `app/web`, `templates` and `static/js`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.errors import N_
from app.core.states import State
from app.web.convolution import states as convolution


def _none() -> tuple[State, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Room:
    """A page of the app. `name` is its folder's, `title` the text of its link, to be translated."""

    name: str
    path: str
    title: str
    states: Callable[[], tuple[State, ...]] = _none
    knows_visitors: bool = False  # whether what is done there is to be known again as the same browser's

    @property
    def template(self) -> str:
        """Its place under templates/."""
        return f"{self.name}/{self.name}.html"


ROOMS = (
    Room("convolution", "/convolve", N_("Convolve"), convolution.states),
    Room("classification", "/classify", N_("Classify")),
    Room("training", "/train", N_("Train"), knows_visitors=True),
)
