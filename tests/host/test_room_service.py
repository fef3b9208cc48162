"""Rooms of the whole service: real processes and sockets, killed and stalled."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from chainrule.protocol.close import CloseCode
from host.test_survival import free_port
from support.service import Service, client_of, command, create, end, next_frame, serving

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def opened(client: httpx.AsyncClient, lesson: str = "one-weight") -> dict[str, Any]:
    session = await create(client, lesson)
    answer = await client.post("/api/rooms", json={"session": session, "view": "z=layers"})
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "session": session}


def room_socket(service: Service, code: str) -> connect:
    url = service.address.replace("http", "ws", 1) + f"/api/rooms/{code}/ws"
    return connect(url, compression=None, max_queue=None)


async def say(ws: ClientConnection, **fields: Any) -> None:
    await ws.send(json.dumps(fields))


async def until(ws: ClientConnection, **fields: Any) -> dict[str, Any]:
    while True:
        message = await asyncio.wait_for(ws.recv(), 30)
        if isinstance(message, str):
            told: dict[str, Any] = json.loads(message)
            if all(told.get(name) == value for name, value in fields.items()):
                return told


async def test_a_room_is_there_after_the_service_was_killed(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "--workers", "1", port=port) as first:
        async with client_of(first) as client:
            room = await opened(client)
            code = room["code"]
            await command(client, room["session"], type="step", unit="phase")
            async with room_socket(first, code) as presenter, room_socket(first, code) as follower:
                await say(presenter, type="present", secret=room["secret"])
                await say(presenter, type="ask", kind="number", text="?", node="w", id="ask")
                await until(presenter, id="ask", type="done")
                await say(follower, type="join", name="An", member="an-an-an-an")
                await until(follower, type="room")
                await next_frame(follower)
                await say(follower, type="answer", question=0, value="-24", id="answer")
                await until(follower, id="answer", type="done")
                first.kill()
    with serving(tmp_path, "--workers", "1", port=port) as second:
        async with (
            client_of(second) as client,
            room_socket(second, code) as presenter,
            room_socket(second, code) as follower,
        ):
            await say(follower, type="join", name="An", member="an-an-an-an")
            assert (await until(follower, type="joined"))["answer"] == "-24"
            told = await until(follower, type="room")
            assert (told["view"], told["question"]["state"], told["question"]["answered"]) == (
                "z=layers",
                "open",
                1,
            )
            assert (await next_frame(follower)).phase == "forward"
            await say(presenter, type="present", secret=room["secret"])
            assert (await until(presenter, type="joined"))["session"] == room["session"]
            await say(presenter, type="reveal")
            assert (await until(follower, type="joined"))["verdict"] == "exact"
            assert (await until(presenter, type="question", state="revealed"))["correct"] == -24.0
            ended = await client.delete(
                f"/api/rooms/{code}", headers={"Authorization": f"Bearer {room['secret']}"}
            )
            assert ended.status_code == 204
        second.kill()
    with serving(tmp_path, "--workers", "1", port=port) as third:
        async with client_of(third) as client:
            assert (await client.get(f"/api/rooms/{code}")).status_code == 404
        assert third.end() == (0, "", "")


async def test_a_room_goes_on_when_its_process_dies(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as service:
        async with client_of(service) as client:
            room = await opened(client)
            async with room_socket(service, room["code"]) as follower:
                await say(follower, type="join")
                await next_frame(follower)
                await command(client, room["session"], type="step", unit="phase", count=2)
                while (before := await next_frame(follower)).phase != "backward":
                    pass
                (worker,) = service.workers()
                os.kill(worker, signal.SIGKILL)
                await until(follower, type="welcome")
                after = await next_frame(follower)
                assert after.cursor == before.cursor
                await command(client, room["session"], type="step")
                while (await next_frame(follower)).cursor.step != before.cursor.step + 1:
                    pass


async def test_a_service_that_ends_says_so_and_its_rooms_are_there_again(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as first:
        async with client_of(first) as client:
            room = await opened(client)
            async with room_socket(first, room["code"]) as follower:
                await say(follower, type="join")
                await next_frame(follower)
                first.process.send_signal(signal.SIGTERM)
                assert await end(follower) == CloseCode.GOING_AWAY
        assert first.process.wait(30) == 0
    with serving(tmp_path, "--workers", "1") as second:
        async with client_of(second) as client:
            assert (await client.get(f"/api/rooms/{room['code']}")).json()["lesson"] == "one-weight"


async def test_who_does_not_read_is_closed_and_nobody_waits_for_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1", CHAINRULE_ROOM_STALL="1") as service:
        async with client_of(service) as client:
            room = await opened(client, "map-and-hiker")
            async with room_socket(service, room["code"]) as healthy:
                await say(healthy, type="join")
                await next_frame(healthy)
                with sleeper(service, room["code"]) as (asleep, file):
                    for _ in range(80):
                        asleep.sendall(masked('{"type":"map","count":129,"id":"map"}'))
                    there = 2
                    while there == 2:
                        (moved,) = [
                            told
                            for told in await command(client, room["session"], type="step")
                            if told["type"] == "moved"
                        ]
                        while (await next_frame(healthy)).cursor.model_dump() != moved["cursor"]:
                            pass
                        there = (await client.get(f"/api/rooms/{room['code']}")).json()["followers"]
                        await asyncio.sleep(0.1)
                    assert there == 1
                    # Awake again, it learns why, and where it does not read even that, when it comes back.
                    assert await asyncio.to_thread(close_code, file) == CloseCode.TOO_SLOW
                for stalled in (True, False):
                    async with room_socket(service, room["code"]) as again:
                        await say(again, type="join", member="one who sleeps in class")
                        joined = json.loads(await again.recv())
                        assert (joined["type"], joined["stalled"]) == ("joined", stalled)


@contextlib.contextmanager
def sleeper(service: Service, code: str) -> Iterator[tuple[socket.socket, BinaryIO]]:
    """A follower that has joined, has seen where the room is, and reads nothing from now on."""
    host, port = service.address.removeprefix("http://").split(":")
    with socket.socket() as asleep:
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.settimeout(60)
        asleep.connect((host, int(port)))
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /api/rooms/{code}/ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        head += f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        asleep.sendall(head.encode())
        file = asleep.makefile("rb")
        assert b" 101 " in file.readline()
        while file.readline().strip():
            pass
        asleep.sendall(masked('{"type":"join","member":"one who sleeps in class"}'))
        while message(file)[0] != 2:
            pass
        yield asleep, file


def message(file: BinaryIO) -> tuple[int, bytes]:
    """The kind and content of the next message of the server."""
    first, length = file.read(2)
    if length == 126:
        length = int.from_bytes(file.read(2), "big")
    elif length == 127:
        length = int.from_bytes(file.read(8), "big")
    return first & 15, file.read(length)


def masked(text: str) -> bytes:
    """A short text message as a client sends it; the mask is 0."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text.encode()


def close_code(file: BinaryIO) -> int:
    """Read everything, up to the message that closes the connection."""
    while True:
        kind, content = message(file)
        if kind == 8:
            return int.from_bytes(content[:2], "big")
