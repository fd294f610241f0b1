"""What a server asks of a cluster, and what it makes of the answers. The cluster is played; no process is started."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.runs.executor import placements as module
from app.runs.executor.orphans import close
from app.runs.executor.placements import Placements
from app.runs.store.database import reading, writing
from app.runs.store.protocol import Assignment
from app.runs.store.queue import read_queue
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, Values, Visitor, Wish
from app.runs.store.store import Store
from app.runs.store.version import fingerprint
from app.runs.trainer.lease import Lease
from tests.runs.conftest import ANNA, BOB, QUICK, order, states


class Played:
    """A link to a cluster that does what the test says."""

    def __init__(self) -> None:
        self.is_ready = True
        self.asked: list[Values] = []
        self._told: list[Values] = []

    def says(self, told: str, **values: Any) -> None:
        self._told.append({"told": told} | values)

    def hear(self) -> list[Values]:
        told, self._told = self._told, []
        return told

    def tell(self, ask: str, **values: Any) -> None:
        self.asked.append({"ask": ask} | values)

    def stop(self) -> None:
        self.is_ready = False

    def names(self, ask: str) -> list[str]:
        """Of the trainers of which that was asked."""
        return [asked["name"] for asked in self.asked if asked["ask"] == ask]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds by which the test lets time go on."""
    now = [1000.0]
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def server(open_store: Callable[..., Store], clock: list[float]) -> Callable[..., tuple[Placements, Played]]:
    """The part of a server that asks, with so many places."""

    def make(at_once: int = 2) -> tuple[Placements, Played]:
        link = Played()
        return Placements(open_store(at_once=at_once), Path("datasets"), link), link  # type: ignore[arg-type]

    return make


def turn(placements: Placements) -> None:
    placements.look_after()
    placements.start_next()


def grant(link: Played, name: str, version: str | None = None) -> None:
    link.says("placed", name=name, version=version or fingerprint())
    link.says("warm", name=name)


def run_of(name: str) -> str:
    return name.partition("-")[0]


def test_a_run_is_claimed_only_once_its_trainer_is_warm(store: Store, server: Callable[..., Any]) -> None:
    placements, link = server()
    run = store.submit(order(), ANNA)

    turn(placements)
    [name] = link.names("place")
    while_asked = store.find(run.id).state
    link.says("placed", name=name, version=fingerprint())
    turn(placements)
    while_placed = store.find(run.id).state
    link.says("warm", name=name)
    turn(placements)

    assert (while_asked, while_placed, store.find(run.id).state) == ("queued", "queued", "running")
    assert run_of(name) == run.id
    assert [asked["ask"] for asked in link.asked] == ["place", "train", "watch"]
    assert link.asked[0]["processors"] == 1  # the cluster has told of no larger machine


def test_no_more_are_asked_for_than_there_are_places_and_those_whose_turn_it_is(
    store: Store, server: Callable[..., Any]
) -> None:
    placements, link = server(at_once=2)
    first, _, other = store.submit(order(), ANNA), store.submit(order(), ANNA), store.submit(order(), BOB)

    turn(placements)

    assert {run_of(name) for name in link.names("place")} == {first.id, other.id}


def test_who_waits_for_a_machine_is_told_so_once_and_another_is_let_by(
    store: Store, server: Callable[..., Any], clock: list[float]
) -> None:
    placements, link = server(at_once=1)
    first, second = store.submit(order(), ANNA), store.submit(order(), BOB)

    turn(placements)
    clock[0] += module.PATIENT_S + 1
    for _ in range(3):
        turn(placements)
    grant(link, link.names("place")[1])
    for _ in range(2):
        turn(placements)

    assert str(store.find(first.id).reason).startswith("No machine of the cluster has room")
    assert states(store, first.id) == ["queued", "queued"]
    assert store.find(second.id).state == "running"
    assert link.names("end") == link.names("place")[:1]  # there is one place; it is not to make a machine start


def test_two_servers_ask_for_one_trainer_and_one_of_them_gives_it_the_run(
    store: Store, server: Callable[..., Any]
) -> None:
    (one, link), (two, other) = server(), server()
    run = store.submit(order(), ANNA)
    turn(one)
    turn(two)

    for played in (link, other):
        grant(played, played.names("place")[0])
    turn(one)
    turn(two)
    turn(two)

    assert link.names("place") == other.names("place")
    assert (link.names("train"), other.names("train")) == (link.names("place"), [])
    assert other.names("dismiss") + other.names("end") == []  # it has a run now
    assert store.find(run.id).state == "running"


