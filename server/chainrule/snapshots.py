"""Snapshots: what makes a session, kept as files whose names are made from what is in them.

Synchronous, knows neither HTTP nor what a recipe says. All of it may be called from any thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import tempfile
import threading
import time
from base64 import b32encode
from collections.abc import Iterator
from pathlib import Path

from chainrule.errors import Refusal

log = logging.getLogger(__name__)

SHORTEST = 12
"""Characters of an id: 60 bits. Where two contents begin alike, the later one gets a longer id."""

ID = re.compile(rf"[a-z2-7]{{{SHORTEST},52}}")
DAY = 86_400.0
PARTIAL = ".partial-"
ROOM = 0.95
"""How full the folder is after room was made, so that it is not made for each one anew."""


def digest(content: bytes) -> str:
    """The longest id of a content: SHA-256 in the letters of base32, which no file system confuses."""
    return b32encode(hashlib.sha256(content).digest()).decode().rstrip("=").lower()


class Snapshots:
    """A folder of snapshots, made when the first one is kept.

    Parameters
    ----------
    folder
        Where they are: one file each, ``ID.json``.
    largest
        Bytes of one.
    most, most_bytes
        How many there may be, and their bytes in all. Beyond, those that were not opened for longest make room.
    days
        So long after it was made or last opened a snapshot never makes room.
    """

    def __init__(self, folder: Path, *, largest: int, most: int, most_bytes: int, days: float) -> None:
        self._folder = folder.absolute()
        self._largest = largest
        self._most = most
        self._most_bytes = most_bytes
        self._safe = days * DAY
        self._lock = threading.Lock()
        self._count = -1
        self._bytes = 0

    def check_size(self, content: bytes) -> None:
        """Raise ``Refusal`` (snapshot_too_large) where a snapshot would be too large."""
        if len(content) > self._largest:
            raise Refusal(
                "snapshot_too_large",
                413,
                "The snapshot is too large",
                f"Snapshots may have {self._largest} bytes, this has {len(content)}.",
                "Make fewer changes, or raise CHAINRULE_MAX_SNAPSHOT on the server.",
            )

    def keep(self, content: bytes) -> str:
        """Keep a content; its id, which is the same whenever the same is kept.

        Raises
        ------
        Refusal
            ``snapshot_too_large``; ``limit_snapshots``: there is no room; ``snapshots_unavailable``: the folder
            cannot be written.
        """
        self.check_size(content)
        whole = digest(content)
        with self._lock, self._troubles("kept"):
            self._folder.mkdir(parents=True, exist_ok=True)
            for length in range(SHORTEST, len(whole) + 1):
                path = self._path(whole[:length])
                there = _read(path)
                if there == content:
                    _touch(path)
                    return whole[:length]
                # A file that is not what its name says is damaged: this may well be what was in it.
                if there is None or not digest(there).startswith(path.stem):
                    self._make_room(len(content))
                    _write(path, content)
                    self._count += there is None
                    self._bytes += len(content) - len(there or b"")
                    return whole[:length]
        raise AssertionError("two contents of one digest")

    def find(self, name: str) -> bytes:
        """What was kept under an id.

        Raises
        ------
        Refusal
            ``unknown_snapshot``; ``snapshot_damaged``: the file is not what was kept; ``snapshots_unavailable``.
        """
        unknown = Refusal(
            "unknown_snapshot",
            404,
            "There is no such snapshot",
            "It was never made on this server, or nobody opened it for so long that it made room for others.",
            "Check the address; or begin with the lesson: POST /api/sessions.",
        )
        if ID.fullmatch(name) is None:
            raise unknown
        path = self._path(name)
        with self._troubles("read"):
            content = _read(path)
            if content is None:
                raise unknown
            if not digest(content).startswith(name):
                log.error("a snapshot is damaged: %s", path)
                raise Refusal(
                    "snapshot_damaged",
                    410,
                    "The snapshot is damaged",
                    "Its file on the server is not what was kept.",
                    "Make it again with POST /api/snapshots, or restore the server's data.",
                )
            _touch(path)
        return content

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _make_room(self, size: int) -> None:
        if self._count < 0:
            self._count, self._bytes = 0, 0
            for entry in self._files():
                self._count += 1
                self._bytes += entry.stat().st_size
        if self._count < self._most and self._bytes + size <= self._most_bytes:
            return
        now = time.time()
        found = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in self._files())
        self._count, self._bytes = len(found), sum(length for _, length, _ in found)
        for used, length, path in found:
            full = self._count + 1 > ROOM * self._most or self._bytes + size > ROOM * self._most_bytes
            if not full or now - used < self._safe:
                break
            Path(path).unlink(missing_ok=True)
            self._count -= 1
            self._bytes -= length
        if self._count >= self._most or self._bytes + size > self._most_bytes:
            raise Refusal(
                "limit_snapshots",
                429,
                "There are too many snapshots",
                f"The server keeps {self._count} snapshots of {self._bytes} bytes in all, and has no room for more.",
                "Raise CHAINRULE_MAX_SNAPSHOTS or CHAINRULE_MAX_SNAPSHOTS_BYTES on the server.",
            )

    def _files(self) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(PARTIAL):
                    # Of a server that ended while it wrote; this one holds the lock.
                    if time.time() - entry.stat().st_mtime > DAY:
                        os.unlink(entry.path)
                elif entry.name.endswith(".json"):
                    yield entry

    @contextlib.contextmanager
    def _troubles(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            log.error("snapshots cannot be %s in %s: %s", done, self._folder, error)
            raise Refusal(
                "snapshots_unavailable",
                503,
                f"Snapshots cannot be {done}",
                "The server cannot use its folder for snapshots; its log says why.",
                "Start it with a --data folder that it may write to, on a disk with room.",
            ) from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes) -> None:
    """All or nothing: nobody ever reads half a file, whatever happens to the machine."""
    number, partial = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
    try:
        with open(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def _touch(path: Path) -> None:
    """Note that a snapshot is in use; once a day is enough. A folder that may only be read is fine too."""
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > DAY:
            os.utime(path)
