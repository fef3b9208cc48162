from __future__ import annotations

import logging
import os
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chainrule.journal import Journal, key_of
from chainrule.journal.file import APPLICATION, VERSION
from chainrule.journal.journal import NAME


def damaged(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if ".damaged-" in path.name and path.suffix != ".lock"]


def lasts(journal: Journal) -> bool:
    return journal.lasting


def told(journal: Journal, session: str) -> tuple[str, bytes, bytes] | None:
    entry = journal.find(session)
    return None if entry is None else (entry.owner, entry.recipe, entry.cursor)


def filled(folder: Path, count: int = 200) -> None:
    journal = Journal(folder)
    for k in range(count):
        journal.put(f"session {k}", "someone", b"recipe %d " % k * 50)
        journal.patch(f"session {k}", b"cursor %d" % k)
        journal.rooms.put(f"ROOM{k}", b"room %d" % k)
    journal.close()


@pytest.mark.parametrize("lasting", [True, False])
def test_what_is_put_is_found(tmp_path: Path, lasting: bool) -> None:
    journal = Journal(tmp_path if lasting else None)
    assert journal.lasting is lasting
    assert told(journal, "a") is None
    journal.put("a", "someone", b"recipe")
    assert told(journal, "a") == ("someone", b"recipe", b"")
    journal.patch("a", b"cursor")
    assert told(journal, "a") == ("someone", b"recipe", b"cursor")
    journal.put("a", "someone", b"longer recipe")
    assert told(journal, "a") == ("someone", b"longer recipe", b"")
    journal.put("b", "other", b"")
    assert journal.count == 2
    journal.delete("a")
    assert told(journal, "a") is None
    assert told(journal, "b") == ("other", b"", b"")
    journal.rooms.put("ABCDEF", b"one")
    journal.rooms.put("ABCDEF", b"two")
    journal.rooms.put("GHJKLM", b"three")
    journal.rooms.delete("GHJKLM")
    assert journal.rooms.all() == [("ABCDEF", b"two")]
    journal.close()


def test_it_is_there_after_the_process_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys, pathlib\n"
        "from chainrule.journal import Journal\n"
        "journal = Journal(pathlib.Path(sys.argv[1]))\n"
        "for k in range(100): journal.put(f'session {k}', 'someone', b'recipe %d' % k)\n"
        "journal.patch('session 7', b'cursor')\n"
        "journal.rooms.put('ABCDEF', b'room')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, timeout=60)
    assert done.returncode == -9
    journal = Journal(tmp_path)
    assert journal.count == 100
    assert told(journal, "session 7") == ("someone", b"recipe 7", b"cursor")
    assert journal.rooms.all() == [("ABCDEF", b"room")]
    journal.close()


KILLING = """
import itertools, os, pathlib, random, signal, sys, time
from chainrule.journal import Journal

def write(out):
    journal = Journal(pathlib.Path(sys.argv[1]))
    entry = journal.find("a")
    number = int(entry.cursor or entry.recipe) if entry else 0
    os.write(out, b"%d %d\\n" % (number, len(journal.rooms.all())))
    for number in itertools.count(number + 1):
        if number % 7:
            journal.patch("a", b"%d" % number)
        else:
            journal.rooms.put(str(number), b"x" * 5000)
            journal.put("a", "someone", b"%d" % number)
        if number % 50 == 0:
            journal.flush()
        os.write(out, b"%d\\n" % number)

randomness = random.Random(3)
for _ in range(40):
    read, out = os.pipe()
    child = os.fork()
    if not child:
        write(out)
    os.close(out)
    lines = os.fdopen(read)
    first = lines.readline().strip()
    time.sleep(randomness.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(first, ([first.split()[0]] + lines.read().split("\\n")[:-1])[-1])
    lines.close()
"""


