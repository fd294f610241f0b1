"""Pictures of one's own as a visitor sends them: folders in a ZIP."""

import io
import zipfile

import numpy as np
from PIL import Image


def pets() -> bytes:
    """Two folders of twelve pictures."""
    buffer = io.BytesIO()
    noise = np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as archive:
        for folder in ("cat", "dog"):
            for number in range(12):
                picture = io.BytesIO()
                Image.fromarray(noise.integers(0, 255, (40, 40, 3)).astype(np.uint8)).save(picture, "PNG")
                archive.writestr(f"{folder}/{number}.png", picture.getvalue())
    return buffer.getvalue()


def packed(files: dict[str, int | None]) -> bytes:
    """A ZIP of pictures of one level; without a level a file is none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, level in files.items():
            picture = io.BytesIO()
            Image.new("L", (16, 16), level or 0).save(picture, "PNG")
            archive.writestr(name, b"a note" if level is None else picture.getvalue())
    return buffer.getvalue()
