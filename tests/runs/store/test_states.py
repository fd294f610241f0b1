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


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_whoever_sits_at_the_machine_may_change_what_was_started_there(address: str) -> None:
    assert Visitor("ben", address).owns(Visitor("ana", address))


def test_an_address_that_is_a_name_is_compared_as_it_is() -> None:
    assert not Visitor("ben", "testclient").owns(Visitor("ana", "testclient"))
