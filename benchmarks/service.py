"""The service: one step over REST and over the socket, alone and beside a busy session; a far seek; its start."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.running import service
from benchmarks.table import Row, summary

STEPS = 500
SEEKS = 200
ITERATIONS = 10_000


def measure(address: str) -> Iterator[Row]:
    """Rows of the service at ``address``."""
    yield from asyncio.run(_measure(address))
    yield _start()


async def _measure(address: str) -> list[Row]:
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        rest = await _create(client)
        rows = [summary("step over REST", "ms", [await _rest_step(client, rest) for _ in range(STEPS)])]
        rows.append(summary("step over the socket, to its frame", "ms", await _socket_steps(client, address)))
        tall = await _create(client)
        begun = time.perf_counter()
        await _command(client, tall, type="seek", iteration=ITERATIONS - 1)
        rows.append(Row(f"first seek to iteration {ITERATIONS}", "ms", 1000 * (time.perf_counter() - begun)))
        steps = len((await client.get(f"/api/sessions/{tall}/graph")).json()["steps"])
        chance = random.Random(7)
        seeks = []
        for _ in range(SEEKS):
            place = {"iteration": chance.randrange(ITERATIONS), "step": chance.randrange(steps)}
            begun = time.perf_counter()
            await _command(client, tall, type="seek", **place)
            seeks.append(1000 * (time.perf_counter() - begun))
        rows.append(summary(f"seek to a random step of {ITERATIONS} iterations", "ms", seeks))
        # As many sessions train flat out as there are processes, so that each step shares its process with one.
        for _ in range(int((await client.get("/api/health")).json()["workers"])):
            await _command(client, await _create(client), type="play", unit="iteration", rate=None)
        samples = [await _rest_step(client, rest) for _ in range(STEPS)]
        rows.append(summary("step over REST beside busy sessions", "ms", samples))
        return rows


async def _create(client: httpx.AsyncClient) -> str:
    response = await client.post("/api/sessions", json={"lesson": "one-weight"})
    response.raise_for_status()
    return str(response.json()["id"])


async def _command(client: httpx.AsyncClient, session: str, **fields: Any) -> list[dict[str, Any]]:
    response = await client.post(f"/api/sessions/{session}/commands", json=fields)
    response.raise_for_status()
    messages: list[dict[str, Any]] = response.json()
    return messages


async def _rest_step(client: httpx.AsyncClient, session: str) -> float:
    begun = time.perf_counter()
    await _command(client, session, type="step")
    return 1000 * (time.perf_counter() - begun)


async def _socket_steps(client: httpx.AsyncClient, address: str) -> list[float]:
    session = await _create(client)
    url = address.replace("http", "ws", 1) + f"/api/sessions/{session}/ws"
    samples = []
    async with connect(url, compression=None) as socket:
        await _next_frame(socket)
        for _ in range(STEPS):
            begun = time.perf_counter()
            await socket.send('{"type": "step"}')
            await _next_frame(socket)
            samples.append(1000 * (time.perf_counter() - begun))
    return samples


async def _next_frame(socket: ClientConnection) -> None:
    """Wait for a frame, and say that it has been painted."""
    while True:
        message = await socket.recv()
        if isinstance(message, bytes):
            length = int.from_bytes(message[8:12], "little")
            seq = json.loads(message[12 : 12 + length])["seq"]
            await socket.send(json.dumps({"type": "ack", "seq": seq}))
            return


def _start() -> Row:
    samples = []
    for _ in range(3):
        with service() as (_, seconds):
            samples.append(seconds)
    return Row("start of the service, until it answers", "s", sorted(samples)[1], max(samples), len(samples))
