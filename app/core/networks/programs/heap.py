"""The one place where what a program may change is written, so that a way that may not be taken can be taken back.

Ways out of one place are all gone, each from the same state; what they leave different is unknown from then on. It
does not know what is written.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from app.core.errors import N_, InvalidNetwork
from app.core.networks.programs.values import (
    BRANCH,
    BRANCHED,
    ITEMS,
    MISSING,
    Class,
    Function,
    Instance,
    Items,
    Made,
    Stream,
    Table,
    Thing,
    Unknown,
    holds_network,
    is_plain,
    same,
)

MAXIMUM_STEPS = 300_000
MAXIMUM_LENGTH = 4096  # of a list
Result = TypeVar("Result")
Place = tuple[int, Any]
_GONE = object()


class Stops(Exception):
    """The program ends here, or raises."""

    def __init__(self, *, leaves: bool = False) -> None:
        super().__init__()
        self.leaves = leaves  # by exit, which no `except Exception` holds up


class TooLong(Exception):
    """A loop that is run for too many steps to be followed turn by turn."""


class Journal:
    """What was written since it was opened, by what stood there before."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.before: dict[Place, tuple[Thing, Any, Any]] = {}

    def note(self, owner: Thing, key: Any, old: Any) -> None:
        """Keeps the oldest; what was made since needs no keeping."""
        if owner.born < self.start:
            self.before.setdefault((id(owner), key), (owner, key, old))


