"""A session followed once for many: one connection, whose messages are published as they come.

It acknowledges frames itself, so that a session's pace depends on none of those who look on, and it asks the session
for all of them: what several ask at one place is computed once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from chainrule.host.bus import Bus, Inbox
from chainrule.host.interface import Closed, Connection, SessionHost
from chainrule.host.latest import Head, Latest, head_of
from chainrule.protocol.close import CloseCode

log = logging.getLogger(__name__)

PACE = 30.0
"""Frames a second at most, on average."""
METRICS = 0.25
"""Seconds between two messages of metrics: curves are drawn no more often."""
RETRIES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the connection is made again; the last one over and over."""
SUBSCRIBED = "room-subscribed"
"""The id under which a connection says what it wants; frames from before are not what it wants."""
UNDER_WAY = 8
"""Questions that a session is asked at a time."""
MOST_WAITING = 64
"""Questions that may wait for that."""

Reply = Callable[[str], None]
"""Takes the answer to a question: text, with an id that :func:`renamed` replaces."""


@dataclass(eq=False)
class Question:
    """What somebody asks, and who wants to know."""

    text: str
    askers: list[tuple[Reply, str | None]] = field(default_factory=list)


class Feed:
    """A session's messages on a topic of the bus.

    Parameters
    ----------
    topic
        Where they are published: frames and companions as the latest ones, all else in order.
    changed
        Called when it becomes known that the session can be reached, or cannot.
    """

    def __init__(self, host: SessionHost, bus: Bus, topic: str, session: str, changed: Callable[[], None]):
        self._host = host
        self._bus = bus
        self._topic = topic
        self._session = session
        self._changed = changed
        self._latest = Latest()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._subscribed: str | None = None
        self._as_wanted = False
        self._followers: set[Inbox] = set()
        self._numbers = 0
        self._asked: dict[str, Question] = {}
        self._waiting: deque[Question] = deque()
        self._under_way: dict[str, Question] = {}
        self._known: dict[str, str] = {}
        self._painted = 0.0
        self._ack: asyncio.TimerHandle | None = None
        self._counted = 0.0
        self._metrics: asyncio.TimerHandle | None = None
        self.reachable = True

    # -- who follows

    def follow(self, inbox: Inbox) -> None:
        """Tell a newcomer how things are, and from now on all that comes."""
        self._followers.add(inbox)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        if self._latest.complete:
            for message in self._latest.messages():
                head = head_of(message)
                binary = isinstance(message, bytes)
                inbox.put(message, latest=head.type if binary else None, frame=head.seq if binary else None)
        elif self._latest.messages():
            # What is under way is told whole; the rest comes.
            for message in self._latest.messages():
                inbox.put(message)
        self._bus.follow(self._topic, inbox)

    def leave(self, inbox: Inbox) -> None:
        """Somebody has gone. Where nobody follows, the session is not followed either."""
        self._bus.leave(self._topic, inbox)
        self._followers.discard(inbox)
        if not self._followers:
            self.close()

    def show(self, session: str) -> None:
        """Go on with another session."""
        if session != self._session:
            self._session = session
            self.close()
        if self._followers and self._task is None:
            self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """Stop following the session."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._drop()
        self._latest.clear()

    def subscribe(self, command: str) -> None:
        """Want these nodes and pictures; a command as the session's socket takes it."""
        self._subscribed = command
        if self._connection is not None:
            self._connection.send(command)

    # -- questions

    def ask(self, command: dict[str, object], reply: Reply, name: str | None) -> bool:
        """Ask the session something that changes nothing; False where too many wait already.

        ``name`` is the id that the answer is given.
        """
        text = json.dumps(command, sort_keys=True)
        known = self._known.get(text)
        if known is not None:
            reply(renamed(known, name))
            return True
        question = self._asked.get(text)
        if question is None:
            if len(self._waiting) >= MOST_WAITING or self._connection is None:
                return False
            question = self._asked[text] = Question(text)
            self._waiting.append(question)
        question.askers.append((reply, name))
        self._go_on()
        return True

    def _go_on(self) -> None:
        while self._waiting and len(self._under_way) < UNDER_WAY and self._connection is not None:
            question = self._waiting.popleft()
            self._numbers += 1
            number = f"room{self._numbers}"
            self._under_way[number] = question
            self._connection.send(json.dumps({**json.loads(question.text), "id": number}))

    def _answered(self, head: Head, message: str) -> None:
        question = self._under_way.get(head.id or "")
        if question is None or head.type == "progress":
            return
        del self._under_way[head.id or ""]
        self._asked.pop(question.text, None)
        if head.type != "error":
            self._known[question.text] = message
        for reply, name in question.askers:
            reply(renamed(message, name))
        self._go_on()

    # -- the connection

    async def _run(self) -> None:
        tries = 0
        while True:
            try:
                connection = await self._host.connect(self._session, None)
            except Exception:
                log.exception("a room cannot follow its session")
                connection = Closed(CloseCode.SESSION_LOST, "")
            if not isinstance(connection, Closed):
                self._connection = connection
                self._as_wanted = self._subscribed is None
                if self._subscribed is not None:
                    connection.send(json.dumps({**json.loads(self._subscribed), "id": SUBSCRIBED}))
                try:
                    if await self._pump(connection):
                        tries = 0
                except Exception:
                    # Better begun anew than silent for as long as the room is open.
                    log.exception("what a session said to its room could not be passed on")
                finally:
                    connection.close()
                self._drop()
            self._reached(False)
            await asyncio.sleep(RETRIES[min(tries, len(RETRIES) - 1)])
            tries += 1

    def _reached(self, reachable: bool) -> None:
        if reachable != self.reachable:
            self.reachable = reachable
            self._changed()

    def _drop(self) -> None:
        """The connection has gone, and with it what was asked over it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        for timer in (self._ack, self._metrics):
            if timer is not None:
                timer.cancel()
        self._ack = self._metrics = None
        lost = [*self._under_way.values(), *self._waiting]
        self._under_way, self._asked, self._known = {}, {}, {}
        self._waiting.clear()
        for question in lost:
            for reply, name in question.askers:
                reply(renamed(LOST, name))

    async def _pump(self, connection: Connection) -> bool:
        """Publish what comes until the connection ends; whether anything came."""
        anything = False
        while True:
            message = await connection.receive()
            if isinstance(message, Closed):
                return anything
            if not anything:
                anything = True
                self._reached(True)
            head = head_of(message)
            if head.id == SUBSCRIBED:
                self._as_wanted = True
                continue
            if isinstance(message, bytes) and not self._as_wanted:
                connection.send(json.dumps({"type": "ack", "seq": head.seq}))
                continue
            if isinstance(message, str) and head.id is not None:
                self._answered(head, message)
                continue
            if head.type in ("done", "error"):
                # Answers to what the room itself has sent.
                continue
            if head.type == "welcome":
                self._latest.clear()
                for inbox in self._followers:
                    inbox.anew()
            self._latest.take(head, message)
            if isinstance(message, bytes):
                self._known.clear()
                self._bus.publish(self._topic, message, latest=head.type, frame=head.seq)
                if head.type == "frame":
                    self._paint(connection, head.seq)
            elif head.type == "metrics":
                self._count()
            else:
                self._bus.publish(self._topic, message)

    def _count(self) -> None:
        """Publish metrics at once, or with those that come soon: while a network trains they come with each frame."""
        if self._metrics is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._counted + METRICS - loop.time()
        if wait <= 0:
            self._publish_metrics()
        else:
            self._metrics = loop.call_later(wait, self._publish_metrics)

    def _publish_metrics(self) -> None:
        self._metrics = None
        self._counted = asyncio.get_running_loop().time()
        for message in self._latest.news():
            self._bus.publish(self._topic, message)

    def _paint(self, connection: Connection, seq: int) -> None:
        """Acknowledge a frame when the next one is due."""
        now = time.monotonic()
        self._painted = max(now, self._painted + 1 / PACE)
        ack = json.dumps({"type": "ack", "seq": seq})
        if self._painted <= now:
            connection.send(ack)
        else:
            loop = asyncio.get_running_loop()
            self._ack = loop.call_later(self._painted - now, connection.send, ack)


LOST = json.dumps(
    {
        "seq": 0,
        "id": "room0",
        "type": "error",
        "code": "session_lost",
        "status": 503,
        "title": "The session's process has ended",
        "detail": "The question was not answered.",
        "hint": "Ask again: the session is brought back from what made it.",
        "place": None,
        "reason": None,
        "params": {},
    },
    separators=(",", ":"),
)


def renamed(message: str, name: str | None) -> str:
    """An answer with the id of who asked in place of the room's own."""
    begin = message.index('"id":"room')
    end = message.index('"', begin + len('"id":"'))
    return f'{message[:begin]}"id":{json.dumps(name)}{message[end + 1 :]}'
