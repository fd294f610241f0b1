"""Places and turns that all visitors share: streams, calls that wait, bodies that arrive. Alone one may take them all.

Where all are taken, whoever has most gives one to who has less, by `core.shares`; turns go round by address, then by
visitor. All of it belongs to one event loop. It does not know what the places are for, nor the turns that requests have
at the loop itself, which `connections` gives.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from app.core.errors import N_, PlaygroundError
from app.core.shares import GENEROUS, NOBODY, Holder, Holdings
from app.web.errors import RETRY_S
from app.web.refusals import Busy

LONG_S = 1.0  # a call that takes more is long
PATIENCE_S = 2.0  # for long calls of one other address
LATELY_S = 10.0  # how long somebody counts as asking
MOST_REMEMBERED = 1000  # addresses and visitors whose last turn is known


def busy() -> PlaygroundError:
    """What somebody is told for whom there is no place."""
    return Busy(N_("The server is busy with other requests. Try again in a moment."), seconds=RETRY_S)


def gave_way() -> PlaygroundError:
    """What somebody is told whose place another got."""
    return Busy(
        N_("Others came, and of all calls under way most were yours: this one gave its place. Try again in a moment."),
        seconds=RETRY_S,
    )


@dataclass(eq=False, slots=True)
class Place:
    """Somebody's, until it is left, or lost to somebody else: then `on_lost` is called."""

    holder: Holder
    on_lost: Callable[[], object] = bool
    is_lost: bool = False

    def lose(self) -> None:
        """To somebody else."""
        self.is_lost = True
        self.on_lost()


class Places:
    """At most `limit`; whoever finds none free, and nobody who owes one, gets `refusal`."""

    def __init__(self, limit: int, refusal: Callable[[], PlaygroundError] = busy) -> None:
        self._limit = limit
        self._refusal = refusal
        self._taken: dict[Place, None] = {}  # the oldest first
        self._holdings = Holdings()

    def __len__(self) -> int:
        return len(self._taken)

    @contextmanager
    def take(self, holder: Holder = NOBODY) -> Iterator[Place]:
        """A place while the context lasts. Raises the refusal."""
        if len(self._taken) >= self._limit:
            self._take_away(holder)
        place = Place(holder)
        self._taken[place] = None
        self._holdings.add(holder)
        try:
            yield place
        finally:
            self._leave(place)

    def _take_away(self, asking: Holder) -> None:
        """The newest one of whoever has most: less is lost with it."""
        owing = [place for place in reversed(self._taken) if self._holdings.owes(place.holder, asking)]
        if not owing:
            raise self._refusal()
        giving = max(owing, key=lambda place: self._holdings.of(place.holder))
        self._leave(giving)
        giving.lose()

    def _leave(self, place: Place) -> None:
        if place in self._taken:
            del self._taken[place]
            self._holdings.add(place.holder, -1)


class Room:
    """So many bytes that all may hold in memory at once. Whoever holds least comes in first, however small the room.

    What is in cannot be taken back, so an address has at most its GENEROUS part, or one body.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._holdings = Holdings()
        self._waiting: dict[Stay, int] = {}

    def stay(self, holder: Holder = NOBODY) -> "Stay":
        """Somebody's, not in yet."""
        return Stay(self, holder)

    def ask(self, stay: "Stay", size: int) -> None:
        """Calls it when there is room, which may be now."""
        self._waiting[stay] = size
        self._let_in()

    def leave(self, stay: "Stay") -> None:
        """Somebody else may come in."""
        self._waiting.pop(stay, None)
        self._held -= stay.size
        self._holdings.add(stay.holder, -stay.size)
        self._let_in()

    def _let_in(self) -> None:
        while asking := [stay for stay in self._waiting if self._may(stay)]:
            stay = min(asking, key=lambda waiting: self._holdings.of(waiting.holder))
            if self._held and self._held + self._waiting[stay] > self._size:
                return
            stay.size = self._waiting.pop(stay)
            self._held += stay.size
            self._holdings.add(stay.holder, stay.size)
            stay.called.set()

    def _may(self, stay: "Stay") -> bool:
        held, _ = self._holdings.of(stay.holder)
        return not held or held + self._waiting[stay] <= GENEROUS * self._size