def test_killed_at_any_moment_it_keeps_what_it_has_acknowledged(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLING, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    last = 0
    for turn in done.stdout.splitlines():
        found, rooms, said = map(int, turn.split())
        # What was written when it was killed may be there without having been said.
        assert last <= found <= last + 1, done.stdout
        assert rooms in (found // 7, (found + 1) // 7)
        last = said
    assert last > 400
    assert not damaged(tmp_path)


def test_ids_stand_nowhere_and_only_the_owner_may_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.put("A1b2C3d4E5f6G7h8I9j0kL", "someone", b"recipe")
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"A1b2C3d4E5f6G7h8I9j0kL" not in written
    assert key_of("A1b2C3d4E5f6G7h8I9j0kL") in written
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    journal.close()


def test_it_says_what_it_is(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    db = sqlite3.connect(tmp_path / NAME)
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_what_is_old_is_pruned(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for k in range(60):
        journal.put(f"old {k}", "someone", b"x" * 9000)
    between = time.time()
    journal.put("new", "someone", b"x" * 9000)
    assert journal.prune(0.0, 10**9) == []
    gone = []
    while found := journal.prune(between, 10**9, ["old 3"]):
        gone += found
    assert set(gone) == {key_of(f"old {k}") for k in range(60) if k != 3}
    assert journal.count == 2
    journal.close()


def test_what_was_used_is_not_old(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.put("a", "someone", b"")
    journal.put("b", "someone", b"")
    journal.touch({"a": time.time() + 100})
    assert journal.prune(time.time() + 50, 10**9) == [key_of("b")]
    journal.close()


def test_the_oldest_make_room(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for k in range(100):
        journal.put(f"session {k}", "someone", b"x" * 20_000)
    assert journal.nbytes > 2_000_000
    while journal.prune(0.0, 1_000_000):
        pass
    assert journal.nbytes <= 1_000_000
    assert 20 < journal.count < 50
    assert journal.find("session 99") is not None
    assert journal.find("session 0") is None
    journal.close()
    assert (tmp_path / NAME).stat().st_size < 2_000_000


@pytest.mark.parametrize("content", [b"", b"nonsense", b"SQLite format 3\x00" + b"\x00" * 5000])
def test_a_file_that_is_no_journal_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / NAME).write_bytes(content)
    journal = Journal(tmp_path)
    assert lasts(journal)
    journal.put("a", "someone", b"recipe")
    journal.close()
    if content:
        (aside,) = damaged(tmp_path)
        assert aside.read_bytes() == content
        assert str(tmp_path / NAME) in caplog.text
        assert str(aside) in caplog.text
    assert told(Journal(tmp_path), "a") == ("someone", b"recipe", b"")


def test_a_journal_of_another_version_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(tmp_path)
    db = sqlite3.connect(tmp_path / NAME)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    Journal(tmp_path).close()
    assert len(damaged(tmp_path)) == 1
    assert f"its version is {VERSION + 1}" in caplog.text


def test_of_a_torn_journal_what_can_be_read_is_saved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    path = tmp_path / NAME
    os.truncate(path, path.stat().st_size * 6 // 10)
    journal = Journal(tmp_path)
    assert lasts(journal)
    assert len(damaged(tmp_path)) >= 1
    assert str(path) in caplog.text
    journal.put("new", "someone", b"recipe")
    # The tables lie mixed, each begins before the cut.
    assert journal.count > 20
    journal.close()


def test_a_damaged_page_is_found_and_costs_what_is_on_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    path = tmp_path / NAME
    content = bytearray(path.read_bytes())
    at = content.index(b"recipe 100 recipe 100") // 4096 * 4096
    content[at : at + 4096] = os.urandom(4096)
    path.write_bytes(content)
    journal = Journal(tmp_path)
    assert lasts(journal)
    found = [k for k in range(200) if told(journal, f"session {k}") is not None]
    assert 150 < len(found) < 200
    assert 100 not in found
    assert len(journal.rooms.all()) == 200
    assert "records of the damaged journal are saved" in caplog.text
    journal.close()


def test_a_single_record_that_cannot_be_read_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path, 20)
    path = tmp_path / NAME
    content = path.read_bytes()
    for old, new in ((b"recipe 13 recipe 13", b"recipe 13 recipe 31"), (b"room 7", b"room 9")):
        assert content.count(old) >= 1
        content = content.replace(old, new, 1)
    path.write_bytes(content)
    journal = Journal(tmp_path)
    assert [k for k in range(20) if journal.find(f"session {k}") is None] == [13]
    assert len(journal.rooms.all()) == 19
    assert caplog.text.count("is damaged, and set aside") == 2
    db = sqlite3.connect(path)
    assert [kind for (kind,) in db.execute("SELECT DISTINCT kind FROM damaged ORDER BY kind")] == [
        "room",
        "session",
    ]
    db.close()
    journal.put("session 13", "someone", b"new")
    assert told(journal, "session 13") == ("someone", b"new", b"")
    journal.close()


def test_damage_that_comes_while_it_is_open_costs_what_cannot_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    journal = Journal(tmp_path)
    path = tmp_path / NAME
    journal._db.execute("PRAGMA shrink_memory")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    journal.put("new", "someone", b"recipe")
    assert lasts(journal)
    assert told(journal, "new") == ("someone", b"recipe", b"")
    assert len(damaged(tmp_path)) >= 1
    journal.close()
    assert told(Journal(tmp_path), "new") == ("someone", b"recipe", b"")


def test_a_folder_that_cannot_be_made_leaves_it_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    journal = Journal(tmp_path / "file")
    assert not lasts(journal)
    assert str(tmp_path / "file") in caplog.text
    journal.put("a", "someone", b"recipe")
    assert told(journal, "a") == ("someone", b"recipe", b"")
    journal.retry()
    assert not lasts(journal)
    journal.close()


def test_a_folder_has_one_journal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = Journal(tmp_path)
    first.put("a", "someone", b"recipe")
    second = Journal(tmp_path)
    assert not second.lasting
    assert "another server uses" in caplog.text
    assert second.find("a") is None
    second.close()
    first.close()
    third = Journal(tmp_path)
    assert told(third, "a") == ("someone", b"recipe", b"")
    third.close()


def test_a_full_disk_costs_nothing_and_it_goes_back_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path)
    journal.put("before", "someone", b"recipe")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A write beyond it fails as one to a full disk does; Python ignores the signal that goes with it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        for k in range(100):
            journal.put(f"session {k}", "someone", b"x" * 9000)
        assert not lasts(journal)
        assert journal.count == 101
        assert told(journal, "before") == ("someone", b"recipe", b"")
        journal.retry()
        assert not lasts(journal)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.retry()
    assert lasts(journal)
    journal.put("after", "someone", b"recipe")
    journal.close()
    again = Journal(tmp_path)
    assert again.count == 102
    assert told(again, "session 99") == ("someone", b"x" * 9000, b"")
    again.close()


def test_flushing_moves_the_log_into_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.journal.journal.LARGE", 100_000)
    monkeypatch.setattr("chainrule.journal.journal.QUIET", -1.0)
    journal = Journal(tmp_path)
    for k in range(100):
        journal.put(f"session {k}", "someone", b"x" * 9000)
    before = (tmp_path / NAME).stat().st_size
    journal.flush()
    assert (tmp_path / NAME).stat().st_size > before + 800_000
    journal.put("after", "someone", b"recipe")
    assert journal.count == 101
    journal.close()


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
