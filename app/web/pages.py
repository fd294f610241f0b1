"""The pages a visitor opens. Each only renders its template; everything else happens through the API."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.core.pictures.samples import MOUSE_BACK, MOUSE_HEAD
from app.web.i18n import render
from app.web.visitors import remember

router = APIRouter(include_in_schema=False)

SMALL_CNN = [
    {"kernel": "gaussian-blur", "border": "replicate"},
    {"kernel": "sobel-x", "border": "replicate"},
    {"type": "relu"},
    {"type": "max_pool", "size": 2},
    {"kernel": "line-vertical", "border": "replicate"},
]


@router.get("/")
def home(request: Request) -> Response:
    """The first room is the home page; what the address says goes along."""
    return RedirectResponse(request.url_for("convolution_page").replace(query=request.url.query), status_code=307)


@router.get("/convolve", name="convolution_page")
def convolution(request: Request) -> Response:
    """The convolution page."""
    return render(request, "convolution/convolution.html", page="convolution", **_prepared_states())


@router.get("/classify", name="classification_page")
def classification(request: Request) -> Response:
    """The page inside a trained network."""
    return render(request, "classification/classification.html", page="classification")


@router.get("/train", name="training_page")
def training(request: Request) -> Response:
    """The page on which a network learns; a run is changed by the browser that started it."""
    return remember(request, render(request, "training/training.html", page="training"))


def _prepared_states() -> dict[str, Any]:
    """The queries of the prepared examples that need more than a kernel's name."""
    mouse = "sample=mouse&kernel=curve&view=stretch"
    steps = json.dumps(SMALL_CNN, separators=(",", ":"))
    return {
        "mouse_back": f"{mouse}&x={MOUSE_BACK[0]}&y={MOUSE_BACK[1]}",
        "mouse_head": f"{mouse}&x={MOUSE_HEAD[0]}&y={MOUSE_HEAD[1]}",
        "small_cnn": f"sample=coffee&color=gray&steps={steps}&at={len(SMALL_CNN) - 1}",
    }
