"""The journal: what makes sessions and rooms again, kept until it is deleted or pruned.

Synchronous. A write takes some tens of microseconds and has outlived the process when it returns: the operating system
has it. A power cut may take what was written since the last :meth:`Journal.flush`, and no more.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chainrule.journal import file
from chainrule.journal.file import seal, unseal

log = logging.getLogger(__name__)

NAME = "chainrule.db"

ROOM = 0.9
"""How full the journal is after sessions made room."""

BATCH, PAGES = 50, 1_000
"""Sessions that are pruned at a time, and pages that are given back: so that neither takes long."""

LARGE, HUGE = 4_000_000, 64_000_000
"""Bytes of the log that are moved into the file when nobody writes, and in any case."""

QUIET = 2.0
"""Seconds without a write after which nobody writes."""

PLACE = (
    "INSERT INTO places VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET used = excluded.used, cursor = excluded.cursor"
)

Statement = tuple[str, Sequence[tuple[object, ...]]]
"""SQL, and the values of each time that it is to be executed."""


class Entry(NamedTuple):
    """What is known of a session.

    ``recipe`` makes it; ``cursor``, if it is not empty, is fields of the recipe that have changed since, as JSON.
    """

    owner: str
    used: float
    recipe: bytes
    cursor: bytes


def key_of(session: str) -> bytes:
    """What a session is known by where it is written down. Its id is a capability: who reads the file has none."""
    return hashlib.sha256(session.encode("utf-8", "replace")).digest()


class Journal:
    """Sessions and rooms in a file; in memory alone without a folder, or while the file cannot be written.

    Parameters
    ----------
    folder
        Where the file is, made if need be. It is this journal's own: another process that wants it works in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._path = None if folder is None else folder.absolute() / NAME
        self._lock: int | None = None
        self._trouble: str | None = None
        self._dirty = False
        self._written = 0.0
        self.rooms = Rooms(self)
        self._db = file.memory() if self._path is None else self._open(self._path)

    # What is true of it

    @property
    def lasting(self) -> bool:
        """Whether what is written now outlives the process."""
        return self._path is not None and self._trouble is None

    @property
    def trouble(self) -> str | None:
        """Why nothing lasts, though it should."""
        return self._trouble

    @property
    def nbytes(self) -> int:
        """Bytes of what is kept."""
        pages, free, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    @property
    def count(self) -> int:
        """Sessions that are kept."""
        return int(self._db.execute("SELECT count(*) FROM places").fetchone()[0])

    # Sessions

    def put(self, session: str, owner: str, recipe: bytes) -> None:
        """Keep what makes a session, in place of what did so before."""
        key = key_of(session)
        self._write(
            (
                "INSERT INTO recipes VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET recipe = excluded.recipe",
                [(key, owner, seal(recipe))],
            ),
            (PLACE, [(key, time.time(), seal(b""))]),
        )

    def patch(self, session: str, cursor: bytes) -> None:
        """Keep where a session stands now."""
        self._write((PLACE, [(key_of(session), time.time(), seal(cursor))]))

    def touch(self, sessions: Mapping[str, float]) -> None:
        """Note when sessions were last used."""
        rows = [(used, key_of(session)) for session, used in sessions.items()]
        self._write(("UPDATE places SET used = max(used, ?) WHERE key = ?", rows))

    def delete(self, session: str) -> None:
        """Forget a session."""
        self._forget([key_of(session)])

    def _forget(self, keys: Sequence[bytes]) -> None:
        rows = [(key,) for key in keys]
        self._write(("DELETE FROM recipes WHERE key = ?", rows), ("DELETE FROM places WHERE key = ?", rows))

    def find(self, session: str) -> Entry | None:
        """What is known of a session; what cannot be read is set aside."""
        key = key_of(session)
        row = self._read(
            "SELECT owner, used, recipe, cursor FROM recipes LEFT JOIN places USING (key) WHERE key = ?", key
        )
        if row is None:
            return None
        owner, used, sealed, moved = row
        recipe, cursor = unseal(sealed), unseal(moved)
        if recipe is None or cursor is None:
            log.error("a session's record in %s is damaged, and set aside", self._path)
            damaged = [(time.time(), "session", key, content) for content in (sealed, moved)]
            self._write(("INSERT INTO damaged VALUES (?, ?, ?, ?)", damaged))
            self._forget([key])
            return None
        return Entry(owner, used, recipe, cursor)

    def prune(self, before: float, most: int, spared: Collection[str] = ()) -> list[bytes]:
        """Forget sessions that were last used before a time, and the oldest where all take more than ``most`` bytes.

        The keys of those that are forgotten, not many at a time: call again. ``spared`` are in use.
        """
        keep = set(map(key_of, spared))
        much = self.nbytes - int(most * ROOM) if self.nbytes > most else 0
        oldest = self._db.execute(
            "SELECT key, used, length(recipe) + length(cursor) FROM places JOIN recipes USING (key) "
            "WHERE used < ? OR ? ORDER BY used LIMIT ?",
            (before, much > 0, BATCH + len(keep)),
        ).fetchall()
        gone: list[bytes] = []
        for key, used, size in oldest:
            if len(gone) >= BATCH or (used >= before and much <= 0):
                break
            if key not in keep:
                gone.append(key)
                much -= size
        if gone:
            self._forget(gone)
            # As a script: executed, it would give back a single page.
            with contextlib.suppress(sqlite3.Error):
                self._db.executescript(f"PRAGMA incremental_vacuum({PAGES})")
        return gone

    # Keeping

    def flush(self) -> None:
        """Bring what was written to the disk. For a thread of its own: it takes as long as the disk, and nobody waits."""
        if not self._dirty or not self.lasting:
            return
        quiet = time.monotonic() - self._written > QUIET
        self._dirty = False
        wal = f"{self._path}-wal"
        try:
            with open(wal, "rb") as log_file:
                os.fsync(log_file.fileno())
            size = os.path.getsize(wal)
            if size > (LARGE if quiet else HUGE):
                self._checkpoint()
        except (OSError, sqlite3.Error) as error:
            self._dirty = True
            log.warning("the journal %s cannot be brought to the disk: %s", self._path, error)

    def _checkpoint(self) -> None:
        """Move what is in the log into the file; others write meanwhile."""
        assert self._path is not None
        with contextlib.closing(sqlite3.connect(self._path, timeout=2.0, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            # The next one who writes waits for the disk, because the log begins anew: that is us.
            db.execute(f"PRAGMA application_id = {file.APPLICATION}")

    def retry(self) -> None:
        """Go back to the file, where there is room on the disk again."""
        if self._path is None or self._trouble is None or self._lock is None:
            return
        try:
            target = file.opened(self._path)
        except (OSError, sqlite3.Error, file.Unreadable):
            return
        try:
            # What is in memory is all there is.
            self._db.backup(target)
        except sqlite3.Error:
            target.close()
            return
        self._db.close()
        self._db, self._trouble, self._dirty = target, None, True
        log.warning("the journal is in %s again", self._path)

    def close(self) -> None:
        """Bring all to the disk, and leave the file to others."""
        with contextlib.suppress(sqlite3.Error):
            if self.lasting and self._lock is not None:
                self._checkpoint()
            self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # The file

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            self._lock = file.lock(path.parent)
            try:
                return file.opened(path)
            except file.Unreadable as error:
                return self._renewed(path, str(error))
        except (OSError, sqlite3.Error, file.TakenError) as error:
            return self._without(str(error))

    def _renewed(self, path: Path, why: str) -> sqlite3.Connection:
        """A new file in place of one that cannot be read, with what can be."""
        aside = file.set_aside(path, why)
        db = file.opened(path)
        count = file.save(aside, db)
        log.error("%d records of the damaged journal are saved", count)
        self._dirty = True
        return db

    def _without(self, why: str) -> sqlite3.Connection:
        log.error("the journal %s cannot be used: %s. Sessions end with this process", self._path, why)
        self._trouble = why
        return file.memory()

    def _fall_back(self, error: sqlite3.Error) -> None:
        """Go on, whatever is wrong with the file: with a new one where it is damaged, in memory where it is full."""
        assert self._path is not None
        old = self._db
        if file.broken(error):
            old.close()
            try:
                self._db = self._renewed(self._path, str(error))
            except (OSError, sqlite3.Error, file.Unreadable) as again:
                self._db = self._without(str(again))
            return
        self._db = self._without(str(error))
        with contextlib.suppress(sqlite3.Error):
            old.backup(self._db)
        with contextlib.suppress(sqlite3.Error):
            old.close()

    def _write(self, *statements: Statement) -> None:
        """One transaction."""
        try:
            self._transaction(statements)
        except sqlite3.Error as error:
            if not self.lasting:
                raise
            self._fall_back(error)
            self._transaction(statements)
        self._dirty, self._written = True, time.monotonic()

    def _transaction(self, statements: Sequence[Statement]) -> None:
        if len(statements) == 1 and len(statements[0][1]) == 1:
            statement, rows = statements[0]
            self._db.execute(statement, rows[0])
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for statement, rows in statements:
                self._db.executemany(statement, rows)
            self._db.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def _read(self, statement: str, key: bytes) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._db.execute(statement, (key,)).fetchone()
        except sqlite3.Error as error:
            if not self.lasting:
                raise
            self._fall_back(error)
            row = self._db.execute(statement, (key,)).fetchone()
        return row


class Rooms:
    """The rooms of a journal: a :class:`chainrule.room.RoomStore`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def put(self, key: str, content: bytes) -> None:
        self._journal._write(("INSERT OR REPLACE INTO rooms VALUES (?, ?)", [(key, seal(content))]))

    def delete(self, key: str) -> None:
        self._journal._write(("DELETE FROM rooms WHERE code = ?", [(key,)]))

    def all(self) -> list[tuple[str, bytes]]:
        journal, found = self._journal, []
        for key, sealed in journal._db.execute("SELECT code, content FROM rooms").fetchall():
            content = unseal(sealed)
            if content is not None:
                found.append((key, content))
                continue
            log.error("a room's record in %s is damaged, and set aside", journal._path)
            damaged = (time.time(), "room", key.encode(), sealed)
            journal._write(("INSERT INTO damaged VALUES (?, ?, ?, ?)", [damaged]))
            self.delete(key)
        return found
