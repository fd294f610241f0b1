"""How long a browser may keep a script or a style."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.web import static_files
from app.web.rooms import ROOMS
from app.web.static_files import VersionedFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("1")
    return tmp_path


def serve(files: VersionedFiles) -> TestClient:
    app = Starlette()
    app.mount("/static", files)
    return TestClient(app)


def test_files_under_their_plain_names_are_revalidated(client: TestClient) -> None:
    first = client.get("/static/js/api.js")

    again = client.get("/static/js/api.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


def test_what_a_page_names_is_kept_for_ever(client: TestClient) -> None:
    [script] = re.findall(r'src="(/static/v-[0-9a-f]{12}/js/convolution/convolution.js)"', client.get("/convolve").text)

    response = client.get(script)

    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.text == client.get("/static/js/convolution/convolution.js").text


def test_what_is_kept_in_memory_is_answered_as_the_file_was_and_each_answer_is_its_own(client: TestClient) -> None:
    word = re.search(r"/static/(v-[0-9a-f]{12})/", client.get("/convolve").text)
    assert word

    first, second = (client.get(f"/static/{word[1]}/css/shared/page.css") for _ in range(2))

    changing = {"x-request-id", "date"}
    assert first.content == second.content == (static_files.STATIC / "css/shared/page.css").read_bytes()
    assert [pair for pair in first.headers.multi_items() if pair[0] not in changing] == [
        pair for pair in second.headers.multi_items() if pair[0] not in changing
    ]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["content-type"] == "text/css; charset=utf-8"


def test_what_is_worth_it_is_sent_packed_to_whoever_takes_that(client: TestClient) -> None:
    word = re.search(r"/static/(v-[0-9a-f]{12})/", client.get("/convolve").text)
    assert word
    script, font = "js/shared/engine.js", "vendor/inter/inter-latin-wght-normal.woff2"
    for _ in range(2):  # as it is read, and as it is kept
        packed, plain = (
            client.get(f"/static/{word[1]}/{script}", headers={"Accept-Encoding": wish})
            for wish in ("gzip", "identity")
        )

        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content == (static_files.STATIC / script).read_bytes()
        assert int(packed.headers["content-length"]) < 0.5 * int(plain.headers["content-length"])
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in client.get(f"/static/{word[1]}/{font}").headers


def test_all_scripts_that_one_imports_are_found_through_others_and_over_lines(folder: Path) -> None:
    (folder / "js/rooms").mkdir()
    (folder / "js/a.js").write_text('import {\n  b,\n  c,\n} from "./rooms/b.js";\nconst late = import("./late.js");\n')
    (folder / "js/rooms/b.js").write_text('import "../c.js";\nexport { d } from "../a.js";\n')
    (folder / "js/c.js").write_text('// import "./never.js"\n')

    assert VersionedFiles(folder).modules("js/a.js") == ("js/a.js", "js/rooms/b.js", "js/c.js")


@pytest.mark.parametrize("path", ["/", *(room.path for room in ROOMS)])
def test_a_page_names_each_script_that_it_loads_and_all_are_there(client: TestClient, path: str) -> None:
    page = client.get(path).text

    named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)
    loaded = re.findall(r'<script type="module" src="([^"]+)">', page)
    assert set(loaded) <= set(named)
    assert [name for name in named if client.get(name).status_code != 200] == []


def test_a_changed_file_changes_the_word_and_the_old_one_is_kept_no_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "_CHECKED_S", -1.0)
    files = VersionedFiles(folder)
    before = files.word
    assert serve(files).get(f"/static/{before}/js/a.js").text == "1"

    (folder / "js" / "a.js").write_text("2")
    old, new = (serve(files).get(f"/static/{word}/js/a.js") for word in (before, files.word))

    assert files.word != before
    assert (old.text, new.text) == ("2", "2")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    assert (new.status_code, new.headers["cache-control"]) == (200, static_files.FOR_EVER)


@pytest.mark.parametrize("name", ["js/b.js", "../secret", "%2e%2e/secret"])
def test_what_is_not_there_is_neither_found_nor_kept(folder: Path, name: str) -> None:
    (folder.parent / "secret").write_text("s")
    files = VersionedFiles(folder)

    response = serve(files).get(f"/static/{files.word}/{name}")

    assert response.status_code == 404
    assert "cache-control" not in response.headers
