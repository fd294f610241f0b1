"""A store behind several machines: what one writes, others read; and what happens when it is away."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import DiskFull, FilesAway
from app.files import copies
from app.files.shared import SharedFiles
from tests.files.conftest import write
from tests.object_store import ObjectStore

Machine = Callable[..., SharedFiles]


def test_what_one_machine_writes_another_reads_and_what_it_drops_goes_there_too(machine: Machine) -> None:
    here, there = machine("here"), machine("there")
    name = "runs/a/photo.json"

    write(here, name, b"one")
    there.pull(there.root / name)
    first = (there.root / name).read_bytes()
    write(here, name, b"two")
    there.pull(there.root / name)
    second = (there.root / name).read_bytes()
    here.drop(here.root / name)
    there.pull(there.root / name)

    assert (first, second) == (b"one", b"two")
    assert not (there.root / name).exists()


def test_a_folder_is_made_what_it_is_elsewhere(machine: Machine, object_store: ObjectStore) -> None:
    here, there = machine("here"), machine("there")
    for name in ("card.json", "network.json", "weights.json"):
        write(here, f"models/m/{name}", name.encode())
    there.pull_folder(there.root / "models/m")
    write(here, "models/m/card.json", b"new")
    here.drop(here.root / "models/m/network.json")

    object_store.seen.clear()
    there.pull_folder(there.root / "models/m")

    assert {path.name: path.read_bytes() for path in (there.root / "models/m").iterdir()} == {
        "card.json": b"new", "weights.json": b"weights.json",
    }  # fmt: skip
    assert [method for method, _ in object_store.seen] == ["GET", "GET"]  # the listing, and the card


def test_what_is_here_is_not_fetched_again(machine: Machine, object_store: ObjectStore) -> None:
    here, there = machine("here"), machine("there")
    path = write(here, "runs/a/checkpoint-1.json", b"x" * 100_000)
    there.bring(there.root / "runs/a/checkpoint-1.json")

    object_store.seen.clear()
    there.bring(there.root / "runs/a/checkpoint-1.json")
    here.bring(path)
    asked_by_bring = len(object_store.seen)
    there.pull(there.root / "runs/a/checkpoint-1.json")

    assert asked_by_bring == 0
    assert len(object_store.seen) == 1  # which is answered by 304


def test_what_was_in_the_folder_before_stays(machine: Machine) -> None:
    here = machine("here")
    path = here.root / "datasets/mine.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")

    here.pull(path)
    here.bring(path)

    assert path.read_bytes() == b"mine"


def test_many_threads_fetch_a_file_once(machine: Machine, object_store: ObjectStore) -> None:
    here, there = machine("here"), machine("there")
    write(here, "runs/a/one.json", b"x" * 1_000_000)
    object_store.seen.clear()
    path = there.root / "runs/a/one.json"

    threads = [threading.Thread(target=there.bring, args=(path,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert path.stat().st_size == 1_000_000
    assert len(object_store.seen) == 1


def test_a_thousand_objects_and_more_are_listed(machine: Machine) -> None:
    here = machine("here")
    names = {f"{number:04}.json" for number in range(1100)}
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: here.objects.put(f"runs/a/{name}", b"x"), names))

    assert set(here.names(here.root / "runs/a")) == names
    assert len(here.belongings(here.root / "runs")["a"].sizes) == 1100


def test_copies_stay_below_their_bound_and_the_one_used_longest_ago_goes_first(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "SPARED_S", -1.0)
    here, there = machine("here"), machine("there", most_bytes=10_000)
    names = [f"runs/a/{number}.json" for number in range(30)]
    for name in names:
        write(here, name, b"x" * 900)
    largest = 0

    for number, name in enumerate(names):
        there.bring(there.root / name)
        os.utime(there.root / ".copies" / name, (number, number))
        there.bring(there.root / names[0])  # which is used again and again
        largest = max(largest, sum(path.stat().st_size for path in (there.root / "runs").rglob("*.json")))

    assert 8_000 < largest <= 10_000
    assert (there.root / names[0]).is_file()
    assert (there.root / names[-1]).is_file()
    assert not (there.root / names[1]).exists()


def test_what_is_held_stays_whatever_is_used(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "SPARED_S", -1.0)
    here, there = machine("here"), machine("there", most_bytes=3000)
    names = [f"runs/a/{number}.json" for number in range(6)]
    for name in names:
        write(here, name, b"x" * 900)
    there.bring(there.root / names[0])
    there.hold(there.root / names[0])

    for name in names:
        there.bring(there.root / name)

    assert (there.root / names[0]).is_file()
    assert len(list((there.root / "runs/a").iterdir())) < 4


def test_what_was_just_used_is_spared(machine: Machine) -> None:
    here, there = machine("here"), machine("there", most_bytes=1000)
    for number in range(4):
        write(here, f"runs/a/{number}.json", b"x" * 900)
        there.bring(there.root / f"runs/a/{number}.json")

    assert len(list((there.root / "runs/a").iterdir())) == 4


def test_a_large_file_may_take_longer_than_the_store_may_be_silent(
    machine: Machine, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.objects._SILENCE_S", 5.0)
    monkeypatch.setattr(object_store, "rate", 10_000_000)
    here = machine("here")

    path = write(here, "runs/a/large.json", b"x" * 64_000_000)

    assert here.copies.tag(path)


def test_a_process_that_is_killed_in_the_middle_of_a_put_leaves_nothing_to_see(
    machine: Machine, object_store: ObjectStore
) -> None:
    here = machine("here")
    path = write(here, "runs/a/large.json", b"before")
    program = (
        "import sys; from pathlib import Path; from app.files.opening import open_files\n"
        "files = open_files(Path(sys.argv[1]), sys.argv[2])\n"
        "with files.writing(files.root / 'runs/a/large.json') as place: place.write_bytes(b'x' * 40_000_000)\n"
    )
    object_store.taken, object_store.stalls_at = 0, 20_000_000
    process = subprocess.Popen([sys.executable, "-c", program, str(here.root), here.address])
    while object_store.taken < 20_000_000:
        assert process.poll() is None
        time.sleep(0.02)

    process.send_signal(signal.SIGKILL)
    process.wait()
    object_store.stalls_at = None
    there = machine("there")
    there.pull(there.root / "runs/a/large.json")

    assert (there.root / "runs/a/large.json").read_bytes() == b"before"
    assert path.read_bytes() == b"before"
    assert there.names(there.root / "runs/a") == ["large.json"]
    (left,) = (here.root / ".arriving").iterdir()
    os.utime(left, (1e9, 1e9))
    write(machine("here"), "runs/a/next.json")
    assert not left.exists()


def test_a_moment_without_the_store_is_ridden_out(machine: Machine, object_store: ObjectStore) -> None:
    here = machine("here")
    object_store.answer_for(503, 1.0)

    path = write(here, "runs/a/one.json", b"after all")

    assert path.read_bytes() == b"after all"


def test_a_store_that_stays_away_is_told_soon_and_the_next_ones_do_not_wait(
    machine: Machine, object_store: ObjectStore
) -> None:
    here = machine("here")
    path = write(here, "runs/a/one.json", b"before")

    with object_store.answering(503):
        started = time.monotonic()
        with pytest.raises(FilesAway):
            write(here, "runs/a/one.json", b"lost")
        first = time.monotonic() - started
        with pytest.raises(FilesAway):
            here.pull_folder(here.root / "runs/a")
        both = time.monotonic() - started

    assert first < 6
    assert both - first < 0.2
    assert path.read_bytes() == b"before"


def test_a_failure_is_not_remembered_as_an_answer(machine: Machine, object_store: ObjectStore) -> None:
    here, there = machine("here"), machine("there")
    write(here, "runs/a/one.json", b"here")
    with object_store.answering(403), pytest.raises(FilesAway, match="refuses"):
        there.pull(there.root / "runs/a/one.json")

    there.pull(there.root / "runs/a/one.json")

    assert (there.root / "runs/a/one.json").read_bytes() == b"here"


def test_a_full_store_and_one_that_does_not_exist(machine: Machine, object_store: ObjectStore, tmp_path: Path) -> None:
    with object_store.answering(507), pytest.raises(DiskFull, match="store of files is full"):
        write(machine("here"), "runs/a/one.json")

    nowhere = SharedFiles(tmp_path, "s3://no-such-bucket/folder")
    for call in (lambda: nowhere.check(thoroughly=True), lambda: nowhere.pull(tmp_path / "a.json")):
        with pytest.raises(FilesAway):
            call()
        time.sleep(1.1)  # for which nobody asks again


def test_that_something_was_used_is_told_once_and_counts_elsewhere(machine: Machine, object_store: ObjectStore) -> None:
    here, there = machine("here"), machine("there")
    write(here, "runs/a/one.json")
    before = here.belongings(here.root / "runs")["a"].used_at
    time.sleep(1.1)  # the store tells whole seconds
    object_store.seen.clear()

    for _ in range(10):
        there.remember_use(there.root / "runs/a")
    there.close()

    assert [method for method, _ in object_store.seen] == ["PUT"]
    assert here.belongings(here.root / "runs")["a"].used_at > before
    assert here.belongings(here.root / "runs")["a"].sizes == {"one.json": 7}


def test_what_can_be_made_again_is_shared_without_a_word_and_the_newest_is_kept(
    machine: Machine, object_store: ObjectStore
) -> None:
    here = machine("here")
    shelf = here.root / "surveys"
    shelf.mkdir(parents=True)
    for number in range(3):
        (shelf / f"{number}.json").write_bytes(b"x" * 10)
        here.share(shelf / f"{number}.json")
        time.sleep(1.1 * (number < 2))
    with object_store.answering(503):
        (shelf / "lost.json").write_bytes(b"x")
        here.share(shelf / "lost.json", shelf / "never.json")
    time.sleep(1.1)

    here.keep_newest(shelf, 20)

    assert sorted(here.names(shelf)) == ["1.json", "2.json"]


def test_a_fork_of_a_process_that_has_used_a_store_is_refused_and_another_process_is_not(machine: Machine) -> None:
    here = machine("here")
    write(here, "runs/a/one.json", b"here")

    child = os.fork()
    if not child:
        try:
            here.pull(here.root / "runs/a/one.json")
        except RuntimeError:
            os._exit(7)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert code == 7
    program = (
        "import os, sys; from pathlib import Path; from app.files.opening import open_files\n"
        "files = open_files(Path(sys.argv[1]), sys.argv[2])\n"
        "import torch\n"
        "child = os.fork()\n"
        "if not child: files.pull(files.root / 'runs/a/one.json'); os._exit(0)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    command = [sys.executable, "-c", program, str(here.root.parent / "fork"), here.address]
    assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout == "0\n"
    assert (here.root.parent / "fork/runs/a/one.json").read_bytes() == b"here"
