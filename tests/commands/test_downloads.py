"""Downloads, from a server of this process that breaks off, lies and forgets."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from app.commands.downloads import DOWNLOADS, Download, download
from app.core.errors import DamagedDataset, MissingDataset

CONTENT = np.random.default_rng(3).bytes(900_000)


@dataclass
class Publisher:
    """What the server sends, how much of it at most, whether it knows ranges; and what it was asked."""

    content: bytes = CONTENT
    most: int | None = None
    knows_ranges: bool = True
    asked: list[str | None] = field(default_factory=list)
    address: str = ""

    def wanted(self, **changed: object) -> Download:
        return Download("file.gz", hashlib.md5(CONTENT).hexdigest(), (self.address + "/file.gz",))


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    told = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            told.asked.append(asked)
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and told.knows_ranges else 0
            if start >= len(told.content):
                self.send_error(416)
                return
            rest = told.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(rest)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(told.content) - 1}/{len(told.content)}")
            self.end_headers()
            self.wfile.write(rest[: told.most])

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_arrives_whole_and_its_progress_is_told(publisher: Publisher, tmp_path: Path) -> None:
    seen = list(download(publisher.wanted(), tmp_path))

    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [file.name for file in tmp_path.iterdir()] == ["file.gz"]


def test_a_connection_that_breaks_off_is_gone_on_with(publisher: Publisher, tmp_path: Path) -> None:
    publisher.most = 400_000

    seen = list(download(publisher.wanted(), tmp_path))

    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert publisher.asked == [None, "bytes=400000-", "bytes=800000-"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_what_an_earlier_run_left_is_gone_on_with(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(CONTENT[:123_456])

    list(download(publisher.wanted(), tmp_path))

    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert publisher.asked == ["bytes=123456-"]


def test_a_server_without_ranges_begins_again(publisher: Publisher, tmp_path: Path) -> None:
    publisher.knows_ranges = False
    (tmp_path / "file.gz.part").write_bytes(b"x" * 5000)

    list(download(publisher.wanted(), tmp_path))

    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_a_part_that_is_whole_already_is_taken(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(CONTENT)

    list(download(publisher.wanted(), tmp_path))

    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_a_part_that_is_too_long_begins_again(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(CONTENT + b"more")

    list(download(publisher.wanted(), tmp_path))

    assert publisher.asked == ["bytes=900004-", None]
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_a_file_that_is_there_and_right_is_not_asked_for(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file.gz").write_bytes(CONTENT)

    list(download(publisher.wanted(), tmp_path))

    assert publisher.asked == []


def test_another_file_than_the_official_one_is_refused_and_removed(publisher: Publisher, tmp_path: Path) -> None:
    publisher.content = CONTENT[::-1]

    with pytest.raises(DamagedDataset, match="MD5"):
        list(download(publisher.wanted(), tmp_path))

    assert not list(tmp_path.iterdir())


def test_a_server_that_cannot_be_reached_says_what_to_do(tmp_path: Path) -> None:
    wanted = Download("file.gz", "", ("http://127.0.0.1:1/file.gz", "http://127.0.0.1:2/file.gz"))

    with pytest.raises(MissingDataset, match="--from"):
        list(download(wanted, tmp_path))


def test_what_broke_off_for_good_stays_for_the_next_time(publisher: Publisher, tmp_path: Path) -> None:
    publisher.most = 10_000

    with pytest.raises(MissingDataset, match="again"):
        list(download(publisher.wanted(), tmp_path))

    assert (tmp_path / "file.gz.part").read_bytes() == CONTENT[:30_000]


def test_the_second_address_is_asked_where_the_first_fails(publisher: Publisher, tmp_path: Path) -> None:
    wanted = publisher.wanted()

    list(download(Download(wanted.name, wanted.md5, ("http://127.0.0.1:1/x", *wanted.addresses)), tmp_path))

    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_every_official_file_has_a_sum_and_an_address() -> None:
    for name, files in DOWNLOADS.items():
        assert len(files) == (1 if name == "cifar10" else 4)
        for file in files:
            assert len(bytes.fromhex(file.md5)) == 16
            assert all(address.endswith(file.name) for address in file.addresses)
