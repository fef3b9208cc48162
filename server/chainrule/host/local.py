"""A host whose sessions live in the API's process: for tests, and for looking into a session with a debugger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chainrule.api.settings import Settings
from chainrule.host.delivery import Outlet
from chainrule.host.factory import hub_for, options_for
from chainrule.host.host import Host
from chainrule.host.hub import Hub
from chainrule.host.interface import Closed, Request, Response
from chainrule.host.link import Link, Receiver


class LocalLink:
    """A hub in this process. For tests: its sessions compute in the API's event loop."""

    def __init__(self, receiver: Receiver, make_hub: Callable[[Outlet], Hub]) -> None:
        self._receiver = receiver
        self._hub = make_hub(self)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._hub.run())

    async def request(self, request: Request) -> Response:
        return await self._hub.request(request)

    def connect(self, connection: int, session: str, since: int | None) -> None:
        self._hub.connect(connection, session, since)

    def send(self, connection: int, message: str | bytes) -> None:
        self._hub.receive(connection, message)

    def disconnect(self, connection: int) -> None:
        self._hub.disconnect(connection)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # Outlet of the hub

    def emit(self, connection: int, message: str | bytes) -> None:
        self._receiver.deliver(connection, message)

    def shut(self, connection: int, reason: Closed) -> None:
        self._receiver.deliver(connection, reason)

    def recipe(self, session: str, recipe: bytes) -> None:
        self._receiver.recipe(session, recipe)

    def cursor(self, session: str, cursor: bytes) -> None:
        self._receiver.cursor(session, cursor)

    def gone(self, session: str) -> None:
        self._receiver.gone(session)


def local_host(settings: Settings, make_hub: Callable[[Outlet], Hub] | None = None) -> Host:
    """A host with one hub, in this process. Nothing of it lasts."""
    make = make_hub or (lambda outlet: hub_for(outlet, {**options_for(settings), "keyframes": None}))

    async def link(host: Host) -> Link:
        return LocalLink(host, make)

    return Host(settings, link, count=1)
