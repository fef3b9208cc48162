"""The whole service as a process of its own, and a client's view of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chainrule.protocol.frames import decode_frame
from chainrule.protocol.server import Frame


class Service:
    """A running service."""

    def __init__(self, folder: Path, *options: str, port: int = 0, **environment: str) -> None:
        given = ["--port", str(port), "--data", str(folder), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chainrule.cli", "serve", *given],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.address = self.line.split()[-1]

    def workers(self) -> list[int]:
        """The numbers of the worker processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"chainrule.host\0" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """End it: the exit status, and what it has written since it said where it is."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err

    def kill(self) -> str:
        """End it as a crash does: what it has said about itself."""
        self.process.kill()
        return self.process.communicate()[1]


@contextlib.contextmanager
def serving(folder: Path, *options: str, port: int = 0, **environment: str) -> Iterator[Service]:
    """A service that is gone afterwards, whatever happens."""
    running = Service(folder, *options, port=port, **environment)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


async def create(client: httpx.AsyncClient, lesson: str = "one-weight") -> str:
    response = await client.post("/api/sessions", json={"lesson": lesson})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def command(client: httpx.AsyncClient, session: str, **fields: Any) -> list[dict[str, Any]]:
    response = await client.post(f"/api/sessions/{session}/commands", json=fields)
    assert response.status_code == 200, response.text
    messages: list[dict[str, Any]] = response.json()
    return messages


def socket_of(service: Service, session: str, **options: Any) -> connect:
    url = service.address.replace("http", "ws", 1) + f"/api/sessions/{session}/ws"
    return connect(url, compression=None, **{"max_queue": None, **options})


async def next_frame(ws: ClientConnection) -> Frame:
    while True:
        message = await asyncio.wait_for(ws.recv(), 30)
        if isinstance(message, bytes):
            frame = decode_frame(message)
            await ws.send(json.dumps({"type": "ack", "seq": frame.seq}))
            return frame


async def end(ws: ClientConnection) -> int | None:
    """Read to the end of a connection: the code with which the server closes it."""
    try:
        while True:
            await asyncio.wait_for(ws.recv(), 30)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def client_of(service: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=service.address, timeout=60)
