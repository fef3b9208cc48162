"""What a worker process runs: a hub, and the socket to the API."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

from chainrule.host import logs
from chainrule.host.factory import hub_for
from chainrule.host.garbage import kept
from chainrule.host.hub import Hub
from chainrule.host.interface import Closed, Request
from chainrule.host.pipe import Kind, Packet, join, pack, read, split


class Worker:
    """Reads what the API sends, gives it to the hub, and writes what the hub says."""

    def __init__(self, writer: asyncio.StreamWriter, options: dict[str, Any]) -> None:
        self._writer = writer
        self._hub: Hub = hub_for(self, options)
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader) -> None:
        turns = asyncio.create_task(self._hub.run())
        self._writer.write(pack(Kind.READY))
        while (packet := await read(reader)) is not None:
            self._take(packet)
        turns.cancel()

    def _take(self, packet: Packet) -> None:
        match packet.kind:
            case Kind.REQUEST:
                task = asyncio.create_task(self._request(packet))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case Kind.CONNECT:
                session, since = split(packet.payload)[0]
                self._hub.connect(packet.channel, session, since)
            case Kind.TEXT:
                self._hub.receive(packet.channel, packet.payload.decode())
            case Kind.BINARY:
                self._hub.receive(packet.channel, packet.payload)
            case Kind.CLOSE:
                self._hub.disconnect(packet.channel)
            case Kind.PING:
                self._writer.write(pack(Kind.PING))
            case _:
                raise AssertionError(packet.kind)

    async def _request(self, packet: Packet) -> None:
        (method, session, arguments), body = split(packet.payload)
        response = await self._hub.request(Request(method, session, arguments, body))
        head = [response.status, response.media_type, response.more]
        self._writer.write(pack(Kind.RESPONSE, packet.channel, join(head, response.body)))

    # Outlet of the hub

    def emit(self, connection: int, message: str | bytes) -> None:
        if isinstance(message, str):
            self._writer.write(pack(Kind.TEXT, connection, message.encode()))
        else:
            self._writer.write(pack(Kind.BINARY, connection, message))

    def shut(self, connection: int, reason: Closed) -> None:
        self._writer.write(pack(Kind.CLOSE, connection, join([reason.code, reason.reason])))

    def recipe(self, session: str, recipe: bytes) -> None:
        self._writer.write(pack(Kind.RECIPE, 0, join(session, recipe)))

    def cursor(self, session: str, cursor: bytes) -> None:
        self._writer.write(pack(Kind.CURSOR, 0, join(session, cursor)))

    def gone(self, session: str) -> None:
        self._writer.write(pack(Kind.GONE, 0, join(session)))


async def main(number: int) -> int:
    """Serve until the API's end of the socket closes; return the exit status."""
    end = socket.socket(fileno=number)
    end.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=end, limit=2**22)
    first = await read(reader)
    if first is None:
        return 0
    options = split(first.payload)[0]
    logs.configure(str(options["log_level"]), str(options["log_format"]))
    try:
        with kept():
            worker = Worker(writer, options)
    except Exception as error:
        writer.write(pack(Kind.FAILED, 0, (str(error) or type(error).__name__).splitlines()[0].encode()))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        return 1
    await worker.serve(reader)
    return 0
