"""What is done for sessions that nobody asks for: they leave memory, and in the end the journal."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Protocol

from chainrule.host.attic import Attic
from chainrule.host.records import Record
from chainrule.journal import Journal

if TYPE_CHECKING:
    from chainrule.api.settings import Settings

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
"""A power cut takes no more than what was written in so long a time."""

ROUND_SECONDS = 30.0
"""Between two rounds at most."""

MEMORY_SECONDS = 5.0
"""Between two looks at how much memory there is."""

BETWEEN_COMMANDS = 2.0
"""Seconds after which somebody who asks for one thing after the other is not taken to be at it any more."""

PRUNE_SECONDS = 600.0
"""Between two looks at how old what is in the journal is."""


class Tended(Protocol):
    """What is asked of the host."""

    def records(self) -> list[Record]: ...

    async def sleep(self, record: Record) -> bool: ...

    async def drop(self, record: Record) -> None: ...

    def leave(self, record: Record) -> None: ...

    async def memory(self, *, trim: bool) -> tuple[int, dict[str, int]]: ...


async def tend(host: Tended, journal: Journal, attic: Attic | None, settings: Settings) -> None:
    """Go round, for ever."""
    await asyncio.gather(_flush(journal), _rounds(host, journal, attic, settings), _relieve(host, settings))


async def _flush(journal: Journal) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        # In a thread: a disk may take its time.
        await asyncio.to_thread(journal.flush)
        journal.retry()


async def _rounds(host: Tended, journal: Journal, attic: Attic | None, settings: Settings) -> None:
    pause = min(settings.sleep_after / 4, settings.idle_timeout / 4, ROUND_SECONDS)
    seen: dict[str, float] = {}
    pruned = -PRUNE_SECONDS
    while True:
        seen = _note_use(host, journal, seen)
        for record in host.records():
            if record.idle > settings.idle_timeout:
                await host.drop(record)
            elif record.idle > settings.sleep_after:
                await host.sleep(record)
                host.leave(record)
        if time.monotonic() - pruned >= PRUNE_SECONDS or journal.nbytes > settings.max_journal_bytes:
            pruned = time.monotonic()
            await _prune(host, journal, attic, settings)
        await asyncio.sleep(pause)


def _note_use(host: Tended, journal: Journal, seen: dict[str, float]) -> dict[str, float]:
    """Note in the journal when sessions were last used, by those too who only look; when that was, by the clock of here."""
    now, here = time.time(), time.monotonic()
    used = {record.id: here if record.connections else record.used for record in host.records()}
    journal.touch({one: now - here + when for one, when in used.items() if seen.get(one) != when})
    return used


async def _relieve(host: Tended, settings: Settings) -> None:
    """Where the processes have more memory than they may, have sessions sleep that nobody follows: the most idle first."""
    while True:
        await asyncio.sleep(MEMORY_SECONDS)
        total, _ = await host.memory(trim=False)
        if total <= settings.max_memory:
            continue
        total, sizes = await host.memory(trim=True)
        slept = 0
        for record in sorted(host.records(), key=lambda record: record.idle, reverse=True):
            if total <= settings.max_memory or record.idle < BETWEEN_COMMANDS:
                break
            if await host.sleep(record):
                slept += 1
                total -= sizes.get(record.id, 0)
        log.warning("memory is short: %d sessions are put to sleep", slept)


async def _prune(host: Tended, journal: Journal, attic: Attic | None, settings: Settings) -> None:
    before = time.time() - settings.idle_timeout
    while gone := journal.prune(before, settings.max_journal_bytes, [record.id for record in host.records()]):
        log.info("%d sessions are forgotten", len(gone))
        if attic is not None:
            for key in gone:
                attic.delete(key)
        await asyncio.sleep(0)
    if attic is not None:
        await asyncio.to_thread(attic.prune, settings.max_keyframe_bytes)
