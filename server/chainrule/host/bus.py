"""How messages reach many followers: a topic that they follow, and a bounded queue for each of them.

What is published is encoded already, and the same object for all. A follower that is slow skips what has been
overtaken; one that does not read at all is found by :meth:`Inbox.stalled`. Nobody waits for anybody.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from chainrule.host.interface import Closed
from chainrule.host.mailbox import closed
from chainrule.protocol.close import CloseCode

Key = str | int
Sink = Callable[[str | bytes], Awaitable[None] | None]
"""Sends a message at once; what is left to be done is awaited where that was not possible."""


class Item(NamedTuple):
    """A message on its way. ``frame`` is its number where it is one that is acknowledged."""

    message: str | bytes
    frame: int | None = None


@dataclass(slots=True)
class Counts:
    """What has been sent, and what was overtaken before it was."""

    messages: int = 0
    frames: int = 0
    bytes: int = 0
    coalesced: int = 0
    too_slow: int = 0


class Inbox:
    """One follower's end: what waits for it, in the order in which it came.

    Of messages published as ``latest`` of something only the last one waits: it takes the place of the one before, at
    the end. All others are kept; where they are too many, the follower is closed.

    Where nothing waits and the follower reads, what is put goes straight into the ``sink``: no task has to be woken for it,
    which would take as long as sending it.

    Parameters
    ----------
    limit, limit_bytes
        Messages that may wait, and their bytes.
    window
        Frames on their way to a follower that acknowledges them.
    """

    def __init__(self, counts: Counts, *, limit: int, limit_bytes: int, window: int = 8) -> None:
        self._items: dict[Key, Item] = {}
        self._numbers = itertools.count()
        self._bytes = 0
        self._counts = counts
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._window = window
        self._flying: deque[int] = deque()
        self._paced = False
        self._end: Closed | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._given = 0.0
        self._reading = True
        self._rest: Awaitable[None] | None = None
        self.sink: Sink | None = None

    def put(self, message: str | bytes, *, latest: str | None = None, frame: int | None = None) -> None:
        """Add a message. ``latest``: only the last one of this name is worth sending."""
        if self._end is not None:
            return
        if self.sink is not None and not self._items and self._reads() and not self._held(frame):
            self._sent(message, frame)
            self._rest = self.sink(message)
            if self._rest is not None:
                self._reading, self._given = False, time.monotonic()
                self._wake()
            return
        key: Key = next(self._numbers) if latest is None else latest
        before = self._items.pop(key, None)
        if before is not None:
            self._bytes -= len(before.message)
            self._counts.coalesced += 1
        self._items[key] = Item(message, frame)
        self._bytes += len(message)
        if len(self._items) > self._limit or (self._bytes > self._limit_bytes and len(self._items) > 1):
            self.too_slow()
        self._wake()

    def too_slow(self) -> None:
        """End it, and forget what waits: the follower may come back for the latest state."""
        self._counts.too_slow += 1
        self.end(closed(CloseCode.TOO_SLOW), drop=True)

    @property
    def was_too_slow(self) -> bool:
        """Whether it was ended because the follower did not read."""
        return self._end is not None and self._end.code == CloseCode.TOO_SLOW

    def end(self, reason: Closed, *, drop: bool = False) -> None:
        """Nothing comes any more; what waits is still delivered unless it is dropped."""
        if self._end is None:
            self._end = reason
        if drop:
            self._items.clear()
            self._bytes = 0
        # What waits for an acknowledgement is not waited for any longer.
        self._paced = False
        self._wake()

    def ack(self, frame: int) -> None:
        """A frame has been painted, and with it all before. From now on no more of them are sent than are painted."""
        self._paced = True
        while self._flying and self._flying[0] <= frame:
            self._flying.popleft()
        self._wake()

    def anew(self) -> None:
        """Frames are numbered anew: they come from another session."""
        self._flying.clear()
        self._wake()

    def stalled(self, now: float) -> float:
        """Seconds (``time.monotonic``) for which what was given last has not been taken by the follower."""
        return 0.0 if self._reading else now - self._given

    def __len__(self) -> int:
        return len(self._items)

    async def receive(self) -> str | bytes | Closed:
        """The next message; asked for when the one before has been sent."""
        while True:
            if self._rest is not None:
                rest, self._rest = self._rest, None
                await rest
            self._reading = True
            item = self._take()
            if item is not None:
                self._reading, self._given = False, time.monotonic()
                return item.message
            if self._end is not None:
                return self._end
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def _take(self) -> Item | None:
        items = self._items
        if not items:
            return None
        if self._held(0):
            found = next((key for key, item in items.items() if item.frame is None), None)
            if found is None:
                return None
            item = items.pop(found)
        else:
            item = items.pop(next(iter(items)))
        self._bytes -= len(item.message)
        self._sent(item.message, item.frame)
        return item

    def _reads(self) -> bool:
        """Whether the follower waits for a message."""
        return self._reading and self._waiter is not None

    def _held(self, frame: int | None) -> bool:
        """Whether a frame has to wait for others to be painted."""
        return self._paced and frame is not None and len(self._flying) >= self._window

    def _sent(self, message: str | bytes, frame: int | None) -> None:
        counts = self._counts
        counts.messages += 1
        counts.bytes += len(message)
        if frame is not None:
            counts.frames += 1
            if self._paced:
                self._flying.append(frame)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Bus(Protocol):
    """Topics, and who follows them. What is published reaches those who follow now."""

    @property
    def counts(self) -> Counts: ...

    def publish(
        self, topic: str, message: str | bytes, *, latest: str | None = None, frame: int | None = None
    ) -> None: ...

    def follow(self, topic: str, inbox: Inbox) -> None: ...

    def leave(self, topic: str, inbox: Inbox) -> None: ...


class LocalBus:
    """A bus whose followers are all in this process."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._topics: dict[str, dict[Inbox, None]] = {}

    def publish(
        self, topic: str, message: str | bytes, *, latest: str | None = None, frame: int | None = None
    ) -> None:
        for inbox in self._topics.get(topic, ()):
            inbox.put(message, latest=latest, frame=frame)

    def follow(self, topic: str, inbox: Inbox) -> None:
        self._topics.setdefault(topic, {})[inbox] = None

    def leave(self, topic: str, inbox: Inbox) -> None:
        followers = self._topics.get(topic, {})
        followers.pop(inbox, None)
        if not followers:
            self._topics.pop(topic, None)
