"""One room with five hundred followers, beside a bare loop that sends the same bytes over the same kind of sockets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from benchmarks.table import Row

FOLLOWERS = 500
RATE = 30.0
SECONDS = 10.0
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


@dataclass
class Seen:
    """What the followers saw, and the share of a core that the sending process took."""

    crowd: dict[str, Any]
    server: float

    @property
    def throughput(self) -> float:
        """Frames a second to all followers."""
        return float(self.crowd["per_follower"]) * FOLLOWERS

    @property
    def cost(self) -> float:
        """Processor time of the sending process per frame and follower, in µs."""
        return 1e6 * self.server / max(1e-9, self.throughput)


def measure(address: str) -> Iterator[Row]:
    """Rows of a service of its own: the one at ``address`` is not disturbed."""
    del address
    room = _room()
    size = round(room.crowd["bytes"])
    # A session that shares its core with what else runs may make fewer: the loop is given no more to send.
    made = float(room.crowd["made"])
    bare = _bare(size, made)
    yield Row(f"a room of the playground, {FOLLOWERS} followers: a frame", "kB", size / 1000)
    yield Row("a room: frames that its session made, at most 30", "1/s", made)
    for name, seen in (("a room", room), ("a bare loop", bare)):
        yield Row(f"{name}, {FOLLOWERS} followers: frames per follower", "1/s", seen.crowd["per_follower"])
        yield Row(f"{name}: the same, of the one that got least", "1/s", seen.crowd["least"])
        yield Row(
            f"{name}: delay after the first follower (p50, p99)",
            "ms",
            seen.crowd["delay_p50"],
            seen.crowd["delay_p99"],
        )
        yield Row(f"{name}: processor of the sending process", "cores", seen.server)
        yield Row(f"{name}: the same per frame and follower", "µs", seen.cost)
    yield Row("a room : a bare loop, frames delivered", "×", room.throughput / bare.throughput)
    yield Row("a room : a bare loop, frames per processor time", "×", bare.cost / room.cost)


def _room() -> Seen:
    environment = {**os.environ, "CHAINRULE_MAX_ROOM_FOLLOWERS": str(FOLLOWERS)}
    command = [sys.executable, "-m", "chainrule.cli", "serve", "--port", "0", "--workers", "1"]
    with (
        _serving(command, environment) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        session = client.post("/api/sessions", json={"lesson": "playground"}).json()["id"]
        room = client.post("/api/rooms", json={"session": session}).json()
        code = room["code"]
        client.post(
            f"/api/sessions/{session}/commands", json={"type": "play", "unit": "iteration", "rate": RATE}
        ).raise_for_status()
        url = f"{server.address}/api/rooms/{code}/ws"
        with connect(
            url.replace("http", "ws", 1), compression=None, max_queue=None, ping_interval=None
        ) as presenter:
            # What the page of the playground looks at.
            presenter.send(json.dumps({"type": "present", "secret": room["secret"]}))
            presenter.send(json.dumps({"type": "subscribe", "pictures": ["surface", "units", "evaluation"]}))
            return server.watch(url, '{"type":"join"}')


def _bare(size: int, rate: float) -> Seen:
    command = [sys.executable, "-m", "benchmarks._bare", str(size), str(rate)]
    with _serving(command, dict(os.environ)) as server:
        return server.watch(f"{server.address}/ws", "")


class _serving:  # noqa: N801 - a context manager
    """A server in a process of its own, on the first core."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        root = Path(__file__).resolve().parents[1]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=root)
        _pin(self.process.pid, CORES[0])

    def __enter__(self) -> _serving:
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[-1]
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def watch(self, url: str, first: str) -> Seen:
        """Have a crowd follow, on the other core."""
        crowd = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._crowd", url, str(FOLLOWERS), str(SECONDS), first],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
        )
        _pin(crowd.pid, CORES[-1])
        assert crowd.stdout is not None
        if crowd.stdout.readline().strip() != "ready":
            raise SystemExit("the followers do not get any frames")
        begun, spent = time.perf_counter(), self._spent()
        told = json.loads(crowd.stdout.readline())
        taken = time.perf_counter() - begun
        crowd.wait(20)
        return Seen(told, (self._spent() - spent) / taken)

    def _spent(self) -> float:
        """Seconds of processor time of the process itself, without its workers."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def _pin(process: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {core})
