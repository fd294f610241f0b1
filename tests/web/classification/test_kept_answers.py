"""An answer for everybody is made once, whoever asks at the same time, and made again where it failed."""

import asyncio

import pytest

from app.web.classification.kept_answers import KeptAnswers


class Maker:
    """Says how often it was asked; the first `failing` times it fails."""

    def __init__(self, failing: int = 0) -> None:
        self.asked = 0
        self._failing = failing

    async def __call__(self) -> dict[str, int]:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.asked <= self._failing:
            raise ValueError
        return {"asked": self.asked}


def test_who_asks_meanwhile_waits_for_the_same() -> None:
    kept, make = KeptAnswers(), Maker()

    async def ask() -> list[bytes]:
        return [bytes(answer.body) for answer in await asyncio.gather(*(kept.answer("a", make) for _ in range(30)))]

    assert asyncio.run(ask()) == [b'{"asked":1}'] * 30


def test_the_next_one_makes_what_failed() -> None:
    kept, make = KeptAnswers(), Maker(failing=1)

    async def ask() -> list[object]:
        return list(await asyncio.gather(*(kept.answer("a", make) for _ in range(3)), return_exceptions=True))

    first, *others = asyncio.run(ask())
    assert isinstance(first, ValueError)
    assert [bytes(other.body) for other in others] == [b'{"asked":2}'] * 2  # type: ignore[attr-defined]


def test_what_nobody_asked_for_for_longest_makes_room() -> None:
    kept, makers = KeptAnswers(most=25), {key: Maker() for key in "abc"}

    async def ask() -> None:
        for key in "abacab":
            await kept.answer(key, makers[key])

    asyncio.run(ask())
    assert {key: maker.asked for key, maker in makers.items()} == {"a": 1, "b": 2, "c": 1}


@pytest.mark.parametrize("most", [0, 5])
def test_what_is_too_large_is_answered_all_the_same(most: int) -> None:
    kept, make = KeptAnswers(most), Maker()

    assert asyncio.run(kept.answer("a", make)).body == b'{"asked":1}'
