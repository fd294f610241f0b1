"""What every request passes through, outermost first: its number and log line, headers, who may call, how much.

Plain ASGI, so that streams stay streams. It does not know routes.
"""

import asyncio
import ipaddress
import re
import secrets
import socket
import time
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import N_, PlaygroundError
from app.web.errors import RETRY_S, respond, respond_broken
from app.web.places import Places, Room, Stay, gave_way
from app.web.refusals import BodyTooLarge, BodyTooSlow, Busy, ForeignHost, ForeignOrigin, VisitorLeft
from app.web.visitors import visitor_of

log = structlog.get_logger("app.access")

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # WebAssembly of our own (decision 26); a text never becomes a program
        "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'", "connect-src 'self'",
        "media-src 'self' blob:", "worker-src 'self'", "frame-src 'self'", "manifest-src 'self'",
        "base-uri 'none'", "form-action 'self'",
    ]
)  # fmt: skip
_OURS = "'self'"  # a chapter shows rooms within itself
_FEATURES_OWN = ("camera", "fullscreen")
_FEATURES_OFF = ("accelerometer", "autoplay", "display-capture", "encrypted-media", "geolocation",
                 "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb")  # fmt: skip
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(
        [*(f"{feature}=(self)" for feature in _FEATURES_OWN), *(f"{feature}=()" for feature in _FEATURES_OFF)]
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ROUTINE = ("/healthz", "/readyz", "/metrics")  # asked every few seconds
_PORTS = {"http": 80, "https": 443}
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class RequestLog:
    """Gives each request a number, logs one line of it, and turns what nobody expected into a plain 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        number = _request_id(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = number
        started, status = time.perf_counter(), 0

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = number
            await send(message)

        try:
            await self.app(scope, receive, send_numbered)
        except asyncio.CancelledError:
            if status or not scope["app"].state.stopping.is_set():
                raise
            await respond(Request(scope), stops())(scope, receive, send_numbered)  # its time at a stop is over
        except Exception:
            log.exception("broken", request_id=number, method=scope["method"], route=_route(scope))
            if status:
                raise
            await respond_broken(Request(scope))(scope, receive, send_numbered)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            tell = log.debug if _route(scope) in _ROUTINE else log.info
            tell(
                "request",
                request_id=number,
                method=scope["method"],
                route=_route(scope),
                status=status,
                ms=milliseconds,
            )


class HeadAsGet:
    """Answers HEAD as GET without its body (RFC 9110, 9.3.2): FastAPI's routes know only the methods they name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)
        asked = {**scope, "method": "GET"}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})  # complete: to a stream the visitor has left

        try:
            await self.app(asked, receive, send_head)
        finally:
            scope.update({**asked, "method": "HEAD"})  # the log wants the route


class SecurityHeaders:
    """Adds the security headers to every answer; a route's own value of one wins.

    Only our own pages, and those of the `embedding` origins, may show ours within themselves.
    """

    def __init__(self, app: ASGIApp, embedding: Sequence[str] = ()) -> None:
        self.app = app
        policy = f"{CONTENT_SECURITY_POLICY}; frame-ancestors {' '.join([_OURS, *embedding])}"
        self.headers = {"Content-Security-Policy": policy, **SECURITY_HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_secured)


