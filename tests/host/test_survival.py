"""What is there again after the whole service was killed, workers included: a real process, real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from chainrule.journal import key_of
from chainrule.journal.journal import NAME
from chainrule.protocol.close import CloseCode
from support.service import client_of, command, create, end, next_frame, serving, socket_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(number: int) -> bool:
    """Whether a process runs: what has ended and is not yet asked after does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    return False


def wait(condition: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


async def told(client: httpx.AsyncClient, session: str) -> list[Any]:
    """All that the service says of a session, its whole tensors included."""
    parts = ["", "/state", "/branches", "/graph"]
    state = (await client.get(f"/api/sessions/{session}/state")).json()
    for name in state["parameters"]:
        parts += [f"/tensors/{name}", f"/tensors/{name}?what=grad"]
    found = []
    for part in parts:
        answer = await client.get(f"/api/sessions/{session}{part}", headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        found.append({**answer.json(), "seq": None})
    return found


async def test_all_is_there_after_the_service_was_killed(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "--workers", "2", port=port, CHAINRULE_KEYFRAME_SECONDS="0.05") as first:
        async with client_of(first) as client:
            simple, deep, long = [
                await create(client, lesson) for lesson in ("one-weight", "playground", "convolution")
            ]
            await command(client, long, type="seek", iteration=150, step=9)
            await command(client, simple, type="step", unit="phase", count=2)
            await command(client, simple, type="edit", name="w", value=3)
            await command(client, simple, type="step", unit="iteration", count=5)
            await command(client, deep, type="step", unit="iteration", count=40)
            await command(client, deep, type="configure", config={"lr": 0.02})
            await command(client, deep, type="step", unit="iteration", count=20)
            await command(client, deep, type="seek", iteration=30, step=7)
            last = await command(client, simple, type="step", unit="phase", id="the-last-one")
            before = [await told(client, session) for session in (simple, deep, long)]
            kept = tmp_path / "keyframes" / f"{key_of(long).hex()}.keyframes"
            wait(kept.exists, "what was trained for long is saved")
            assert kept.stat().st_mode & 0o777 == 0o600
            made = await client.post("/api/rooms", json={"session": simple})
            assert made.status_code == 201, made.text
            room = f"/api/rooms/{made.json()['code']}"
            shown = (await client.get(room)).json()
            deleted = await create(client)
            assert (await client.delete(f"/api/sessions/{deleted}")).status_code == 204
            async with socket_of(first, simple) as ws:
                await next_frame(ws)
                workers = first.workers()
                assert len(workers) == 2
                assert first.kill() == ""
                assert await end(ws) is None
        wait(lambda: not any(map(alive, workers)), "the workers end with their parent")
    with serving(tmp_path, "--workers", "2", port=port) as second:
        async with client_of(second) as client:
            assert (await client.get("/api/health")).json()["lasting"] is True
            assert [await told(client, session) for session in (simple, deep, long)] == before
            assert (await client.delete(f"/api/sessions/{long}")).status_code == 204
            assert not kept.exists()
            assert (await client.get(f"/api/sessions/{deleted}")).status_code == 404
            # So is the room, and its presenter is known by the same secret.
            assert (await client.get(room)).json() == shown
            proof = {"authorization": f"Bearer {made.json()['secret']}"}
            assert (await client.delete(room, headers={"authorization": "Bearer wrong"})).status_code == 403
            assert (await client.delete(room, headers=proof)).status_code == 204
            # A client that never got the answer asks again.
            again = await command(client, simple, type="step", unit="phase", id="the-last-one")
            assert again[0]["cursor"] == last[0]["cursor"]
            assert await told(client, simple) == before[0]
            async with socket_of(second, deep) as ws:
                assert (await next_frame(ws)).cursor.step == 7
            # It goes on, and what was changed can be undone.
            await command(client, simple, type="undo")
            assert (await client.get(f"/api/sessions/{simple}/state")).json()["parameters"]["w"][
                "value"
            ] == 2.0


async def test_killed_at_any_moment_it_keeps_what_it_has_acknowledged(tmp_path: Path) -> None:
    """Edits as fast as they go, and a kill at a random moment of them. The journal alone is killed far more often."""
    randomness = random.Random(5)
    session, counted, unsure = "", 0, 0
    for turn in range(5):
        with serving(tmp_path, "--workers", "1") as running:
            async with client_of(running) as client:
                session = session or await create(client)
                branches = (await client.get(f"/api/sessions/{session}/branches")).json()
                made = len(branches["branches"]) - 1
                # The command that was under way may have been carried out, or not.
                assert counted <= made <= counted + unsure, f"turn {turn}"
                counted, unsure = made, 0
                loop = asyncio.get_running_loop()
                killing = loop.call_later(randomness.uniform(0.02, 0.25), running.process.kill)
                with contextlib.suppress(httpx.HTTPError):
                    for number in itertools.count():
                        unsure = 1
                        await command(client, session, type="edit", name="w", value=number / 8 + turn)
                        counted, unsure = counted + 1, 0
                killing.cancel()
    assert counted > 10


async def test_a_torn_journal_is_said_and_the_service_starts(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as first:
        async with client_of(first) as client:
            await create(client)
        assert first.end(signal.SIGTERM) == (0, "", "")
    # Of a service that was ended, all is in the file.
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "chainrule.lock"]
    path = tmp_path / NAME
    os.truncate(path, path.stat().st_size // 2)
    with serving(tmp_path, "--workers", "1") as second:
        async with client_of(second) as client:
            assert (await client.get("/api/health")).json()["lasting"] is True
            session = await create(client)
        _, _, err = second.end(signal.SIGTERM)
    assert str(path) in err
    assert "is set aside" in err
    assert any(".damaged-" in found.name for found in tmp_path.iterdir())
    with serving(tmp_path, "--workers", "1") as third:
        async with client_of(third) as client:
            assert (await client.get(f"/api/sessions/{session}")).status_code == 200


async def test_told_to_end_it_finishes_what_is_under_way(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", CHAINRULE_DRAIN_SECONDS="60") as first:
        async with client_of(first) as client, client_of(first) as other:
            long, followed = await create(client, "convolution"), await create(client)
            async with socket_of(first, followed) as ws:
                await next_frame(ws)
                under_way = asyncio.create_task(command(client, long, type="seek", iteration=1500))
                while not (await other.get(f"/api/sessions/{long}/branches")).json()["branches"][0]["tip"]:
                    await asyncio.sleep(0.01)
                first.process.send_signal(signal.SIGTERM)
                while (refused := await other.get("/api/health")).status_code == 200:
                    await asyncio.sleep(0.005)
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
                refused = await other.post("/api/sessions", json={"lesson": "one-weight"})
                assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
                assert refused.headers["retry-after"] == "2"
                assert not under_way.done()
                assert (await under_way)[0]["cursor"]["iteration"] == 1500
                assert await end(ws) == CloseCode.GOING_AWAY
        out, err = await asyncio.to_thread(first.process.communicate, timeout=30)
        assert (first.process.returncode, out, err) == (0, "", "")
    assert (tmp_path / "keyframes" / f"{key_of(long).hex()}.keyframes").exists()
    with serving(tmp_path, "--workers", "1") as second:
        async with client_of(second) as client:
            assert (await client.get(f"/api/sessions/{long}")).json()["cursor"]["iteration"] == 1500


async def test_without_a_folder_it_works_in_memory_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("no folder")
    with serving(folder, "--workers", "1") as running:
        async with client_of(running) as client:
            assert (await client.get("/api/health")).json()["lasting"] is False
            session = await create(client)
            await command(client, session, type="step", unit="phase", count=2)
            before = await told(client, session)
            for number in running.workers():
                os.kill(number, signal.SIGKILL)
            for _ in range(300):
                if (await client.get(f"/api/sessions/{session}")).status_code == 200:
                    break
                await asyncio.sleep(0.1)
            assert await told(client, session) == before
        _, _, err = running.end(signal.SIGTERM)
    assert str(folder) in err


async def test_sessions_sleep_and_are_woken_as_they_were(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1", CHAINRULE_SLEEP_AFTER="0.2") as running:
        async with client_of(running) as client:
            followed, alone = await create(client), await create(client, "playground")
            await command(client, alone, type="step", unit="iteration", count=30)
            await command(client, alone, type="step", unit="step", count=9)
            before = await told(client, alone)
            async with socket_of(running, followed) as ws:
                frame = await next_frame(ws)
                assert frame.cursor.step == 0
                await asyncio.sleep(1.0)
                assert await told(client, alone) == before
                await command(client, followed, type="step")
                # It never slept: the same connection goes on.
                assert (await next_frame(ws)).cursor.step == 1
        assert running.end(signal.SIGTERM) == (0, "", "")
