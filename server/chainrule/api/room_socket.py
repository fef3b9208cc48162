"""A room's socket: relays what one says and is told, and keeps the limits."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, cast

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.types import Receive, Scope, Send

from chainrule.api.settings import Settings
from chainrule.api.websocket import Bucket, close, origin_allowed
from chainrule.errors import Refusal
from chainrule.host.bus import Inbox
from chainrule.host.live import LiveRoom, Seat
from chainrule.host.mailbox import closed
from chainrule.host.parse import id_of, room_message
from chainrule.host.problem import failure, to_message
from chainrule.host.rooms import Rooms, member_name
from chainrule.protocol.close import CloseCode
from chainrule.protocol.room import JoinCommand, PresentCommand
from chainrule.room.room import clean_name

log = logging.getLogger(__name__)

router = APIRouter()

FIRST = 20.0
"""Seconds within which a connection says whether it follows or presents."""
PARTING = 20.0
"""Seconds for which one that does not read is given the chance to learn why it was closed."""


class RoomSocket:
    """Follow or present a room. An ASGI app: what five hundred are sent goes to the server through as little as can be."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _visit(WebSocket(scope, receive, send), send, str(scope["path_params"]["code"]))


router.add_websocket_route("/api/rooms/{code}/ws", RoomSocket())  # type: ignore[arg-type]


async def _visit(websocket: WebSocket, send: Send, code: str) -> None:
    settings: Settings = websocket.app.state.settings
    rooms: Rooms = websocket.app.state.rooms
    # Accepted first in any case: browsers show a close code, but not why a handshake failed.
    await websocket.accept()
    if not origin_allowed(
        websocket.headers.get("origin"), websocket.headers.get("host"), settings.allowed_origins
    ):
        await close(websocket, closed(CloseCode.FORBIDDEN_ORIGIN))
        return
    try:
        live = rooms.find(code, websocket.client.host if websocket.client else "")
    except Refusal as refusal:
        unknown = refusal.status == 404
        await close(websocket, closed(CloseCode.UNKNOWN_ROOM if unknown else CloseCode.TOO_MANY_MESSAGES))
        return
    await _Visit(websocket, send, live, rooms.inbox(), settings).run()


class Rest:
    """What is left of a coroutine that was begun outside of any task, for a task to await."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for = self._waits_for
        try:
            while True:
                try:
                    result = yield waits_for
                except BaseException as error:
                    waits_for = self._work.throw(error)
                else:
                    waits_for = self._work.send(result)
        except StopIteration:
            return


def begin(work: Awaitable[None]) -> Rest | None:
    """Do as much of some work as goes without waiting; the rest, if there is one.

    As tasks that start eagerly do, which Python has from 3.12 on.
    """
    coroutine = cast("Coroutine[Any, Any, None]", work)
    try:
        return Rest(coroutine, coroutine.send(None))
    except StopIteration:
        return None


class _Visit:
    """One connection, from its first message to its end."""

    def __init__(
        self, websocket: WebSocket, send: Send, live: LiveRoom, inbox: Inbox, settings: Settings
    ) -> None:
        self._websocket = websocket
        self._send = send
        self._live = live
        self._inbox = inbox
        self._settings = settings
        self._seat: Seat | None = None
        inbox.sink = self._at_once
        self._end = asyncio.Event()

    async def run(self) -> None:
        work = [
            asyncio.create_task(job) for job in (self._write(), self._read(), self._first(), self._stalled())
        ]
        try:
            # The two last ones wait; what ends is the connection, or who does not read it.
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._seat is not None:
                self._live.leave(self._seat)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        if self._end.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(close(self._websocket, closed(CloseCode.TOO_SLOW)), PARTING)

    def _at_once(self, message: str | bytes) -> Rest | None:
        """Send at once what can be."""
        kind = "bytes" if isinstance(message, bytes) else "text"
        try:
            return begin(self._send({"type": "websocket.send", kind: message}))
        except (WebSocketDisconnect, RuntimeError, OSError):
            # It has gone: who reads finds that out.
            return None

    async def _write(self) -> None:
        """Send what waits, as fast as it is read."""
        while True:
            try:
                message = await self._inbox.receive()
                if isinstance(message, bytes):
                    await self._websocket.send_bytes(message)
                elif isinstance(message, str):
                    await self._websocket.send_text(message)
                else:
                    await close(self._websocket, message)
                    return
            except (WebSocketDisconnect, RuntimeError, OSError):
                return

    async def _first(self) -> None:
        """Close who says nothing; afterwards wait for ever."""
        await asyncio.sleep(FIRST)
        if self._seat is None:
            self._inbox.end(closed(CloseCode.NOT_JOINED))
        await asyncio.Event().wait()

    async def _stalled(self) -> None:
        """Until it is found that the other side does not read."""
        await self._end.wait()

    async def _read(self) -> None:
        """Pass on what is said, within the limits."""
        settings = self._settings
        bucket = Bucket(settings.room_message_rate, settings.room_message_burst, time.monotonic())
        dropped = 0
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text, data = message.get("text"), message.get("bytes")
            if not bucket.take(time.monotonic()):
                dropped += 1
                if dropped > settings.room_message_burst:
                    self._inbox.end(closed(CloseCode.TOO_MANY_MESSAGES))
                    await asyncio.Event().wait()
                self._refuse(_too_fast(settings), text)
                continue
            dropped = 0
            sent = text.encode("utf-8", "replace") if text is not None else data or b""
            try:
                if len(sent) > settings.max_room_message:
                    raise _too_large(settings)
                if text is None:
                    raise _binary()
                await self._take(sent)
            except Refusal as refusal:
                self._refuse(refusal, text)
            except Exception:
                log.exception("a room's message failed")
                self._refuse(failure(), text)

    async def _take(self, sent: bytes) -> None:
        message = room_message(sent)
        if self._seat is not None:
            await self._live.handle(self._seat, message)
            return
        if not isinstance(message, (JoinCommand, PresentCommand)):
            raise Refusal(
                "room_not_joined",
                409,
                "This connection has not joined yet",
                "The first message says whether one follows or presents.",
                "Send join or present first.",
            )
        name, display = "", ""
        if isinstance(message, JoinCommand):
            if self._live.room.followers >= self._settings.max_room_followers:
                self._inbox.end(closed(CloseCode.TOO_MANY_FOLLOWERS))
                return
            display = clean_name(message.name, self._settings.max_name)
            name = member_name(message.member)
        self._seat = self._live.sit(self._inbox, message, name, display, self._end)

    def _refuse(self, refusal: Refusal, text: str | None) -> None:
        named = id_of(text) if text is not None and len(text) < 10_000 else None
        told = to_message(refusal, seq=self._live.room.revision, id=named)
        self._inbox.put(told.model_dump_json())


def _too_fast(settings: Settings) -> Refusal:
    return Refusal(
        "limit_message_rate",
        429,
        "Messages come too fast",
        f"This one was dropped: {settings.room_message_rate:g} a second are taken.",
        "Send it again, and fewer a second.",
    )


def _too_large(settings: Settings) -> Refusal:
    return Refusal(
        "message_too_large",
        413,
        "The message is too large",
        f"Messages may have {settings.max_room_message} bytes.",
        "Send less, or raise CHAINRULE_MAX_ROOM_MESSAGE on the server.",
    )


def _binary() -> Refusal:
    return Refusal(
        "invalid_message",
        422,
        "There is no such command",
        "Binary messages are sent by the server only.",
        "Send commands as text.",
    )
