"""What a test reads off the convolution page."""

import base64
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.calls import post

_PIXELS = "selector => document.querySelector(selector).toDataURL('image/png')"


def pixels(page: Page, view: str = "#result") -> np.ndarray:
    """The RGB bytes of a picture on the page, H x W x 3."""
    return picture(page.evaluate(_PIXELS, f"{view} canvas"))[..., :3]


def picture(address: str) -> np.ndarray:
    """The pixels of a data URL."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))


def scanned(page: Page, code: str) -> str:
    """What a scanner reads off a QR code on the screen; as a hand does, it tries from several distances."""
    expect(page.locator(code)).to_have_js_property("complete", True)
    shot = cv2.imdecode(np.frombuffer(page.locator(code).screenshot(), np.uint8), cv2.IMREAD_COLOR)
    sizes = (cv2.resize(shot, None, fx=scale, fy=scale) for scale in (1, 0.75, 1.5, 2, 0.5))
    return next(filter(None, (str(cv2.QRCodeDetector().detectAndDecode(size)[0]) for size in sizes)), "")


def unfold(page: Page, *rows: str) -> None:
    """Opens closed rows or menus of the page, each unless it is open."""
    for row in rows:
        if page.get_attribute(row, "open") is None:
            page.click(f"{row} > summary")


def settle(page: Page) -> None:
    """Waits until what follows an edit by a moment (chain, histograms, address) is done."""
    page.wait_for_timeout(350)


def value(page: Page) -> float:
    """The value that the arithmetic arrives at."""
    return float(page.inner_text("#pixel-value").replace("−", "-").replace(",", ""))


def point_at(page: Page, view: str, x: int, y: int) -> None:
    """Moves the mouse to the middle of pixel (x, y) of a picture."""
    box = page.locator(f"{view} canvas").bounding_box()
    assert box is not None
    width, height = page.evaluate(
        "s => { const c = document.querySelector(s); return [c.width, c.height] }", f"{view} canvas"
    )
    page.mouse.move(box["x"] + (x + 0.5) * box["width"] / width, box["y"] + (y + 0.5) * box["height"] / height)


def explained(server: str, fields: dict[str, Any], photo: Path | None = None) -> dict[str, Any]:
    """The same pixel as the API explains it."""
    files = {"image": ("photo.png", photo.read_bytes())} if photo else None
    answer = post(f"{server}/api/convolutions/pixel", data=fields, files=files)
    assert answer.status_code == 200, answer.text
    return answer.json()


def photograph(path: Path, width: int = 60, height: int = 40) -> Path:
    """A small colored picture with smooth and busy parts, written as PNG."""
    rows, columns = np.mgrid[0:height, 0:width]
    noise = np.random.default_rng(7).integers(0, 90, (height, width, 3))
    levels = np.stack([rows * 4, columns * 3, (rows + columns) * 2], axis=-1) % 166 + noise
    Image.fromarray(levels.astype(np.uint8)).save(path)
    return path
