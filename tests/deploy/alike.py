"""Two web servers on one PostgreSQL and one folder for files, as processes."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.test_cli import serving

ALIKE = {
    "PLAYGROUND_SECRET": "one secret of all servers",
    "PLAYGROUND_RUNS_AT_ONCE": "0",
    "PLAYGROUND_WORKERS": "1",
    "PLAYGROUND_TRUSTED_PROXIES": '["127.0.0.1"]',  # so that nobody sits at the machine, which makes a teacher
}
Serving = tuple[subprocess.Popen[bytes], int]


@contextmanager
def two_servers(folder: Path, database: str, **environment: str) -> Iterator[list[Serving]]:
    """Both, with their ports; they train nothing unless they are told to."""
    with ExitStack() as stack:
        started = []
        (folder / "shared").mkdir()
        for name in "ab":
            (folder / name).mkdir()
            (folder / name / "d").symlink_to(folder / "shared")
            given = ALIKE | {"PLAYGROUND_DATABASE": database} | environment
            process, port, _ = stack.enter_context(serving(folder / name, patience=180, **given))
            started.append((process, port))
        yield started