@dataclass(eq=False, slots=True)
class Stay:
    """A body that has arrived and waits to be worked on. It is in once `called` is set."""

    room: Room
    holder: Holder
    size: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self, size: int) -> bool:
        """For room for so many bytes: whether it is in at once. Who has asked has to leave."""
        self.room.ask(self, size)
        return self.called.is_set()

    def leave(self) -> None:
        """For good, whether it has come in or not."""
        self.room.leave(self)
        self.size = 0


@dataclass(eq=False, slots=True)
class _Waiter:
    place: Place
    number: int
    called: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def holder(self) -> Holder:
        return self.place.holder


class Turns:
    """At most `at_once` are at work. An address whose calls are long leaves one turn to others, while they ask.

    Where it has all turns when somebody else comes, the newest is taken back after PATIENCE_S.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: list[_Waiter] = []
        self._working: dict[_Waiter, float] = {}
        self._count = 0
        self._served: dict[str | Holder, int] = {}
        self._asked: dict[str, float] = {}  # when an address came last
        self._long: dict[str, float] = {}  # when one had a long call

    @asynccontextmanager
    async def turn(self, place: Place) -> AsyncIterator[None]:
        """Waits for one; it lasts as long as the context, unless the place is lost."""
        self._count += 1
        waiter = _Waiter(place, self._count)
        self._forget()
        self._asked[waiter.holder.address] = time.monotonic()
        self._waiting.append(waiter)
        try:
            self._call()
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter.called.wait(), PATIENCE_S)
            if not waiter.called.is_set():
                self._take_back(waiter.holder)
                await waiter.called.wait()
            yield
        finally:
            self._end(waiter)

    def _end(self, waiter: _Waiter) -> None:
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        began = self._working.pop(waiter, None)
        if began is not None and time.monotonic() - began > LONG_S:
            self._long[waiter.holder.address] = time.monotonic()
        self._call()

    def _take_back(self, asking: Holder) -> None:
        """The newest turn, if all are one other address's, and it is long; of a single one there is no part to give."""
        addresses = {waiter.holder.address for waiter in self._working}
        if len(addresses | {asking.address}) != 2 or asking.address in addresses or len(self._working) < 2:
            return
        newest = max(self._working, key=lambda waiter: self._working[waiter])
        if time.monotonic() - self._working[newest] > LONG_S and not newest.place.is_lost:
            newest.place.lose()

    def _call(self) -> None:
        """The next ones, as far as there is room."""
        while len(self._working) < self._at_once and (free := [one for one in self._waiting if self._may(one.holder)]):
            chosen = min(free, key=self._rank)
            self._waiting.remove(chosen)
            self._working[chosen] = time.monotonic()
            self._served[chosen.holder] = self._served[chosen.holder.address] = self._count = self._count + 1
            chosen.called.set()
        if not (self._waiting or self._working) or len(self._served) > MOST_REMEMBERED:
            self._served.clear()

    def _rank(self, waiter: _Waiter) -> tuple[int, int, int]:
        holder = waiter.holder
        return self._served.get(holder.address, 0), self._served.get(holder, 0), waiter.number

    def _may(self, holder: Holder) -> bool:
        mine = [began for waiter, began in self._working.items() if waiter.holder.address == holder.address]
        if len(mine) < max(self._at_once - 1, 1):
            return True
        self._forget()
        is_long = holder.address in self._long or any(time.monotonic() - began > LONG_S for began in mine)
        return not is_long or not self._asked.keys() - {holder.address}

    def _forget(self) -> None:
        """What was not lately."""
        since = time.monotonic() - LATELY_S
        self._asked = {address: when for address, when in self._asked.items() if when > since}
        self._long = {address: when for address, when in self._long.items() if when > since}
