"""From what went wrong to an answer: RFC 9457 `application/problem+json`, or a page for someone who is browsing.

One table says which error has which status. The answer holds one plain sentence in the visitor's language, the
number that was wrong and the limit; never the input itself, a class name, a path or a trace.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.core.convolution.steps import A_MATRIX
from app.core.errors import (
    N_,
    AnswerTooLate,
    ArchiveTooLarge,
    ClassroomFull,
    DamagedDataset,
    DamagedPicture,
    DiskFull,
    FilesAway,
    InvalidValue,
    KeyInUse,
    MissingDataset,
    NoProbes,
    NotYours,
    PictureTooLarge,
    PlaygroundError,
    QueueFull,
    ReusedKey,
    TooMuchWork,
    UnknownClassroom,
    UnknownDataset,
    UnknownLayer,
    UnknownModel,
    UnknownQuestion,
    UnknownRun,
    UnsupportedArchive,
    UnsupportedPicture,
    Values,
    WrongState,
)
from app.web.forms import LARGE_PART
from app.web.i18n import choose_language, render, translate
from app.web.refusals import (
    AddressTooLong,
    BodyTooLarge,
    BodyTooSlow,
    Busy,
    ForeignHost,
    ForeignOrigin,
    HeadTooLarge,
    HeadTooSlow,
    MalformedRequest,
    NothingYet,
    NotJson,
    RunsAway,
    TookTooLong,
    TookTooMuchMemory,
    TooManyConnections,
    TooManyRequests,
    TooManyStreams,
    UnknownLesson,
    UnknownSample,
    UnknownState,
    UnsupportedBody,
    VisitorLeft,
    WorkerLost,
    WrongKey,
)

log = structlog.get_logger("app.web")

MAXIMUM_ERRORS = 8
RETRY_S = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What all problems of one kind share. `name` is the fragment of their `type`."""

    status: int
    name: str
    title: str


KINDS: dict[type[PlaygroundError], Kind] = {
    InvalidValue: Kind(422, "invalid-value", N_("A value cannot be used")),
    UnknownModel: Kind(404, "not-found", N_("Not found")),
    UnknownLayer: Kind(404, "not-found", N_("Not found")),
    NoProbes: Kind(404, "not-found", N_("Not found")),
    UnknownDataset: Kind(404, "not-found", N_("Not found")),
    UnknownQuestion: Kind(404, "not-found", N_("Not found")),
    MissingDataset: Kind(409, "missing-dataset", N_("The data set is not here yet")),
    ArchiveTooLarge: Kind(413, "archive-too-large", N_("The archive is too large")),
    UnsupportedArchive: Kind(415, "unsupported-archive", N_("Not an archive that can be read here")),
    DamagedDataset: Kind(422, "damaged-dataset", N_("The data set cannot be used")),
    NothingYet: Kind(404, "not-found", N_("Not found")),
    UnknownRun: Kind(404, "not-found", N_("Not found")),
    NotYours: Kind(403, "not-yours", N_("Somebody else's run")),
    WrongState: Kind(409, "wrong-state", N_("Not in this state")),
    QueueFull: Kind(429, "queue-full", N_("The queue is full")),
    ReusedKey: Kind(422, "reused-key", N_("The key belongs to another order")),
    KeyInUse: Kind(409, "key-in-use", N_("The same order is under way")),
    UnknownClassroom: Kind(404, "not-found", N_("Not found")),
    ClassroomFull: Kind(429, "class-full", N_("The class is full")),
    AnswerTooLate: Kind(409, "answer-too-late", N_("Too late for an answer")),
    DiskFull: Kind(507, "disk-full", N_("The disk is full")),
    FilesAway: Kind(503, "files-away", N_("The files cannot be reached")),
    RunsAway: Kind(503, "runs-away", N_("The runs cannot be reached")),
    TooMuchWork: Kind(413, "too-much-work", N_("Too much arithmetic")),
    PictureTooLarge: Kind(413, "picture-too-large", N_("The picture is too large")),
    UnsupportedPicture: Kind(415, "unsupported-picture", N_("Not a picture that can be read here")),
    DamagedPicture: Kind(422, "damaged-picture", N_("The picture is damaged")),
    MalformedRequest: Kind(400, "malformed-request", N_("The request cannot be read")),
    AddressTooLong: Kind(414, "address-too-long", N_("The address is too long")),
    HeadTooLarge: Kind(431, "head-too-large", N_("The headers are too large")),
    HeadTooSlow: Kind(408, "head-too-slow", N_("The request is too slow")),
    TooManyConnections: Kind(429, "too-many-connections", N_("Too many connections")),
    ForeignHost: Kind(400, "foreign-host", N_("Unknown host name")),
    ForeignOrigin: Kind(403, "foreign-origin", N_("Not from this site")),
    WrongKey: Kind(403, "wrong-key", N_("Not the teacher's link")),
    BodyTooLarge: Kind(413, "body-too-large", N_("The request is too large")),
    BodyTooSlow: Kind(408, "body-too-slow", N_("The request is too slow")),
    UnsupportedBody: Kind(415, "unsupported-body", N_("Not a form")),
    NotJson: Kind(415, "not-json", N_("Not JSON")),
    UnknownSample: Kind(404, "not-found", N_("Not found")),
    UnknownLesson: Kind(404, "not-found", N_("Not found")),
    UnknownState: Kind(404, "not-found", N_("Not found")),
    TooManyRequests: Kind(429, "too-many-requests", N_("Too many requests")),
    TooManyStreams: Kind(429, "too-many-streams", N_("Too many viewers")),
    Busy: Kind(503, "busy", N_("The server is busy")),
    WorkerLost: Kind(503, "worker-lost", N_("The work was interrupted")),
    TookTooLong: Kind(422, "took-too-long", N_("It took too long")),
    TookTooMuchMemory: Kind(413, "too-much-memory", N_("It needs too much memory")),
    VisitorLeft: Kind(499, "visitor-left", N_("The visitor left")),
}

