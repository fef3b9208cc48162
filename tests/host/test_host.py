from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chainrule.api.settings import Settings
from chainrule.host import host as module
from chainrule.host.host import Host
from chainrule.host.interface import Closed, Method, Request, Response
from chainrule.host.link import Link, LinkLost
from chainrule.host.local import LocalLink
from chainrule.host.mailbox import Mailbox
from chainrule.protocol.close import CloseCode
from support.fake import fake_hub, until

pytestmark = pytest.mark.anyio


class MortalLink(LocalLink):
    """A link whose process can be killed."""

    dead = False

    def kill(self) -> None:
        self.dead = True
        self.host.lost(self)

    def __init__(self, host: Host) -> None:
        self.host = host
        super().__init__(host, fake_hub)

    async def request(self, request: Request) -> Response:
        if self.dead:
            raise LinkLost
        if b'"lesson": "deadly"' in request.body:
            self.kill()
            raise LinkLost
        return await super().request(request)

    def emit(self, connection: int, message: str | bytes) -> None:
        if not self.dead:
            super().emit(connection, message)


class Running:
    """A host with links that can die."""

    def __init__(self, count: int, **limits: Any) -> None:
        self.links: list[MortalLink] = []
        self.host = Host(Settings(**limits), self._link, count=count)

    async def _link(self, host: Host) -> Link:
        self.links.append(MortalLink(host))
        return self.links[-1]

    async def create(self, owner: str = "someone", lesson: str = "fake") -> tuple[str, Response]:
        return await self.host.create(json.dumps({"lesson": lesson}).encode(), owner)

    async def command(self, session: str, **fields: object) -> Response:
        return await self.host.call(Request("commands", session, {}, json.dumps(fields).encode()))

    async def info(self, session: str) -> Any:
        return json.loads((await self.host.call(Request("info", session))).body)

    def links_of(self) -> list[int]:
        """Sessions on each link, in order of age."""
        records = self.host._records.values()
        return [sum(record.link is link for record in records) for link in self.links]


@asynccontextmanager
async def running(count: int = 2, **limits: Any) -> AsyncIterator[Running]:
    world = Running(count, **limits)
    await world.host.start()
    try:
        yield world
    finally:
        await world.host.close()


def code(response: Response) -> str:
    return str(json.loads(response.body)["code"])


async def test_sessions_are_spread_over_the_processes() -> None:
    async with running(2) as world:
        for _ in range(6):
            await world.create()
        assert world.links_of() == [3, 3]


async def test_ids_cannot_be_guessed_and_differ() -> None:
    async with running() as world:
        ids = {(await world.create())[0] for _ in range(50)}
        assert len(ids) == 50
        assert all(len(session) >= 22 for session in ids)


async def test_a_refused_session_leaves_nothing() -> None:
    async with running() as world:
        session, response = await world.create(lesson="missing")
        assert (session, response.status, code(response)) == ("", 404, "unknown_lesson")
        assert world.host.sessions == 0


async def test_unknown_sessions_are_answers() -> None:
    async with running() as world:
        methods: list[Method] = ["info", "graph", "state", "branches", "commands", "delete"]
        for method in methods:
            response = await world.host.call(Request(method, "nobody"))
            assert (response.status, code(response)) == (404, "unknown_session")
        closed = await world.host.connect("nobody", None)
        assert isinstance(closed, Closed)
        assert closed.code == CloseCode.UNKNOWN_SESSION


async def test_a_client_may_have_so_many_sessions() -> None:
    async with running(max_sessions_per_client=2) as world:
        first, _ = await world.create("a")
        await world.create("a")
        _, refused = await world.create("a")
        assert (refused.status, code(refused)) == (429, "limit_sessions_per_client")
        assert (await world.create("b"))[1].status == 201
        await world.host.call(Request("delete", first))
        assert (await world.create("a"))[1].status == 201


async def test_so_many_sessions_in_all() -> None:
    async with running(max_sessions=2) as world:
        await world.create("a")
        await world.create("b")
        _, refused = await world.create("c")
        assert (refused.status, code(refused)) == (429, "limit_sessions")


async def test_a_session_that_nobody_uses_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", -1.0)
    async with running(max_sessions_per_client=2) as world:
        old, _ = await world.create()
        followed, _ = await world.create()
        await world.host.connect(followed, None)
        world.host._records[old].used -= 10
        new, response = await world.create()
        assert response.status == 201
        assert set(world.host._records) == {followed, new}


