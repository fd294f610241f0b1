"""What to try first in the classification room."""

from functools import partial

from app.core.errors import N_
from app.core.states import State, Try

_state = partial(State, "classification")
_CAT = "model=explain&sample=cat"


def tries() -> tuple[Try, ...]:
    """In the order in which they are shown."""
    return (
        Try(_state("own-photo", "", N_("Your own photo"),
                   N_("Your photo meets the network that knows most classes. It is kept in this browser alone.")),
            "upload"),
        Try(_state("covered", f"{_CAT}&change=size:10,x:6,y:2", N_("Cover its forehead"),
                   N_("A gray patch on the cat's forehead, and the answer is another one. Drag the patch elsewhere."))),
        Try(_state("one-map", f"{_CAT}&layer=conv2d_1&channel=3", N_("Open a feature map"),
                   N_("What one kernel found in the photo, and how each of its pixels comes about. Click any other "
                      "map."))),
    )  # fmt: skip
