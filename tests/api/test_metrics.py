from __future__ import annotations

import re

import httpx
import pytest

from api.conftest import Serve
from api.test_rest import command, create
from support.classroom import join, open_room
from support.follower import follow

pytestmark = pytest.mark.anyio

SAMPLE = re.compile(r'([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    """What Prometheus would read, by name and labels (but the worker's); refuses what it would refuse."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, float] = {}
    families: list[str] = []
    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            families.append(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line.split()[2] == families[-1]
            assert line.split()[3] in ("counter", "gauge", "histogram")
        else:
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            assert match[1].startswith(families[-1])
            labels = re.sub(r'worker="\d+",?', "", match[2] or "")
            found[f"{match[1]}{{{labels}}}"] = float(match[3])
    assert len(families) == len(set(families))
    return found


async def test_what_is_counted(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        for _ in range(3):
            await command(client, session, type="step")
        refused = await client.post(
            f"/api/sessions/{session}/commands", json={"type": "explain", "name": "no"}
        )
        assert refused.status_code == 404
        await command(client, session, type="seek", iteration=200)
        found = await figures(client)
        assert found["chainrule_sessions{}"] == found["chainrule_sessions_awake{}"] == 1
        assert found['chainrule_commands_total{type="step",outcome="done"}'] == 3
        assert found['chainrule_commands_total{type="explain",outcome="refused"}'] == 1
        assert found['chainrule_commands_total{type="seek",outcome="done"}'] == 1
        assert found["chainrule_step_seconds_count{}"] == 3
        assert found['chainrule_step_seconds_bucket{le="+Inf"}'] == 3
        buckets = [value for name, value in found.items() if "_bucket" in name]
        assert buckets == sorted(buckets)
        assert 0 < found["chainrule_step_seconds_sum{}"] < 60
        assert found["chainrule_workers{}"] == 1
        assert found["process_cpu_seconds_total{}"] > 0


async def test_rooms_and_sockets_are_counted(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as one, join(client, room["code"]) as other:
            for follower in (one, other):
                await follower.next_frame()
            async with follow(client, room["session"]) as own:
                await own.next_frame()
                found = await figures(client)
        assert (found["chainrule_rooms{}"], found["chainrule_room_followers{}"]) == (1, 2)
        # The room follows its session once, however many there are in it.
        assert found["chainrule_session_followers{}"] == 2
        assert found['chainrule_socket_frames_total{socket="room"}'] == 2
        assert found['chainrule_socket_frames_total{socket="session"}'] == 1
        assert found['chainrule_socket_bytes_total{socket="room"}'] > 1000


async def test_nothing_in_them_is_a_users(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"], name="Trần Thị An") as follower:
            await follower.next_frame()
            text = (await client.get("/metrics")).text
        for secret in (room["session"], room["code"], room["secret"], "Trần", "one-weight"):
            assert secret not in text


async def test_they_can_be_switched_off(serve: Serve) -> None:
    async with serve(metrics=False) as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_alive_is_not_ready(serve: Serve) -> None:
    async with serve() as client:
        for place in ("", "/live", "/ready"):
            answer = await client.get(f"/api/health{place}")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        host = client._transport.app.state.host  # type: ignore[attr-defined]
        links, host._links = host._links, []
        assert (await client.get("/api/health/live")).status_code == 200
        for place in ("", "/ready"):
            answer = await client.get(f"/api/health{place}")
            assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
        host._links = links