class Heap:
    """State that can be taken back, and the steps that may still be gone."""

    def __init__(self) -> None:
        self._journals: list[Journal] = []
        self._clock = 0
        self.steps = 0
        self.fence = MAXIMUM_STEPS  # where the loop that is now run turn by turn is given up
        self.doubts = 0  # how many ways around this place may not be gone

    def tick(self) -> int:
        """One step, and the time now. Raises TooLong or InvalidNetwork where there are too many."""
        self.steps += 1
        if self.steps > MAXIMUM_STEPS:
            raise InvalidNetwork(N_("The text takes more than %(limit)d steps to follow; paste the network alone."),
                                 field="text", limit=MAXIMUM_STEPS)  # fmt: skip
        if self.steps > self.fence:
            raise TooLong
        self._clock += 1
        return self._clock

    def write(self, owner: Thing, key: Any, value: Any) -> None:
        """The only assignment there is."""
        if self._journals:
            self._journals[-1].note(owner, key, owner.fields.get(key, _GONE))
        if owner.fields.get(key) is MISSING:
            del owner.fields[key]  # what is set anew comes last
        owner.fields[key] = value

    def items(self, found: list[Any] | tuple[Any, ...]) -> Items:
        """A new list."""
        made = Items(self.tick())
        made.fields[ITEMS] = tuple(found)
        return made

    def stream(self, found: list[Any] | tuple[Any, ...]) -> Stream:
        """What can be gone through once."""
        made = Stream(self.tick())
        made.fields[ITEMS] = tuple(found)
        return made

    def table(self, found: dict[Any, Any]) -> Table:
        """A new dict."""
        made = Table(self.tick())
        made.fields.update(found)
        return made

    def open(self) -> Journal:
        """Starts to note what is written."""
        self._journals.append(Journal(self.tick()))
        return self._journals[-1]

    def keep(self, journal: Journal) -> None:
        """Ends the newest journal; what was written stays."""
        self._journals.pop()
        if self._journals:
            for owner, key, old in journal.before.values():
                self._journals[-1].note(owner, key, old)

    def take_back(self, journal: Journal) -> dict[Place, tuple[Thing, Any, Any]]:
        """Ends the newest journal; everything is as it was. Gives what would have been."""
        self._journals.pop()
        finals = {
            place: (owner, key, owner.fields.get(key, _GONE)) for place, (owner, key, _) in journal.before.items()
        }
        for owner, key, old in journal.before.values():
            if old is _GONE:
                owner.fields.pop(key, None)
            else:
                owner.fields[key] = old
        return finals

    def either(self, line: int, *ways: Callable[[], Result]) -> list[Result]:
        """What each way gives that does not stop; what they write is known afterwards only where all agree.

        Raises Stops where all do; where one alone goes on, it is the way that is gone.
        """
        gone: list[tuple[Result, dict[Place, tuple[Thing, Any, Any]]]] = []
        open_ways: list[Callable[[], Result]] = []
        stop = Stops()
        for way in ways:
            journal, self.doubts = self.open(), self.doubts + 1
            try:
                result = way()
            except Stops as stopped:
                stop = stopped
                continue
            else:
                open_ways.append(way)
            finally:
                self.doubts -= 1
                finals = self.take_back(journal)
            gone.append((result, finals))
        if not gone:
            raise stop
        if len(gone) == 1:
            return [open_ways[0]()]
        self._join(line, [finals for _, finals in gone])
        return [result for result, _ in gone]

    def _join(self, line: int, ways: list[dict[Place, tuple[Thing, Any, Any]]]) -> None:
        for place, (owner, key, _) in {place: found for way in ways for place, found in way.items()}.items():
            current = owner.fields.get(key, _GONE)
            values = [way[place][2] if place in way else current for way in ways]
            if all(same(values[0], value) for value in values[1:]):
                self.write(owner, key, MISSING if values[0] is _GONE else values[0])
            else:
                self.doubt(line, owner, key, *values)

    def doubt(self, line: int, owner: Thing, key: Any, *values: Any) -> None:
        """The field may hold any of these from now on."""
        network = any(holds_network(value) for value in (*values, owner.fields.get(key)))
        name = key.strip() if isinstance(key, str) else ""
        if isinstance(owner, Table):
            key = ITEMS  # nor is it certain which keys there are
        hidden = isinstance(owner, Instance | Made) and isinstance(key, str) and key.startswith(" ")
        self.write(owner, key, Unknown(BRANCHED if hidden else BRANCH, line, name, network))

    def repeat(self, line: int, body: Callable[[], Result]) -> Result:
        """A loop's body gone any number of times: all that it writes is unknown before, during and after it."""
        for _ in range(4):
            journal, self.doubts = self.open(), self.doubts + 1
            try:
                result = body()
            finally:
                self.doubts -= 1
                finals = self.take_back(journal)
            changed = [
                (owner, key, value)
                for owner, key, value in finals.values()
                if not same(owner.fields.get(key, _GONE), value)
                and not isinstance(owner.fields.get(ITEMS if isinstance(owner, Table) else key), Unknown)
            ]
            for owner, key, value in changed:
                self.doubt(line, owner, key, value)
            if not changed:
                return result
        raise InvalidNetwork(N_("The text takes more than %(limit)d steps to follow; paste the network alone."),
                             field="text", limit=MAXIMUM_STEPS)  # fmt: skip

    def truth(self, value: Any) -> bool | None:
        """Whether an `if` takes it for true; None where that is not known."""
        if is_plain(value) or isinstance(value, tuple):
            return bool(value)
        if isinstance(value, Stream):
            return True
        if isinstance(value, Items):
            found = value.fields[ITEMS]
            return None if isinstance(found, Unknown) else bool(found)
        if isinstance(value, Table):
            return None if ITEMS in value.fields else bool(value.live())
        if isinstance(value, Instance):
            special = any(value.kind.find(name) is not MISSING for name in ("__bool__", "__len__"))
            return None if special or value.root else True
        return True if isinstance(value, Function | Class | Made) else None

    def choose(self, value: Any, line: int, yes: Callable[[], Any], no: Callable[[], Any], name: str = "if") -> Any:
        """What the one or the other gives; where the value decides nothing, both are gone."""
        truth = self.truth(value)
        if truth is not None:
            return yes() if truth else no()
        return self.merge(self.either(line, yes, no), line, name)

    def merge(self, found: list[Any], line: int, name: str = "if") -> Any:
        """The one value that all are; unknown where they differ."""
        if all(same(found[0], value) for value in found[1:]):
            return found[0]
        return Unknown(BRANCH, line, name, any(map(holds_network, found)))

    def plain(self, value: Any) -> Any:
        """Lists as tuples, all the way; Unknown where a part is."""
        if isinstance(value, Items):
            value = self.contents(value)
        if isinstance(value, tuple):
            found = tuple(self.plain(one) for one in value)
            return next((one for one in found if isinstance(one, Unknown)), found)
        return value

    def contents(self, value: Items) -> Any:
        """What a list holds; of a stream what is left, and nothing is left then."""
        found = value.fields[ITEMS]
        if isinstance(value, Stream) and isinstance(found, tuple):
            self.write(value, ITEMS, ())
        return found
