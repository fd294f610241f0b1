"""What can go wrong, as one tree. It does not know HTTP statuses or languages.

PlaygroundError
├── InvalidValue           a number, name or description that cannot be used
│   ├── InvalidNetwork     a network's description, or the text of one, that cannot be built
│   ├── UnknownModel       no trained network of that name
│   ├── UnknownLayer       no layer, or channel, of that name in the network
│   ├── NoProbes           a network on whose layers no probes were fitted
│   ├── UnknownDataset     no data set of that name
│   ├── UnknownQuestion    no kind of question of that name
│   └── MissingDataset     a data set that has to be fetched first
├── TooMuchWork            right, but more arithmetic than one request may ask for
├── RunError               a training run that cannot be had, or not now
│   ├── UnknownRun         no run of that id
│   ├── NotYours           somebody else's run, which may only be watched
│   ├── WrongState         a run that is past what is asked of it
│   ├── QueueFull          enough runs wait already; values: seconds
│   ├── ReusedKey          a key of a request that came with another order before
│   └── KeyInUse           the order with that key is just being looked at; values: seconds
├── ClassroomError         something is asked of a school class that it cannot do, or not now
│   ├── UnknownClassroom   no class of that code is open
│   ├── ClassroomFull      as many pupils as a class may have
│   └── AnswerTooLate      the answers are shown already, or another question is on
├── DiskFull               there is no room left to write to
├── FilesAway              the store of files does not answer, or refuses; values: seconds
├── DatasetError           a data set's file that cannot be used
│   ├── ArchiveTooLarge    bytes or entries past the limit
│   ├── UnsupportedArchive not a ZIP or another file that is read here
│   └── DamagedDataset     the right kind, but cut off, altered, or with entries that are refused
│       └── DamagedEntry   one file in it, which may be skipped
└── PictureError
    ├── PictureTooLarge    bytes, pixels or sides past the limit
    ├── UnsupportedPicture not one of the formats read here
    └── DamagedPicture     the right format, but it cannot be decoded

An error carries an English sentence with `%(name)s` places and the values for them, so that the web can
say it in the visitor's language. `N_` marks such a sentence for translation and returns it unchanged.
"""

from typing import Any

Values = dict[str, Any]


def N_(message: str) -> str:
    """Mark `message` for extraction by Babel; it is translated where it is shown."""
    return message


NO_SPACE = N_("The disk is full: nothing more can be written. Delete runs, or make room.")  # of a DiskFull


def _restore(kind: type["PlaygroundError"], message: str, field: str | None, values: Values) -> "PlaygroundError":
    return kind(message, field=field, **values)


class PlaygroundError(Exception):
    """Base of everything the core refuses. `field` names the request field at fault, if one is."""

    def __init__(self, message: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(message % values)
        self.message = message
        self.field = field
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.message, self.field, self.values)


class InvalidValue(PlaygroundError):
    """A number, name or description that cannot be used."""


class InvalidNetwork(InvalidValue):
    """A network's description, or the text of one, that cannot be built. `field` is the layer: "layers.2.filters"."""


class UnknownModel(InvalidValue):
    """No trained network of that name."""


class UnknownLayer(InvalidValue):
    """No layer, or channel, of that name in the network."""


class NoProbes(InvalidValue):
    """A network on whose layers no probes were fitted."""


class UnknownDataset(InvalidValue):
    """No data set of that name."""


class UnknownQuestion(InvalidValue):
    """No kind of question of that name."""


class MissingDataset(InvalidValue):
    """A data set that is known, but has to be fetched first."""


class TooMuchWork(PlaygroundError):
    """Right, but more arithmetic than one request may ask for."""


class RunError(PlaygroundError):
    """A training run that cannot be had, or not now."""


class UnknownRun(RunError):
    """No run of that id."""


class NotYours(RunError):
    """Somebody else's run, which may only be watched."""


class WrongState(RunError):
    """A run that is past what is asked of it."""


class QueueFull(RunError):
    """Enough runs wait already. values: seconds until one more may be taken."""


class ReusedKey(RunError):
    """A key of a request that came with another order before."""


class KeyInUse(RunError):
    """The order with that key is just being looked at. values: seconds."""


class ClassroomError(PlaygroundError):
    """Something is asked of a school class that it cannot do, or not now."""


class UnknownClassroom(ClassroomError):
    """No class of that code is open."""


class ClassroomFull(ClassroomError):
    """As many pupils as a class may have. values: limit."""


class AnswerTooLate(ClassroomError):
    """The answers are shown already, or another question is on."""


class DiskFull(PlaygroundError):
    """There is no room left to write to."""


class FilesAway(PlaygroundError):
    """The store that keeps files for all servers does not answer in time, or refuses. values: seconds."""


class DatasetError(PlaygroundError):
    """Something is wrong with a data set's file."""


class ArchiveTooLarge(DatasetError):
    """Bytes or entries past the limit."""


class UnsupportedArchive(DatasetError):
    """Not a ZIP, or another file that is read here."""


class DamagedDataset(DatasetError):
    """The right kind, but cut off, altered, or with entries that are refused."""


class DamagedEntry(DamagedDataset):
    """One file in it that is damaged; the others can be read."""


class PictureError(PlaygroundError):
    """Something is wrong with an uploaded picture."""


class PictureTooLarge(PictureError):
    """Bytes, pixels or sides past the limit."""


class UnsupportedPicture(PictureError):
    """Not one of the formats that are read here."""


class DamagedPicture(PictureError):
    """The right format, but it cannot be decoded."""
