"""Runs the service on a socket: workers first, then uvicorn, then a line that says where."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chainrule.api.app import create_app
from chainrule.api.settings import Settings
from chainrule.host import logs
from chainrule.host.interface import SessionHost

OVERSIZE = 4
"""How many times larger than allowed a message may be and still be refused politely."""


class Server(uvicorn.Server):
    """Uvicorn that says when it listens, and ends quietly on Ctrl-C, after all that is under way has been answered."""

    def __init__(
        self, config: uvicorn.Config, listening: Callable[[], None], drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._listening = listening
        self._drain = drain
        self._ending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to end. Told so again, it ends at once."""
        if self._ending is None:
            self._ending = asyncio.get_running_loop().create_task(self._end())
        else:
            super().handle_exit(sig, frame)

    async def _end(self) -> None:
        try:
            await self._drain()
        finally:
            self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn's own raises the signal anew when all is done: a traceback for a Ctrl-C that was obeyed.
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


def configure(settings: Settings, app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves the app."""
    return uvicorn.Config(
        app,
        loop="none",
        http="auto",
        ws="websockets-sansio",
        # What is over the limit is refused, and the socket stays open; only what nobody could mean closes it.
        ws_max_size=OVERSIZE * settings.max_message,
        # Frames are floats: compressing them saves next to nothing and costs fifteen times the work.
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def run(settings: Settings, end: socket.socket, host: SessionHost, listening: Callable[[], None]) -> None:
    """Serve on a bound socket until told to end; raises ``StartError`` where no worker can start."""
    logs.configure(settings.log_level, settings.log_format)

    app = create_app(settings, host)

    async def drain() -> None:
        await app.state.rooms.close()
        await host.drain(settings.drain_seconds)

    async def main() -> None:
        await host.start()
        try:
            await Server(configure(settings, app), listening, drain).serve(sockets=[end])
        finally:
            await host.close()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