_INVALID = KINDS[InvalidValue]
_HTTP = {
    400: (KINDS[MalformedRequest], N_("The request cannot be read.")),
    404: (Kind(404, "not-found", N_("Not found")), N_("There is nothing at this address.")),
    405: (
        Kind(405, "method-not-allowed", N_("Method not allowed")),
        N_("This address does not answer to that method."),
    ),
    413: (KINDS[BodyTooLarge], N_("The request is larger than this server accepts.")),
    500: (
        Kind(500, "internal-error", N_("Something went wrong")),
        N_("Something went wrong on the server. Try again; if it stays, report the request number."),
    ),
}
_FIELD_MESSAGES = {
    "missing": N_("A value is missing."),
    "extra_forbidden": N_("There is a field that is not known here; /api/docs lists all."),
    "json_invalid": N_("This is not valid JSON."),
    "int_parsing": N_("This must be a whole number."),
    "int_type": N_("This must be a whole number."),
    "float_parsing": N_("This must be a number."),
    "float_type": N_("This must be a number."),
    "finite_number": N_("This must be a finite number."),
    "bool_parsing": N_("This must be true or false."),
    "literal_error": N_("This must be one of %(allowed)s."),
    "greater_than_equal": N_("This must be at least %(limit)s."),
    "greater_than": N_("This must be more than %(limit)s."),
    "less_than_equal": N_("This must be at most %(limit)s."),
    "less_than": N_("This must be less than %(limit)s."),
    "string_too_long": N_("This may have at most %(limit)s characters."),
    "too_long": N_("This may hold at most %(limit)s entries."),
}
_ANY_FIELD = N_("This value cannot be used.")
_MEMBERS = ("value", "limit", "estimate", "line")
_EXAMPLE = N_("%(reason)s A matrix is written like this: %(example)s")
_LINE = N_("Line %(line)d: %(reason)s")
_ONE = N_("'%(name)s': %(reason)s")
_MANY = N_("%(value)d of the values sent cannot be used; the first is '%(name)s': %(reason)s")


def install(app: FastAPI) -> None:
    """Answer every error of this app as a problem."""
    app.add_exception_handler(PlaygroundError, _refuse)
    app.add_exception_handler(OperationalError, _refuse_database)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(RequestValidationError, _refuse_fields)


def respond(request: Request, error: PlaygroundError) -> Response:
    """The answer to an error of the tree; `field`, `value`, `limit`, `estimate` and `line` where they are known."""
    kind = next(KINDS[parent] for parent in type(error).__mro__ if parent in KINDS)
    members = {name: error.values[name] for name in _MEMBERS if _is_number(error.values.get(name))}
    if error.field:
        members["field"] = error.field
    response = _answer(request, kind, *_with_example(request, *_with_line(request, error)), members)
    if seconds := error.values.get("seconds"):
        response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


def _with_line(request: Request, error: PlaygroundError) -> tuple[str, Values]:
    """The sentence and its values, with the line of the text that is to blame, where the sentence itself lacks it."""
    if "line" not in error.values or "%(line)" in error.message:
        return error.message, error.values
    return _LINE, error.values | {"reason": translate(choose_language(request), error.message, error.values)}


def _with_example(request: Request, message: str, values: Values) -> tuple[str, Values]:
    """The sentence, and how what it refuses is written right, where its values say so."""
    if "example" not in values:
        return message, values
    return _EXAMPLE, values | {"reason": translate(choose_language(request), message, values)}


