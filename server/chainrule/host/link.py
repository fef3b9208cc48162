"""The road between the API and the hub of a worker process: requests and messages over a socket pair."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Protocol

from chainrule.host.interface import Closed, Request, Response
from chainrule.host.mailbox import closed
from chainrule.host.pipe import Kind, Packet, join, pack, read, split
from chainrule.protocol.close import CloseCode

log = logging.getLogger(__name__)


PATIENCE = 60.0
"""Seconds of silence after which a worker process is taken to hang. Slices are milliseconds long."""


class StartError(Exception):
    """A worker cannot start; the message is one line that says why."""


class LinkLost(Exception):  # noqa: N818 - an event
    """The process at the other end has gone."""


class Receiver(Protocol):
    """What a link calls at the API's end."""

    def deliver(self, connection: int, message: str | bytes | Closed) -> None: ...

    def recipe(self, session: str, recipe: bytes) -> None: ...

    def cursor(self, session: str, cursor: bytes) -> None: ...

    def gone(self, session: str) -> None: ...

    def lost(self, link: Link) -> None: ...


class Link(Protocol):
    """One hub, near or far."""

    async def start(self) -> None: ...

    async def request(self, request: Request) -> Response:
        """Raises ``LinkLost`` where the process ends before it has answered."""
        ...

    def connect(self, connection: int, session: str, since: int | None) -> None: ...

    def send(self, connection: int, message: str | bytes) -> None: ...

    def disconnect(self, connection: int) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Spawned:
    """A worker process that has been started, and the API's end of its socket."""

    process: subprocess.Popen[bytes]
    socket: socket.socket


def spawn(options: dict[str, object]) -> Spawned:
    """Start a worker process; does not wait for it to be ready.

    A fresh interpreter, not a fork: nothing of the API's is shared. It gets a process group of its own, so that Ctrl-C
    in a terminal reaches the API alone, and it ends by itself when the API's end of the socket closes for any reason.
    """
    near, far = socket.socketpair()
    threads = dict.fromkeys(
        (
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
            "NUMEXPR_NUM_THREADS",
        ),
        "1",
    )
    with far:
        process = subprocess.Popen(
            [sys.executable, "-m", "chainrule.host", str(far.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(far.fileno(),),
            env={**os.environ, **threads},
            start_new_session=True,
        )
    near.sendall(pack(Kind.REQUEST, 0, join(options)))
    return Spawned(process, near)


class ProcessLink:
    """A hub in a worker process."""

    def __init__(self, receiver: Receiver, spawned: Spawned, patience: float = PATIENCE) -> None:
        self._receiver = receiver
        self._process = spawned.process
        self._socket = spawned.socket
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[Response]] = {}
        self._numbers = itertools.count(1)
        self._task: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._patience = patience
        self._heard = False
        self._closing = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    async def start(self) -> None:
        """Wait until sessions can be taken; raise ``StartError`` where they cannot."""
        self._socket.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=self._socket, limit=2**22)
        first = await read(reader)
        if first is None or first.kind is not Kind.READY:
            await self.close()
            why = first.payload.decode() if first is not None else "a worker process ended as it started"
            raise StartError(why)
        self._task = asyncio.create_task(self._read(reader))
        self._watch = asyncio.create_task(self._ping())

    async def _ping(self) -> None:
        """End a process that does not listen any more: nothing that is asked of it would ever be answered."""
        while True:
            self._heard = False
            self._write(Kind.PING, 0)
            await asyncio.sleep(self._patience)
            if not self._heard:
                log.error("a worker process does not answer and is ended")
                self._process.kill()
                return

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while (packet := await read(reader)) is not None:
            self._heard = True
            self._take(packet)
        if self._watch is not None:
            self._watch.cancel()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(LinkLost())
        self._answers.clear()
        if not self._closing:
            log.error("a worker process ended unexpectedly (exit status %s)", self._process.poll())
            self._receiver.lost(self)

    def _take(self, packet: Packet) -> None:
        match packet.kind:
            case Kind.TEXT:
                self._receiver.deliver(packet.channel, packet.payload.decode())
            case Kind.BINARY:
                self._receiver.deliver(packet.channel, packet.payload)
            case Kind.CLOSE:
                code, reason = split(packet.payload)[0]
                self._receiver.deliver(packet.channel, Closed(code, reason))
            case Kind.RESPONSE:
                future = self._answers.pop(packet.channel, None)
                if future is not None and not future.done():
                    (status, media_type, more), body = split(packet.payload)
                    future.set_result(Response(status, body, media_type, more))
            case Kind.RECIPE:
                session, recipe = split(packet.payload)
                self._receiver.recipe(session, recipe)
            case Kind.CURSOR:
                session, cursor = split(packet.payload)
                self._receiver.cursor(session, cursor)
            case Kind.GONE:
                self._receiver.gone(split(packet.payload)[0])
            case Kind.PING:
                pass
            case _:
                raise AssertionError(packet.kind)

    def _write(self, kind: Kind, channel: int, payload: bytes = b"") -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(pack(kind, channel, payload))

    async def request(self, request: Request) -> Response:
        if self._task is None or self._task.done():
            raise LinkLost
        number = next(self._numbers)
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        self._write(
            Kind.REQUEST, number, join([request.method, request.session, request.arguments], request.body)
        )
        try:
            return await future
        finally:
            self._answers.pop(number, None)

    def connect(self, connection: int, session: str, since: int | None) -> None:
        self._write(Kind.CONNECT, connection, join([session, since]))

    def send(self, connection: int, message: str | bytes) -> None:
        if isinstance(message, str):
            self._write(Kind.TEXT, connection, message.encode("utf-8", "replace"))
        else:
            self._write(Kind.BINARY, connection, message)

    def disconnect(self, connection: int) -> None:
        self._write(Kind.CLOSE, connection, join([CloseCode.NORMAL, closed(CloseCode.NORMAL).reason]))

    async def close(self) -> None:
        self._closing = True
        if self._writer is not None:
            self._writer.close()
        else:
            self._socket.close()
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(loop.run_in_executor(None, self._process.wait, 1.0), 2.0)
        except (subprocess.TimeoutExpired, TimeoutError):
            self._process.send_signal(signal.SIGKILL)
            await loop.run_in_executor(None, self._process.wait)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
