import os
from collections.abc import Callable

from app.runs.executor.housekeeping import tidy
from app.runs.store.reserve import RESERVE_BYTES
from app.runs.store.states import Visitor, Wish
from app.runs.store.store import Store
from tests.runs.conftest import order


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
        (store.folder(run_id).path / "large").write_bytes(b"x" * 1200)

    tidy(store)

    assert [run.id for run in store.list()] == [ids[2]]  # 1,200 and the photo, twice, are too much


def test_a_folder_without_a_run_goes_when_it_is_old(store: Store) -> None:
    young, old, other = (store.root / name for name in ("0" * 16, "1" * 16, "notes"))
    for path in (young, old, other):
        path.mkdir()
    for path in (old, other):
        os.utime(path, (1e9, 1e9))

    tidy(store)

    assert [path.exists() for path in (young, old, other)] == [True, False, True]


def test_a_reserve_is_kept_for_a_full_disk(store: Store) -> None:
    tidy(store)

    assert (store.root / ".reserve").stat().st_size == RESERVE_BYTES
