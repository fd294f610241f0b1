"""The files of a server, a trainer or a command, by what its settings say of them."""

from pathlib import Path

from app.files.files import Files
from app.files.shared import MOST_BYTES, SharedFiles


def open_files(root: Path, address: str | None = None, most_bytes: int | None = None) -> Files:
    """The data folder, with the store of that address if there is one; at most so many bytes of it are kept here."""
    return Files(root) if address is None else SharedFiles(root, address, most_bytes or MOST_BYTES)
