"""An object store by its address (s3://, gs://, az://), through obstore: objects put whole, fetched, listed, removed.

Errors are told in words of our own. The library is loaded where a store is used for the first time. It cannot be used
by a process that was forked from one that had used it, which would hang: that is refused.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from app.core.errors import N_, DiskFull, FilesAway

Result = TypeVar("Result")
SCHEMES = ("s3://", "gs://", "az://")
UNCHANGED = object()
RETRY_S = 3  # for visitors, until which it may have come back
_RETRIES_S = 3.0  # from a request's first try on, with growing pauses between the tries
_CONNECT_S, _SILENCE_S, _LONGEST_S = 3.0, 8.0, 1800.0  # a large file may take its time, as long as it moves
_SHUN_S = 1.0  # after a failure: others need not wait for it to fail again
_PAGE = 1000
_PART = 5 * 2**20  # the least that S3 takes; larger files go in parts, four at once: each is there within _SILENCE_S
_FULL = ("507 Insufficient", "StorageFull", "QuotaExceeded", "InsufficientStorage")
_user: list[int] = []  # the process that has used the library: it starts threads, which a fork does not copy

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Object:
    """What a listing tells of one; `tag` is another where its bytes are, `changed_at` in seconds since 1970."""

    name: str
    size: int
    tag: str
    changed_at: float


class Objects:
    """Those of a bucket below a prefix. Safe from any thread. Raises FilesAway, or DiskFull where the store is full."""

    def __init__(self, address: str, failed: Callable[[], object] = lambda: None) -> None:
        """`failed` is called before an error is raised."""
        self.address = address
        self._failed = failed
        self._opened: Any = None
        self._shunned_until = 0.0

    def put(self, name: str, content: Path | bytes) -> str:
        """The whole object or none; its tag."""
        return _tag(self._ask(lambda store, ob: ob.put(store, name, content, chunk_size=_PART, max_concurrency=4)))

    def fetch(self, name: str, place: Path, known: str | None = None) -> Any:
        """Writes the object to `place`: its tag; UNCHANGED where it has the `known` one; None where there is none."""

        def get(store: Any, ob: Any) -> Any:
            try:
                found = ob.get(store, name, options={"if_none_match": known} if known else None)
            except ob.exceptions.NotModifiedError:
                return UNCHANGED
            with place.open("wb") as file:
                for chunk in found.stream(min_chunk_size=1 << 22):
                    file.write(chunk)
            return _tag(found.meta)

        return self._find(get)

    def read(self, name: str) -> bytes | None:
        """A small object; None where there is none."""
        found: bytes | None = self._find(lambda store, ob: bytes(ob.get(store, name).bytes()))
        return found

    def has(self, name: str) -> bool:
        """Whether there is one of that name."""
        return self._find(lambda store, ob: ob.head(store, name)) is not None

    def below(self, folder: str) -> list[Object]:
        """All below the folder, by as many requests as there are thousands."""
        return self._ask(
            lambda store, ob: [_told(each) for page in ob.list(store, folder, chunk_size=_PAGE) for each in page]
        )

    def children(self, folder: str) -> list[Object]:
        """Those right in the folder."""
        return self._ask(lambda store, ob: [_told(each) for each in ob.list_with_delimiter(store, folder)["objects"]])

    def remove(self, names: Iterable[str]) -> None:
        """Those that are there."""
        gone = list(names)
        if gone:
            self._find(lambda store, ob: ob.delete(store, gone))

    def _find(self, call: Callable[[Any, Any], Result]) -> Result | None:
        """The result; None where there is no such object."""

        def found(store: Any, ob: Any) -> Result | None:
            try:
                return call(store, ob)
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
                return None

        return self._ask(found)

    def _ask(self, call: Callable[[Any, Any], Result]) -> Result:
        if time.monotonic() < self._shunned_until:
            raise _away()
        import obstore

        wrong = obstore.exceptions
        try:
            return call(self._store(), obstore)
        except (wrong.PermissionDeniedError, wrong.UnauthenticatedError) as error:
            self._failed()
            _log.exception("the store of files refuses")
            raise FilesAway(
                N_("The store of files refuses this server; its log tells why. Try again later."), seconds=RETRY_S
            ) from error
        except (wrong.BaseError, FileNotFoundError) as error:
            self._failed()
            if any(word in str(error) for word in _FULL):
                raise DiskFull(
                    N_("The store of files is full: nothing more can be kept. Delete runs, or make room.")
                ) from error
            self._shunned_until = time.monotonic() + _SHUN_S
            _log.warning("the store of files is away: %s", str(error).partition("\n")[0])
            raise _away() from error

    def _store(self) -> Any:
        if _user and _user[0] != os.getpid():
            raise RuntimeError("a process that has used a store was forked; open it after the fork")
        if self._opened is None:
            from obstore.store import from_url

            _user[:] = [os.getpid()]
            self._opened = from_url(
                self.address,
                retry_config={
                    "max_retries": 10, "retry_timeout": timedelta(seconds=_RETRIES_S),
                    "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=1)},
                },
                client_options={
                    "allow_http": True, "connect_timeout": timedelta(seconds=_CONNECT_S),
                    "read_timeout": timedelta(seconds=_SILENCE_S), "timeout": timedelta(seconds=_LONGEST_S),
                },
            )  # fmt: skip
        return self._opened


def _tag(meta: Any) -> str:
    """Empty where the store gives none: then no copy is taken for the newest."""
    return str(meta["e_tag"] or meta["version"] or "")


def _told(meta: Any) -> Object:
    return Object(meta["path"], meta["size"], _tag(meta), meta["last_modified"].timestamp())


def _away() -> FilesAway:
    return FilesAway(
        N_("The store of files does not answer, or not in time. Try again in a few seconds."), seconds=RETRY_S
    )
