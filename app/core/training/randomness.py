"""Random numbers that depend on a seed and a place alone ("epoch 3", "step 812"), not on what was drawn before.

So a run that was broken off goes on exactly without any generator's state being kept.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Generator


def seed_at(seed: int, *place: str | int) -> int:
    """A 63-bit seed for the place; neighboring places and seeds have nothing in common."""
    digest = hashlib.blake2b("/".join(map(str, (seed, *place))).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def generator_at(seed: int, *place: str | int) -> Generator:
    """A generator of its own for the place."""
    return Generator().manual_seed(seed_at(seed, *place))


@contextmanager
def seeded(seed: int, *place: str | int) -> Iterator[None]:
    """Within it PyTorch's own generator (dropout, initial weights) starts at the place; afterwards it is as before."""
    with torch.random.fork_rng():
        torch.manual_seed(seed_at(seed, *place))
        yield
