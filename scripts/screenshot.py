"""Makes docs/*.webp, the README's pictures of the pages, from a running app: everything on them was computed.

.venv/bin/python -m scripts.screenshot
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, find_chromium, running_server

ROOT = Path(__file__).parents[1]
STATES = {
    "convolve": "/convolve?sample=coffee&kernel=sobel-x&x=139&y=97",
    "classify": "/classify?sample=cat&x=14&y=13",
}
SETTLE_MS = 6000  # heat maps and patches come last


def main() -> None:
    """One half finer than a screen, and still small."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as address, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name, state in STATES.items():
            page = chromium.new_page(viewport={"width": 1280, "height": 1100}, locale="en-US", device_scale_factor=1.5)
            page.goto(address + state)
            page.wait_for_selector("html[data-ready]")
            page.wait_for_timeout(SETTLE_MS)
            picture = Image.open(io.BytesIO(page.screenshot()))
            picture.save(ROOT / "docs" / f"{name}.webp", quality=80, method=6)
        chromium.close()


if __name__ == "__main__":
    main()
