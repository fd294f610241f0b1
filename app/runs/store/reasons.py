"""Why a run is as it is, in sentences for people; and what an exception means for a run."""

import errno

from sqlalchemy.exc import OperationalError

from app.core.errors import N_, DiskFull, FilesAway, PlaygroundError
from app.runs.store.states import Reason

DISK_FULL = Reason(N_("The disk is full. What was trained until the last checkpoint is kept; make room to go on."))
NO_MEMORY = Reason(N_("The machine has not enough memory for this. A smaller network or batch needs less."))
BROKEN = Reason(N_("Something went wrong in the training program; its log file on the server tells more."))
AWAY = Reason(N_("The runs' database could not be written for minutes. The run goes on from its last checkpoint."))
FILES_AWAY = Reason(
    N_("The store of files could not be reached for minutes. The run goes on from its last checkpoint.")
)
INTERRUPTED = Reason(N_("The server was stopped. The run goes on when it is started again."))
LOST = Reason(N_("The training's process is gone, perhaps with the machine. The run goes on from its last checkpoint."))
LOST_AGAIN = Reason(
    N_("The training's process was lost several times without coming any further. It is not tried again.")
)
HUNG = Reason(
    N_("The training's process had said nothing for a minute and was ended. The run goes on from its last checkpoint.")
)
UNHEEDED = Reason(
    N_("The training's process did not heed the stop and was ended. What it had kept before can still be looked at.")
)
GAVE_WAY = Reason(
    N_("The queue was full, and somebody came who had less in it: this run gave its place. Go on, and it waits anew.")
)
OUT_OF_MEMORY = Reason(
    N_("The system ended the training because memory ran out. A smaller network or batch needs less.")
)
NO_MACHINE = Reason(
    N_("No machine of the cluster has room for this run yet; it starts as soon as one has, and loses nothing.")
)
NO_CLUSTER = Reason(
    N_("The cluster that trains cannot be reached at the moment; the run starts as soon as it can, and loses nothing.")
)
_OTHER_VERSION = N_(
    "The cluster's machines have another version of this app (%(theirs)s) than the server (%(ours)s). The run waits "
    "until whoever keeps them has brought both to the same one."
)
_KILLED = N_("The training was ended from outside (signal %(signal)d).")
_DIVERGED = N_("The loss of step %(step)d became NaN (not a number); a smaller learning rate may help.")
_EARLY = N_("The validation loss has not become better for %(epochs)d epochs.")


_FULL = ("allocate memory", "out of memory")  # as PyTorch says it of the machine's, and of a graphics card's


def killed(signal: int) -> Reason:
    """Somebody, or the system, ended the process."""
    return Reason(_KILLED, {"signal": signal})


def other_version(theirs: str, ours: str) -> Reason:
    """A place in the cluster had another app or PyTorch, which would not train to the same numbers."""
    return Reason(_OTHER_VERSION, {"theirs": theirs, "ours": ours})


def diverged(step: int) -> Reason:
    """The loss left the numbers."""
    return Reason(_DIVERGED, {"step": step})


def stopped_early(epochs: int) -> Reason:
    """Early stopping had waited long enough."""
    return Reason(_EARLY, {"epochs": epochs})


def reason_of(error: BaseException) -> Reason:
    """What an exception of the trainer means."""
    if is_disk_full(error):
        return DISK_FULL
    if isinstance(error, FilesAway):
        return FILES_AWAY
    if isinstance(error, PlaygroundError):
        return Reason(error.message, {name: value for name, value in error.values.items() if _is_plain(value)})
    if isinstance(error, OperationalError):
        return AWAY
    if isinstance(error, MemoryError) or any(words in str(error) for words in _FULL):
        return NO_MEMORY
    return BROKEN


def is_disk_full(error: BaseException) -> bool:
    """Also where safetensors tells it in words of its own."""
    no_space = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, DiskFull) or no_space or "No space left on device" in str(error)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)
