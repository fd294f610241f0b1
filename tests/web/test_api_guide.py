"""Every curl line of README.md and docs/api.md works as printed, on a real server."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.core.pictures.images import open_sample
from tests.browser.conftest import running_server
from tests.hostile_archives import pack, pets

ROOT = Path(__file__).parents[2]
ADDRESS = "http://localhost:8000"
GUIDES = ("README.md", "docs/api.md")

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the machine has no curl; .ci/run installs it")


def blocks(document: str, language: str) -> list[str]:
    """What stands between ```language and ```."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / document).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def curl_lines(document: str) -> list[str]:
    """The commands that begin with curl, continued lines joined; where one uses $RUN or $CODE, with the line that sets
    it."""
    found, settings = [], {}
    for line in "".join(blocks(document, "sh")).replace("\\\n", " ").splitlines():
        if line.startswith(("RUN=", "CODE=")):
            settings["$" + line.partition("=")[0]] = f"{line}; "
        elif line.startswith("curl "):
            found.append("".join(setting for name, setting in settings.items() if name in line) + line)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader has: a photo, pictures of two classes, and what earlier lines wrote."""
    folder = tmp_path_factory.mktemp("guide")
    Image.fromarray(open_sample("astronaut").numpy()).save(folder / "photo.jpg")
    (folder / "pictures.zip").write_bytes(pack(pets()))
    return folder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server's address."""
    with running_server(tmp_path_factory.mktemp("data")) as address:
        yield address


def run(line: str, folder: Path, address: str) -> str:
    """What the line prints; a status of 400 and above fails."""
    command = line.replace(ADDRESS, address).replace("curl ", "curl -sS --fail-with-body ", 1)
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("document", GUIDES)
def test_every_line_works_as_printed(document: str, folder: Path, address: str) -> None:
    lines = curl_lines(document)

    printed = {line: run(line, folder, address) for line in lines}

    assert printed
    for line, output in printed.items():
        written = re.search(r"-o (\S+)", line)
        assert (folder / written[1]).stat().st_size if written else output


def test_the_guide_shows_every_call(address: str, folder: Path) -> None:
    schema = json.loads(run(f"curl {ADDRESS}/api/openapi.json", folder, address))

    shown = "\n".join(curl_lines("docs/api.md")).replace("$", "")

    for path in schema["paths"]:
        assert re.search(
            re.escape(ADDRESS) + re.sub(r"{\w+}", r"\\w+", path) + r"""([\s?"']|$)""", shown, re.MULTILINE
        ), path


def test_the_lectures_example_gives_the_numbers_in_the_guide(address: str, folder: Path) -> None:
    promised = json.loads(
        re.findall(r"^```json\n(.*?)^```", (ROOT / "docs/api.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
    )
    line = next(line for line in curl_lines("docs/api.md") if "sample=mouse" in line)

    answer = json.loads(run(line, folder, address))

    assert promised["value"] == 6600
    assert promised.items() <= answer.items()


def test_the_readme_shows_the_line_that_the_project_promises() -> None:
    promised = f"curl -F image=@photo.jpg -F kernel=edge-laplacian-8 {ADDRESS}/api/convolutions -o edges.png"

    assert curl_lines("README.md")[0] == promised
