import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.files.opening import open_files
from app.runs.executor import housekeeping
from app.runs.executor.housekeeping import keep_house, tidy
from app.runs.store.database import writing
from app.runs.store.reserve import RESERVE_BYTES
from app.runs.store.schema import identity
from app.runs.store.states import Visitor, Wish
from app.runs.store.store import QueueLimits, Store
from app.runs.store.transitions import change
from tests.postgresql import PostgreSQL
from tests.runs.conftest import ANNA, BOB, order


def submit(store: Store, number: int, state: str = "stopped") -> str:
    run_id = store.submit(order(), Visitor(None, f"10.0.0.{number}")).id
    store.ask(run_id, Wish(state=state))
    return run_id


def test_the_oldest_ended_runs_go_past_the_number_that_is_kept(open_store: Callable[..., Store]) -> None:
    store = open_store(kept=3)
    waiting = submit(store, 0, "running")
    ids = [submit(store, number) for number in range(1, 6)]

    tidy(store)

    assert {run.id for run in store.list()} == {waiting, *ids[-3:]}
    assert not store.folder(ids[0]).path.exists()


def test_runs_that_only_pause_do_not_pile_up(open_store: Callable[..., Store]) -> None:
    store = open_store(kept=3)
    ids = [submit(store, number, "paused") for number in range(5)]

    tidy(store)

    assert {run.id for run in store.list()} == set(ids[-3:])


def test_and_past_what_all_may_weigh(open_store: Callable[..., Store]) -> None:
    store = open_store(bytes=3000)
    ids = [submit(store, number) for number in range(3)]
    for run_id in ids:
        with store.folder(run_id).writing(store.folder(run_id).path / "large") as place:
            place.write_bytes(b"x" * 1200)

    tidy(store)

    assert [run.id for run in store.list()] == [ids[2]]  # 1,200 and the photo, twice, are too much


def run_of(store: Store, visitor: Visitor, state: str = "stopped", seconds: float = 0.0) -> str:
    run_id = store.submit(order(), visitor).id
    store.ask(run_id, Wish(state=state))
    with writing(store.engine) as connection:
        change(connection, run_id, seconds=seconds)
    return run_id


def test_twelve_runs_of_an_address_take_nothing_from_another(open_store: Callable[..., Store]) -> None:
    store = open_store(kept=12)
    mine = [run_of(store, ANNA, "stopped", 1.0), run_of(store, ANNA, "paused")]
    others = [run_of(store, Visitor(f"invented {k}", BOB.address), seconds=100.0) for k in range(12)]

    tidy(store)

    assert {run.id for run in store.list()} == {*mine, *others[2:]}


def test_behind_one_address_what_was_trained_least_goes_first_and_what_is_paused_last(
    open_store: Callable[..., Store],
) -> None:
    store = open_store(kept=5)
    trained, paused = run_of(store, ANNA, "stopped", 40.0), run_of(store, ANNA, "paused", 0.1)
    tiny = [run_of(store, Visitor(f"invented {k}", ANNA.address), seconds=0.5 + k / 10) for k in range(12)]

    tidy(store)

    assert {run.id for run in store.list()} == {trained, paused, *tiny[-3:]}


@pytest.mark.parametrize("world", ["sqlite"])  # what a store has seen long ago cannot be feigned
def test_what_nobody_has_looked_at_for_long_goes_before_what_somebody_has(open_store: Callable[..., Store]) -> None:
    store = open_store(kept=2)
    old, seen, new = (run_of(store, ANNA, seconds=seconds) for seconds in (90.0, 60.0, 20.0))
    for run_id in (old, seen):
        os.utime(store.folder(run_id).path, (time.time() - 6 * 3600,) * 2)

    store.folder(seen).remember_use()
    tidy(store)

    assert {run.id for run in store.list()} == {seen, new}


def test_who_keeps_more_than_a_few_gives_before_others_of_the_same_address(open_store: Callable[..., Store]) -> None:
    store = open_store(kept=4)
    many = [run_of(store, ANNA, seconds=50.0 + k) for k in range(5)]
    few = run_of(store, Visitor("bea", ANNA.address))

    tidy(store)

    assert {run.id for run in store.list()} == {few, *many[2:]}


@pytest.mark.parametrize("world", ["sqlite"])
def test_a_folder_without_a_run_goes_when_it_is_old(store: Store) -> None:
    young, old, other = (store.root / name for name in ("0" * 16, "1" * 16, "notes"))
    for path in (young, old, other):
        path.mkdir()
    for path in (old, other):
        os.utime(path, (1e9, 1e9))

    tidy(store)

    assert [path.exists() for path in (young, old, other)] == [True, False, True]


def test_a_reserve_is_kept_for_a_full_disk(store: Store) -> None:
    keep_house(store, 30.0)

    assert (store.root / ".reserve").stat().st_size == RESERVE_BYTES


def test_of_all_servers_one_tidies_up_at_a_time(open_store: Callable[..., Store]) -> None:
    one, other = open_store(kept=1), open_store(kept=1)
    ids = [submit(one, number) for number in range(3)]

    keep_house(one, 30.0)
    after_one = {run.id for run in one.list()}
    late = submit(one, 4)
    keep_house(other, 30.0)
    after_other = {run.id for run in one.list()}
    keep_house(other, 0.0)

    assert after_one == {ids[-1]}
    assert after_other == {ids[-1], late}
    assert {run.id for run in one.list()} == {late}


def test_a_clock_that_was_put_back_holds_up_nobody(store: Store) -> None:
    with writing(store.engine) as connection:
        connection.execute(identity.update().values(tidied_at=time.time() + 86_400))
    store.limits = QueueLimits(kept=1)
    last = [submit(store, number) for number in range(3)][-1]

    keep_house(store, 30.0)

    assert [run.id for run in store.list()] == [last]


def test_runs_are_only_looked_at_where_something_may_have_to_go(
    open_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(kept=2)
    ids, judged = [submit(store, number) for number in range(2)], list[str]()
    judge = housekeeping._judge
    monkeypatch.setattr(housekeeping, "_judge", lambda row, *rest: judged.append(row["id"]) or judge(row, *rest))

    tidy(store)
    before = judged.copy()
    ids.append(submit(store, 2))
    tidy(store)

    assert before == []
    assert sorted(judged) == sorted(ids)


@pytest.mark.parametrize("world", ["postgresql"])
def test_a_copy_of_a_database_clears_nothing_away_of_what_both_know_or_one(
    database: str,
    files_address: str,
    postgresql: PostgreSQL,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(housekeeping, "_ORPHAN_S", -5.0)
    store = Store.open(database, open_files(tmp_path / "one", files_address))
    both = [submit(store, number) for number in range(3)]
    tidy(store)
    store.close()
    name = postgresql.make_database(template=store.engine.url.database or "")
    copied = Store.open(postgresql.url(name), open_files(tmp_path / "copy", files_address), QueueLimits(kept=1))
    store = Store.open(database, store.files)
    new = submit(store, 4)

    tidy(copied)
    left, told = set(store.files.belongings(store.root)), caplog.text
    store.files.objects.remove([".owner"])  # type: ignore[attr-defined]  # as who restores a database does
    tidy(copied)
    copied.close()
    postgresql.drop_database(name)

    assert left == {*both, new}
    assert "may be a copy" in told
    assert set(store.files.belongings(store.root)) == {both[-1]}
    store.close()
