"""What the tests' own conftest promises."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = ("tests.conftest", "pytest_rerunfailures", "xdist.plugin")  # all others together take seconds to load
SKIPS_ONE = "import pytest\n\n@pytest.mark.skip(reason='no Chromium')\ndef test_x():\n    pass\n"
SKIPS_ITSELF = "import pytest\n\npytest.importorskip('nothing_of_this_name')\n\ndef test_x():\n    pass\n"


TOGETHER = pytest.mark.parametrize("together", ["0", "2"])  # in one process, and as `make test` does


@TOGETHER
@pytest.mark.parametrize("source", [SKIPS_ONE, SKIPS_ITSELF])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, source: str, together: str) -> None:
    plant(tmp_path, source)

    here, in_ci = (run_pytest(tmp_path, together, CI=value) for value in ("", "true"))

    assert "1 skipped" in here.stdout
    assert in_ci.returncode in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert "skipped in CI" in in_ci.stdout
    assert "skipped in CI" not in here.stdout


IN_A_BROWSER = "import pytest\n\npytestmark = pytest.mark.browser\n"
FAILS_ONCE = """
import pathlib

def test_x():
    tried = pathlib.Path(__file__).with_name("tried")
    was_tried = tried.exists()
    tried.touch()
    assert was_tried, "the machine was busy"
"""


@TOGETHER
def test_a_browser_test_alone_is_tried_again_in_ci_and_told(tmp_path: Path, together: str) -> None:
    plant(tmp_path / "browser", IN_A_BROWSER + FAILS_ONCE)
    plant(tmp_path / "runs", FAILS_ONCE)

    in_ci = run_pytest(tmp_path, together, CI="true")

    assert "1 failed, 1 passed" in in_ci.stdout
    assert "1 rerun" in in_ci.stdout
    assert "runs/test_planted.py::test_x - AssertionError" in in_ci.stdout
    assert "tried again: browser/test_planted.py" in in_ci.stdout
    assert in_ci.stdout.count("AssertionError: the machine was busy") >= 2


def test_what_fails_always_fails_in_ci_too_and_is_tried_once_elsewhere(tmp_path: Path) -> None:
    plant(tmp_path / "browser", IN_A_BROWSER + "def test_x():\n    assert 1 == 2\n")

    here, in_ci = (run_pytest(tmp_path, CI=value) for value in ("", "true"))

    assert here.returncode == in_ci.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 failed" in in_ci.stdout
    assert "2 rerun" in in_ci.stdout
    assert "tried again" not in here.stdout


def plant(folder: Path, source: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "test_planted.py").write_text(source, "utf-8")


def run_pytest(folder: Path, together: str = "0", **environment: str) -> subprocess.CompletedProcess[str]:
    plugins = [option for name in PLUGINS for option in ("-p", name)]
    options = ["--import-mode=importlib", "--rootdir", str(folder), "-c", os.devnull, "--numprocesses", together]
    command = [sys.executable, "-m", "pytest", *plugins, *options, str(folder)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
