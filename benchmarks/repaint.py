"""How long the page takes from a typed number to the repainted picture, and how it keeps up with a camera. In Chromium.

    .venv/bin/python -m benchmarks.repaint [--quick]

A browser hands a typed or dragged number to the page at the beginning of a frame, so the event is dispatched there; its
clock stops when that same frame has been computed, styled, laid out and painted. What has not ended within 16 ms misses
a screen of 60 Hz, whose next frame comes 16.7 ms later. The arithmetic alone is measured turn by turn with `filter2D`
of OpenCV's build for browsers, in the same page: both leave float32 values, ours in an array of the page. The camera is
Chromium's own of 60 frames a second, of which the page asks for 30.
"""

import argparse
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from skimage import data

from tests.browser.conftest import ARGUMENTS, find_chromium, running_server

HERE = Path(__file__).parent
OPENCV = HERE / "node_modules/@techstark/opencv-js/dist/opencv.js"
LIMITS_MS = {512: 16, 1024: 50}
KERNELS = {"3 x 3": "edge-laplacian-8", "7 x 7": "gaussian-blur-7"}
FRAMES = 25  # a second
FAKE = "--use-fake-device-for-media-stream"

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
  await painted();
  return performance.now() - begun;
}"""

BESIDE = """async ([side, length, repeats]) => {
  const js = document.querySelector('script[src*="/js/"]').src.replace(/\\/js\\/.*/, '/js');
  const { applyStep, picture } = await import(`${js}/shared/engine.js`);
  const levels = Float32Array.from({ length: side * side * 3 }, (_, at) => (at * 7919) % 256);
  const input = picture(side, side, 3, levels);
  const cell = (i, j) => ((i * 5 + j * 3) % 7) - 3 || 1;
  const matrix = Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => cell(i, j)));
  const cv = window.cv instanceof Promise ? await window.cv : window.cv;
  const [source, target] = [new cv.Mat(side, side, cv.CV_32FC3), new cv.Mat()];
  source.data32F.set(levels);
  const weights = cv.matFromArray(length, length, cv.CV_32F, matrix.flat());
  let spare = null;
  const timed = (work) => { const begun = performance.now(); work(); return performance.now() - begun; };
  const ours = () => { spare = applyStep(input, { matrix, border: 'reflect' }, spare).data; };
  const theirs = () =>
    cv.filter2D(source, target, cv.CV_32F, weights, new cv.Point(-1, -1), 0, cv.BORDER_REFLECT_101);
  const times = [];
  for (let turn = 0; turn < repeats + 3; turn += 1) {
    matrix[0][0] = weights.data32F[0] = 1 + turn % 2;
    times.push([timed(ours), timed(theirs)]);
  }
  for (const mat of [source, target, weights]) mat.delete();
  return times.slice(3);
}"""

COUNT = """async (seconds) => {
  const view = document.querySelector('#result');
  const show = view.show.bind(view);
  let frames = 0;
  view.show = (...shown) => { frames += 1; show(...shown); };
  const begun = performance.now();
  await new Promise(done => setTimeout(done, seconds * 1000));
  return frames * 1000 / (performance.now() - begun);
}"""


def edit_times(page: Page, address: str, photo: Path, kernel: str, repeats: int) -> list[float]:
    """Milliseconds of `repeats` edits of the kernel's first cell, sorted."""
    side = Image.open(photo).width
    page.goto(f"{address}/convolve?kernel={kernel}&size={side}&color=rgb&x=9&y=9")
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("#upload", photo)
    expect(page.locator("#input-fact")).to_contain_text(f"{side} × {side}")
    times = [page.evaluate(EDIT, [0, str(1 + number % 2)]) for number in range(repeats + 3)]
    return sorted(times[3:])


def print_edits(chromium: Browser, address: str, folder: Path, repeats: int) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    print("| edit, RGB | median | 95th percentile | limit |\n|---|---|---|---|")
    for side, limit in LIMITS_MS.items():
        photo = folder / f"astronaut-{side}.png"
        Image.fromarray(data.astronaut()).resize((side, side)).save(photo)
        for name, kernel in KERNELS.items():
            times = edit_times(page, address, photo, kernel, repeats)
            high = times[int(0.95 * (len(times) - 1))]
            told = f"{statistics.median(times):.1f} ms | {high:.1f} ms | {limit} ms"
            print(f"| {name} on {side} x {side} | {told} |")


def print_beside(chromium: Browser, address: str, repeats: int) -> None:
    if not OPENCV.exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    page = chromium.new_page(bypass_csp=True)
    page.goto(f"{address}/convolve")
    page.wait_for_selector("html[data-ready]")
    page.add_script_tag(path=OPENCV)
    page.wait_for_function("() => Boolean(window.cv && (window.cv instanceof Promise || window.cv.Mat))")
    print("\n| float32, RGB | ours | OpenCV | times OpenCV's (limit 2) |\n|---|---|---|---|")
    for side in LIMITS_MS:
        for length in (3, 7):
            times: list[Any] = page.evaluate(BESIDE, [side, length, repeats])
            ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
            ratio = statistics.median(own / other for own, other in times)
            print(f"| {length} x {length} on {side} x {side} | {ours:.1f} ms | {theirs:.1f} ms | {ratio:.2f} |")


def print_camera(chromium: Browser, address: str, seconds: int) -> None:
    print("\n| live camera, 256 x 256 RGB | frames a second | limit |\n|---|---|---|")
    for name, kernel in KERNELS.items():
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{address}/convolve?kernel={kernel}&size=256&color=rgb")
        page.wait_for_selector("html[data-ready]")
        page.click("#live")
        expect(page.locator("camera-lamp")).to_have_attribute("data-state", "on")
        page.wait_for_timeout(1000)
        print(f"| {name} | {page.evaluate(COUNT, seconds):.1f} | {FRAMES} |")
        page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few repeats, to see that it runs")
    quick = parser.parse_args().quick
    arguments = [f"{FAKE}=fps=60" if argument == FAKE else argument for argument in ARGUMENTS]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        print_edits(chromium, address, Path(folder), 5 if quick else 40)
        print_beside(chromium, address, 5 if quick else 40)
        print_camera(chromium, address, 2 if quick else 10)
        chromium.close()


if __name__ == "__main__":
    main()