async def test_idle_sessions_expire_and_followed_ones_do_not() -> None:
    async with running(idle_timeout=0.05) as world:
        idle, _ = await world.create()
        followed, _ = await world.create()
        mailbox = await world.host.connect(followed, None)
        assert isinstance(mailbox, Mailbox)
        await until(lambda: world.host.sessions == 1, "the idle one expires")
        assert (await world.host.call(Request("info", idle))).status == 404
        assert (await world.host.call(Request("info", followed))).status == 200
        mailbox.close()
        await until(lambda: world.host.sessions == 0, "the other one expires when its follower has gone")


async def test_where_memory_is_short_the_most_idle_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.host.tending.MEMORY_SECONDS", 0.01)
    monkeypatch.setattr("chainrule.host.tending.BETWEEN_COMMANDS", -1.0)
    more = [0]
    # Each of these sessions says that it has a million bytes.
    monkeypatch.setattr("chainrule.host.hub.resident_bytes", lambda: 7_000_000 + more[0])
    async with running(1, max_memory=8_000_000) as world:

        def awake() -> set[str]:
            return {record.id for record in world.host.records() if record.link is not None}

        first, second, third, followed = [(await world.create())[0] for _ in range(4)]
        await world.host.connect(followed, None)
        await world.command(first, type="step", count=3)
        for record in world.host.records():
            record.used -= {first: 20, second: 30, third: 10, followed: 40}[record.id]
        more[0] = 2_500_000
        await until(lambda: awake() == {third, followed}, "the two that nobody has used for longest sleep")
        more[0] = 0
        assert world.host.sessions == 4
        assert (await world.info(first))["cursor"]["step"] == 3
        assert first in awake()


async def test_a_killed_process_is_replaced_and_its_sessions_come_back() -> None:
    async with running(2) as world:
        lost, _ = await world.create()
        other, _ = await world.create()
        await world.command(lost, type="edit", name="w", value=1)
        await world.command(lost, type="step", count=5)
        before = await world.info(lost)
        mailbox = await world.host.connect(lost, None)
        assert isinstance(mailbox, Mailbox)
        link = world.host._records[lost].link
        assert isinstance(link, MortalLink)
        link.kill()
        while not isinstance(message := await mailbox.receive(), Closed):
            pass
        assert message.code == CloseCode.SESSION_LOST
        assert (await world.command(other, type="step")).status == 200
        assert await world.info(lost) == {**before, "seq": 0}
        await until(lambda: world.host.workers == 2, "a new process")
        assert isinstance(await world.host.connect(lost, None), Mailbox)


async def test_a_fault_in_a_session_costs_that_session_a_restart() -> None:
    async with running(1) as world:
        session, _ = await world.create()
        await world.command(session, type="step", count=5)
        response = await world.command(session, type="edit", name="boom", value=1)
        assert (response.status, code(response)) == (500, "internal_error")
        assert (await world.info(session))["cursor"]["step"] == 5


async def test_what_kills_its_process_is_not_brought_back_for_ever() -> None:
    async with running(1) as world:
        session, _ = await world.create()
        for _ in range(module.MAX_DEATHS + 1):
            assert (await world.host.call(Request("info", session))).status == 200
            link = world.host._records[session].link
            assert isinstance(link, MortalLink)
            link.kill()
            await until(lambda: world.host.workers == 1, "a new process")
        response = await world.host.call(Request("info", session))
        assert (response.status, code(response)) == (410, "session_lost")
        assert (await world.host.call(Request("info", session))).status == 404


async def test_what_kills_its_process_when_made_is_answered() -> None:
    async with running(2) as world:
        session, response = await world.create(lesson="deadly")
        assert (session, response.status, code(response)) == ("", 503, "session_lost")
        assert world.host.sessions == 0
        await until(lambda: world.host.workers == 2, "a new process")


async def test_without_any_process_the_answer_says_so() -> None:
    async with running(1) as world:
        world.host._links.clear()
        _, response = await world.create()
        assert (response.status, code(response)) == (503, "overloaded")


async def test_closing_tells_the_followers() -> None:
    async with running(1) as world:
        session, _ = await world.create()
        mailbox = await world.host.connect(session, None)
        assert isinstance(mailbox, Mailbox)
        await world.host.close()
        while not isinstance(message := await mailbox.receive(), Closed):
            pass
        assert message.code == CloseCode.GOING_AWAY
