"""What the web refuses by itself: requests that cannot be read, that come too often, or at a bad moment.

`errors` says how each is answered.
"""

from app.core.errors import PlaygroundError


class MalformedRequest(PlaygroundError):
    """A body that is not what its header says."""


class AddressTooLong(PlaygroundError):
    """A request line past the limit. values: limit."""


class HeadTooLarge(PlaygroundError):
    """Headers past the limit. values: limit, most."""


class HeadTooSlow(PlaygroundError):
    """A request line and headers that did not arrive in time. values: limit."""


class TooManyConnections(PlaygroundError):
    """More connections than one address may have, or the server."""


class ForeignHost(PlaygroundError):
    """A Host header that this server does not answer to."""


class ForeignOrigin(PlaygroundError):
    """A call that another site made a browser send."""


class WrongKey(PlaygroundError):
    """A teacher's link that is not this server's."""


class BodyTooLarge(PlaygroundError):
    """More bytes than a request may have."""


class BodyTooSlow(PlaygroundError):
    """A body that did not arrive in time. values: limit."""


class UnsupportedBody(PlaygroundError):
    """A body that is not a form."""


class NotJson(PlaygroundError):
    """A body that is not JSON."""


class UnknownSample(PlaygroundError):
    """A sample picture that is not there."""


class UnknownLesson(PlaygroundError):
    """A chapter that is not there."""


class UnknownState(PlaygroundError):
    """A prepared state that is not there."""


class TooManyRequests(PlaygroundError):
    """A visitor past the rate limit. values: seconds."""


class RunsAway(PlaygroundError):
    """The runs' database cannot be opened, or is locked. values: seconds."""


class NothingYet(PlaygroundError):
    """A part of a run that is not there, or not yet."""


class TooManyStreams(PlaygroundError):
    """All places of viewers are taken. values: limit, seconds."""


class Busy(PlaygroundError):
    """All workers are taken and enough requests wait. values: seconds."""


class WorkerLost(PlaygroundError):
    """The worker ended before it answered. values: seconds."""


class TookTooLong(PlaygroundError):
    """Stopped at the time limit. values: limit."""


class TookTooMuchMemory(PlaygroundError):
    """Stopped at the memory limit."""


class VisitorLeft(PlaygroundError):
    """The connection closed before the answer; nobody reads this one."""
