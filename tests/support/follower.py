"""A client of the socket, for tests: sends commands, reads answers and frames, acknowledges when told to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from httpx_ws import AsyncWebSocketSession, aconnect_ws
from wsproto.events import BytesMessage, TextMessage

from chainrule.protocol.frames import decode_frame
from chainrule.protocol.server import Frame


class Follower:
    """One connection to a session."""

    def __init__(self, socket: AsyncWebSocketSession) -> None:
        self.socket = socket
        self.frame: Frame | None = None
        self.seen: list[dict[str, Any]] = []

    async def send(self, **fields: Any) -> None:
        await self.socket.send_text(json.dumps(fields))

    async def receive(self) -> dict[str, Any] | Frame:
        """The next message, whatever it is."""
        event = await self.socket.receive(timeout=20)
        if isinstance(event, BytesMessage):
            self.frame = decode_frame(bytes(event.data))
            return self.frame
        assert isinstance(event, TextMessage)
        message: dict[str, Any] = json.loads(event.data)
        self.seen.append(message)
        return message

    async def until(self, **fields: Any) -> dict[str, Any]:
        """The next text message with these fields; frames on the way are acknowledged."""
        while True:
            message = await self.receive()
            if isinstance(message, Frame):
                await self.send(type="ack", seq=message.seq)
            elif all(message.get(name) == value for name, value in fields.items()):
                return message

    async def next_frame(self, *, ack: bool = True) -> Frame:
        """The next frame; text on the way is kept in ``seen``."""
        while True:
            message = await self.receive()
            if isinstance(message, Frame):
                if ack:
                    await self.send(type="ack", seq=message.seq)
                return message


@asynccontextmanager
async def follow(
    client: httpx.AsyncClient, session: str, query: str = "", **options: Any
) -> AsyncIterator[Follower]:
    """Connect to a session."""
    async with aconnect_ws(f"/api/sessions/{session}/ws{query}", client, **options) as socket:
        yield Follower(socket)


def numbers(frame: Frame) -> dict[tuple[str, int], float]:
    """The scalars of a frame by what they are and where they belong."""
    return {
        (tensor.what, tensor.index): float(tensor.data) for tensor in frame.tensors if tensor.data is not None
    }
