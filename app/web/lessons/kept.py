"""Chapters as workers have read them: each once in a language, for all who ask. It belongs to one event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Lesson = dict[str, Any]
Key = tuple[int, str]


class KeptLessons:
    """By number and language; texts and engine do not change while a server runs, so none is ever forgotten."""

    def __init__(self) -> None:
        self._kept: dict[Key, Lesson] = {}
        self._reading = asyncio.Lock()

    async def read(self, key: Key, make: Callable[[], Awaitable[Lesson]]) -> Lesson:
        """The chapter of that key; made if it is not kept, while others who ask wait. Raises what `make` raises."""
        if key not in self._kept:
            async with self._reading:
                if key not in self._kept:
                    self._kept[key] = await make()
        return self._kept[key]
