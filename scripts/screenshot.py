"""Makes docs/convolve.webp, the README's picture of the page, from a running app: everything on it was computed.

.venv/bin/python -m scripts.screenshot
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_server

ROOT = Path(__file__).parents[1]
STATE = "/convolve?sample=coffee&kernel=sobel-x&x=139&y=97"


def main() -> None:
    """One half finer than a screen, and still small."""
    executable = str(CHROMIUM) if CHROMIUM.exists() else None
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as address, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1280, "height": 1100}, locale="en-US", device_scale_factor=1.5)
        page.goto(address + STATE)
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(1000)
        picture = Image.open(io.BytesIO(page.screenshot()))
        chromium.close()
    picture.save(ROOT / "docs" / "convolve.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
