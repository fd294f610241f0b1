"""What a request costs now and in another checkout: processor time of all the server's processes, and its latency.

`python -m benchmarks.serving --against /path/to/checkout` (with its own `.venv`, or a link to this one). Blocks of the
same requests go to both servers in turn, so that what else the machine does meets both.
"""

import argparse
import io
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import numpy as np
from PIL import Image

HERE = Path(__file__).parents[1]
BLOCKS = 30
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
Ask = Callable[[httpx2.Client], httpx2.Response]


def picture(side: int) -> bytes:
    """A PNG of smooth and busy parts."""
    rows, columns = np.mgrid[0:side, 0:side]
    noise = np.random.default_rng(1).integers(0, 60, (side, side, 3))
    levels = np.stack([rows % 190, columns % 190, (rows + columns) % 190], axis=-1) + noise
    file = io.BytesIO()
    Image.fromarray(levels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


SMALL, LARGE = picture(64), picture(512)


def filter_picture(data: bytes, form: str) -> Ask:
    """A filtered picture, as the page asks for it."""
    return lambda client: client.post(
        "/api/convolutions", data={"kernel": "sobel-x", "format": form}, files={"image": ("a.png", data)}
    )


def get(path: str) -> Ask:
    """A GET."""
    return lambda client: client.get(path)


KINDS: dict[str, tuple[int, Ask]] = {
    "GET /healthz": (100, get("/healthz")),
    "GET /healthz, a new connection": (50, lambda client: client.get("/healthz", headers={"Connection": "close"})),
    "GET /convolve": (20, get("/convolve")),
    "GET /api/runs": (30, get("/api/runs")),
    "GET a script": (100, get("/static/js/shared/engine.js")),
    "POST a picture of 64 x 64": (20, filter_picture(SMALL, "png")),
    "POST a picture of 512 x 512, npy": (10, filter_picture(LARGE, "npy")),
}


@contextmanager
def serving(checkout: Path) -> Iterator[tuple[int, httpx2.Client]]:
    """A server of that checkout: its process, and a client."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryFile() as log:
        command = [checkout / ".venv/bin/python", "-m", "app", "serve", "--port", "0", "--data", data]
        process = subprocess.Popen(command, cwd=checkout, stdout=log, stderr=log)
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{wait_for_port(process.pid)}", timeout=60) as client:
                until(lambda: client.get("/readyz").status_code == 200)
                yield process.pid, client
        finally:
            process.terminate()
            process.wait()


def wait_for_port(pid: int) -> int:
    """The port that the process listens at."""
    found: list[int] = []

    def look() -> bool:
        listed = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
        found.extend(int(line.split()[3].rpartition(":")[2]) for line in listed.splitlines() if f"pid={pid}," in line)
        return bool(found)

    until(look)
    return found[0]


def until(condition: Callable[[], bool]) -> None:
    """Waits for it."""
    while not condition():
        time.sleep(0.2)


def family(pid: int) -> list[int]:
    """The process and all that come from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(member for child in children for member in family(int(child)))]


def processor(pids: list[int]) -> float:
    """Seconds that they have used, by the scheduler's own count."""
    spent = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            spent += int((thread / "schedstat").read_text("ascii").split()[0])
    return spent / 1e9


def measure(server: tuple[int, httpx2.Client], count: int, ask: Ask) -> tuple[float, float]:
    """Processor seconds a request, and the median latency, of a block."""
    pid, client = server
    pids, latencies = family(pid), []
    before = processor(pids)
    for _ in range(count):
        started = time.perf_counter()
        response = ask(client)
        latencies.append(time.perf_counter() - started)
        assert response.status_code == 200, response.text
    return (processor(pids) - before) / count, statistics.median(latencies)


def main() -> None:
    """A row for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True)
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    options = parser.parse_args()
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(checkout)) for checkout in (HERE, options.against)]
        print("| request | processor, ms | before, ms | ratio | latency, ms | before, ms | ratio |")
        print("|---|---|---|---|---|---|---|")
        for name, (count, ask) in KINDS.items():
            blocks = [[measure(server, count, ask) for server in servers] for _ in range(options.blocks)]
            now, before = [statistics.median(block[side][0] for block in blocks) * 1e3 for side in (0, 1)]
            quick, quick_before = [statistics.median(block[side][1] for block in blocks) * 1e3 for side in (0, 1)]
            ratios = [statistics.median(block[0][part] / block[1][part] for block in blocks) for part in (0, 1)]
            print(
                f"| {name} | {now:.2f} | {before:.2f} | {ratios[0]:.3f} "
                f"| {quick:.2f} | {quick_before:.2f} | {ratios[1]:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