def respond_broken(request: Request) -> Response:
    """The answer to an error that nobody expected: its number in the log, nothing else."""
    return _answer(request, *_HTTP[500])


def describe() -> list[dict[str, Any]]:
    """Every kind of problem, for the API docs."""
    kinds = {kind.name: kind for kind in [*KINDS.values(), *(kind for kind, _ in _HTTP.values())] if kind.status != 499}
    return [{"name": kind.name, "status": kind.status, "title": kind.title} for kind in kinds.values()]


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlaygroundError)
    return respond(request, error)


async def _refuse_database(request: Request, error: Exception) -> Response:
    """It may come back by itself; what was wrong with it is in the log."""
    log.error("database away", why=str(error).partition("\n")[0])  # each call fails meanwhile: no traceback
    away = N_("The runs' database cannot be opened, written or waited for; the server's log tells why. Try again soon.")
    return respond(request, RunsAway(away, seconds=RETRY_S))


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if str(error.detail).startswith(LARGE_PART):
        return respond(request, BodyTooLarge(N_("A field of the form is larger than this server accepts.")))
    kind, message = _HTTP.get(error.status_code) or (Kind(error.status_code, "refused", N_("Refused")), N_("Refused."))
    response = _answer(request, kind, message)
    response.headers.update(error.headers or {})
    if error.status_code == 405 and (methods := _methods(request)):
        response.headers["Allow"] = ", ".join(methods)
    return response


def _methods(request: Request) -> list[str]:
    """All that the address answers to; a router knows those of the first route that fits it."""
    template = getattr(request.scope.get("route"), "path", "")
    known = {name.upper() for name in request.app.openapi()["paths"].get(template, ())}
    return sorted(known | ({"HEAD"} if "GET" in known else set()))


async def _refuse_fields(request: Request, error: Exception) -> Response:
    """At most 8 places and a sentence of ours for each; what was sent is never repeated."""
    assert isinstance(error, RequestValidationError)
    found: Sequence[Any] = error.errors()
    if any(entry["type"] == "json_invalid" for entry in found):
        return respond(request, MalformedRequest(_FIELD_MESSAGES["json_invalid"]))
    language = choose_language(request)
    places = [{"field": _place(entry), "detail": _say(language, entry)} for entry in found[:MAXIMUM_ERRORS]]
    members: dict[str, Any] = {"field": places[0]["field"].partition(".")[0], "errors": places}
    if _is_number(limit := _limit(found[0])):
        members["limit"] = limit
    values: Values = {"value": len(found), "name": places[0]["field"], "reason": places[0]["detail"]}
    if "matrix" in found[0]["loc"]:
        values |= {"example": A_MATRIX}
    return _answer(request, _INVALID, *_with_example(request, _MANY if len(found) > 1 else _ONE, values), members)


def _place(entry: dict[str, Any]) -> str:
    """Where a value was, by the names this API gives; a name that came from outside is left out."""
    location = entry["loc"][1:-1] if entry["type"] == "extra_forbidden" else entry["loc"][1:4]
    return ".".join(str(part) for part in location) or "body"


def _say(language: str, entry: dict[str, Any]) -> str:
    places = {"limit": _limit(entry), "allowed": _allowed(entry)}
    return translate(language, _FIELD_MESSAGES.get(entry["type"], _ANY_FIELD), places)


def _allowed(entry: dict[str, Any]) -> str:
    """The names that a field may hold, read from Pydantic's "'zero', 'reflect' or 'wrap'"."""
    return ", ".join(re.findall(r"'([^']*)'", str(entry.get("ctx", {}).get("expected", ""))))


def _limit(entry: dict[str, Any]) -> Any:
    context = entry.get("ctx", {})
    return next((context[name] for name in ("ge", "gt", "le", "lt", "max_length") if name in context), None)


def _answer(
    request: Request, kind: Kind, message: str, values: Values | None = None, members: dict[str, Any] | None = None
) -> Response:
    language = choose_language(request)
    title, detail = translate(language, kind.title), translate(language, message, values)
    if _is_browsing(request):
        return render(request, "shared/error.html", kind.status, title=title, detail=detail, number=kind.status)
    problem = {
        "type": f"/api/problems#{kind.name}",
        "title": title,
        "status": kind.status,
        "detail": detail,
        "request_id": request.scope.get("state", {}).get("request_id"),
    } | (members or {})
    return Response(
        json.dumps(problem, allow_nan=False, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        kind.status,
        {"Content-Language": language, "Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"},
        "application/problem+json",
    )


def _is_browsing(request: Request) -> bool:
    wants_page = "text/html" in request.headers.get("accept", "")
    return wants_page and request.method in ("GET", "HEAD") and not request.url.path.startswith(("/api/", "/static/"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
