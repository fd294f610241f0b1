"""Data sets over HTTP: the list, what one holds, and archives sent in."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.core.datasets.cache import write_cache
from app.core.datasets.contents import look_into
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path
from app.core.datasets.statistics import describe
from app.main import create_app
from app.settings import Settings
from tests import hostile_archives as hostile
from tests.hostile import png_bomb
from tests.web.conftest import problem

SMALL = Settings(dataset_bytes=30_000, dataset_unpacked_bytes=40_000, dataset_entries=20, image_bytes=5000,
                 json_bytes=1000, dataset_uploads=1, workers=1, runs_at_once=0)  # fmt: skip


def sent(client: TestClient, archive: bytes, **options: object) -> httpx2.Response:
    return client.post("/api/datasets", files={"archive": ("../../x.zip", archive, "application/zip")}, **options)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app with small limits."""
    app = create_app(SMALL.model_copy(update={"data": tmp_path_factory.mktemp("data")}))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def test_the_list_follows_the_contract(client: TestClient) -> None:
    rows = {row["name"]: row for row in client.get("/api/datasets").json()["datasets"]}

    assert {"shapes", "digits", "cifar10", "mnist", "fashion-mnist"} <= set(rows)
    fields = {"name", "title", "input", "classes", "train", "test", "available", "framings"}
    assert all(set(row) == fields for row in rows.values())
    assert {name for name, row in rows.items() if "drawing" in row["framings"]} == {"digits", "mnist"}
    assert rows["shapes"]["available"]
    assert rows["digits"]["available"]
    assert rows["cifar10"] | {"available": False, "title": ""} == {
        "name": "cifar10", "title": "", "input": [3, 32, 32], "train": 50_000, "test": 10_000, "available": False,
        "framings": ["middle"],
        "classes": ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    }  # fmt: skip


def test_one_set_tells_counts_statistics_and_shows_samples(client: TestClient) -> None:
    told = client.get("/api/datasets/digits").json()

    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(told["sheet"].partition(",")[2]))))
    assert (told["name"], told["input"], told["available"]) == ("digits", [1, 8, 8], True)
    assert sum(told["counts"]["train"]) == told["train"]
    assert sum(told["counts"]["test"]) == told["test"]
    assert 0.25 < told["mean"][0] < 0.35  # 4.88 of 16, as scikit-learn's digits have
    assert sheet.shape == (10 * 8, told["sheet_columns"] * 8)
    assert (told["skipped"], told["skipped_count"]) == ([], 0)


def test_a_first_look_shows_few_samples_of_each_class_the_first_of_all(client: TestClient) -> None:
    whole, few, more = (
        client.get(f"/api/datasets/digits{query}").json() for query in ("", "?samples=2", "?samples=99")
    )

    sheets = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(one["sheet"].partition(",")[2])))) for one in (whole, few)
    ]
    assert few["sheet_columns"] == 2
    np.testing.assert_array_equal(sheets[1], sheets[0][:, : 2 * 8])
    assert more == whole
    problem(client.get("/api/datasets/digits?samples=0"), 422)


def test_an_unknown_set_and_one_to_be_fetched_are_told_apart(client: TestClient) -> None:
    for name in ("no-such", "own-" + "0" * 32, "..%2f..%2fetc", "a" * 64):
        problem(client.get(f"/api/datasets/{name}"), 404)
    missing = problem(client.get("/api/datasets/mnist", headers={"Accept-Language": "es"}), 409)

    assert "python -m app fetch mnist" in missing["detail"]


def test_an_archive_becomes_a_data_set_that_only_its_sender_knows(client: TestClient) -> None:
    response = sent(client, hostile.pack(hostile.pets(10)), data={"title": "Gatos y perros"})

    made = response.json()
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"/api/datasets/{made['name']}"
    assert (made["title"], made["classes"], made["input"]) == ("Gatos y perros", ["cats", "dogs"], [3, 32, 32])
    assert client.get(response.headers["location"]).json() == made
    assert made["name"] not in client.get("/api/datasets").text


def test_names_cannot_be_guessed(client: TestClient) -> None:
    data = hostile.pack(hostile.pets())

    first, second = (sent(client, data).json()["name"] for _ in range(2))

    assert first != second
    assert len(first) == len("own-") + 32


def test_what_is_skipped_is_listed_in_the_visitors_language(client: TestClient) -> None:
    data = hostile.pack(hostile.pets() | {"cats/note.txt": b"meow"})

    made = sent(client, data, headers={"Accept-Language": "es"}).json()

    assert made["skipped_count"] == 1
    assert made["skipped"][0]["path"] == "cats/note.txt"
    assert made["skipped"][0]["reason"]


def test_what_was_found_is_told_beside_the_pictures(client: TestClient) -> None:
    files = {f"seg_train/{name}": data for name, data in hostile.pets(4).items()}
    files |= {f"seg_test/{name}": data for name, data in hostile.pets(3).items()}

    made = sent(client, hostile.pack(files | {"seg_test/cats/note.txt": b"meow"})).json()

    assert made["holders"] == [
        {"folder": "seg_train", "part": "train", "pictures": 8}, {"folder": "seg_test", "part": "test", "pictures": 6},
    ]  # fmt: skip
    assert (made["train"], made["test"], made["equal"], made["skipped_count"]) == (8, 6, 6, 1)
    assert made["spellings"] == {}


