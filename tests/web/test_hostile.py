"""Hostile files against a real server: each is refused as a problem, and its processes stay small."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests import hostile, hostile_archives
from tests.browser.conftest import running_server
from tests.web.conftest import problem

MEBIBYTE = 1024 * 1024
LARGEST_PICTURE = 16_777_216 * 3 * 4  # as float32 values, which results are
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
WRONG = (
    hostile.REFUSED
    | {name: (lambda data=data: data) for name, (data, _) in hostile.WRONG_TYPES.items()}
    | {f"half-a-{form}": (lambda form=form: hostile.cut(hostile.picture(form), 0.5)) for form in FORMATS}
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("data"), PLAYGROUND_RUNS_AT_ONCE="0") as address:  # no trainer
        yield address


def sent(address: str, data: bytes) -> httpx2.Response:
    files = {"image": ("../../<script>.png", data, "image/png")}
    return httpx2.post(f"{address}/api/convolutions", data={"kernel": "sharpen"}, files=files, timeout=60)


def family(address: str) -> list[psutil.Process]:
    """The server's processes."""
    port = int(address.rpartition(":")[2])
    here = psutil.Process()
    servers = [child for child in here.children() if any(at.laddr.port == port for at in child.net_connections())]
    return [process for server in servers for process in (server, *server.children(recursive=True))]


def peaks(address: str) -> list[int]:
    """Peak bytes that each process of the server ever held."""
    reports = [Path(f"/proc/{process.pid}/status").read_text("ascii") for process in family(address)]
    return [int(re.findall(r"VmHWM:\s+(\d+) kB", report)[0]) * 1024 for report in reports]


def forget_peaks(address: str) -> None:
    """Peaks start anew from what is held now."""
    for process in family(address):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5", "ascii")


@pytest.mark.parametrize("name", WRONG)
def test_a_hostile_file_is_refused_and_the_next_request_is_served(address: str, name: str) -> None:
    response = sent(address, WRONG[name]())

    assert response.status_code in (413, 415, 422)
    problem(response, response.status_code)
    assert sent(address, hostile.picture("PNG")).status_code == 200


def packed(address: str, data: bytes) -> httpx2.Response:
    files = {"archive": ("../../<script>.zip", data, "application/zip")}
    return httpx2.post(f"{address}/api/datasets", files=files, timeout=60)


@pytest.mark.parametrize("name", hostile_archives.REFUSED)
def test_a_hostile_archive_is_refused_and_the_next_is_taken(address: str, name: str) -> None:
    response = packed(address, hostile_archives.REFUSED[name]())

    assert response.status_code in (413, 415, 422)
    problem(response, response.status_code)
    assert packed(address, hostile_archives.pack(hostile_archives.pets())).status_code == 201


@pytest.mark.parametrize("name", hostile.HARMLESS)
def test_what_is_only_odd_is_answered_with_the_picture(address: str, name: str) -> None:
    response = sent(address, hostile.HARMLESS[name]())

    assert response.status_code == 200


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak memory of a process")
def test_no_process_swells(address: str) -> None:
    sent(address, hostile.picture("PNG"))
    forget_peaks(address)
    before = max(peaks(address))

    for make in (*WRONG.values(), *hostile.HARMLESS.values()):
        sent(address, make())

    assert before > 50 * MEBIBYTE, "the processes were not found"
    assert max(peaks(address)) - before < 2 * LARGEST_PICTURE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak memory of a process")
def test_no_process_swells_from_an_archive(address: str) -> None:
    for _ in range(4):  # both workers have begun
        packed(address, hostile_archives.pack(hostile_archives.pets()))
    forget_peaks(address)
    before = sum(peaks(address))

    for make in hostile_archives.REFUSED.values():
        packed(address, make())

    assert before > 50 * MEBIBYTE, "the processes were not found"
    assert sum(peaks(address)) - before < 100 * MEBIBYTE
