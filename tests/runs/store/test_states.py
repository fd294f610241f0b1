"""Whose a run is."""

import pytest

from app.runs.store.states import Visitor

STARTED = Visitor("ana", "10.0.0.3")


@pytest.mark.parametrize(
    ("visitor", "may"),
    [
        (Visitor("ana", "10.0.0.3"), True),
        (Visitor("ana", "10.0.0.9"), True),
        (Visitor(None, "10.0.0.3"), False),
        (Visitor("ben", "10.0.0.3"), False),
        (Visitor("ben", "10.0.0.9"), False),
        (Visitor(None, "10.0.0.9"), False),
    ],
)
def test_a_run_that_a_browser_started_is_that_browsers(visitor: Visitor, may: bool) -> None:
    assert visitor.owns(STARTED) is may


@pytest.mark.parametrize(
    ("visitor", "may"),
    [(Visitor(None, "10.0.0.3"), True), (Visitor("ben", "10.0.0.3"), True), (Visitor(None, "10.0.0.9"), False)],
)
def test_a_run_without_a_cookie_is_of_its_address(visitor: Visitor, may: bool) -> None:
    assert visitor.owns(Visitor(None, "10.0.0.3")) is may


@pytest.mark.parametrize("started", [STARTED, Visitor(None, "10.0.0.3"), Visitor("ana", ""), Visitor(None, "")])
def test_the_teacher_may_change_what_anybody_started(started: Visitor) -> None:
    assert Visitor("ben", "127.0.0.1", is_teacher=True).owns(started)
    assert not Visitor("ben", "127.0.0.1").owns(started)


def test_an_address_that_nobody_knows_is_nobodys() -> None:
    assert not Visitor(None, "").owns(Visitor(None, ""))


def test_behind_a_proxy_an_address_owns_nothing_and_has_one_share() -> None:
    behind, beside = Visitor(None, "behind 10.0.0.3"), Visitor(None, "10.0.0.3")
    assert not any(one.owns(other) for one, other in [(behind, behind), (behind, beside), (beside, behind)])
    assert behind.holder.address == beside.holder.address == "10.0.0.3"


def test_an_address_that_is_a_name_is_compared_as_it_is() -> None:
    assert not Visitor("ben", "testclient").owns(Visitor("ana", "testclient"))
