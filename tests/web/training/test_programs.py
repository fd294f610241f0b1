"""A run taken home over HTTP: as a text, a notebook, and a ZIP whose program runs."""

import io
import json
import runpy
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.training.programs.plan import FIRST, PICTURES, WEIGHTS
from app.web.answers import ANSWERS
from tests import hostile_archives as hostile
from tests.test_cli import serving
from tests.web.conftest import problem
from tests.web.live_server import DIGITS, Server
from tests.web.logged_runs import another_visitor, quiet_client, set_state, store_of, submit

ORDER = DIGITS | {"training": DIGITS["training"] | {"precision": "float32", "augmentation": ["shift"]}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("live")) as (process, port, _):
        server = Server(process, port)
        with server.client:
            yield server


@pytest.fixture(scope="module")
def finished(server: Server) -> dict[str, Any]:
    run_id = server.submit(ORDER)
    server.watch(run_id)
    return server.run(run_id)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data")) as client:
        yield client


def with_model(client: TestClient, run: dict[str, Any]) -> None:
    """As if its trainer had written weights."""
    folder = store_of(client).folder(run["id"]).model
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}", "utf-8")
    set_state(store_of(client), run["id"], "stopped")


def test_the_zip_holds_a_program_that_gives_the_runs_own_numbers(
    server: Server, finished: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = server.client.get(f"/api/runs/{finished['id']}/program", params={"library": "pytorch", "form": "zip"})

    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == {"train.py", "train.ipynb", PICTURES, FIRST, WEIGHTS}
        archive.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path("train.py")
    assert found["history"][0]["loss"] == pytest.approx(finished["history"][0]["train_loss"], abs=1e-3)
    assert found["accuracy"] == pytest.approx(finished["test"]["accuracy"], abs=1e-4)
    assert found["loss"] == pytest.approx(finished["test"]["loss"], abs=1e-3)


@pytest.mark.parametrize("library", ["keras", "pytorch"])
def test_the_text_alone_is_a_script_or_a_notebook(server: Server, finished: dict[str, Any], library: str) -> None:
    ask = f"/api/runs/{finished['id']}/program?library={library}"

    script, notebook = (server.client.get(f"{ask}&form={form}") for form in ("script", "notebook"))

    compile(script.text, "train.py", "exec")
    code = [cell["source"] for cell in json.loads(notebook.text)["cells"] if cell["cell_type"] == "code"]
    assert all("".join(lines) in script.text for lines in code)
    assert notebook.headers["content-disposition"].endswith(f'{library}.ipynb"')


def test_nothing_is_left_in_the_data_folder(quiet: TestClient) -> None:
    run = submit(quiet)
    with_model(quiet, run)

    problem(quiet.get(f"/api/runs/{run['id']}/program?form=zip"), 422)  # its model has no weights

    left = quiet.app.state.settings.data / ANSWERS  # type: ignore[attr-defined]
    assert list(left.iterdir()) == []


def test_what_cannot_be_taken_home_is_refused_with_a_way_out(quiet: TestClient) -> None:
    fresh, muon = submit(quiet), submit(quiet, training={"optimizer": "muon"})
    with_model(quiet, muon)

    early = problem(quiet.get(f"/api/runs/{fresh['id']}/program"), 404)
    lacking = problem(quiet.get(f"/api/runs/{muon['id']}/program"), 422)
    odd = problem(quiet.get(f"/api/runs/{muon['id']}/program?library=jax"), 422)

    assert "they come with its first steps" in early["detail"]
    assert "take the PyTorch program" in lacking["detail"]
    assert odd["field"] == "library"


def test_somebodys_own_pictures_stay_theirs(quiet: TestClient) -> None:
    own = quiet.post("/api/datasets", files={"archive": ("x.zip", hostile.pack(hostile.pets(10)))}).json()["name"]
    network = {"input": [3, 32, 32], "classes": 2, "layers": [{"type": "flatten"}, {"type": "dense", "units": 2}]}
    run = submit(quiet, dataset=own, network=network)
    with_model(quiet, run)
    ask = f"/api/runs/{run['id']}/program?library=pytorch"

    stranger = another_visitor(quiet)

    assert stranger.get(f"{ask}&form=script").status_code == 200
    assert own not in stranger.get(f"{ask}&form=script").text
    problem(stranger.get(f"{ask}&form=zip"), 404)
