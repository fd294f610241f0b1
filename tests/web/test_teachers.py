"""Who is the teacher: by the link that the server prints, or at the machine; behind a proxy by the link alone."""

import re
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.signatures import Signatures
from tests.test_cli import serving
from tests.web.conftest import problem
from tests.web.logged_runs import another_visitor, quiet_client, submit

PROXIES = [
    {"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}, {"X-Real-IP": "203.0.113.7"},
    {"Via": "1.1 varnish"}, {"CF-Connecting-IP": "203.0.113.7"}, {"X-Forwarded-Host": "class.example.org"},
    {"Host": "192.168.1.7:8000"},
]  # fmt: skip


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data"), runs_queued=1000, runs_per_visitor=1000) as client:
        yield client


def key_of(client: TestClient) -> str:
    key: str = client.app.state.signatures.teacher_key  # type: ignore[attr-defined]
    return key


def is_told_mine(client: TestClient, run: str, **headers: str) -> bool:
    told: bool = client.get(f"/api/runs/{run}", headers=headers).json()["mine"]
    return told


def test_the_teachers_link_makes_a_browser_the_teachers(quiet: TestClient) -> None:
    run, teacher = submit(another_visitor(quiet))["id"], another_visitor(quiet, "10.0.0.77")

    opened = teacher.get("/teacher", params={"key": key_of(quiet)}, follow_redirects=False)

    assert (opened.status_code, opened.headers["location"]) == (303, "http://localhost/train")
    assert "httponly" in opened.headers["set-cookie"].lower()
    assert key_of(quiet) not in str(opened.headers)
    assert is_told_mine(teacher, run)
    assert teacher.patch(f"/api/runs/{run}", json={"state": "paused"}).json()["state"] == "paused"
    assert teacher.delete(f"/api/runs/{run}").status_code == 204


@pytest.mark.parametrize("key", ["", "x" * 32, "ñ" * 32, "%00"])
def test_another_link_is_refused_with_where_to_find_it(quiet: TestClient, key: str) -> None:
    guesser = another_visitor(quiet, "10.0.0.78")
    told = problem(guesser.get("/teacher", params={"key": key}), 403)

    assert "where the server was started" in told["detail"]
    assert "teacher" not in guesser.cookies


def test_no_other_signed_cookie_passes_for_the_teachers(quiet: TestClient) -> None:
    run, pupil = submit(another_visitor(quiet))["id"], another_visitor(quiet, "10.0.0.79")
    pupil.get("/train")

    for forged in (pupil.cookies["visitor"], key_of(quiet), f".{key_of(quiet)}", "teacher.", "."):
        pupil.cookies.set("teacher", forged)
        assert not is_told_mine(pupil, run)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_sits_at_the_machine_is_the_teacher(quiet: TestClient, address: str) -> None:
    run, at_the_machine = submit(another_visitor(quiet))["id"], another_visitor(quiet, address)

    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert is_told_mine(at_the_machine, run, Host=host)


@pytest.mark.parametrize("headers", PROXIES)
def test_through_a_proxy_nobody_sits_at_the_machine(quiet: TestClient, headers: dict[str, str]) -> None:
    behind = another_visitor(quiet, "127.0.0.1")
    run = submit(another_visitor(quiet))["id"]
    theirs = behind.post("/api/runs", json={"dataset": "digits"}, headers=headers).json()["id"]

    assert not is_told_mine(behind, run, **headers)
    assert is_told_mine(behind, theirs, **headers) is ("Host" in headers)  # one address is all of a proxy's visitors
    problem(behind.delete(f"/api/runs/{run}", headers=headers), 403)


def test_where_a_proxy_is_named_nobody_sits_at_the_machine(tmp_path: Path) -> None:
    with quiet_client(tmp_path, trusted_proxies=("127.0.0.1",)) as client:
        run = submit(another_visitor(client))["id"]

        assert not is_told_mine(another_visitor(client, "127.0.0.1"), run)


def test_the_secret_is_made_once_for_all_servers_of_a_folder_and_read_by_their_user_alone(tmp_path: Path) -> None:
    servers = [Signatures(Settings(data=tmp_path / "new")) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda server: server.teacher_key, servers))
    kept = tmp_path / "new" / "secret"

    assert len(keys) == 1
    assert keys == {Signatures(Settings(data=tmp_path / "new")).teacher_key}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]
    assert keys != {Signatures(Settings(data=tmp_path / "other")).teacher_key}


