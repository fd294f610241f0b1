"""A whole request (512 x 512 photograph as PNG in, sharpened PNG out) against Pillow alone, in this process.

    .venv/bin/python -m benchmarks.request

Pillow decodes, filters and encodes at the same compression; the request does so in a worker of the real server, behind
a real socket. Both take turns, so that what else the machine does hits both; the ratio is that of the medians.
"""

import http.client
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import skimage
from PIL import Image, ImageFilter

from tests.browser.conftest import running_server

ROUNDS = 150
COMPRESSION = 1  # the level the app writes
BOUNDARY = "boundary"


def photograph() -> bytes:
    """scikit-image's astronaut, 512 x 512 RGB, as PNG."""
    file = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(file, "PNG")
    return file.getvalue()


def with_pillow(png: bytes) -> bytes:
    """Decode, filter, encode."""
    sharpen = ImageFilter.Kernel((3, 3), [0, -1, 0, -1, 5, -1, 0, -1, 0], scale=1)
    file = io.BytesIO()
    Image.open(io.BytesIO(png)).filter(sharpen).save(file, "PNG", compress_level=COMPRESSION)
    return file.getvalue()


def form(png: bytes) -> bytes:
    """The body that `curl -F image=@photo.png -F kernel=sharpen` sends."""
    parts = [("kernel", b"sharpen"), ('image"; filename="photo.png', png)]
    lines = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + body for name, body in parts
    ]
    return b"\r\n".join(lines) + f"\r\n--{BOUNDARY}--\r\n".encode()


def asker(connection: http.client.HTTPConnection, body: bytes) -> Callable[[], bytes]:
    """One request over a connection that stays open."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    def ask() -> bytes:
        connection.request("POST", "/api/convolutions", body, headers)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        return response.read()

    return ask


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    """Prints both medians and their ratio."""
    png = photograph()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        ask = asker(connection, form(png))
        ours, theirs = Image.open(io.BytesIO(ask())), Image.open(io.BytesIO(with_pillow(png)))
        inner = (1, 1, 511, 511)  # Pillow leaves the border as it is
        assert np.array_equal(ours.crop(inner), theirs.crop(inner))
        for _ in range(10):
            ask()
        pairs = [(milliseconds(ask), milliseconds(lambda: with_pillow(png))) for _ in range(ROUNDS)]
        connection.close()
    request, pillow = (median(times) for times in zip(*pairs, strict=True))
    print("| whole request | Pillow in process | ratio |\n|---|---|---|")
    print(f"| {request:.1f} ms | {pillow:.1f} ms | {request / pillow:.2f} |")


if __name__ == "__main__":
    main()
