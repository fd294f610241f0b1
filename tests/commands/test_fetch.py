"""`python -m app fetch`, called in this process."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.commands import fetch
from app.commands.downloads import Download
from app.core.datasets.cifar import FOLDER
from app.core.datasets.datasets import load_dataset
from tests.core.datasets.test_cifar import sound_files, write_archive
from tests.core.datasets.test_class_folders import two_classes, write_zip
from tests.core.datasets.test_idx import write_set


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["fetch", *words, "--data", str(folder)], env={"COLUMNS": "200"})


def test_ones_own_zip_is_read_counted_and_kept(tmp_path: Path) -> None:
    path = write_zip(tmp_path, two_classes() | {"cat/notes.txt": b"text"})

    done = run(tmp_path, "pets", "--from", str(path), "--size", "16")

    assert done.exit_code == 0, done.output
    assert "16 training and 4 test pictures of 3 x 16 x 16" in done.output
    assert "1 files were skipped" in done.output
    assert "cat/notes.txt" in done.output
    assert load_dataset("pets", tmp_path / "datasets").input == (3, 16, 16)


def test_official_files_are_found_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "idx").mkdir()
    write_set(tmp_path / "idx")
    archive = write_archive(tmp_path / "whatever.bin", sound_files())

    mnist = run(tmp_path, "mnist", "--from", str(tmp_path / "idx"))
    cifar = run(tmp_path, "cifar10", "--from", str(archive))

    assert "MNIST: 7 training and 3 test pictures of 1 x 5 x 6" in mnist.output
    assert "CIFAR-10: 30 training and 6 test pictures of 3 x 32 x 32" in cifar.output


def test_unpacked_files_in_the_folder_are_used_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cifar10", "mnist"):
        monkeypatch.setitem(fetch.DOWNLOADS, name, (Download("official.gz", "", ("http://127.0.0.1:1/official.gz",)),))
    (tmp_path / "datasets" / "mnist").mkdir(parents=True)
    write_set(tmp_path / "datasets" / "mnist", suffix="")
    batches = tmp_path / "datasets" / "cifar10" / FOLDER
    batches.mkdir(parents=True)
    for name, content in sound_files().items():
        (batches / name).write_bytes(content)

    mnist, cifar = run(tmp_path, "mnist"), run(tmp_path, "cifar10")

    assert "MNIST: 7 training and 3 test pictures of 1 x 5 x 6" in mnist.output
    assert "CIFAR-10: 30 training and 6 test pictures of 3 x 32 x 32" in cifar.output


def test_what_is_made_or_kept_needs_no_fetching(tmp_path: Path) -> None:
    path = write_zip(tmp_path, two_classes())
    run(tmp_path, "pets", "--from", str(path))
    path.unlink()

    digits, pets = run(tmp_path, "digits"), run(tmp_path, "pets")

    assert "1,438 training and 359 test pictures" in digits.output
    assert "16 training and 4 test pictures" in pets.output


def test_a_kept_file_that_is_damaged_is_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "pets.safetensors").write_bytes(b"broken")
    write_zip(tmp_path, two_classes()).rename(tmp_path / "datasets" / "pets.zip")

    done = run(tmp_path, "pets")

    assert done.exit_code == 0, done.output
    assert "damaged" in done.output
    assert "16 training and 4 test pictures" in done.output


def test_without_a_network_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Download("cifar-10-python.tar.gz", "", ("http://127.0.0.1:1/cifar-10-python.tar.gz",))
    monkeypatch.setitem(fetch.DOWNLOADS, "cifar10", (nowhere,))

    done = run(tmp_path, "cifar10")

    assert done.exit_code == 2
    assert "cannot be reached" in done.output
    assert "--from" in done.output


@pytest.mark.parametrize("words", [("../x",), ("nothing-here",), ("pets", "--from", "/no/such/place")])
def test_what_is_not_there_is_told_in_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(tmp_path, *words)

    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert done.output.strip().endswith(".")
