"""All rooms of a service: found by their codes, limited, kept, and ended when nobody is in them."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING

from chainrule.errors import Refusal
from chainrule.host.bus import Bus, Inbox, LocalBus
from chainrule.host.interface import Request, SessionHost
from chainrule.host.live import LiveRoom, refusal_of
from chainrule.host.mailbox import closed
from chainrule.protocol.close import CloseCode
from chainrule.protocol.model import Text
from chainrule.room import MemoryStore, Room, RoomStore
from chainrule.room.code import make_code, read_code, unknown_room
from chainrule.room.question import Given

if TYPE_CHECKING:
    from chainrule.api.settings import Settings

log = logging.getLogger(__name__)

SWEEP = 1.0
"""Seconds between two looks at who does not read, and at rooms that nobody is in."""
MINUTE = 60.0


class Rooms:
    """The rooms of a service."""

    def __init__(
        self, host: SessionHost, settings: Settings, store: RoomStore | None = None, bus: Bus | None = None
    ) -> None:
        self.bus = bus or LocalBus()
        self._host = host
        self._settings = settings
        self._store = store or MemoryStore()
        self._rooms: dict[str, LiveRoom] = {}
        self._wrong: dict[str, deque[float]] = {}
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def followers(self) -> int:
        """Followers in all rooms."""
        return sum(live.room.followers for live in self._rooms.values())

    async def start(self) -> None:
        """Open the rooms that were kept, and look after all of them from now on."""
        for key, content in sorted(self._store.all()):
            try:
                self._again(key, content)
            except (ValueError, KeyError, IndexError) as error:
                # Not the error's words: they repeat what was kept.
                log.error("a room that was kept cannot be read (%s), and is forgotten", type(error).__name__)
                self._store.delete(key)
        self._task = asyncio.create_task(self._look_after())

    def _again(self, key: str, content: bytes) -> None:
        code, slash, answer = key.partition("/")
        if not slash:
            self._rooms[code] = self._live(Room.again(content))
            return
        number, _, member = answer.partition("/")
        asked = self._rooms[code].room.asked[int(number)]
        asked.answers[member] = Given.model_validate_json(content)

    async def close(self) -> None:
        """Keep how things are; those who are connected may come back."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for live in self._rooms.values():
            live.keep()
            live.stop()
            for seat in live.seats:
                seat.inbox.end(closed(CloseCode.GOING_AWAY))

    # -- opening, finding, ending

    async def open(self, session: str, view: str, owner: str) -> tuple[LiveRoom, str]:
        """Open a room that shows a session: the room, and its presenter's secret.

        Raises
        ------
        Refusal
            ``limit_rooms``, ``limit_rooms_per_client``; of the session.
        """
        self._make_room(owner)
        lesson, title = await self._lesson(session)
        self._make_room(owner)
        room = Room(make_code(self._rooms), session, lesson, title, owner=owner, view=view, used=time.time())
        secret = room.new_secret()
        live = self._rooms[room.code] = self._live(room)
        live.keep()
        return live, secret

    async def show(self, live: LiveRoom, session: str, view: str | None) -> None:
        """Have a room show another session; raises ``Refusal`` of the session."""
        lesson, title = await self._lesson(session)
        live.show(session, lesson, title, view)

    def find(self, code: str, client: str) -> LiveRoom:
        """The room with a code, as people write it.

        Raises
        ------
        Refusal
            ``unknown_room``; ``limit_room_tries``: this client has tried too many codes.
        """
        wrong = self._wrong.get(client)
        now = time.monotonic()
        if wrong is not None:
            while wrong and wrong[0] < now - MINUTE:
                wrong.popleft()
            if len(wrong) >= self._settings.room_tries:
                raise Refusal(
                    "limit_room_tries",
                    429,
                    "Too many codes were wrong",
                    f"This client has tried {len(wrong)} codes within a minute.",
                    "Compare the code with the one on the presenter's screen, and try again in a minute.",
                )
        try:
            return self._rooms[read_code(code)]
        except (Refusal, KeyError):
            self._wrong.setdefault(client, deque()).append(now)
            raise unknown_room() from None

    def end(self, live: LiveRoom) -> None:
        """A room is over, and everything that it was asked is forgotten."""
        self._rooms.pop(live.room.code, None)
        live.end()
        live.forget()

    def inbox(self) -> Inbox:
        """The queue of a new connection."""
        settings = self._settings
        return Inbox(self.bus.counts, limit=settings.max_queue, limit_bytes=settings.max_queue_bytes)

    def _live(self, room: Room) -> LiveRoom:
        return LiveRoom(room, self._host, self.bus, self._store, self._settings)

    async def _lesson(self, session: str) -> tuple[str, Text]:
        answer = await self._host.call(Request("info", session, {"brief": True}))
        if answer.status != 200:
            raise refusal_of(answer)
        slug = json.loads(answer.body)["lesson"]
        told = await self._host.call(Request("lesson", arguments={"slug": slug}))
        if told.status != 200:
            raise refusal_of(told)
        return slug, Text.model_validate(json.loads(told.body)["title"])

    def _make_room(self, owner: str) -> None:
        mine = sum(live.room.owner == owner for live in self._rooms.values())
        if mine >= self._settings.max_rooms_per_client:
            raise Refusal(
                "limit_rooms_per_client",
                429,
                "There are too many rooms",
                f"This client has opened {mine} rooms, the limit.",
                "End one with DELETE /api/rooms/{code}.",
            )
        if len(self._rooms) >= self._settings.max_rooms:
            raise Refusal(
                "limit_rooms",
                429,
                "The service has too many rooms",
                f"There are {len(self._rooms)} rooms, the limit.",
                "Try again later.",
            )

    # -- looking after them

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                self._sweep()
            except Exception:
                log.exception("looking after rooms failed")

    def _sweep(self) -> None:
        now, today = time.monotonic(), time.time()
        for live in list(self._rooms.values()):
            for seat in live.seats:
                if seat.inbox.stalled(now) > self._settings.room_stall:
                    seat.inbox.too_slow()
                    seat.end.set()
            if not live.seats and today - live.room.used > self._settings.room_idle_timeout:
                self.end(live)
        for client, wrong in list(self._wrong.items()):
            if wrong[-1] < now - MINUTE:
                del self._wrong[client]


def member_name(given: str | None) -> str:
    """What a member calls itself: what it says, or something that nobody else is called."""
    return given or secrets.token_urlsafe(16)
