"""Rooms, for tests: opened over REST, followed over their sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from httpx_ws import AsyncWebSocketSession, aconnect_ws

from support.follower import Follower


async def open_room(client: httpx.AsyncClient, lesson: str = "one-weight", **config: Any) -> dict[str, Any]:
    """A room that shows a new session: what its presenter is told, with the session's id as ``session``."""
    made = await client.post("/api/sessions", json={"lesson": lesson, "config": config})
    assert made.status_code == 201, made.text
    session = made.json()["id"]
    answer = await client.post("/api/rooms", json={"session": session, "view": "z=scalars"})
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "session": session}


def bearer(room: dict[str, Any]) -> dict[str, str]:
    """The header that proves that one presents."""
    return {"Authorization": f"Bearer {room['secret']}"}


@asynccontextmanager
async def enter(
    client: httpx.AsyncClient, code: str, headers: dict[str, str] | None = None, **first: Any
) -> AsyncIterator[Follower]:
    """A connection to a room whose first message is this; without one, nothing is sent."""
    socket: AsyncWebSocketSession
    async with aconnect_ws(f"/api/rooms/{code}/ws", client, headers=headers or {}) as socket:
        follower = Follower(socket)
        if first:
            await follower.send(**first)
        yield follower


@asynccontextmanager
async def join(client: httpx.AsyncClient, code: str, **fields: Any) -> AsyncIterator[Follower]:
    """A follower that has joined."""
    async with enter(client, code, type="join", **fields) as follower:
        await follower.until(type="room")
        yield follower


@asynccontextmanager
async def present(client: httpx.AsyncClient, room: dict[str, Any], **fields: Any) -> AsyncIterator[Follower]:
    """The presenter's connection."""
    async with enter(client, room["code"], type="present", secret=room["secret"], **fields) as follower:
        await follower.until(type="room")
        yield follower
