"""How long the page takes from a typed number to the repainted picture: 512 x 512 RGB, measured in Chromium.

    .venv/bin/python -m benchmarks.repaint [--quick]

The clock starts at the cell's input event and stops after the frame in which the result was drawn. A 7 x 7
kernel is printed beside it.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from skimage import data

from tests.browser.conftest import ARGUMENTS, find_chromium, running_server

LIMIT_MS = 50

EDIT = """async ([index, value]) => {
  const cell = document.querySelectorAll('kernel-grid input')[index];
  const frame = () => new Promise(requestAnimationFrame);
  const channel = new MessageChannel();
  const painted = () => new Promise(done => { channel.port1.onmessage = done; channel.port2.postMessage(0); });
  await new Promise(done => setTimeout(done, 400));
  await frame();
  const begun = performance.now();
  cell.value = value;
  cell.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await frame();
  await painted();
  return performance.now() - begun;
}"""


def edit_times(page: Page, address: str, photo: Path, kernel: str, repeats: int) -> list[float]:
    """Milliseconds of `repeats` edits of the kernel's first cell."""
    page.goto(f"{address}/convolve?kernel={kernel}")
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("#upload", photo)
    expect(page.locator("#input-fact")).to_contain_text("512 × 512")
    times = [page.evaluate(EDIT, [0, str(1 + number % 2)]) for number in range(repeats + 3)]
    return times[3:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few repeats, to see that it runs")
    repeats = 5 if parser.parse_args().quick else 40
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        photo = Path(folder) / "astronaut.png"
        Image.fromarray(data.astronaut()).save(photo)
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1440, "height": 1000})
        print("| edit, 512 x 512 RGB | median | 95th percentile | limit |\n|---|---|---|---|")
        for kernel, name in (("edge-laplacian-8", "3 x 3"), ("gaussian-blur-7", "7 x 7")):
            times = sorted(edit_times(page, address, photo, kernel, repeats))
            high = times[int(0.95 * (len(times) - 1))]
            print(f"| {name} kernel | {statistics.median(times):.0f} ms | {high:.0f} ms | {LIMIT_MS} ms |")
        chromium.close()


if __name__ == "__main__":
    main()