def test_a_file_of_before_says_nothing_of_what_was_not_counted_then(tmp_path: Path) -> None:
    dataset = load_dataset("digits", tmp_path)
    about = describe(dataset)
    del about["equal"]
    write_cache(dataset, cache_path(tmp_path, "digits"), about)

    assert look_into("digits", tmp_path).equal is None


@pytest.mark.parametrize("size", [32, 64, 96])
def test_pictures_are_kept_at_the_size_that_is_asked_for(client: TestClient, size: int) -> None:
    made = sent(client, hostile.pack(hostile.pets()), data={"size": size}).json()

    assert made["input"] == [3, size, size]


def test_another_size_is_refused_with_those_there_are(client: TestClient) -> None:
    refused = problem(sent(client, hostile.pack(hostile.pets()), data={"size": 48}), 422)

    assert (refused["field"], "32, 64, 96" in refused["detail"]) == ("size", True)


@pytest.mark.parametrize(
    ("name", "status"),
    [("parent-directory", 422), ("encrypted", 422), ("nested", 422), ("one-class", 422), ("bomb", 413), ("lies", 422),
     ("too-many-entries", 413)],
)  # fmt: skip
def test_a_hostile_archive_is_answered_with_a_problem(client: TestClient, name: str, status: int) -> None:
    refused = problem(sent(client, hostile.REFUSED[name]()), status)

    assert refused["field"] == "archive"


@pytest.mark.parametrize("name", hostile.WRONG_TYPES)
def test_another_file_is_unsupported(client: TestClient, name: str) -> None:
    problem(sent(client, hostile.WRONG_TYPES[name]), 415)


@pytest.mark.parametrize(
    ("options", "status", "field"),
    [
        ({"data": {"title": "x"}}, 422, "archive"),
        ({"files": {"archive": ("x.zip", b"PK")}, "data": {"title": "x" * 81}}, 422, "title"),
        ({"files": {"archive": ("x.zip", b"PK")}, "data": {"name": "x"}}, 422, "body"),
        ({"json": {}}, 415, None),
    ],
)
def test_a_form_that_cannot_be_used_is_refused(
    client: TestClient, options: dict[str, object], status: int, field: str | None
) -> None:
    refused = problem(client.post("/api/datasets", **options), status)

    assert refused.get("field") == field


def test_limits_are_the_settings(narrow: TestClient) -> None:
    files = hostile.pets(5)
    large = {f"cats/{number}.png": bytes(2000) for number in range(18)}

    packed = problem(sent(narrow, hostile.pack(files) + bytes(19_500)), 413)
    unpacked = problem(sent(narrow, hostile.pack(files | {"cats/z.png": bytes(40_000)})), 413)
    entries = problem(sent(narrow, hostile.pack(files | large)), 413)

    assert [refused["limit"] for refused in (packed, unpacked, entries)] == [30_000, 40_000, 20]
    assert sent(narrow, hostile.pack(files)).status_code == 201


def test_only_this_call_takes_so_large_a_body(narrow: TestClient) -> None:
    data = hostile.pack(hostile.pets())
    assert SMALL.image_bytes * 2 + SMALL.json_bytes < len(data) + 1000

    elsewhere = narrow.post("/api/convolutions", files={"image": ("x.png", data * 2)}, data={"kernel": "sharpen"})
    far_too_large = sent(narrow, bytes(40_000))

    assert problem(elsewhere, 413)["limit"] == SMALL.image_bytes * 2 + SMALL.json_bytes
    assert problem(far_too_large, 413)["limit"] == SMALL.dataset_bytes + SMALL.json_bytes


def test_nothing_but_data_sets_is_left_on_the_disk(narrow: TestClient) -> None:
    sent(narrow, hostile.REFUSED["nested"]())

    folder: Path = narrow.app.state.settings.data / "datasets"  # type: ignore[attr-defined]
    assert all(path.name.startswith("own-") and path.suffix == ".safetensors" for path in folder.iterdir())


def test_the_limits_are_listed(narrow: TestClient) -> None:
    limits = narrow.get("/api/limits").json()["dataset"]

    assert (limits["bytes"], limits["unpacked_bytes"], limits["entries"]) == (30_000, 40_000, 20)


def test_an_archive_that_takes_too_long_is_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    picture = png_bomb(4096)  # as large as a picture may be
    data = hostile.pack({f"{label}/{number}.png": picture for label in "ab" for number in range(100)})
    app = create_app(Settings(data=tmp_path, dataset_seconds=1.5, workers=1, runs_at_once=0))

    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        client.get("/readyz")
        refused = problem(sent(client, data), 422)
        left = list((tmp_path / "datasets").iterdir())

    assert refused["limit"] == 1.5
    assert "fewer or smaller pictures" in refused["detail"]
    assert left == []
