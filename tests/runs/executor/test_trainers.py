"""What a server knows of its trainers' ends."""

from pathlib import Path

import pytest

from app.runs.executor.forks import Forks
from app.runs.executor.trainers import TrainerProcess
from app.runs.store import processes

VERSION_2 = "low 0\nhigh 0\nmax 3\noom 1\noom_kill {count}\n"
VERSION_1 = "oom_kill_disable 0\nunder_oom 0\noom_kill {count}\n"
WHOLE_MACHINE = "nr_free_pages 193478\noom_kill {count}\nnuma_hit 5\n"


@pytest.mark.parametrize("text", [VERSION_2, VERSION_1, WHOLE_MACHINE])
def test_a_process_ended_for_want_of_memory_is_noticed_with_control_groups_and_without(
    tmp_path: Path, forks: Forks, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "memory"
    monkeypatch.setattr(processes, "_OOM", (tmp_path / "none", path))
    path.write_text(text.format(count=2))
    trainer = TrainerProcess(forks, tmp_path)

    before = trainer.is_out_of_memory()
    path.write_text(text.format(count=3))
    after = trainer.is_out_of_memory()
    trainer.leave()
    trainer.wait(30)

    assert (before, after) == (False, True)


@pytest.mark.parametrize("text", ["", "oom_kill many", "one two three"])
def test_what_tells_nothing_counts_nothing(
    tmp_path: Path, forks: Forks, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "memory").write_text(text)
    monkeypatch.setattr(processes, "_OOM", (tmp_path / "memory", tmp_path / "none"))

    trainer = TrainerProcess(forks, tmp_path)
    trainer.leave()
    trainer.wait(30)

    assert not trainer.is_out_of_memory()
