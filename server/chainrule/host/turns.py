"""Whose turn it is: a session, what it has still to do, and the order in which sessions do it."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chainrule.host.seam import Session, Viewer
from chainrule.protocol import ServerMessage
from chainrule.protocol.model import Cursor

HANDS = 4
"""Turns of the event loop from a socket to an inbox: reading, splitting, starting a request, and one to spare."""

Job = Callable[[], object]


@dataclass(eq=False)
class Follower:
    """A connection to a session."""

    connection: int
    viewer: Viewer


@dataclass(eq=False)
class Waiter:
    """A command over REST whose answer is not complete yet."""

    messages: list[ServerMessage]
    finished: asyncio.Future[None]


@dataclass(eq=False)
class Recorded:
    """A recording of a session's lesson that is being made, by a session of its own."""

    number: int
    session: Session
    lines: Iterator[str | None]
    asked: int = 0


@dataclass(eq=False)
class Slot:
    """A session with its followers and what it has still to do."""

    id: str
    session: Session
    followers: dict[int, Follower] = field(default_factory=dict)
    inbox: deque[Job] = field(default_factory=deque)
    waiting: dict[str, list[Follower | Waiter]] = field(default_factory=dict)
    begun: dict[str, tuple[str, float]] = field(default_factory=dict)
    asked: bool = False
    due: bool = False
    timer: float | None = None
    gone: bool = False
    pulled: float = 0.0
    paid: float = 0.0
    cost: float = 0.0
    touched: float = field(default_factory=time.monotonic)
    unsaved: float = 0.0
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    recorded: Recorded | None = None
    pulling: dict[Follower, None] | None = None
    shown: float = 0.0
    journal: int = -1
    place: tuple[Cursor, dict[int, int]] | None = None
    placed: float = 0.0
    tips: dict[int, int] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return self.session.nbytes + (0 if self.recorded is None else self.recorded.session.nbytes)


class Turns:
    """Gives turns: each session that was asked something one answer, then one session a slice.

    So a heavy session delays another one's answer by a slice, and a flood of commands delays nobody's slices for long.
    """

    def __init__(self, give: Callable[[Slot, Job], None], advance: Callable[[Slot], None]) -> None:
        self._give = give
        self._advance = advance
        self._asked: deque[Slot] = deque()
        self._due: deque[Slot] = deque()
        self._timers: list[tuple[float, int, Slot]] = []
        self._count = itertools.count()
        self._wake = asyncio.Event()

    def ask(self, slot: Slot, job: Job) -> None:
        """Have something done when it is the session's turn."""
        slot.inbox.append(job)
        self.schedule(slot)

    def schedule(self, slot: Slot) -> None:
        """See that a session gets the turns it needs."""
        if slot.gone:
            return
        if slot.inbox and not slot.asked:
            slot.asked = True
            self._asked.append(slot)
        if slot.session.busy and not slot.due:
            when = slot.session.next_due or 0.0
            if when <= time.monotonic():
                slot.due = True
                self._due.append(slot)
            elif slot.timer is None or when < slot.timer:
                slot.timer = when
                heapq.heappush(self._timers, (when, next(self._count), slot))
        self._wake.set()

    async def run(self) -> None:
        """Give turns, for ever."""
        while True:
            pause = self._ring()
            if not self._asked and not self._due:
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
                continue
            for _ in range(len(self._asked)):
                slot = self._asked.popleft()
                slot.asked = False
                if slot.inbox:
                    slot.touched = time.monotonic()
                    self._give(slot, slot.inbox.popleft())
                    self.schedule(slot)
            if self._due:
                slot = self._due.popleft()
                slot.due = False
                if slot.session.busy and (slot.session.next_due or 0.0) <= time.monotonic():
                    self._advance(slot)
                self.schedule(slot)
            # What has come in meanwhile passes through several hands before it is in an inbox.
            for _ in range(HANDS):
                await asyncio.sleep(0)

    def _ring(self) -> float | None:
        """Give turns to those whose time has come; the time until the next one's."""
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            when, _, slot = heapq.heappop(self._timers)
            if slot.timer == when:
                slot.timer = None
                self.schedule(slot)
        return max(0.0, self._timers[0][0] - now) if self._timers else None
