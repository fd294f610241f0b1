"""Who gives first, of what all use together."""

import pytest

from app.core.shares import Holder, Holdings, Kept, choose_to_go, household

ANNA, BOB, CARL = Holder("school", "anna"), Holder("school", "bob"), Holder("home", "carl")


def kept(name: str, holder: Holder, worth: float = 0.0, **others: float) -> Kept:
    return Kept(name, holder, (worth,), **others)  # type: ignore[arg-type]


def test_the_address_that_has_most_gives_first_and_what_is_worth_least() -> None:
    things = [kept("a", ANNA, 5), kept("b", BOB, 1), kept("c", BOB, 9), kept("d", CARL, 0)]

    assert choose_to_go(things, 3) == ["b"]
    assert choose_to_go(things, 4) == []


def test_of_an_address_the_visitor_who_has_more_than_is_modest() -> None:
    things = [kept(f"a{k}", ANNA, 50 + k) for k in range(5)] + [kept(f"b{k}", BOB, k) for k in range(3)]

    assert choose_to_go(things, 6) == ["a0", "a1"]
    assert choose_to_go(things, 5) == ["a0", "a1", "b0"]


def test_invented_visitors_of_one_address_take_nothing_from_another() -> None:
    invented = [kept(f"x{k}", Holder("school", f"x{k}"), 100 + k) for k in range(12)]

    gone = choose_to_go([kept("c0", CARL, 0), kept("c1", CARL, 0), *invented], 12)

    assert gone == ["x0", "x1"]


def test_many_of_one_class_give_nothing_to_two_who_have_many() -> None:
    pupils = [kept(f"p{k}", Holder("school", f"p{k}"), 5) for k in range(30)]
    crowds = [kept(f"{place}{k}", Holder(place, place), 100 + k) for place in ("x", "y") for k in range(15)]

    gone = choose_to_go([*pupils, *crowds], 50)

    assert sorted(gone) == sorted(f"{place}{k}" for place in ("x", "y") for k in range(5))


def test_a_class_that_fills_nearly_everything_makes_room_for_a_newcomer() -> None:
    pupils = [kept(f"p{k}", Holder("school", f"p{k}"), 5) for k in range(10)]

    assert choose_to_go([*pupils, kept("c", CARL, 0)], 10) == ["p0"]


def test_alone_one_may_have_all_there_is() -> None:
    assert choose_to_go([kept(f"a{k}", ANNA) for k in range(10)], 10) == []


def test_what_may_not_go_stays_whatever_it_weighs() -> None:
    things = [kept("a", ANNA, 1, weight=9.0, may_go=False), kept("b", ANNA, 2, weight=1.0), kept("c", CARL, 0)]

    assert choose_to_go(things, 5) == ["b", "c"]


def test_by_weight_the_heaviest_address_gives_first() -> None:
    things = [kept("a", ANNA, 9, weight=10.0), kept("b", CARL, 0, weight=1.0), kept("c", CARL, 0, weight=1.0)]

    assert choose_to_go(things, 11) == ["a"]


@pytest.mark.parametrize(
    ("holders", "giver", "asking", "owes"),
    [
        ([ANNA, ANNA], ANNA, BOB, True),
        ([ANNA], ANNA, BOB, False),
        ([ANNA, BOB], ANNA, CARL, True),
        ([ANNA], ANNA, CARL, False),
        ([ANNA, BOB, CARL], ANNA, CARL, False),
        ([ANNA, ANNA, ANNA], ANNA, ANNA, False),
        ([ANNA, ANNA, BOB], ANNA, BOB, False),
    ],
)
def test_who_gives_has_no_less_afterwards(holders: list[Holder], giver: Holder, asking: Holder, owes: bool) -> None:
    assert Holdings(holders).owes(giver, asking) is owes


def test_what_was_given_back_is_no_longer_held() -> None:
    holdings = Holdings([ANNA])
    holdings.add(BOB)
    holdings.add(ANNA, -1)

    assert (holdings.of(ANNA), holdings.of(BOB)) == ((1, 0), (1, 1))


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("10.0.0.3", "10.0.0.3"), ("::ffff:10.0.0.3", "10.0.0.3"), ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient"), ("", ""),
    ],
)  # fmt: skip
def test_who_has_an_ipv6_address_has_all_that_begin_alike(address: str, whose: str) -> None:
    assert household(address) == whose
