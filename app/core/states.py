"""A state of a room, by one noun: examples, recipes, what a lesson shows. It does not know what rooms there are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """What a link opens. `query` is what its room's address says behind "?"; title and sentence are for translation."""

    room: str
    name: str
    query: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Try:
    """Something to try first: a state, and the id of what is pressed once it is shown, such as Start."""

    state: State
    press: str = ""
