"""When a session's keyframes are saved: what was trained for long is not trained again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chainrule.host.attic import Attic
from chainrule.host.turns import Slot

WORTH = 0.2
"""Seconds of processor time that are computed again without regret."""


class Saving:
    """Saves what sessions have computed.

    Parameters
    ----------
    seconds
        After so much processor time a session is saved while it goes on.
    most
        Bytes of one session.
    """

    def __init__(self, attic: Attic, *, seconds: float, most: int) -> None:
        self._attic = attic
        self._seconds = seconds
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, session: str) -> bytes | None:
        """What was saved of a session."""
        return await asyncio.to_thread(self._attic.read, session)

    def spent(self, slot: Slot, seconds: float) -> None:
        """Note for how long a session has computed; save it when that is much."""
        slot.unsaved += seconds
        if slot.unsaved > self._seconds and not slot.saving.locked() and not slot.gone:
            task = asyncio.create_task(self.save(slot))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def save(self, slot: Slot) -> None:
        """Save what it has computed since the last time, if that is worth it.

        What is being saved already is waited for: no older content takes the place of this one.
        """
        async with slot.saving:
            content = None if slot.gone else self.gathered(slot)
            if content is not None:
                await self._put_away(slot, content)

    def gathered(self, slot: Slot) -> Callable[[], bytes] | None:
        """What spares a session repeated training; None where there was hardly any since the last time."""
        if slot.unsaved < min(WORTH, self._seconds):
            return None
        slot.unsaved = 0.0
        return slot.session.saved(self._most)

    async def last(self, slot: Slot, content: Callable[[], bytes]) -> None:
        """Save what was gathered of a session that has ended."""
        async with slot.saving:
            await self._put_away(slot, content)

    async def _put_away(self, slot: Slot, content: Callable[[], bytes]) -> None:
        """Write it, in a thread: a disk may take its time."""
        await asyncio.to_thread(lambda: self._attic.write(slot.id, content()))
