"""A chapter is read once, whoever asks, and again where reading it failed."""

import asyncio
from typing import Any

import pytest

from app.web.lessons.kept import KeptLessons


def test_a_chapter_is_made_once_for_all_who_ask_at_a_time() -> None:
    made = []

    async def make() -> dict[str, Any]:
        made.append(1)
        await asyncio.sleep(0)
        return {"number": 1}

    async def ask() -> list[dict[str, Any]]:
        kept = KeptLessons()
        return [
            *await asyncio.gather(*(kept.read((1, "es"), make) for _ in range(5))),
            await kept.read((1, "en"), make),
        ]

    assert asyncio.run(ask()) == [{"number": 1}] * 6
    assert len(made) == 2


def test_what_failed_is_made_again() -> None:
    async def fail() -> dict[str, Any]:
        raise OSError("gone")

    async def make() -> dict[str, Any]:
        return {"number": 2}

    async def ask() -> dict[str, Any]:
        kept = KeptLessons()
        with pytest.raises(OSError, match="gone"):
            await kept.read((2, "es"), fail)
        return await kept.read((2, "es"), make)

    assert asyncio.run(ask()) == {"number": 2}
