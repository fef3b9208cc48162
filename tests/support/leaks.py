"""What is left when those who used the service have gone: counted, so that nothing can stay behind unseen."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from typing import Any

from fastapi import FastAPI

SETTLES = 50
"""Turns of the event loop within which all that ends has ended."""


class Standing:
    """What a service holds now: connections, sessions, rooms, tasks, open files, and objects of its own by type."""

    def __init__(self, app: FastAPI) -> None:
        gc.collect()
        host, rooms = app.state.host, app.state.rooms
        self.counts = {
            "tasks": len(asyncio.all_tasks()),
            "sessions": host.sessions,
            "in memory": len(host.records()),
            "connections": sum(len(record.connections) for record in host.records()),
            "rooms": len(rooms),
            "followers": rooms.followers,
            "open files": len(os.listdir("/proc/self/fd")),
        }
        self.objects = Counter(_name(one) for one in gc.get_objects() if _is_ours(one))

    def more_than(self, other: Standing) -> dict[str, int]:
        """Of what there is more now, and by how much."""
        told = {name: count - other.counts[name] for name, count in self.counts.items()}
        told |= {name: count - other.objects[name] for name, count in self.objects.items()}
        return {name: more for name, more in told.items() if more > 0}


async def settled(app: FastAPI) -> Standing:
    """What a service holds once that does not change any more."""
    before = Standing(app)
    for _ in range(SETTLES):
        await asyncio.sleep(0.02)
        now = Standing(app)
        if now.counts == before.counts and now.objects == before.objects:
            break
        before = now
    return before


async def left_behind(app: FastAPI, before: Standing) -> dict[str, int]:
    """What there is more of than before, once all that was under way has ended."""
    found: dict[str, int] = {}
    for _ in range(SETTLES):
        found = Standing(app).more_than(before)
        if not found:
            break
        await asyncio.sleep(0.01)
    return found


def _is_ours(one: Any) -> bool:
    return str(type(one).__module__).partition(".")[0] in ("chainrule", "starlette")


def _name(one: Any) -> str:
    return f"{type(one).__module__}.{type(one).__qualname__}"
