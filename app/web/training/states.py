"""The prepared states of the training room: each recipe as a link short enough to be said."""

from urllib.parse import urlencode

from app.core.states import State
from app.core.training.recipes import Recipe, recipes


def states() -> tuple[State, ...]:
    """One a recipe."""
    return tuple(state_of(recipe) for recipe in recipes().values())


def state_of(recipe: Recipe) -> State:
    """The link names the recipe; whatever else an address says is put over it."""
    return State(recipe.name, "training", urlencode({"recipe": recipe.name}), recipe.title, recipe.why)
