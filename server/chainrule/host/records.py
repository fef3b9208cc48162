"""What the host knows of a session that is in a process's memory, or on its way there or back."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chainrule.errors import Refusal
from chainrule.host.link import Link
from chainrule.journal import Entry

SMALL = 2_000
"""Bytes of a recipe up to which it is kept as it is."""


@dataclass(eq=False)
class Record:
    """A session that lives in a process, or is being moved. All others are in the journal alone.

    Attributes
    ----------
    link
        Where it lives; None while it lives nowhere.
    used
        When somebody last asked something of it (``time.monotonic``).
    deaths
        How often its process has ended.
    waiting
        How many wait until it is somewhere.
    """

    id: str
    owner: str
    link: Link | None
    used: float = field(default_factory=time.monotonic)
    deaths: int = 0
    connections: set[int] = field(default_factory=set)
    waiting: int = 0
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def idle(self) -> float:
        """Seconds for which nobody has used or followed it."""
        return 0.0 if self.connections or self.waiting else time.monotonic() - self.used

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody else moves it meanwhile, and who waits for that keeps it from being forgotten."""
        self.waiting += 1
        try:
            async with self.moving:
                yield
        finally:
            self.waiting -= 1


def packed(recipe: bytes) -> bytes:
    """A recipe as it is reported and kept. It is written whole with each edit, and each edit is much like the one before."""
    return zlib.compress(recipe, 1) if len(recipe) > SMALL else recipe


def unpacked(recipe: bytes) -> bytes:
    """A recipe as JSON; those from before they were compressed are as they are."""
    return recipe if recipe.startswith(b"{") else zlib.decompress(recipe)


def whole(entry: Entry) -> bytes:
    """The recipe that brings a session back to where it stood."""
    recipe = unpacked(entry.recipe)
    if not entry.cursor:
        return recipe
    return json.dumps({**json.loads(recipe), **json.loads(entry.cursor)}).encode()


def copied(entry: Entry) -> bytes:
    """The recipe of another session that begins where one stands, and stands still."""
    return json.dumps({**json.loads(whole(entry)), "playing": None, "answered": []}).encode()


def lost(status: int) -> Refusal:
    """The refusal of what was asked of a process that has ended."""
    return Refusal(
        "session_lost",
        status,
        "The session's process has ended",
        "The command may not have been carried out; no other session is affected.",
        "Try again: the session is brought back from what made it."
        if status == 503
        else "Make the session again with POST /api/sessions.",
    )


def overloaded(why: str, when: str) -> Refusal:
    """The refusal of a session for which there is no process."""
    return Refusal("overloaded", 503, "No process can take sessions", why, f"Try again in {when}.")