def test_another_version_is_refused_with_a_sentence_and_asked_again_only_after_a_while(
    store: Store, server: Callable[..., Any], clock: list[float]
) -> None:
    placements, link = server()
    run = store.submit(order(), ANNA)

    turn(placements)
    grant(link, link.names("place")[0], version="0123456789ab")
    for _ in range(5):
        turn(placements)
    soon = len(link.names("place"))
    clock[0] += module.REFUSED_S
    turn(placements)

    assert (soon, len(link.names("place"))) == (1, 2)
    assert link.names("dismiss") == link.names("place")[:1]
    assert store.find(run.id).state == "queued"
    assert "(0123456789ab)" in str(store.find(run.id).reason)
    assert fingerprint() in str(store.find(run.id).reason)


def test_a_refusal_is_remembered_for_a_while_and_not_for_ever(
    store: Store, server: Callable[..., Any], clock: list[float]
) -> None:
    placements, link = server()
    for visitor in (ANNA, BOB):
        run = store.submit(order(), visitor)
        turn(placements)
        grant(link, link.names("place")[-1], version="0123456789ab")
        turn(placements)
        remembered = set(placements._refused)
        store.delete(run.id)
        clock[0] += module.REFUSED_S

    assert remembered == {run.id}


def test_a_cluster_that_does_not_answer_is_told_and_asked_for_everything_again_when_it_does(
    store: Store, server: Callable[..., Any], clock: list[float]
) -> None:
    placements, link = server()
    run = store.submit(order(), ANNA)
    turn(placements)
    link.is_ready = False

    clock[0] += module.AWAY_S + 1
    turn(placements)
    while_away = placements.is_reachable, str(store.find(run.id).reason)
    link.is_ready = True
    link.says("ready")
    link.says("cluster", alive=[], nodes=[{"CPU": 8.0}])
    turn(placements)

    assert while_away[0] is False
    assert while_away[1].startswith("The cluster that trains cannot be reached")
    assert placements.is_reachable
    assert len(set(link.names("place"))) == 1
    assert len(link.names("place")) == 2


def test_a_run_that_was_given_as_the_link_broke_is_given_again_by_the_next(
    store: Store, server: Callable[..., Any]
) -> None:
    placements, link = server()
    store.submit(order(), ANNA)
    turn(placements)
    grant(link, link.names("place")[0])
    turn(placements)

    link.says("ready")
    turn(placements)

    given = [asked for asked in link.asked if asked["ask"] == "train"]
    assert len(given) == 2
    assert given[0] == given[1]
    assert link.asked[-1] == {"ask": "watch", "name": given[0]["name"]}


