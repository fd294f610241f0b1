"""Two servers with a data folder each and one store of files: what is given to one is there on the other."""

import errno
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.files import shared, shelves
from app.files.copies import Copies
from app.files.opening import open_files
from app.main import create_app
from app.settings import Settings
from tests import hostile_archives as hostile
from tests.object_store import ObjectStore
from tests.tiny_models import write_model
from tests.web.classification.test_arrivals import send
from tests.web.conftest import problem, written
from tests.web.training.test_datasets import sent

Servers = tuple[TestClient, TestClient]
SECRET = "a secret of both servers"


def settings(folder: Path, name: str, address: str, **others: Any) -> Settings:
    """Of a server by its name."""
    database = f"sqlite:///{folder / 'runs.sqlite3'}"
    return Settings(data=folder / name, files=address, database=database, secret=SECRET, workers=1, runs_at_once=0,
                    models_kept=2, datasets_kept=2, **others)  # fmt: skip


@pytest.fixture(scope="module")
def address(object_store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which somebody has put a network for all."""
    address = object_store.new_address()
    files = open_files(tmp_path_factory.mktemp("before"), address)
    model = write_model(files.root / "models" / "common")
    files.push(*model.iterdir())
    return address


@pytest.fixture(scope="module")
def servers(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as both:
        patch.setattr(shared, "FRESH_S", 0.0)
        clients = [
            TestClient(create_app(settings(folder, name, address)), base_url="http://localhost",
                       raise_server_exceptions=False)
            for name in ("one", "other")
        ]  # fmt: skip
        yield both.enter_context(clients[0]), both.enter_context(clients[1])


def data_of(client: TestClient) -> Path:
    """Its data folder."""
    folder: Path = client.app.state.settings.data  # type: ignore[attr-defined]
    return folder


def test_a_data_set_sent_to_one_is_shown_previewed_and_trained_on_by_the_other(servers: Servers) -> None:
    one, other = servers
    made = sent(one, hostile.pack(hostile.pets(10)), data={"title": "Pets"}).json()

    shown = other.get(f"/api/datasets/{made['name']}")
    (data_of(other) / "datasets" / f"{made['name']}.safetensors").unlink()
    preview = other.post("/api/runs/preview", json={"dataset": made["name"]})
    run = other.post("/api/runs", json={"dataset": made["name"], "training": {"epochs": 1}})

    assert shown.json() == made
    assert preview.status_code == 200, preview.text
    assert run.status_code == 201, run.text


def test_data_sets_and_networks_make_room_over_all_servers(servers: Servers) -> None:
    one, other = servers
    names = []
    for client in (one, other, one):
        names.append(send(client).json()["name"])
        time.sleep(1.1)  # the store tells their age by the second

    answers = [client.get(f"/api/models/{name}").status_code for name in names[1:] for client in servers]
    kept = one.app.state.files.belongings(data_of(one) / "models")  # type: ignore[attr-defined]

    assert answers == [200] * 4
    assert set(kept) == {"common", *names[1:]}


def test_a_network_sent_to_one_answers_on_the_other(servers: Servers) -> None:
    one, other = servers
    card = send(one, title="Mine").json()
    image = {"image": ("x.png", written(np.zeros((8, 8, 3), np.uint8)))}

    said = [client.post(f"/api/models/{card['name']}/classifications", files=image).json() for client in servers]
    (data_of(other) / "models" / card["name"] / "weights.safetensors").unlink()  # as where others need the room

    assert other.get(f"/api/models/{card['name']}").json() == card
    assert said[0]["predictions"] == said[1]["predictions"]
    assert other.get("/api/models/own-00000000000000000000000000000000").status_code == 404


def test_names_of_nothing_are_not_asked_for_without_end_nor_kept(servers: Servers, object_store: ObjectStore) -> None:
    one, _ = servers
    names = [f"own-{number:032x}" for number in range(40)]
    object_store.seen.clear()

    said = one.get(f"/api/models/{names[0]}"), one.post("/api/runs", json={"dataset": names[0], "name": str(names)})
    time.sleep(0.3)  # for who tells uses
    asked = [path for _, path in object_store.seen if "/datasets/own-" in path]

    assert [answer.status_code >= 400 for answer in said] == [True, True]
    assert 1 <= len(asked) <= 4
    assert not [path for _, path in object_store.seen if "/.used/" in path]


def test_what_is_for_all_is_there_from_the_start(servers: Servers) -> None:
    names = [{card["name"] for card in client.get("/api/models").json()["models"]} for client in servers]

    assert all("common" in each for each in names)


def test_a_picture_made_on_one_is_found_by_the_other(servers: Servers, object_store: ObjectStore) -> None:
    one, other = servers
    path = "/api/models/common/maximizations/conv2d_1/1"
    made = one.get(path).json()
    before = object_store.seen.copy()

    found = other.get(path).json()
    kept = list((data_of(other) / "maximizations").iterdir())

    assert found == made
    assert len(kept) == 1
    assert [method for method, _ in object_store.seen[len(before) :]] == ["GET"]


def test_what_excites_a_channel_is_looked_for_once(servers: Servers) -> None:
    one, _ = servers
    path = "/api/models/common/channels/conv2d_1/0"

    told = [client.get(path).json() for client in servers]
    surveys = [{file.name for file in (data_of(client) / "surveys").iterdir()} for client in servers]

    assert told[0] == told[1]
    assert surveys[0] == surveys[1]
    assert set(one.app.state.files.names(data_of(one) / "surveys")) == surveys[1]  # type: ignore[attr-defined]


def test_a_photo_given_to_one_is_shown_by_the_other(servers: Servers) -> None:
    one, other = servers
    one.get("/train")  # which makes a visitor
    run = one.post("/api/runs", json={"dataset": "digits", "training": {"epochs": 1}}).json()["id"]
    none = other.get(f"/api/runs/{run}/photo")

    given = one.put(f"/api/runs/{run}/photo", data={"sample": "camera"})
    shown = other.get(f"/api/runs/{run}/photo")

    assert none.status_code == 404
    assert given.status_code == 200, given.text
    assert shown.status_code == 200
    assert shown.content == one.get(f"/api/runs/{run}/photo").content


def test_while_the_store_is_away_visitors_are_told_in_their_language_when_to_come_back(
    servers: Servers, object_store: ObjectStore
) -> None:
    one, other = servers
    name = send(one).json()["name"]

    with object_store.answering(503):
        away = other.get(f"/api/models/{name}", headers={"Accept-Language": "es"})
        not_ready = one.get("/readyz")
        page, known = one.get("/classify"), one.get(f"/api/models/{name}")
        refused = sent(one, hostile.pack(hostile.pets(4)))
    errors = re.search(r'playground_store_errors_total{store="files"} (\S+)', one.get("/metrics").text)

    told = problem(away, 503)
    assert told["type"] == "/api/problems#files-away"
    assert told["detail"] == "El almacén de archivos no responde, o no a tiempo. Vuelve a intentarlo en unos segundos."
    assert away.headers["retry-after"] == "3"
    assert errors
    assert float(errors[1]) >= 2
    assert (not_ready.status_code, page.status_code, known.status_code) == (503, 200, 200)
    assert problem(refused, 503)["type"] == "/api/problems#files-away"
    assert sum(path.name.startswith("own-") for path in (data_of(one) / "datasets").iterdir()) <= 2


@pytest.mark.parametrize("again_s", [0.2, 1000.0])
def test_a_server_starts_also_while_the_store_is_away_and_is_ready_once_it_has_brought_what_all_share(
    again_s: float, object_store: ObjectStore, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "AGAIN_S", again_s)
    app = create_app(settings(tmp_path, "late", address))
    object_store.status = 503
    with TestClient(app, base_url="http://localhost") as client:
        alive, away = client.get("/healthz"), client.get("/readyz")
        object_store.status = None
        until = time.monotonic() + (30 if again_s < 1 else 3)
        while client.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.2)
        ready, cards = client.get("/readyz"), client.get("/api/models").json()["models"]

    assert (alive.status_code, away.status_code) == (200, 503)
    assert ready.status_code == (200 if again_s < 1 else 503)
    assert ("common" in {card["name"] for card in cards}) == (ready.status_code == 200)


def test_a_server_on_a_full_disk_starts_and_says_why_it_is_not_ready(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arriving(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Copies, "arriving", arriving)
    with TestClient(create_app(settings(tmp_path, "full", address)), base_url="http://localhost") as client:
        told = problem(client.get("/readyz"), 507)

    assert told["type"] == "/api/problems#disk-full"
