"""Downloads of the official files, resumed where they broke off (HTTP Range, RFC 9110) and checked by their MD5.

MD5 is what the publishers give; it finds damage, and what is read afterwards is distrusted anyway.
"""

import hashlib
import http.client
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from app.core.errors import N_, DamagedDataset, MissingDataset

_PIECE = 1 << 18
_SECONDS = 20.0  # without a byte
_TRIES = 3
_RANGE_NOT_SATISFIABLE = 416
_OFFSET = re.compile(r"bytes (\d+)-")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is published at all of `addresses`."""

    name: str
    md5: str
    addresses: tuple[str, ...]


def _idx(addresses: tuple[str, ...], sums: tuple[str, ...]) -> tuple[Download, ...]:
    names = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    return tuple(
        Download(name, md5, tuple(address + name for address in addresses))
        for name, md5 in zip(names, sums, strict=True)
    )


DOWNLOADS: dict[str, tuple[Download, ...]] = {
    "cifar10": (
        Download(
            "cifar-10-python.tar.gz",
            "c58f30108f718f92721af3b95e74349a",
            ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
        ),
    ),
    "mnist": _idx(
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    ),
    "fashion-mnist": _idx(
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
}  # fmt: skip


def download(wanted: Download, folder: Path) -> Iterator[tuple[int, int | None]]:
    """Bytes that are here, and bytes in all (None where unknown), until `folder/name` is whole and right.

    What a broken download left (`name.part`) is gone on with. Raises MissingDataset, DamagedDataset.
    """
    place = folder / wanted.name
    if place.is_file() and _md5(place) == wanted.md5:
        yield place.stat().st_size, place.stat().st_size
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{wanted.name}.part"
    yield from _receive(wanted, part)
    if _md5(part) != wanted.md5:
        part.unlink()
        raise DamagedDataset(
            N_("What was downloaded as %(file)s is not the official file (its MD5 differs). Try again."),
            file=wanted.name,
        )  # fmt: skip
    part.replace(place)


def _receive(wanted: Download, part: Path) -> Iterator[tuple[int, int | None]]:
    """From the first address that answers; each is tried again where the connection broke off."""
    for address in wanted.addresses:
        for _ in range(_TRIES):
            try:
                if (yield from _go_on(address, part)):
                    return
            except HTTPError as error:
                if error.code != _RANGE_NOT_SATISFIABLE:
                    break
                if part.is_file() and _md5(part) == wanted.md5:
                    return
                part.unlink(missing_ok=True)
            except (OSError, http.client.HTTPException):
                break
    raise MissingDataset(
        N_(
            "%(host)s cannot be reached, or the connection broke off. Run the same command again to go on; or download "
            "%(address)s on another machine, and name the folder it lies in with --from. "
            "The data sets shapes and digits need no network."
        ),
        host=urlsplit(wanted.addresses[0]).hostname, address=wanted.addresses[0],
    )  # fmt: skip


def _go_on(address: str, part: Path) -> Generator[tuple[int, int | None], None, bool]:
    """Receives what is not there yet; true if that is all."""
    start = part.stat().st_size if part.is_file() else 0
    request = Request(address, headers={"Range": f"bytes={start}-"} if start else {})
    with urlopen(request, timeout=_SECONDS) as response:
        offset = _OFFSET.match(response.headers.get("Content-Range", "") if response.status == 206 else "")
        done = start if offset and int(offset[1]) == start else 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        with part.open("ab" if done else "wb") as file:
            yield done, total
            while piece := response.read(_PIECE):
                file.write(piece)
                done += len(piece)
                yield done, total
    return total is None or done == total


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
