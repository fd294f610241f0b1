"""What the tests' own conftest promises."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPS_ONE = "import pytest\n\n@pytest.mark.skip(reason='no Chromium')\ndef test_x():\n    pass\n"
SKIPS_ITSELF = "import pytest\n\npytest.importorskip('nothing_of_this_name')\n\ndef test_x():\n    pass\n"


@pytest.mark.parametrize("source", [SKIPS_ONE, SKIPS_ITSELF])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, source: str) -> None:
    (tmp_path / "test_planted.py").write_text(source, "utf-8")

    here, in_ci = (run_pytest(tmp_path, CI=value) for value in ("", "true"))

    assert "1 skipped" in here.stdout
    assert in_ci.returncode in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert "skipped in CI" in in_ci.stdout
    assert "skipped in CI" not in here.stdout


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--rootdir", str(folder), "-c", os.devnull]
    return subprocess.run(
        [*command, str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
