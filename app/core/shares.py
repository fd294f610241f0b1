"""Fair shares of what all visitors use together: addresses first, then the visitors of one; whoever has most gives.

Alone one may have all there is. It knows neither runs nor requests.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

MODEST = 3  # things that any visitor may keep: cookies cost nothing, so who has two is no richer than they are
GENEROUS = 0.6  # of all there is, that one address may have: a school is one
BEHIND = "behind "  # before the address of a proxy that nobody named: of whoever comes through it, or says so
_HOUSEHOLD_BITS = 64  # of an IPv6 address: the rest is chosen by whoever has it


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose something is: an address, and a visitor there."""

    address: str
    visitor: str

    def sealed(self) -> "Holder":
        """The same, told without the visitor's cookie: for what may be read by others one day."""
        return Holder(self.address, sha256(self.visitor.encode()).hexdigest())


NOBODY = Holder("", "")


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that takes room: `weight` of it. What is worth least goes first, of one visitor's."""

    name: str
    holder: Holder
    worth: tuple[float, ...]
    weight: float = 1.0
    may_go: bool = True


class Holdings:
    """How much each address holds, and each visitor there."""

    def __init__(self, holders: Iterable[Holder] = ()) -> None:
        self._visitors = Counter(holders)
        self._addresses: Counter[str] = Counter()
        for holder, count in self._visitors.items():
            self._addresses[holder.address] += count

    def add(self, holder: Holder, count: int = 1) -> None:
        """So many more, or fewer."""
        self._visitors[holder] += count
        self._addresses[holder.address] += count
        if not self._visitors[holder]:
            del self._visitors[holder]
        if not self._addresses[holder.address]:
            del self._addresses[holder.address]

    def of(self, holder: Holder) -> tuple[int, int]:
        """What the address has, and the visitor."""
        return self._addresses[holder.address], self._visitors[holder]

    def owes(self, giver: Holder, asking: Holder) -> bool:
        """Whether the giver's side has no less than the other's even after it has given one."""
        place = int(giver.address == asking.address)
        return self.of(giver)[place] > self.of(asking)[place] + 1


@lru_cache(maxsize=4096)
def household(address: str) -> str:
    """The part of an address that its holder has not chosen; a header that a proxy would send makes no second one."""
    address = address.removeprefix(BEHIND)
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, _HOUSEHOLD_BITS), strict=False))


def choose_to_go(kept: Sequence[Kept], limit: float) -> list[str]:
    """The names of what goes until the rest weighs no more than the limit, or nothing is left that may go.

    First of who has most beyond what anybody may have, MODEST things a visitor and GENEROUS of the limit an address: so
    many in one class give nothing to one who has many. Where nobody has more, of the address which weighs most.
    """
    left, gone = list(kept), []
    while sum(thing.weight for thing in left) > limit and any(thing.may_go for thing in left):
        left.sort(key=_order(left, limit))
        gone.append(left.pop(next(place for place, thing in enumerate(left) if thing.may_go)).name)
    return gone


def _order(things: Sequence[Kept], limit: float) -> Callable[[Kept], tuple[Any, ...]]:
    """Who gives first comes first."""
    addresses, beyond = _weigh(things)

    def order(thing: Kept) -> tuple[Any, ...]:
        address, mine = addresses[thing.holder.address], beyond[thing.holder]
        return -max(mine, address - GENEROUS * limit, 0.0), -address, -mine, thing.worth, thing.name

    return order


def _weigh(things: Sequence[Kept]) -> tuple[dict[str, float], dict[Holder, float]]:
    """What each address has, and each visitor beyond the heaviest things that are modest."""
    addresses: defaultdict[str, float] = defaultdict(float)
    visitors: defaultdict[Holder, list[float]] = defaultdict(list)
    for thing in things:
        addresses[thing.holder.address] += thing.weight
        visitors[thing.holder].append(thing.weight)
    return addresses, {holder: sum(sorted(weights)[:-MODEST]) for holder, weights in visitors.items()}
