"""A graphics card made ready for a training: its share of the memory, and the same numbers each time as far as can be.

On a processor nothing is to be done. It does not know networks; what it sets holds for the whole process.
"""

import torch

from app.core.errors import N_, InvalidValue


def make_ready(device: str, part: float = 1.0) -> None:
    """Of "cuda", of whose memory the process may take that part. Raises InvalidValue where there is no such card.

    Convolutions and products are then computed by one algorithm, in full float32 where that is asked for. What
    PyTorch has no deterministic way for (a pooling's gradient where windows overlap) is computed all the same.
    """
    if torch.device(device).type != "cuda":
        return
    if not torch.cuda.is_available():
        raise InvalidValue(
            N_("The training was given a graphics card, but PyTorch finds none on that machine; look at its driver."),
            field="device",
        )
    torch.cuda.set_per_process_memory_fraction(part)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # ours is always written before it is read
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
