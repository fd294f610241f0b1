"""Classification of a 512 x 512 photograph, all maps of a network, and a heat map: whole requests against their bars.

    .venv/bin/python -m benchmarks.classification [MODEL ...]

The photograph goes through a real socket to a worker of the real server. `server` is what the answer itself says;
`floor` is what cannot be saved in any arrangement, in this process: Pillow decodes, PyTorch computes once. All take
turns, so that what else the machine does hits all; figures are medians.
"""

import http.client
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import skimage
import torch
from PIL import Image

from app.core.classification.models import compute_logits, load_model
from tests.browser.conftest import running_server

ROUNDS = 60
BOUNDARY = "boundary"
BARS: dict[str, tuple[dict[str, str], float]] = {
    "classifications": ({}, 30.0),
    "activations": ({}, 100.0),
    "attributions": ({"method": "grad-cam"}, 100.0),
}


def photograph(form: str) -> bytes:
    """scikit-image's astronaut, 512 x 512 RGB."""
    file = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(file, form)
    return file.getvalue()


def body(photo: bytes, fields: dict[str, str]) -> bytes:
    """What `curl -F image=@photo` sends."""
    parts = [(f'"{name}"', value.encode()) for name, value in fields.items()]
    parts.append(('"image"; filename="photo"', photo))
    lines = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; name={name}\r\n\r\n".encode() + value
             for name, value in parts]  # fmt: skip
    return b"\r\n".join(lines) + f"\r\n--{BOUNDARY}--\r\n".encode()


def asker(connection: http.client.HTTPConnection, path: str, sent: bytes) -> Callable[[], dict[str, Any]]:
    """One request over a connection that stays open."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    def ask() -> dict[str, Any]:
        connection.request("POST", path, sent, headers)
        response = connection.getresponse()
        answer = response.read()
        assert response.status == 200, answer
        return json.loads(answer)

    return ask


def floor_of(folder: Path, photo: bytes) -> Callable[[], object]:
    """Decode, reduce, compute; nothing else."""
    model = load_model(folder)
    size = model.preparation.size[::-1]

    def work() -> object:
        small = Image.open(io.BytesIO(photo)).convert("RGB" if model.preparation.channels == 3 else "L").resize(size)
        levels = torch.from_numpy(np.array(small)).reshape(*size[::-1], -1)
        return compute_logits(model, levels.permute(2, 0, 1).unsqueeze(0))

    return work


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def measure(ask: Callable[[], dict[str, Any]], floor: Callable[[], object]) -> tuple[float, float, float]:
    """Medians of the whole request, of what the server says, and of the floor."""
    for _ in range(6):
        ask()
        floor()
    rows = []
    for _ in range(ROUNDS):
        said: list[float] = []
        whole = milliseconds(lambda said=said: said.append(ask()["milliseconds"]))
        rows.append((whole, said[0], milliseconds(floor)))
    whole, server, least = (median(times) for times in zip(*rows, strict=True))
    return whole, server, least


def main(names: list[str]) -> None:
    """Prints a table: milliseconds, and how many times the bar and the floor they are."""
    torch.set_num_threads(1)
    print("| model | photo | call | whole request | server | bar | server / bar | floor | server / floor |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as data, running_server(Path(data)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        for name in names:
            for form in ("PNG", "JPEG"):
                floor = floor_of(Path("models") / name, photograph(form))
                for call, (fields, bar) in BARS.items():
                    ask = asker(connection, f"/api/models/{name}/{call}", body(photograph(form), fields))
                    whole, server, least = measure(ask, floor)
                    print(f"| {name} | {form} | {call} | {whole:.1f} ms | {server:.1f} ms | {bar:.0f} ms "
                          f"| {server / bar:.2f} | {least:.1f} ms | {server / least:.1f} |", flush=True)  # fmt: skip
        connection.close()


if __name__ == "__main__":
    shipped = [folder.name for folder in sorted(Path("models").iterdir()) if (folder / "card.json").is_file()]
    main(sys.argv[1:] or shipped)
