"""`python -m app migrate`: tables first, then servers."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.runs.store.database import migrate, open_engine


def run(folder: Path, *options: str, database: str | None = None) -> Result:
    given = {"PLAYGROUND_DATABASE": database} if database else {}
    return CliRunner().invoke(cli, ["migrate", "--data", str(folder), *options], env=given)


def test_tables_are_made_and_brought_forward(tmp_path: Path) -> None:
    before, done, after = run(tmp_path, "--check"), run(tmp_path), run(tmp_path, "--check")

    assert (before.exit_code, done.exit_code, after.exit_code) == (1, 0, 0), done.output
    assert before.output.startswith("tables: none, newest: 00")
    assert done.output == after.output


def test_old_tables_are_looked_at_and_left_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    migrate(engine, "0002")
    engine.dispose()

    assert run(tmp_path, "--check").output.startswith("tables: 0002, newest: 00")
    assert run(tmp_path, "--check").exit_code == 1
    assert run(tmp_path).exit_code == 0


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/x.sqlite3", "nonsense"])
def test_a_database_that_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path, url: str) -> None:
    done = run(tmp_path, database=url)

    assert done.exit_code == 2
    assert done.stderr.startswith("PLAYGROUND_DATABASE cannot be opened: ")
