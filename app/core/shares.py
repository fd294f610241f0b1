"""Fair shares of what all visitors use together: addresses first, then the visitors of one; whoever has most gives.

Alone one may have all there is. It knows neither runs nor requests.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

MODEST = 3  # things that any visitor may keep: cookies cost nothing, so who has two is no richer than they are
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
    """The part of an address that its holder has not chosen."""
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

    First that of the address which weighs most; there of the visitor who has most beyond MODEST things.
    """
    left, gone = list(kept), []
    weights: defaultdict[str, float] = defaultdict(float)
    for thing in left:
        weights[thing.holder.address] += thing.weight
    counts = Counter(thing.holder for thing in left)

    def order(thing: Kept) -> tuple[float, float, tuple[float, ...], str]:
        holder = thing.holder
        return -weights[holder.address], -max(counts[holder] - MODEST, 0), thing.worth, thing.name

    while sum(thing.weight for thing in left) > limit and (free := [thing for thing in left if thing.may_go]):
        chosen = min(free, key=order)
        left.remove(chosen)
        gone.append(chosen.name)
        weights[chosen.holder.address] -= chosen.weight
        counts[chosen.holder] -= 1
    return gone
