"""Where keyframes of sessions are kept: a file each, which nobody needs, so that nothing that is wrong with one matters."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path

from chainrule.journal import key_of

log = logging.getLogger(__name__)

FOLDER = "keyframes"
SUFFIX = ".keyframes"
PARTIAL = ".partial-"

ROOM = 0.9
"""How full the attic is after the oldest files made room."""


class Attic:
    """Files in a folder, which is made with the first one. May be used in any thread and by several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, session: str, content: bytes) -> None:
        """Keep a content in place of what was kept of this session; not where that is impossible."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, partial = tempfile.mkstemp(prefix=PARTIAL, dir=self._folder)
            try:
                with open(number, "wb") as file:
                    file.write(content)
                # Not brought to the disk first: a torn file is found out by its checksum.
                os.replace(partial, self._path(key_of(session)))
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(partial)
                raise
        except OSError as error:
            log.warning("keyframes cannot be kept in %s: %s", self._folder, error)

    def read(self, session: str) -> bytes | None:
        """What was kept of a session."""
        try:
            return self._path(key_of(session)).read_bytes()
        except OSError:
            return None

    def delete(self, key: bytes) -> None:
        """Forget what was kept of a session, by its key."""
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def prune(self, most: int) -> None:
        """Let the oldest files make room where all together have more than ``most`` bytes."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                about = entry.stat()
                found.append((about.st_mtime, about.st_size, entry.path))
        size = sum(length for _, length, _ in found)
        if size <= most:
            return
        for _, length, path in sorted(found):
            if size <= most * ROOM:
                return
            with contextlib.suppress(OSError):
                os.unlink(path)
            size -= length

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()}{SUFFIX}"
