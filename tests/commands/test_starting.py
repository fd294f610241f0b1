"""What keeps `python -m app serve` from starting is told in a sentence."""

import os
import socket
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.commands import starting
from app.commands.starting import addresses, teacher_link
from tests.object_store import ObjectStore


def serve(folder: Path, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["serve", "--data", str(folder)], env={"COLUMNS": "400", **environment})


def test_a_data_folder_that_cannot_be_made_is_named_with_the_systems_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = serve(tmp_path / "file" / "data")

    assert done.exit_code == 2
    assert done.stderr == f"The data folder cannot be made: {tmp_path / 'file' / 'data'}: Not a directory.\n"


@pytest.mark.parametrize("name", [".", "runs", "runs.sqlite3", "secret"])
def test_what_another_user_owns_is_named_with_the_user_who_cannot_write(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs.sqlite3").touch()
    (tmp_path / "secret").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: not (mode & os.W_OK and path == tmp_path / name))

    done = serve(tmp_path)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"{tmp_path / name} cannot be written to by user {os.getuid()}, ")
    assert "chown" in done.stderr


def test_a_folder_that_is_mounted_read_only_is_not_to_be_given_to_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not (mode & os.W_OK and path == tmp_path))
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))

    done = serve(tmp_path)

    assert done.exit_code == 2
    assert "it is mounted read-only" in done.stderr
    assert "chown" not in done.stderr


def test_without_a_folder_for_temporary_files_a_container_is_told_its_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_none() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", find_none)

    done = serve(tmp_path)

    assert done.exit_code == 2
    assert "--tmpfs /tmp" in done.stderr


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:////proc/nowhere/x.sqlite3", "/proc/nowhere: No such file or directory."),
        ("sqlite:////proc/x.sqlite3", "unable to open database file."),
        ("nonsense", "Could not parse SQLAlchemy URL from given URL string."),
        ("nothing+known://visitor:secret@localhost/runs", "Can't load plugin: sqlalchemy.dialects:nothing.known."),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_its_address(url: str, why: str, tmp_path: Path) -> None:
    done = serve(tmp_path, PLAYGROUND_DATABASE=url)

    assert done.exit_code == 2
    assert done.stderr == f"PLAYGROUND_DATABASE cannot be opened: {why}\n"


@pytest.mark.parametrize("world", ["postgresql"])
def test_servers_that_share_a_database_are_to_share_a_secret(database: str, tmp_path: Path) -> None:
    done = serve(tmp_path, PLAYGROUND_DATABASE=database)

    assert done.exit_code == 2
    assert "give them one PLAYGROUND_SECRET" in done.stderr


@pytest.mark.parametrize("world", ["postgresql"])
def test_a_cluster_needs_a_database_and_files_that_its_machines_reach(
    database: str, tmp_path: Path, object_store: ObjectStore
) -> None:
    cluster = {"PLAYGROUND_CLUSTER": "ray://nowhere:10001", "PLAYGROUND_SECRET": "a secret of both servers"}
    kept, files = {"PLAYGROUND_DATABASE": database}, {"PLAYGROUND_FILES": object_store.new_address()}

    refused = [serve(tmp_path, **cluster, **given) for given in ({}, kept, files)]

    assert [done.exit_code for done in refused] == [2, 2, 2]
    assert len({done.stderr for done in refused}) == 1
    assert refused[0].stderr == (
        "PLAYGROUND_CLUSTER trains on other machines, which reach runs in PostgreSQL alone, files in a store: "
        "set PLAYGROUND_DATABASE=postgresql+psycopg://... and PLAYGROUND_FILES=s3://... (or gs://, az://) too.\n"
    )


def test_a_server_for_all_tells_the_address_that_others_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_CONTAINER", ())
    own = {place.address for card in psutil.net_if_addrs().values() for place in card if place.family == socket.AF_INET}

    first, *others = addresses("0.0.0.0", 8000)

    assert first == "http://localhost:8000"
    assert set(others) <= {f"http://{address}:8000" for address in own}


def test_a_server_in_a_container_keeps_the_address_to_itself_that_only_its_machine_can_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "_CONTAINER", (str(tmp_path),))

    assert addresses("0.0.0.0", 8000) == ["http://localhost:8000"]


def test_the_teachers_link_is_one_that_others_reach_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_own_address", lambda: "10.1.2.3")
    monkeypatch.setattr(starting, "_CONTAINER", ())

    assert teacher_link("0.0.0.0", 8000, "abc") == "http://10.1.2.3:8000/teacher?key=abc"
    assert teacher_link("127.0.0.1", 8000, "abc") == "http://localhost:8000/teacher?key=abc"


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "localhost"), ("10.1.2.3", "10.1.2.3")])
def test_a_server_for_one_address_tells_that_one(host: str, shown: str) -> None:
    assert addresses(host, 80) == [f"http://{shown}:80"]


def test_a_store_of_files_needs_a_secret_that_all_servers_share(tmp_path: Path) -> None:
    done = serve(tmp_path, PLAYGROUND_FILES="s3://bucket/folder")

    assert done.exit_code == 2
    assert "PLAYGROUND_SECRET" in done.stderr


def test_a_store_of_files_that_cannot_be_written_keeps_a_server_from_starting(
    tmp_path: Path, object_store: ObjectStore
) -> None:
    shared = {"PLAYGROUND_FILES": object_store.new_address(), "PLAYGROUND_SECRET": "a secret of both servers"}

    with object_store.answering(403):
        refused = serve(tmp_path, **shared)
    nowhere = serve(tmp_path, **shared | {"PLAYGROUND_FILES": "s3://no-such-bucket"})
    nonsense = serve(tmp_path, **shared | {"PLAYGROUND_FILES": "ftp://somewhere"})

    assert (refused.exit_code, nowhere.exit_code, nonsense.exit_code) == (2, 2, 2)
    assert "refuses this server" in refused.stderr
    assert "does not answer" in nowhere.stderr
    assert nonsense.stderr.startswith("PLAYGROUND_FILES Value error, 'ftp://somewhere' is no store")
