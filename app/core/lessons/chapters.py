"""The lecture as a list of states: eight chapters of cards, a row each, with the room's state that a card shows.

What the cards say is in `texts/`, a file a chapter and language; every file has the cards of its row, in this order. It
does not know which rooms and questions there are; tests/web/lessons looks whether they are there.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.core.convolution.steps import Border
from app.core.pictures.samples import MOUSE_BACK, MOUSE_HEAD
from app.core.states import State

_FLIPPED = {"sample": "impulse", "kernel": "emboss", "display": "signed"}
_CHAIN = (
    '[{"kernel":"gaussian-blur","border":"replicate"},{"kernel":"sobel-x","border":"replicate"},{"type":"relu"},'
    '{"type":"max_pool","size":2},{"kernel":"line-vertical","border":"replicate"}]'
)
_POOLED = '[{"kernel":"sobel-x","border":"replicate"},{"type":"relu"},{"type":"max_pool","size":2}]'
_RECTIFIED = '[{"kernel":"sobel-x","border":"replicate"},{"type":"relu"}]'


@dataclass(frozen=True, slots=True)
class Card:
    """One step of a chapter. `state` is what its exhibit shows, None where there is none; `questions` are kinds."""

    name: str
    state: State | None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One idea. `number` and `name` say its files: texts/3-window.es.md."""

    number: int
    name: str
    cards: tuple[Card, ...]


def _at(room: str, name: str, questions: tuple[str, ...] = (), **query: object) -> Card:
    return Card(name, State(room, name, urlencode(query), "", ""), questions)


def _look(name: str, kernel: str, sample: str, *questions: str, border: Border = "zero", **more: object) -> Card:
    """A kernel on a picture; x and y are where one looks."""
    away = {} if border == "zero" else {"border": border}
    return _at("convolution", name, questions, sample=sample, kernel=kernel, **away, **more)


def _mouse(name: str, place: tuple[int, int], *questions: str) -> Card:
    """The lecture's curve on its mouse."""
    return _look(name, "curve", "mouse", *questions, view="stretch", x=place[0], y=place[1])


def _chain(name: str, steps: str, *questions: str, **more: object) -> Card:
    at = steps.count("},{")
    return _at("convolution", name, questions, sample="coffee", color="gray", at=at, steps=steps, open="chain", **more)


def _ask(name: str, model: str, sample: str, *questions: str, **more: object) -> Card:
    """A trained network's answer."""
    return _at("classification", name, questions, model=model, sample=sample, **more)


def _train(name: str, *questions: str, **more: object) -> Card:
    """Settings, and a recording of just these, which plays until somebody presses Start (scripts/record_lecture.py)."""
    return _at("training", name, questions, **more)


CHAPTERS = (
    Chapter(1, "images", (
        _ask("photo", "best", "cat"),
        _look("numbers", "identity", "cat", "picture-numbers"),
        _ask("uses", "photos", "coffee"),
        _ask("outside", "best", "coffee"),
        _ask("unsure", "explain", "cat"),
        _ask("break", "best", "cat", change="angle:90"),
        _chain("road", _CHAIN),
    )),
    Chapter(2, "kernels", (
        _look("window", "sobel-x", "cat", "which-kernel"),
        _look("identity", "identity", "cat"),
        _look("edges", "edge-laplacian-8", "astronaut", "which-picture"),
        _look("sharpen", "sharpen", "coffee"),
        _look("box", "box-blur", "checkerboard"),
        _look("gaussian", "gaussian-blur", "checkerboard", "two-kernels"),
        _look("signs", "sobel-x", "astronaut", display="signed", color="gray"),
        _at("convolution", "flip", ("correlation",), **_FLIPPED),
    )),
    Chapter(3, "window", (
        _mouse("back", MOUSE_BACK),
        _mouse("head", MOUSE_HEAD),
        _mouse("lower", MOUSE_BACK, "pixel"),
        _look("photo", "sobel-x", "cat", "photo-pixel", color="gray"),
        _look("border", "sobel-x", "cat", color="gray", x=0, y=0),
        _look("padding", "sobel-x", "cat", "output-size", border="valid"),
        _look("stride", "sobel-x", "cat", "multiply-adds", stride=2),
        _look("formula", "gaussian-blur-5", "cat", "output-size", border="valid", stride=2),
    )),
    Chapter(4, "learning", (
        _look("choose", "edge-diagonal", "astronaut"),
        _look("fit", "sobel-x", "cat", color="gray", open="learn"),
        _ask("first", "explain", "cat", row="filters"),
        _ask("channels", "explain", "cat", "parameters", layer="conv2d_1", channel=0),
        _ask("shared", "explain", "cat", "parameters", whole="relu_2"),
        _ask("parts", "explain", "cat"),
        _train("weights", dataset="shapes", network="lecture", line="network"),
    )),
    Chapter(5, "depth", (
        _ask("maps", "explain", "cat", "feature-maps", whole="relu_1"),
        _chain("relu", _RECTIFIED, "relu"),
        _chain("pooling", _POOLED, "pooling"),
        _chain("chain", _CHAIN, "multiply-adds"),
        _ask("field", "explain", "cat", "receptive-field", layer="conv2d_5", channel=0, x=8, y=8),
        _ask("units", "explain", "cat", layer="conv2d_8", channel=4, row="channel"),
        _ask("probes", "explain", "cat", row="selective"),
    )),
    Chapter(6, "keras", (
        _train("build", "parameters", dataset="shapes", network="lecture", line="network"),
        _train("compile", dataset="shapes", network="lecture-light", recorded="lecture-light", line="optimizer"),
        _ask("loss", "explain", "cat", "softmax", "cross-entropy"),
        _train("fit", recipe="digits", recorded="digits"),
        _ask("gradient", "explain", "cat", "gradient-step", layer="conv2d_1", channel=3, source=0, label="cat",
             row="learning"),
        _train("watch", dataset="shapes", network="lecture-light", recorded="lecture-light"),
        _train("evaluate", recipe="shapes"),
    )),
    Chapter(7, "input", (
        _train("range", recipe="no-normalization", recorded="no-normalization"),
        _train("unit", "preparation", recipe="no-normalization", training='{"normalization":"unit"}', recorded="unit"),
        _train("center", "preparation", recipe="no-normalization", training='{"normalization":"center"}',
               recorded="center", line="input"),
        _train("deviation", "preparation", recipe="normalization", recorded="normalization"),
        _ask("same", "explain", "astronaut"),
        _train("biased", recipe="normalization", training='{"statistics":"biased"}', recorded="biased", line="input"),
        _ask("world", "best", "camera"),
    )),
    Chapter(8, "overfitting", (
        _train("heart", "overfitting", recipe="few-shapes", recorded="few-shapes"),
        _train("gap", "validation-above", tab="overfitting"),
        _train("pictures", "remedy", recipe="few-shapes-augmentation", recorded="augmentation"),
        _train("norms", "lasso-ridge", recipe="few-shapes-l2", recorded="l2"),
        _train("max-norm", recipe="few-shapes", training='{"max_norm":0.5}', recorded="max-norm"),
        _train("drop", "dropout-trained", recipe="few-shapes-dropout", recorded="dropped"),
        _train("batch-norm", "batch-normalization", recipe="deep-normalized", recorded="deep-normalized"),
        _train("stop", recipe="few-shapes-more-pictures", training='{"early_stopping":3}', recorded="early-stopping"),
        Card("sources", None),
    )),
)  # fmt: skip
