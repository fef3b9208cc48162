"""A loop that sends the same bytes to all sockets, and nothing else: ``python -m benchmarks._bare SIZE RATE``.

What a room is compared with. The same server and socket library with the same settings; a frame's number is all that
changes.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
import uvloop
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from chainrule.api.headers import SecurityHeaders


def app_of(size: int, rate: float) -> FastAPI:
    """An app whose only address is ``/ws``."""
    followers: set[WebSocket] = set()

    async def loop() -> None:
        seq, due = 0, time.monotonic()
        while True:
            seq += 1
            head = b"CRF1" + bytes(8) + b'{"seq":%d,"id":null,"type":"frame"' % seq
            frame = head.ljust(size, b" ")
            for follower in list(followers):
                try:
                    await follower.send_bytes(frame)
                except (WebSocketDisconnect, RuntimeError):
                    followers.discard(follower)
            due = max(due + 1 / rate, time.monotonic() - 1 / rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(loop())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)
    app.add_middleware(SecurityHeaders)

    @app.websocket("/ws")
    async def follow(websocket: WebSocket) -> None:
        await websocket.accept()
        followers.add(websocket)
        try:
            while True:
                await websocket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            followers.discard(websocket)

    return app


def main(size: int, rate: float) -> None:
    """Serve until told to end."""
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        end.listen(2048)
        sys.stdout.write(f"http://127.0.0.1:{end.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app_of(size, rate),
            loop="none",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
        )
        uvloop.run(uvicorn.Server(config).serve(sockets=[end]))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