def test_a_secret_that_was_lost_with_the_power_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()

    keys = {Signatures(Settings(data=tmp_path)).teacher_key for _ in range(2)}

    assert len(keys) == 1
    assert len((tmp_path / "secret").read_bytes()) == 64


def test_the_secret_may_be_a_setting(tmp_path: Path) -> None:
    chosen = [Signatures(Settings(data=tmp_path / name, secret="correct horse battery")) for name in "ab"]

    assert chosen[0].teacher_key == chosen[1].teacher_key
    assert "correct" not in repr(Settings(secret="correct horse battery"))
    assert list(tmp_path.iterdir()) == []


def test_a_cookie_that_the_server_did_not_sign_is_none(quiet: TestClient) -> None:
    inventor, page = another_visitor(quiet, "10.0.0.80"), another_visitor(quiet, "10.0.0.80")
    page.get("/train")
    run = submit(page)["id"]
    identity, _, signature = page.cookies["visitor"].partition(".")

    for invented in (identity, f"{identity}.", f"{identity}.{'x' * 32}", f"{identity}x.{signature}", "a" * 24):
        inventor.cookies.set("visitor", invented)
        assert not is_told_mine(inventor, run)
    inventor.cookies.set("visitor", "a" * 24)
    as_address = submit(inventor)["id"]
    inventor.cookies.clear()

    assert is_told_mine(inventor, as_address)


def test_who_holds_a_cookie_of_yesterday_keeps_the_runs(tmp_path: Path) -> None:
    with quiet_client(tmp_path) as client:
        run, holder = submit(client)["id"], another_visitor(client, "10.0.0.81")
        with sqlite3.connect(tmp_path / "runs.sqlite3") as database:
            database.execute("UPDATE runs SET cookie = ?, visitor = ?", ("old" * 8, "old" * 8))
        held = {"Cookie": f"visitor={'old' * 8}"}
        before = is_told_mine(holder, run, **held)
        holder.get("/train", headers=held)

        assert (before, is_told_mine(holder, run)) == (False, True)
        assert holder.cookies["visitor"].startswith("old" * 8 + ".")
        assert "set-cookie" not in holder.get("/train").headers


def test_another_secret_leaves_visitors_their_runs_and_makes_another_teachers_link(tmp_path: Path) -> None:
    with quiet_client(tmp_path) as client:
        browser = another_visitor(client, "10.0.0.82")
        browser.get("/train")
        run, cookie, key = submit(browser)["id"], browser.cookies["visitor"], key_of(client)
    (tmp_path / "secret").unlink()
    with quiet_client(tmp_path) as client:
        again = another_visitor(client, "10.0.0.83")
        again.get("/train", headers={"Cookie": f"visitor={cookie}"})

        assert is_told_mine(again, run)
        assert key_of(client) != key
        problem(again.get("/teacher", params={"key": key}), 403)


def test_a_start_without_room_for_the_secret_is_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.web.signatures._keep", refuse)
    signatures = create_app(Settings(data=tmp_path)).state.signatures

    assert signatures.is_signed(signatures.sign("visitor", "a"), "visitor", "a")


def test_the_printed_link_works_and_the_log_never_tells_it(tmp_path: Path) -> None:
    with serving(tmp_path, PLAYGROUND_RUNS_AT_ONCE="0") as (_, port, log), httpx2.Client() as browser:
        printed = re.findall(r"http://localhost:\d+(/teacher\?key=\S+)", log.read_text())
        opened = browser.get(f"http://127.0.0.1:{port}{printed[0]}", headers={"X-Forwarded-For": "203.0.113.7"})
        wrong = browser.get(f"http://127.0.0.1:{port}/teacher?key=wrong", headers={"Accept": "text/html"})

        assert len(printed) == 1
        assert opened.status_code == 303
        assert "teacher" in opened.cookies
        assert wrong.status_code == 403
        assert log.read_text().count(printed[0].partition("=")[2]) == 1
        assert "route=/teacher" in re.sub(r"\x1b\[[0-9;]*m", "", log.read_text())
