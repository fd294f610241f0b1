"""What is looked at in both apps, as data: the states of every page, and in which views each is shown.

`{run}` and `{other}` in an address are the ids of the two small runs that both have trained before.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class State:
    """A page's address, and what is clicked on it, one after the other; `ready` is there once the page is."""

    name: str
    path: str
    clicks: tuple[str, ...] = ()
    ready: str = "html[data-ready]"


@dataclass(frozen=True)
class View:
    """For whom a state is shown."""

    language: str
    theme: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """As it stands in the picture's file name."""
        return f"{self.language}-{self.theme}-{self.width}"


_SIZES = ((1280, 720), (1440, 900), (390, 844))
ALL_VIEWS = tuple(
    View(language, theme, *size) for language in ("en", "es") for theme in ("light", "dark") for size in _SIZES
)
# Every language with every theme, and every width, in four of the twelve.
VIEWS = tuple(
    view
    for view in ALL_VIEWS
    if view.name in {"en-light-1280", "en-dark-390", "es-light-390", "es-dark-1440"}
)  # fmt: skip


def _train(network: dict[str, Any], dataset: str = "digits", **training: Any) -> str:
    query = {"dataset": dataset, "network": json.dumps(network), "training": json.dumps(training)}
    return f"/train?{urlencode(query)}"


_CONV = {"type": "conv2d", "filters": 4, "activation": "relu"}
_NETWORK = (".sheet-button:visible, #headline", "[data-line=network] > summary")  # on a phone it lies in a sheet
_FLAT, _OUT = {"type": "flatten"}, {"type": "dense", "units": 10}
TINY = {"input": [1, 8, 8], "classes": 10, "layers": [_CONV, _FLAT, _OUT]}
_BLOCK = {"type": "residual", "layers": [_CONV | {"padding": "same"}], "activation": "relu"}
LONG = {
    "input": [1, 8, 8], "classes": 10,
    "layers": [
        _CONV | {"padding": "same"}, {"type": "batch_normalization"}, _BLOCK, {"type": "max_pooling2d"},
        {"type": "dropout", "rate": 0.2}, {"type": "activation", "activation": "gelu"}, _FLAT, _OUT,
    ],
}  # fmt: skip
TRAINED = {
    "dataset": "digits", "network": TINY, "sample": "cat", "name": "Seen",
    "training": {"epochs": 4, "learning_rate": 0.01, "batch_size": 32, "max_norm": 0.6, "precision": "float32"},
}  # fmt: skip
OVERFITTED = TRAINED | {"name": "Beside", "training": TRAINED["training"] | {"train_limit": 60}}
_SMALL_CNN = [
    {"kernel": "gaussian-blur", "border": "replicate"}, {"kernel": "sobel-x", "border": "replicate"},
    {"type": "relu"}, {"type": "max_pool", "size": 2}, {"kernel": "line-vertical", "border": "replicate"},
]  # fmt: skip

STATES = (
    State("convolve", "/convolve"),
    State("convolve-mouse", "/convolve?sample=mouse&kernel=curve&view=stretch&x=15&y=33"),
    State("convolve-chain", f"/convolve?sample=coffee&color=gray&steps={json.dumps(_SMALL_CNN)}&at=4"),
    State("convolve-signed", "/convolve?sample=impulse&kernel=emboss&display=signed", ("#code > summary",)),
    State("convolve-blur", "/convolve?sample=checkerboard&kernel=gaussian-blur-7", ("#samples summary",)),
    State("convolve-examples", "/convolve?kernel=sobel-x&x=20&y=20", ("#examples > summary",)),
    State("classify", "/classify"),
    State("classify-unit", "/classify?sample=cat&layer=conv2d_2&channel=3&x=14&y=13", ("#show-terms",)),
    State("classify-changed", "/classify?sample=rocket&change=angle:20,noise:15,size:8,x:8,y:8&method=saliency"),
    State("classify-implant", "/classify?sample=cat&implant=conv2d_1,0,sobel-x&layer=conv2d_1&channel=0"),
    State("classify-best", "/classify?model=best&all=true&scale=all", ("#networks summary",)),
    State("classify-digits", "/classify?model=digits&sample=mouse&steps=true&method=occlusion"),
    State("classify-none", "/classify?model=none-such"),
    State("train", "/train"),
    State("train-presets", _train(TINY), (*_NETWORK, "#presets summary")),
    State("train-layer", _train(LONG), (*_NETWORK, "#layers > .layers > .layer:first-child .layer-head")),
    State("train-block", _train(LONG), (*_NETWORK, "#layers .layer:nth-child(3) > .layer-row .layer-head")),
    State("train-dense", _train(LONG), (*_NETWORK, "#layers > .layers > .layer:last-child .layer-head")),
    State("train-code", _train(LONG), (*_NETWORK, "#as-code")),
    State("train-faulty", _train(TINY | {"layers": [_CONV | {"kernel_size": 9}, _FLAT, _OUT]})),
    State("train-settings", _train(TINY, optimizer="sgd", schedule="one-cycle", augmentation=["shift"], l2=0.001)),
    State("train-shapes", "/train?dataset=shapes&network=lecture-light"),
    State("train-recipe", "/train?dataset=digits&training=%7B%22learning_rate%22%3A3%7D"),
    State("train-run", "/train?run={run}", ("#numbers > summary",)),
    State("train-compared", "/train?run={run}&compare={other}&snapshot=0"),
    State("train-confusion", "/train?run={run}", ("#confusion-row > summary", "#confusion .is-right >> nth=0")),
    State("docs", "/api/docs", ready="#swagger .opblock"),
    State("error", "/none-such", ready="main"),
)
