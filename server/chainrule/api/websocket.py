"""The WebSocket: relays what a follower and its session say to each other, and keeps the limits."""

from __future__ import annotations

import asyncio
import contextlib
import time
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from chainrule.api.settings import Settings
from chainrule.host.bus import Counts
from chainrule.host.interface import Closed, Connection, SessionHost
from chainrule.host.mailbox import closed
from chainrule.host.parse import id_of
from chainrule.protocol.close import CloseCode
from chainrule.protocol.server import ErrorMessage

router = APIRouter()

PORTS = {"http": 80, "https": 443}


class Bucket:
    """A rate limit: ``burst`` at once, ``rate`` a second on average."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._then = now

    def take(self, now: float) -> bool:
        """Say whether one more is within the limit."""
        self._left = min(self._burst, self._left + (now - self._then) * self._rate)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def origin_allowed(origin: str | None, host: str | None, allowed: list[str]) -> bool:
    """Say whether a page of this origin may open a socket: one that was served from here, or is listed.

    Programs other than browsers send no origin.
    """
    if origin is None or "*" in allowed:
        return True
    if origin.lower().rstrip("/") in (item.lower().rstrip("/") for item in allowed):
        return True
    try:
        page = urlsplit(origin.lower())
        here = urlsplit(f"{page.scheme}://{(host or '').lower()}")
        port = PORTS.get(page.scheme, 0)
        return bool(page.hostname) and (page.hostname, page.port or port) == (
            here.hostname,
            here.port or port,
        )
    except ValueError:
        return False


@router.websocket("/api/sessions/{id}/ws")
async def session_socket(websocket: WebSocket, id: str) -> None:  # noqa: A002 - the name in the address
    """Follow and drive a session."""
    settings: Settings = websocket.app.state.settings
    host: SessionHost = websocket.app.state.host
    # Accepted first in any case: browsers show a close code, but not why a handshake failed.
    await websocket.accept()
    if not origin_allowed(
        websocket.headers.get("origin"), websocket.headers.get("host"), settings.allowed_origins
    ):
        await close(websocket, closed(CloseCode.FORBIDDEN_ORIGIN))
        return
    since = websocket.query_params.get("since", "")
    seen = int(since) if since.isascii() and since.isdecimal() and len(since) < 16 else None
    connection = await host.connect(id, seen)
    if isinstance(connection, Closed):
        await close(websocket, connection)
        return
    writer = asyncio.create_task(_write(websocket, connection, websocket.app.state.sockets))
    reader = asyncio.create_task(_read(websocket, connection, settings))
    try:
        await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
    finally:
        connection.close()
        for task in (writer, reader):
            task.cancel()
        await asyncio.gather(writer, reader, return_exceptions=True)


async def _write(websocket: WebSocket, connection: Connection, counts: Counts) -> None:
    """Send what the session says, as fast as the follower reads it."""
    while True:
        message = await connection.receive()
        if isinstance(message, Closed):
            counts.too_slow += message.code == CloseCode.TOO_SLOW
        else:
            counts.messages += 1
            counts.frames += isinstance(message, bytes)
            counts.bytes += len(message)
        try:
            if isinstance(message, str):
                await websocket.send_text(message)
            elif isinstance(message, bytes):
                await websocket.send_bytes(message)
            else:
                await close(websocket, message)
                return
        except (WebSocketDisconnect, RuntimeError):
            return


async def _read(websocket: WebSocket, connection: Connection, settings: Settings) -> None:
    """Pass on what the follower says, within the limits."""
    bucket = Bucket(settings.message_rate, settings.message_burst, time.monotonic())
    dropped = 0
    while True:
        # Who does not read its answers is not listened to: the sender's own buffers fill, and nobody else's.
        await connection.ready()
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if not bucket.take(time.monotonic()):
            dropped += 1
            if dropped > settings.message_burst:
                await close(websocket, closed(CloseCode.TOO_MANY_MESSAGES))
                return
            await _say(websocket, _too_fast(message.get("text") or "", settings))
            continue
        dropped = 0
        text = message.get("text")
        sent: str | bytes = message["bytes"] if text is None else text
        if _size(sent) > settings.max_message:
            await _say(websocket, _too_large(settings))
            continue
        connection.send(sent)


def _size(message: str | bytes) -> int:
    """Bytes of a message."""
    return len(message) if isinstance(message, bytes) else len(message.encode("utf-8", "replace"))


def _too_fast(message: str, settings: Settings) -> ErrorMessage:
    return ErrorMessage(
        id=id_of(message) if len(message) < 10_000 else None,
        code="limit_message_rate",
        status=429,
        title="Messages come too fast",
        detail=f"This one was dropped: {settings.message_rate:g} a second are taken.",
        hint="Send it again, and fewer a second; an edit that is being dragged can skip values.",
    )


def _too_large(settings: Settings) -> ErrorMessage:
    return ErrorMessage(
        code="message_too_large",
        status=413,
        title="The message is too large",
        detail=f"Messages may have {settings.max_message} bytes.",
        hint="Send less, or raise CHAINRULE_MAX_MESSAGE on the server.",
    )


async def _say(websocket: WebSocket, error: ErrorMessage) -> None:
    """Refuse a message without asking the session."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await websocket.send_text(error.model_dump_json())


async def close(websocket: WebSocket, reason: Closed) -> None:
    """Close a socket with a reason, if it is still open."""
    if websocket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(reason.code, reason.reason)
