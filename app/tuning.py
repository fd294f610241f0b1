"""The environment of a process that trains: set before PyTorch is loaded, so a process without it starts anew.

Why these (docs/decisions/0007-training.md): big tensors are mapped and unmapped at every step unless the allocator
keeps them, which costs a factor of 1.3 to 2; and two OpenMP threads that spin beside another busy process are up to
ten times slower than one.
"""

import os
import sys

TRAINING_ENVIRONMENT = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "OMP_WAIT_POLICY": "PASSIVE",
}
TRAINING_COMMANDS = {"train", "evaluate", "familiarity"}


def tune(arguments: list[str]) -> None:
    """Starts `python -m app` with these arguments anew where it trains and the environment is not set."""
    missing = {name: value for name, value in TRAINING_ENVIRONMENT.items() if name not in os.environ}
    if missing and sys.platform == "linux" and TRAINING_COMMANDS & set(arguments[:1]):
        os.execve(sys.executable, [sys.executable, "-m", "app", *arguments], os.environ | missing)
