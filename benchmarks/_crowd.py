"""Many followers of one WebSocket address in one process: ``python -m benchmarks._crowd URL COUNT SECONDS [FIRST]``.

Prints one JSON object. The client is as small as can be, so that what is measured is the server: it reads frames of the
protocol, looks at their numbers, and answers pings.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.table import percentile

_SEQ = re.compile(rb'"seq":(\d+)')
_BATCH = 25


class Crowd:
    """What all followers see together."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.delays: list[float] = []
        self.bytes = 0
        self.counts: list[int] = []
        self.closed = 0
        self.begun = float("inf")

    def frame(self, seq: int, size: int, now: float) -> None:
        """A frame has come to a follower."""
        first = self.first.setdefault(seq, now)
        if now >= self.begun:
            self.delays.append(now - first)
            self.bytes += size


class Follower(asyncio.Protocol):
    """One socket."""

    def __init__(self, crowd: Crowd, host: str, path: str, first: str) -> None:
        self.crowd = crowd
        self.request = (host, path)
        self.hello = first
        self.number = len(crowd.counts)
        crowd.counts.append(0)
        self.data = bytearray()
        self.open = False
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        host, path = self.request
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
        head = [f"GET {path} HTTP/1.1", f"Host: {host}", *lines, f"Sec-WebSocket-Key: {key}", "", ""]
        transport.write("\r\n".join(head).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.closed += 1
        if not self.ready.done():
            self.ready.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.data += data
        begin = 0
        if not self.open:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return
            begin, self.open = end + 4, True
            if self.hello:
                self.send(1, self.hello.encode())
        have = len(self.data)
        while have - begin >= 2:
            length, head = self.data[begin + 1], 2
            if length == 126:
                length, head = int.from_bytes(self.data[begin + 2 : begin + 4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(self.data[begin + 2 : begin + 10], "big"), 10
            if have - begin < head + length:
                break
            opcode = self.data[begin] & 15
            if opcode == 2:
                found = _SEQ.search(self.data, begin + head, begin + head + 80)
                if found is not None and b'"type":"frame"' in self.data[begin + head : begin + head + 90]:
                    now = time.perf_counter()
                    self.crowd.frame(int(found[1]), length, now)
                    if now >= self.crowd.begun:
                        self.crowd.counts[self.number] += 1
                    if not self.ready.done():
                        self.ready.set_result(None)
            elif opcode == 9:
                self.send(10, bytes(self.data[begin + head : begin + head + length]))
            begin += head + length
        del self.data[:begin]

    def send(self, opcode: int, payload: bytes) -> None:
        """A short message; the mask is 0, which masks nothing."""
        size = (
            bytes([128 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        )
        self.transport.write(bytes([128 | opcode]) + size + b"\0\0\0\0" + payload)


async def main(url: str, count: int, seconds: float, first: str) -> dict[str, Any]:
    """Follow, and tell what was seen."""
    where = urlsplit(url)
    host, port = where.hostname or "", where.port or 80
    crowd = Crowd()
    loop = asyncio.get_running_loop()
    followers: list[Follower] = []
    for begin in range(0, count, _BATCH):
        batch = [
            loop.create_connection(lambda: Follower(crowd, f"{host}:{port}", where.path, first), host, port)
            for _ in range(begin, min(begin + _BATCH, count))
        ]
        made = [protocol for _, protocol in await asyncio.gather(*batch)]
        followers += made
        await asyncio.wait_for(asyncio.gather(*(one.ready for one in made)), 60)
    await asyncio.sleep(2)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    crowd.begun = time.perf_counter()
    crowd.bytes = 0
    await asyncio.sleep(seconds)
    taken = time.perf_counter() - crowd.begun
    frames = sum(crowd.counts)
    delays = crowd.delays or [float("nan")]
    return {
        "made": sum(first >= crowd.begun for first in crowd.first.values()) / taken,
        "per_follower": frames / count / taken,
        "least": min(crowd.counts) / taken,
        "delay_p50": 1000 * percentile(delays, 50),
        "delay_p99": 1000 * percentile(delays, 99),
        "bytes": crowd.bytes / max(1, frames),
        "closed": crowd.closed,
        "client_cpu": time.process_time() / (time.perf_counter() - crowd.begun + 2),
    }


if __name__ == "__main__":
    url, count, seconds, *rest = sys.argv[1:]
    told = uvloop.run(main(url, int(count), float(seconds), rest[0] if rest else ""))
    sys.stdout.write(json.dumps(told) + "\n")
