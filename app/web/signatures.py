"""What only this server can have written: signed with a secret that all servers of a data folder share.

It knows no request.
"""

import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import structlog

from app.settings import Settings

SECRET = "secret"
_SHORTEST = 16  # bytes of one that is kept; with none anybody could sign
_LENGTH = 32  # of a signature: 192 bits, which nobody guesses
_TEACHER = "teacher"

log = structlog.get_logger("app.web")


class Signatures:
    """The secret is read when something is signed for the first time, and made where there is none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sign(self, purpose: str, value: str = "") -> str:
        """The signature of a value; one purpose's is none for another."""
        digest = hmac.digest(self._secret, f"{purpose}\0{value}".encode(), sha256)
        return urlsafe_b64encode(digest).decode()[:_LENGTH]

    def is_signed(self, signature: str, purpose: str, value: str = "") -> bool:
        """Whether this is it; takes as long for every wrong one."""
        return hmac.compare_digest(signature.encode(), self.sign(purpose, value).encode())

    @property
    def teacher_key(self) -> str:
        """Whoever has it may change every run. The same after a restart."""
        return self.sign(_TEACHER)

    @cached_property
    def _secret(self) -> bytes:
        if self._settings.secret is not None:
            return self._settings.secret.get_secret_value().encode()
        try:
            return _keep(self._settings.data / SECRET)
        except OSError as error:  # a full disk keeps nobody out: cookies are of this start then
            log.warning("no secret kept", error=error.strerror)
            return secrets.token_bytes()


def _keep(path: Path) -> bytes:
    """The file's secret; of servers that make it at once, the first one's, and whole."""
    if path.exists() and path.stat().st_size < _SHORTEST:  # a machine that lost its power kept a name without bytes
        path.unlink(missing_ok=True)
    if not path.exists():
        beside = path.with_name(f".{SECRET}.{secrets.token_hex(4)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    return path.read_bytes().strip()