def test_what_becomes_of_a_run_is_told_by_how_its_trainer_ended(
    store: Store, server: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    found = []
    for how, code in (("gone", None), ("memory", None), ("code", 75), ("code", 1)):
        placements, link = server()
        run = store.submit(order(), Visitor(how, f"10.0.1.{code}"))
        turn(placements)
        grant(link, link.names("place")[0])
        turn(placements)

        link.says("ended", name=link.names("train")[0], code=code, how=how, said=f"{how}, says Ray")
        turn(placements)
        [trainer] = placements.busy
        close(store.engine, trainer.claim, FAILED, trainer.reason())
        found.append((store.find(run.id).state, str(store.find(run.id).reason)[:28]))
        store.delete(run.id)

    assert found == [
        ("queued", "None"), ("failed", "The system ended the trainin"), ("queued", "None"),
        ("failed", "Something went wrong in the "),
    ]  # fmt: skip
    assert "memory, says Ray" in caplog.text


def test_a_run_that_waits_no_more_lets_its_trainer_go(store: Store, server: Callable[..., Any]) -> None:
    placements, link = server()
    run, other = store.submit(order(), ANNA), store.submit(order(), BOB)
    turn(placements)
    [name, second] = sorted(link.names("place"), key=lambda name: run_of(name) != run.id)
    link.says("placed", name=second, version=fingerprint())
    turn(placements)

    store.ask(run.id, Wish(state="paused"))
    store.ask(other.id, Wish(state="paused"))
    turn(placements)

    assert (link.names("end"), link.names("dismiss")) == ([name], [second])


def test_a_run_that_comes_again_is_not_taken_for_what_it_was(store: Store, server: Callable[..., Any]) -> None:
    placements, link = server()
    run = store.submit(order(), ANNA)
    turn(placements)

    store.ask(run.id, Wish(state="paused"))
    turn(placements)
    store.ask(run.id, Wish(state="running"))
    turn(placements)

    first, second = link.names("place")
    assert first != second
    assert run_of(first) == run_of(second) == run.id


def test_gone_is_what_a_cluster_that_answers_does_not_know(server: Callable[..., Any]) -> None:
    placements, link = server()
    unknown = placements.is_gone("ray/a")

    link.says("cluster", alive=["b"], nodes=[])
    placements.look_after()

    assert not unknown
    assert placements.is_gone("ray/a")
    assert not placements.is_gone("ray/b")
    assert not placements.is_gone("boot:1:2")  # a process, of which a cluster knows nothing


def test_forty_runs_of_twenty_visitors_on_four_places_have_fair_turns(
    open_store: Callable[..., Store], clock: list[float]
) -> None:
    """The arithmetic alone: every run lasts a second. The same with real trainings: `benchmarks/cluster_turns.py`."""
    store = open_store(at_once=4)
    placements, link = Placements(store, Path("datasets"), played := Played()), played  # type: ignore[arg-type]
    visitors = [Visitor(f"v{k}", "10.0.0.1") for k in range(20)]
    owners = {store.submit(order(QUICK, photo=None), visitor).id: visitor.key for visitor in visitors for _ in "ab"}
    waits: dict[str, list[int]] = {visitor.key: [] for visitor in visitors}

    for second in range(10):
        turn(placements)
        for name in link.names("place"):
            grant(link, name)
        turn(placements)
        for name in link.names("train"):
            waits[owners[run_of(name)]].append(second)
        for trainer in list(placements.busy):
            placements.busy.remove(trainer)
            Lease(store.engine, trainer.claim).end("finished", None)
        link.asked.clear()

    each = [sum(waited) / 2 for waited in waits.values()]
    assert all(len(waited) == 2 for waited in waits.values())
    assert max(each) <= 2 * sum(each) / 20
    assert max(waited[0] for waited in waits.values()) < min(waited[1] for waited in waits.values())


def test_a_large_training_takes_a_part_of_a_card_where_there_are_some_and_stays_with_what_it_began_with(
    store: Store, server: Callable[..., Any]
) -> None:
    with_cards, without = [{"CPU": 8.0, "GPU": 1.0, "accelerator_type:T4": 1.0}], [{"CPU": 8.0}]
    found = []
    for began, nodes in ((None, with_cards), (None, without), ("cpu", with_cards), ("cuda", without)):
        placements, link = server()
        run = store.submit(order(is_small=False), ANNA)
        with writing(store.engine) as connection:
            connection.execute(runs.update().values(device=began))
        link.says("cluster", alive=[], nodes=nodes)
        turn(placements)
        found.append((link.asked[0]["gpu"] > 0, link.asked[0]["processors"]))
        store.delete(run.id)

    assert found == [(True, 2), (False, 2), (False, 2), (True, 2)]


def test_what_was_given_is_in_the_row(store: Store, server: Callable[..., Any]) -> None:
    placements, link = server()
    store.submit(order(is_small=False), ANNA)
    link.says("cluster", alive=[], nodes=[{"CPU": 8.0, "GPU": 1.0}])
    turn(placements)

    grant(link, link.names("place")[0])
    turn(placements)

    with reading(store.engine) as connection:
        row = connection.execute(select(runs.c.device, runs.c.threads)).one()
    part = link.asked[0]["gpu"]
    assert tuple(row) == ("cuda", 2)
    assert 0 < part < 1
    assert Assignment.from_line(link.asked[1]["line"]).card == part


def test_the_queue_is_not_read_again_and_again_where_nothing_can_start(
    store: Store, server: Callable[..., Any], clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.25)
    placements, link = server(at_once=1)
    read: list[float] = []
    monkeypatch.setattr(module, "read_queue", lambda connection: read.append(clock[0]) or read_queue(connection))
    for visitor in (ANNA, BOB):
        store.submit(order(), visitor)

    for _ in range(10):
        clock[0] += 0.05
        turn(placements)
    grant(link, link.names("place")[0])
    turn(placements)
    clock[0] += 1

    assert len(read) == 3  # twice in half a second, and when something was told
    assert placements.start_next() is True  # one waits, but nothing is to be done until the database changes


def test_the_password_of_the_database_is_not_told_to_the_cluster(store: Store, server: Callable[..., Any]) -> None:
    placements, link = server()
    store.submit(order(), ANNA)
    engine = placements._store.engine
    engine.url = engine.url.set(username="anna", password="secret").update_query_dict({"password": "secret"})

    turn(placements)
    grant(link, link.names("place")[0])
    turn(placements)

    [told] = [asked for asked in link.asked if asked["ask"] == "train"]
    assert "secret" not in str(link.asked)
    assert Assignment.from_line(told["line"]).database.partition("://")[2].startswith("anna@")
