"""The journal's file: opened, or set aside where it cannot be read, with what can still be read of it saved."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

VERSION = 1
"""``user_version`` of the schema below."""

APPLICATION = 0x43524A31
"""``application_id``: "CRJ1"."""

SCHEMA = """
CREATE TABLE recipes (
    key BLOB PRIMARY KEY,       -- SHA-256 of the id, which is a capability and stands nowhere
    owner TEXT NOT NULL,        -- the address of the client that made it
    recipe BLOB NOT NULL        -- sealed
);
CREATE TABLE places (           -- written with every step, hence apart
    key BLOB PRIMARY KEY,
    used REAL NOT NULL,         -- seconds since 1970
    cursor BLOB NOT NULL        -- sealed: fields of the recipe that have changed since
);
CREATE TABLE rooms (
    code TEXT PRIMARY KEY,
    content BLOB NOT NULL       -- sealed
);
CREATE TABLE damaged (          -- what could not be read, as it was
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    content BLOB
);
"""

TABLES = {
    "recipes": (("key", "owner", "recipe"), (bytes, str, bytes)),
    "places": (("key", "used", "cursor"), (bytes, float, bytes)),
    "rooms": (("code", "content"), (str, bytes)),
}
"""Columns and their types; the last one is sealed."""

BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
"""Codes of errors that say: the file is not what was written."""

WAL_BYTES = 16_000_000
"""To what length the log is cut when it begins anew."""


class Unreadable(Exception):  # noqa: N818 - a fact about a file
    """The file is no journal, or a damaged one."""


class TakenError(Exception):
    """Another process uses the folder."""


def seal(content: bytes) -> bytes:
    """A content with its checksum before it."""
    return zlib.crc32(content).to_bytes(4, "little") + content


def unseal(sealed: object) -> bytes | None:
    """A content whose checksum is right; None otherwise."""
    if not isinstance(sealed, bytes) or len(sealed) < 4:
        return None
    content = sealed[4:]
    return content if zlib.crc32(content).to_bytes(4, "little") == sealed[:4] else None


def broken(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is damaged, and not that there is no room, say."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in BROKEN


def lock(folder: Path) -> int:
    """Make the folder this process's own until it ends, in whatever way; a number to be closed.

    Raises
    ------
    TakenError
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = os.open(folder / "chainrule.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        raise TakenError(f"another server uses {folder}") from None
    return number


def memory() -> sqlite3.Connection:
    """An empty journal that ends with the process."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _begin(db)
    return db


def opened(path: Path) -> sqlite3.Connection:
    """The journal in a file, which is made where there is none.

    Raises
    ------
    Unreadable
    OSError, sqlite3.OperationalError
        The file cannot be opened or written.
    """
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _check(db, path)
    except sqlite3.DatabaseError as error:
        db.close()
        if broken(error):
            raise Unreadable(str(error)) from error
        raise
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size == 0:
        # Only in a file without tables.
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    # In the log, what is acknowledged outlives the process. When the log reaches the disk: `Journal.flush`.
    if db.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise sqlite3.OperationalError("the file system has no write-ahead log")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    db.execute("PRAGMA busy_timeout = 2000")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and not db.execute("SELECT 1 FROM sqlite_master").fetchone():
        _begin(db)
    elif version != VERSION:
        raise Unreadable(f"its version is {version}, and this program's {VERSION}")
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Unreadable(found.splitlines()[-1])
    # That the file may be written is found out now, not with the first session.
    db.execute(f"PRAGMA application_id = {APPLICATION}")


def _begin(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def set_aside(path: Path, why: str) -> Path:
    """Rename a journal that cannot be read, and what belongs to it; where it is now."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    for count in range(1, 1000):
        aside = path.with_name(f"{path.name}.damaged-{stamp}" + (f"-{count}" if count > 1 else ""))
        if not aside.exists():
            break
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    log.error("the journal %s cannot be read (%s): it is set aside as %s", path, why, aside)
    return aside


def save(aside: Path, db: sqlite3.Connection) -> int:
    """Take what can still be read of a journal that was set aside; how many rows."""
    count = 0
    for table, (columns, types) in TABLES.items():
        marks = ", ".join("?" * len(columns))
        for row in _rows(aside, table, columns):
            if all(map(isinstance, row, types)) and unseal(row[-1]) is not None:
                db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608 - names of ours
                count += 1
    return count


def _rows(path: Path, table: str, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Rows from both ends, up to where each way stops."""
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as db:
            # Without this, nothing is read of a file that is shorter than it says.
            db.execute("PRAGMA writable_schema = ON")
            yield from db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid {order}")  # noqa: S608
            # All of it: the other way would find the same.
            return
