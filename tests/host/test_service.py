"""The whole service as it runs: ``chainrule serve``, uvicorn, worker processes, a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chainrule.api.settings import Settings
from chainrule.host.factory import options_for
from chainrule.host.interface import Request
from chainrule.host.link import Link, LinkLost, ProcessLink, spawn
from chainrule.protocol.close import CloseCode
from support.fake import until
from support.service import Service, client_of, command, create, end, next_frame, serving, socket_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("data"), "--workers", "2") as running:
        yield running


async def test_step_by_step_over_both_roads(service: Service) -> None:
    async with client_of(service) as client:
        assert (await client.get("/api/health")).json()["workers"] == 2
        session = await create(client)
        async with socket_of(service, session) as ws:
            assert (await next_frame(ws)).cursor.step == 0
            await ws.send(json.dumps({"type": "step", "unit": "phase", "count": 2}))
            frame = await next_frame(ws)
            assert frame.phase == "backward"
            assert (await client.get(f"/api/sessions/{session}/tensors/w?what=grad")).json()["data"] == -24.0
            await command(client, session, type="step", unit="iteration")
            assert (await next_frame(ws)).phase == "update"
        state = (await client.get(f"/api/sessions/{session}/state")).json()
        assert state["parameters"]["w"]["value"] == pytest.approx(2.24, rel=1e-6)


async def test_busy_sessions_do_not_stop_another_ones_step(service: Service) -> None:
    async with client_of(service) as client:
        busy = [await create(client) for _ in range(4)]
        quiet = await create(client)
        far = [
            asyncio.create_task(command(client, session, type="seek", iteration=40_000, id="far"))
            for session in busy
        ]
        async with socket_of(service, busy[0]) as ws:
            # It is under way, in each of both processes.
            await next_frame(ws)
            for _ in range(20):
                await command(client, quiet, type="step")
        assert not any(task.done() for task in far)
        for session in busy:
            await command(client, session, type="cancel")
        assert [(await task)[0]["reached"] for task in far] == ["cancelled"] * 4


async def test_a_slow_reader_ends_on_the_latest_state(service: Service) -> None:
    async with client_of(service) as client:
        session = await create(client)
        async with socket_of(service, session, max_queue=1) as ws:
            # Nothing is read and nothing acknowledged, while the session runs on.
            await command(client, session, type="play", unit="step", rate=None)
            while (await client.get(f"/api/sessions/{session}")).json()["cursor"]["iteration"] < 200:
                await asyncio.sleep(0.01)
            await command(client, session, type="pause")
            latest = (await client.get(f"/api/sessions/{session}")).json()
            frames = [await next_frame(ws)]
            while frames[-1].cursor.model_dump() != latest["cursor"]:
                frames.append(await next_frame(ws))
            assert len(frames) <= 4


async def test_a_killed_worker_costs_nothing_but_a_reconnection(service: Service) -> None:
    async with client_of(service) as client:
        sessions = [await create(client) for _ in range(2)]
        for session in sessions:
            await command(client, session, type="step", unit="phase", count=2)
            await command(client, session, type="edit", name="w", value=3)
            await command(client, session, type="step", unit="iteration", count=5)
        before = [
            (await client.get(f"/api/sessions/{session}/state")).json()["nodes"] for session in sessions
        ]
        async with contextlib.AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(socket_of(service, session)) for session in sessions]
            for ws in sockets:
                await next_frame(ws)
            killed = service.workers()
            for number in killed:
                os.kill(number, signal.SIGKILL)
            for ws in sockets:
                assert await end(ws) == CloseCode.SESSION_LOST
        for _ in range(300):
            if (await client.get("/api/health")).status_code == 200 and len(service.workers()) == 2:
                break
            await asyncio.sleep(0.1)
        assert not set(killed) & set(service.workers())
        after = [(await client.get(f"/api/sessions/{session}/state")).json()["nodes"] for session in sessions]
        assert after == before
        async with socket_of(service, sessions[0]) as ws:
            await next_frame(ws)


async def test_a_killed_worker_takes_no_branch_with_it(service: Service) -> None:
    """Branches under their numbers, the run beside the current one, and the way back through all that was changed."""
    async with client_of(service) as client:
        session = await create(client)
        await command(client, session, type="step", unit="iteration", count=20)
        await command(client, session, type="configure", config={"lr": 0.02})
        await command(client, session, type="step", unit="iteration", count=30)
        await command(client, session, type="seek", iteration=10, step=3)
        await command(client, session, type="edit", name="w", value=3)
        await command(client, session, type="compare", config={"optimizer": "adam"})
        await command(client, session, type="step", unit="iteration", count=5)
        await command(client, session, type="seek", iteration=2, step=0)

        async def told() -> list[Any]:
            parts = ("state", "branches")
            return [(await client.get(f"/api/sessions/{session}/{part}")).json() for part in parts]

        async def undone() -> list[Any]:
            seen = [await told()]
            while seen[-1][1]["can_undo"]:
                await command(client, session, type="undo")
                seen.append(await told())
            return seen

        before = await told()
        for number in service.workers():
            os.kill(number, signal.SIGKILL)
        for _ in range(300):
            if (await client.get(f"/api/sessions/{session}")).status_code == 200:
                break
            await asyncio.sleep(0.1)
        assert await told() == before
        assert len(before[1]["branches"]) == 3
        assert before[1]["companion"] == 2
        seen = await undone()
        assert [(at["current"], at["companion"]) for _, at in seen] == [
            (1, 2),
            (1, None),
            (0, None),
            (0, None),
        ]
        # What had been computed under the learning rate that is gone now lives on.
        assert len(seen[-1][1]["branches"]) == 4


async def test_what_plays_goes_on_after_its_worker_was_killed(service: Service) -> None:
    async with client_of(service) as client:
        session = await create(client)
        await command(client, session, type="play", unit="iteration", rate=1000)
        for number in service.workers():
            os.kill(number, signal.SIGKILL)
        for _ in range(300):
            answer = await client.get(f"/api/sessions/{session}")
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.1)
        there = answer.json()["cursor"]["iteration"]
        for _ in range(300):
            if (await client.get(f"/api/sessions/{session}")).json()["cursor"]["iteration"] > there + 5:
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError("it stands still")
        await command(client, session, type="pause")


async def test_messages_far_over_the_limit_close_the_socket(service: Service) -> None:
    async with client_of(service) as client:
        session = await create(client)
        async with socket_of(service, session) as ws:
            # The server hangs up while the message is still being sent: its reason may get lost on the way.
            with contextlib.suppress(ConnectionClosed):
                await ws.send('{"type": "step", "id": "' + "x" * 5_000_000 + '"}')
            assert await end(ws) in (CloseCode.TOO_BIG, None)
        assert (await client.get(f"/api/sessions/{session}")).json()["cursor"]["step"] == 0


async def test_pages_from_elsewhere_may_not_connect(service: Service) -> None:
    async with client_of(service) as client:
        session = await create(client)
        async with socket_of(service, session, origin="http://elsewhere.example") as ws:
            assert await end(ws) == CloseCode.FORBIDDEN_ORIGIN
        async with socket_of(service, session, origin=service.address) as ws:
            await next_frame(ws)


async def test_frames_are_not_compressed(service: Service) -> None:
    async with client_of(service) as client:
        session = await create(client)
        url = service.address.replace("http", "ws", 1) + f"/api/sessions/{session}/ws"
        async with connect(url, compression="deflate") as ws:
            assert ws.protocol.extensions == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_quietly_and_leaves_no_process(tmp_path: Path, number: int) -> None:
    with serving(tmp_path, "--workers", "2") as running:
        async with client_of(running) as client:
            session = await create(client)
            await command(client, session, type="play", unit="iteration", rate=None)
            async with socket_of(running, session) as ws:
                await next_frame(ws)
                workers = running.workers()
                assert len(workers) == 2
                assert await asyncio.to_thread(running.end, number) == (0, "", "")
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_workers_end_with_their_service(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as running:
        (worker,) = running.workers()
    for _ in range(300):
        if (
            not Path(f"/proc/{worker}").exists()
            or "\nState:\tZ" in Path(f"/proc/{worker}/status").read_text()
        ):
            return
        time.sleep(0.05)
    pytest.fail("the worker goes on")


def test_it_says_where_it_is(service: Service) -> None:
    assert service.line == f"Chainrule is at {service.address}\n"
    assert service.address.startswith("http://127.0.0.1:")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chainrule.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_a_taken_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"chainrule: port {port} on 127.0.0.1 is taken: choose another with --port\n"


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        (("--workers", "0"), {}, "--workers: "),
        (("--host", "no such host"), {}, "no such host"),
        ((), {"CHAINRULE_MAX_BODY": "many"}, "CHAINRULE_MAX_BODY: "),
        ((), {"CHAINRULE_ALLOWED_ORIGINS": "nonsense"}, "allowed_origins"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    options: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    done = run("serve", "--port", "0", *options, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("chainrule: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


class Listener:
    """The API's end of a link, which only notes that the link was lost."""

    def __init__(self) -> None:
        self.lost_links: list[Link] = []

    def lost(self, link: Link) -> None:
        self.lost_links.append(link)

    def deliver(self, connection: int, message: object) -> None: ...

    def recipe(self, session: str, recipe: bytes) -> None: ...

    def cursor(self, session: str, cursor: bytes) -> None: ...

    def gone(self, session: str) -> None: ...


async def test_a_worker_that_does_not_listen_is_ended() -> None:
    listener = Listener()
    link = ProcessLink(listener, spawn(options_for(Settings())), patience=0.3)
    await link.start()
    try:
        assert (await link.request(Request("lessons"))).status == 200
        os.kill(link.pid, signal.SIGSTOP)
        with pytest.raises(LinkLost):
            await asyncio.wait_for(link.request(Request("lessons")), 30)
        await until(lambda: listener.lost_links == [link], "the loss is told")
    finally:
        await link.close()