class CallerCheck:
    """Refuses host names that are not ours (DNS rebinding) and calls that another site makes a browser send."""

    def __init__(self, app: ASGIApp, allowed_hosts: Iterable[str]) -> None:
        self.app = app
        name = socket.gethostname().lower()
        self.named = {host.lower() for host in allowed_hosts} - {"*"}
        self.allowed = {"localhost", name, f"{name}.local", *(host.lower() for host in allowed_hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = self._find_fault(scope) if scope["type"] == "http" else None
        if error is None:
            await self.app(scope, receive, send)
        else:
            await respond(Request(scope), error)(scope, receive, send)

    def _find_fault(self, scope: Scope) -> PlaygroundError | None:
        headers = Headers(scope=scope)
        if not self._answers_to(headers.get("host", "")):
            return ForeignHost(
                N_("This server does not answer to that host name; PLAYGROUND_ALLOWED_HOSTS can add it.")
            )
        if scope["method"] not in _SAFE_METHODS and self._is_foreign(headers):
            return ForeignOrigin(N_("Another site asked your browser to send this; it was refused."))
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        """`Sec-Fetch-Site` is sent to trusted addresses alone, `Origin` with whatever may change something.

        A proxy that writes its own Host into a call is known by the name that its site is allowed under.
        """
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return True
        origin = headers.get("origin")
        if origin is None:
            return False
        scheme, _, place = origin.lower().partition("://")
        return _port_said(scheme, place) not in {
            _port_said(scheme, host) for host in (headers.get("host", "").lower(), *self.named)
        }

    def _answers_to(self, host: str) -> bool:
        name = re.sub(r":\d{1,5}$", "", host).lower().rstrip(".")
        return name in self.allowed or name.endswith(".localhost") or _is_address(name) or "*" in self.allowed


def _port_said(scheme: str, place: str) -> str:
    """`localhost:80` of `localhost` under http."""
    has_port = re.search(r":\d{1,5}$", place)
    return place if has_port else f"{place}:{_PORTS.get(scheme, 0)}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Most bytes of a form, seconds that it may take to arrive, and such requests under way at once.

    What is read `in_memory` waits for room there once it has arrived, on the disk.
    """

    form_bytes: int
    seconds: float
    at_once: int
    in_memory: bool = True


class BodyLimit:
    """Counts the bytes of a body as they come, and its seconds; refuses early what its header declares too large.

    Forms may hold pictures, those to the paths of `special` more; anything else may not. FastAPI's own
    `max_body_size` knows one limit for all.
    """

    def __init__(
        self,
        app: ASGIApp,
        usual: Allowance,
        other_bytes: int,
        special: Mapping[str, Allowance],
        room: int,
    ) -> None:
        self.app = app
        self.usual = usual
        self.other_bytes = other_bytes
        self.special = special
        self._room = Room(room)
        self._places = {allowance: Places(allowance.at_once) for allowance in (usual, *self.special.values())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").lower().startswith("multipart/")
        allowance = self.special.get(scope["path"], self.usual) if is_form else self.usual
        limit = allowance.form_bytes if is_form else self.other_bytes
        holder = visitor_of(Request(scope)).holder
        stay = self._room.stay(holder)
        body = _Body(receive, limit, allowance, scope["app"].state.stopping, stay)
        if body.is_declared_too_large(headers.get("content-length", "0")):
            return await _refuse_body(body.too_large(), scope, receive, send)
        try:
            with self._places[allowance].take(holder) as place:
                place.on_lost = body.lost.set
                await self.app(scope, body.receive, _leaving(stay, send))
        except _Refusal as refusal:
            await _refuse_body(refusal.error, scope, receive, send)
        except Busy as refusal:
            await _refuse_body(refusal, scope, receive, send)
        finally:
            stay.leave()


def _leaving(stay: Stay, send: Send) -> Send:
    """Who begins to answer has worked on the body."""

    async def send_on(message: Message) -> None:
        stay.leave()
        await send(message)

    return send_on


class _Body:
    """A request's body while it arrives."""

    def __init__(self, receive: Receive, limit: int, allowance: Allowance, stopping: asyncio.Event, stay: Stay) -> None:
        self._receive = receive
        self._stopping = stopping
        self._limit = limit
        self._seconds = allowance.seconds
        self._stay = stay if allowance.in_memory else None
        self._received = 0
        self._deadline = time.monotonic() + allowance.seconds
        self._is_whole = False
        self.lost = asyncio.Event()

    def is_declared_too_large(self, length: str) -> bool:
        return not length.isdigit() or len(length) > 15 or int(length) > self._limit

    def too_large(self) -> PlaygroundError:
        return BodyTooLarge(N_("The request is larger than the %(limit)d bytes that are accepted."), limit=self._limit)

    async def receive(self) -> Message:
        """The next message; once the body is whole, whatever the server says, such as that the visitor left."""
        if self._is_whole:
            return await self._receive()
        message = await self._next()
        if message["type"] == "http.disconnect":
            raise _Refusal(VisitorLeft(N_("The visitor left.")))
        self._received += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._received > self._limit:
            raise _Refusal(self.too_large())
        if self._is_whole and self._stay and not self._stay.ask(self._received):
            await self._wait_for_room(self._stay)
        return message

    async def _next(self) -> Message:
        message = await self._first(self._receive(), seconds=self._deadline - time.monotonic())
        if message is None:
            late = BodyTooSlow(N_("The request took longer than %(limit)d seconds to arrive."), limit=self._seconds)
            raise _Refusal(late)
        return message.result()

    async def _wait_for_room(self, stay: Stay) -> None:
        """Listens meanwhile, which ends the request's turn before the application, and hears of who leaves."""
        await self._first(stay.called.wait(), self._receive())
        if not stay.called.is_set():
            raise _Refusal(VisitorLeft(N_("The visitor left.")))

    async def _first(self, *awaited: Awaitable[Any], seconds: float | None = None) -> asyncio.Future[Any] | None:
        """What comes first, None after the seconds; refuses at the server's end, or for somebody who has less."""
        own = [asyncio.ensure_future(one) for one in awaited]
        ends = [asyncio.ensure_future(end.wait()) for end in (self._stopping, self.lost)]
        try:
            await asyncio.wait([*own, *ends], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if found := next((one for one in own if one.done()), None):
                return found
        finally:
            for waiting in (*own, *ends):
                waiting.cancel()
        if self._stopping.is_set():
            raise _Refusal(stops())
        if self.lost.is_set():
            raise _Refusal(gave_way())
        return None


class _Refusal(BaseException):
    """Passes every `except Exception` on its way from the body's reader to BodyLimit; no answer has begun by then."""

    def __init__(self, error: PlaygroundError) -> None:
        super().__init__()
        self.error = error


async def _refuse_body(error: PlaygroundError, scope: Scope, receive: Receive, send: Send) -> None:
    response = respond(Request(scope), error)
    response.headers["Connection"] = "close"  # the rest of the body is not worth reading
    await response(scope, receive, send)


def stops() -> PlaygroundError:
    """What somebody is told whose request the end of the server meets."""
    return Busy(N_("The server is just being stopped. Try again once it has started again."), seconds=RETRY_S)


def _request_id(offered: str) -> str:
    return offered if _SANE_ID.fullmatch(offered) else secrets.token_hex(8)


def _route(scope: Scope) -> str:
    """The path's template, never the path: what a visitor typed stays out of the log."""
    return getattr(scope.get("route"), "path", None) or ("/static" if scope["path"].startswith("/static/") else "-")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
