"""Many sessions, heavy ones and abandoned ones: what a step waits beside training, what a session takes, what stays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.running import process
from benchmarks.table import Row, percentile, summary

HEAVY = ("playground", "convolution", "detection")
STEPS = 200
STEADY, SECONDS, CLIENTS = 300, 30, 30
ABANDONED, AT_ONCE = 20_000, 8

MANY = {"CHAINRULE_MAX_SESSIONS": "1000000", "CHAINRULE_MAX_SESSIONS_PER_CLIENT": "1000000"}


def measure(address: str) -> Iterator[Row]:
    """Rows; each part has a service of its own."""
    del address
    for lesson in HEAVY:
        with process() as (_number, beside, _seconds):
            yield asyncio.run(_beside(beside, lesson))
    with process(**MANY) as (number, own, _seconds):
        yield from asyncio.run(_steady(number, own))
    with process(**MANY, CHAINRULE_SLEEP_AFTER="5") as (number, own, _seconds):
        yield from asyncio.run(_abandoned(number, own))


async def _beside(address: str, lesson: str) -> Row:
    """A step of One weight, while in each process a session of a lesson trains flat out."""
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        for _ in range(int((await client.get("/api/health")).json()["workers"])):
            await _command(client, await _create(client, lesson), type="play", unit="iteration", rate=None)
        session = await _create(client)
        samples = [await _step(client, session) for _ in range(STEPS)]
        return summary(f"step beside {lesson} training flat out on each core", "ms", samples)


async def _steady(number: int, address: str) -> list[Row]:
    """Sessions that each step once a second."""
    # Connections that rest for long are closed by the service. Each client looks through all of its connections for
    # every request: one client for all of them takes more of a core than the service.
    limits = httpx.Limits(keepalive_expiry=3)
    verify = ssl.create_default_context()
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=address, timeout=120, limits=limits, verify=verify)
            )
            for _ in range(CLIENTS)
        ]
        await _create(clients[0])
        before = sum(resident(number))
        sessions = [await _create(clients[0]) for _ in range(STEADY)]
        samples: list[float] = []
        cut: list[str] = []

        async def go(client: httpx.AsyncClient, session: str, late: float) -> None:
            await asyncio.sleep(late)
            due = time.perf_counter()
            for _ in range(SECONDS):
                try:
                    samples.append(await _step(client, session))
                except httpx.TransportError:
                    # The service closed a connection that rested, just as it was to be used.
                    cut.append(session)
                due += 1
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

        await asyncio.gather(
            *(go(clients[k % CLIENTS], session, k / STEADY) for k, session in enumerate(sessions))
        )
        each = (sum(resident(number)) - before) / STEADY
        name = f"step of each of {STEADY} sessions once a second"
        return [
            summary(name, "ms", samples),
            Row(f"{name}, p99", "ms", percentile(samples, 99), count=len(samples)),
            Row(f"{name}, not answered", "", len(cut), count=len(samples) + len(cut)),
            Row("memory of one of them", "kB", each / 1000),
        ]


async def _abandoned(number: int, address: str) -> list[Row]:
    """Sessions that are opened, stepped and abandoned: memory must stay flat."""
    seen: list[tuple[int, ...]] = []
    begun = time.perf_counter()
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:

        async def one() -> None:
            session = await _create(client)
            await _command(client, session, type="step", unit="iteration", count=2)

        for count in range(0, ABANDONED, 1000):
            for _ in range(0, 1000, AT_ONCE):
                await asyncio.gather(*(one() for _ in range(AT_ONCE)))
            api, *workers = resident(number)
            seen.append((api, sum(workers)))
            sys.stderr.write(
                f"{count + 1000} abandoned: API {api / 1e6:.0f} MB, workers {sum(workers) / 1e6:.0f} MB\n"
            )
    seconds = time.perf_counter() - begun
    rows = [Row("sessions opened, stepped and abandoned", "/s", ABANDONED / seconds, count=ABANDONED)]
    for place, name in enumerate(("the API", "the workers")):
        early, late = seen[len(seen) // 4][place], seen[-1][place]
        rows.append(Row(f"memory of {name} after a quarter of them", "MB", early / 1e6))
        rows.append(Row(f"memory of {name} after all", "MB", late / 1e6))
    return rows


def resident(number: int) -> list[int]:
    """Bytes of memory of a process and of its children."""
    children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    page = os.sysconf("SC_PAGE_SIZE")
    return [int(Path(f"/proc/{one}/statm").read_text().split()[1]) * page for one in (number, *children)]


async def _create(client: httpx.AsyncClient, lesson: str = "one-weight") -> str:
    response = await client.post("/api/sessions", json={"lesson": lesson})
    response.raise_for_status()
    return str(response.json()["id"])


async def _command(client: httpx.AsyncClient, session: str, **fields: Any) -> None:
    response = await client.post(f"/api/sessions/{session}/commands", json=fields)
    response.raise_for_status()


async def _step(client: httpx.AsyncClient, session: str) -> float:
    begun = time.perf_counter()
    await _command(client, session, type="step")
    return 1000 * (time.perf_counter() - begun)
