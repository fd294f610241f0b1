"""The prepared states of the training room, each recipe as a link short enough to be said, and what to try first."""

from functools import partial
from urllib.parse import urlencode

from app.core.errors import N_
from app.core.states import State, Try
from app.core.training.recipes import Recipe, recipes

_state = partial(State, "training")
_START = "run-start"


def states() -> tuple[State, ...]:
    """One a recipe."""
    return tuple(state_of(recipe) for recipe in recipes().values())


def tries() -> tuple[Try, ...]:
    """What to try first; two are recipes, started at once."""
    return (
        Try(_state("first-training", "recipe=digits", N_("Train one in seconds"),
                   N_("It learns to read digits: accuracy climbs, also on those held out for validation, which it "
                      "never studies.")),
            _START),
        Try(_state("too-high", "recipe=rate-too-high", N_("Make it fail"),
                   N_("The learning rate is fifty times too high: the curves stay at guessing. Open Optimizer for "
                      "another.")), _START),
        Try(_state("overfitting", "tab=overfitting", N_("Cure overfitting"),
                   N_("Few pictures, and it learns them by heart: the gap opens. One remedy, and it closes."))),
    )  # fmt: skip


def state_of(recipe: Recipe) -> State:
    """The link names the recipe; whatever else an address says is put over it."""
    return _state(recipe.name, urlencode({"recipe": recipe.name}), recipe.title, recipe.why)
