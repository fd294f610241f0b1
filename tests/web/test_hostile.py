"""Hostile files against a real server: each is refused as a problem, and its processes stay small."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests import hostile
from tests.browser.conftest import running_server
from tests.web.conftest import problem

MEBIBYTE = 1024 * 1024
# What is only odd, such as a bomb in a text that nobody reads, is answered with the picture.
FILES = {
    "png bomb": (hostile.png_bomb(), 413),
    "png text bomb": (hostile.png_text_bomb(b"zTXt"), 200),
    "png of empty chunks": (hostile.png_of_empty_chunks(), 422),
    "webp bomb": (hostile.webp_bomb(), 413),
    "webp canvas bomb": (hostile.webp_canvas_bomb(), 413),
    "gif frames": (hostile.gif_of_frames(), 200),
    "gif comments": (hostile.gif_of_comments(), 200),
    "bmp of nothing": (hostile.bmp_of_nothing(), 422),
    "tiff bomb": (hostile.tiff_bomb(), 413),
    "tiff strips": (hostile.tiff_of_strips(), 422),
    "tiff painted over": (hostile.tiff_painted_over(), 422),
    "tiff huge tile": (hostile.tiff_of_a_huge_tile(), 422),
    "tiff in circles": (hostile.tiff_in_circles(), 200),
    "tiff nan": (hostile.tiff_with_float(float("nan")), 422),
    "jpeg that lies": (hostile.jpeg_that_lies(65_500, 65_500), 413),
    "zip": (hostile.zip_file(), 415),
    "empty": (b"", 415),
    "html": (b"<!doctype html><script>alert(1)</script>", 415),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415),
    **{f"half a {form}": (hostile.cut(hostile.picture(form), 0.5), 422) for form in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")},
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("data")) as address:
        yield address


def sent(address: str, data: bytes) -> httpx2.Response:
    files = {"image": ("../../<script>.png", data, "image/png")}
    return httpx2.post(f"{address}/api/convolutions", data={"kernel": "sharpen"}, files=files, timeout=60)


def peaks(address: str) -> list[int]:
    """Peak bytes that each process of the server ever held."""
    port = int(address.rpartition(":")[2])
    here = psutil.Process()
    servers = [child for child in here.children() if any(at.laddr.port == port for at in child.net_connections())]
    family = [process for server in servers for process in (server, *server.children(recursive=True))]
    reports = [Path(f"/proc/{process.pid}/status").read_text("ascii") for process in family]
    return [int(re.findall(r"VmHWM:\s+(\d+) kB", report)[0]) * 1024 for report in reports]


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_or_harmless_and_the_next_request_is_served(address: str, name: str) -> None:
    data, status = FILES[name]

    response = sent(address, data)

    if status == 200:
        assert response.status_code == 200
    else:
        problem(response, status)
    assert sent(address, hostile.picture("PNG")).status_code == 200


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak memory of a process")
def test_no_process_swells(address: str) -> None:
    sent(address, hostile.picture("PNG"))
    before = max(peaks(address))

    for data, _ in FILES.values():
        sent(address, data)

    assert before > 50 * MEBIBYTE, "the processes were not found"
    assert max(peaks(address)) - before < 250 * MEBIBYTE
