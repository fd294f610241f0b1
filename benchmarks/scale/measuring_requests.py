"""What pages, pictures, classifications and questions cost."""

import io
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx2
import numpy as np
import skimage
from PIL import Image

from benchmarks.scale.measuring import House, cost_of

TIMES = 40
PHOTO = (3000, 4000)  # 12 megapixels, as a phone takes them


def picture() -> bytes:
    """512 x 512, as PNG."""
    file = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(file, "PNG")
    return file.getvalue()


def photo() -> bytes:
    """A phone's, as JPEG: the same face, larger, with a sensor's noise."""
    large = np.asarray(Image.fromarray(skimage.data.astronaut()).resize(PHOTO[::-1], Image.Resampling.LANCZOS))
    noise = np.random.default_rng(1).normal(0, 4, large.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def measure_requests(house: House) -> dict[str, Any]:
    """By what is asked for: processor seconds, bytes there and back."""
    with httpx2.Client(base_url=house.address, timeout=120) as client:
        models = [model["name"] for model in client.get("/api/models").json()["models"]]
        seeds, small, large = count(1), picture(), photo()
        asked: dict[str, Callable[[], httpx2.Response]] = {
            "page": lambda: client.get("/train"),
            "first visit": lambda: _visit(client),
            "picture": lambda: _post(client, "/api/convolutions", small, kernel="sharpen"),
            "photo": lambda: _post(client, "/api/convolutions", large, kernel="sharpen"),
            "maps": lambda: _post(client, "/api/models/explain/activations", small),
            "question": lambda: client.get("/api/questions/output-size", params={"seed": next(seeds)}),
            "list of runs": lambda: client.get("/api/runs"),
        } | {f"classification by {name}": _classify(client, name, small) for name in models}
        return {name: _measure(house, ask) for name, ask in asked.items()}


def _measure(house: House, ask: Callable[[], httpx2.Response]) -> dict[str, float]:
    for _ in range(4):  # each worker opens its model once
        ask().raise_for_status()
    answer = ask()
    sent = int(answer.request.headers.get("content-length", 0)) + 500
    return cost_of(house, ask, TIMES) | {"bytes": sent + len(answer.content) + 500}


def _post(client: httpx2.Client, path: str, image: bytes, **fields: str) -> httpx2.Response:
    return client.post(path, files={"image": ("photo", image)}, data=fields)


def _classify(client: httpx2.Client, name: str, image: bytes) -> Callable[[], httpx2.Response]:
    return lambda: _post(client, f"/api/models/{name}/classifications", image)


def _visit(client: httpx2.Client) -> httpx2.Response:
    """A page with all that it names, as a browser fetches it that was never here; the answer holds them together."""
    page = client.get("/train")
    paths = dict.fromkeys(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    parts = [client.get(path).content for path in paths]
    return httpx2.Response(200, content=b"".join([page.content, *parts]), request=page.request)
