"""The prepared examples of the convolution room, and what to try first."""

import json
from functools import partial

from app.core.errors import N_
from app.core.pictures.samples import MOUSE_BACK, MOUSE_HEAD
from app.core.states import State, Try

_state = partial(State, "convolution")
_MOUSE = "sample=mouse&kernel=curve&view=stretch"
_SMALL_CNN = [
    {"kernel": "gaussian-blur", "border": "replicate"},
    {"kernel": "sobel-x", "border": "replicate"},
    {"type": "relu"},
    {"type": "max_pool", "size": 2},
    {"kernel": "line-vertical", "border": "replicate"},
]


def states() -> tuple[State, ...]:
    """In the order in which they are shown."""
    steps = json.dumps(_SMALL_CNN, separators=(",", ":"))
    return (
        _state("mouse-back", f"{_MOUSE}&x={MOUSE_BACK[0]}&y={MOUSE_BACK[1]}", N_("The mouse's back"),
               N_("5 of the kernel's 6 cells lie on the line: a very high number.")),
        _state("mouse-back-lower", f"{_MOUSE}&x={MOUSE_BACK[0]}&y={MOUSE_BACK[1] + 1}",
               N_("The mouse's back, one pixel lower"),
               N_("All 6 cells lie on the line: the largest number on this mouse.")),
        _state("mouse-head", f"{_MOUSE}&x={MOUSE_HEAD[0]}&y={MOUSE_HEAD[1]}", N_("The mouse's head"),
               N_("The same kernel where none of its 6 cells lies on the line: nothing.")),
        _state("edges", "sample=astronaut&kernel=edge-laplacian-8", N_("Edges of an astronaut"),
               N_("Laplacian 8: zero on flat areas, strong where something begins or ends.")),
        _state("blur", "sample=checkerboard&kernel=gaussian-blur-7", N_("What a blur does"),
               N_("A Gaussian on a checkerboard: sharp edges become slopes.")),
        _state("impulse", "sample=impulse&kernel=emboss&display=signed",
               N_("The kernel's fingerprint: its impulse response"),
               N_("A single bright dot comes out as the kernel, turned around: correlation and convolution differ by a "
                  "flip.")),
        _state("small-cnn", f"sample=coffee&color=gray&steps={steps}&at={len(_SMALL_CNN) - 1}",
               N_("A small CNN by hand"), N_("Edges, ReLU, max pooling, and a second kernel on top.")),
    )  # fmt: skip


def tries() -> tuple[Try, ...]:
    """What to try first, on the visitor's picture but for the last."""
    return (
        Try(_state("edges-of-it", "kernel=edge-laplacian-8&color=gray", N_("Find its edges"),
                   N_("Flat areas become 0; wherever something begins or ends, a number stands out. Try other kernels "
                      "below."))),
        Try(_state("own-photo", "", N_("Your own photo"),
                   N_("The same kernel on your photo, at once. It is kept in this browser alone.")), "upload"),
        Try(_state("one-pixel", f"{_MOUSE}&x={MOUSE_BACK[0]}&y={MOUSE_BACK[1]}", N_("Follow one pixel"),
                   N_("Each level times its weight, all of it added up. Drag the window off the line, and the sum "
                      "falls."))),
    )  # fmt: skip
