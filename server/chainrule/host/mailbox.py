"""One bounded queue per follower: a slow reader waits alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from chainrule.host.interface import Closed
from chainrule.protocol.close import CLOSE_REASONS, CloseCode


def closed(code: CloseCode) -> Closed:
    """The end of a connection for one of the reasons of the protocol."""
    return Closed(code, CLOSE_REASONS[code])


class Mailbox:
    """A follower's connection: what the session sends waits here until the follower reads it.

    Frames are paced by acknowledgements where they are made; what piles up here are answers, which are never dropped.
    A follower that asks without reading is not listened to (:meth:`ready`); one that still lets the queue overflow is
    closed, and comes back to a snapshot.
    """

    def __init__(
        self,
        *,
        limit: int,
        limit_bytes: int,
        forward: Callable[[str | bytes], None],
        leave: Callable[[], None],
    ) -> None:
        self._items: deque[str | bytes] = deque()
        self._bytes = 0
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._forward = forward
        self._leave = leave
        self._end: Closed | None = None
        self._arrived = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()

    def put(self, message: str | bytes) -> None:
        """Add what the session sends."""
        if self._end is not None:
            return
        self._items.append(message)
        self._bytes += len(message)
        if len(self._items) > self._limit or (self._bytes > self._limit_bytes and len(self._items) > 1):
            self.end(closed(CloseCode.TOO_SLOW), drop=True)
            self._leave()
            return
        if len(self._items) * 2 > self._limit or self._bytes * 2 > self._limit_bytes:
            self._roomy.clear()
        self._arrived.set()

    def end(self, reason: Closed, *, drop: bool = False) -> None:
        """Nothing comes any more; what waits is still delivered unless it is dropped."""
        if self._end is None:
            self._end = reason
        if drop:
            self._items.clear()
            self._bytes = 0
        self._arrived.set()
        self._roomy.set()

    async def receive(self) -> str | bytes | Closed:
        while not self._items:
            if self._end is not None:
                return self._end
            self._arrived.clear()
            await self._arrived.wait()
        message = self._items.popleft()
        self._bytes -= len(message)
        if len(self._items) * 2 <= self._limit and self._bytes * 2 <= self._limit_bytes:
            self._roomy.set()
        return message

    def send(self, message: str | bytes) -> None:
        if self._end is None:
            self._forward(message)

    async def ready(self) -> None:
        await self._roomy.wait()

    def close(self) -> None:
        if self._end is None:
            self.end(closed(CloseCode.NORMAL), drop=True)
            self._leave()
