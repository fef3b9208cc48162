from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chainrule.host import delivery, encode, parse, reports
from chainrule.host.hub import Hub
from chainrule.host.interface import Closed, Request, Response
from chainrule.protocol.close import CloseCode
from chainrule.protocol.frames import decode_frame
from support.fake import fake_hub, until

pytestmark = pytest.mark.anyio


class Outlet:
    """Keeps what a hub sends."""

    def __init__(self) -> None:
        self.sent: dict[int, list[str | bytes | Closed]] = {}
        self.recipes: list[tuple[str, bytes]] = []
        self.gone_ids: list[str] = []
        self.cursors: list[tuple[str, bytes]] = []

    def emit(self, connection: int, message: str | bytes) -> None:
        self.sent.setdefault(connection, []).append(message)

    def shut(self, connection: int, reason: Closed) -> None:
        self.sent.setdefault(connection, []).append(reason)

    def recipe(self, session: str, recipe: bytes) -> None:
        self.recipes.append((session, recipe))

    def cursor(self, session: str, cursor: bytes) -> None:
        self.cursors.append((session, cursor))

    def gone(self, session: str) -> None:
        self.gone_ids.append(session)

    def texts(self, connection: int) -> list[dict[str, object]]:
        return [json.loads(message) for message in self.sent.get(connection, []) if isinstance(message, str)]

    def frames(self, connection: int) -> list[int]:
        return [decode_frame(m).cursor.step for m in self.sent.get(connection, []) if isinstance(m, bytes)]


@asynccontextmanager
async def running(
    log: list[str] | None = None, timeout: float = 30.0, **options: Any
) -> AsyncIterator[tuple[Hub, Outlet]]:
    outlet = Outlet()
    hub = fake_hub(outlet, log, command_timeout=timeout, **options)
    task = asyncio.create_task(hub.run())
    try:
        yield hub, outlet
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def create(hub: Hub, session: str, seed: int = 7, lesson: str = "fake") -> Response:
    body = json.dumps({"lesson": lesson, "seed": seed}).encode()
    return await hub.request(Request("create", session, {}, body))


async def command(hub: Hub, session: str, **fields: object) -> Response:
    return await hub.request(Request("commands", session, {}, json.dumps(fields).encode()))


async def test_a_command_answers_with_its_messages() -> None:
    async with running() as (hub, _):
        assert (await create(hub, "a")).status == 201
        response = await command(hub, "a", type="step", id="mine")
        assert response.status == 200
        moved, frame = json.loads(response.body)
        assert (moved["type"], moved["id"], moved["cursor"]["step"]) == ("moved", "mine", 1)
        assert frame["type"] == "frame"


async def test_ids_that_the_hub_made_up_do_not_get_out() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        hub.receive(1, '{"type": "step"}')
        hub.receive(1, '{"type": "seek", "iteration": 3}')
        await until(lambda: len(outlet.texts(1)) >= 5, "the answers")
        assert [message["id"] for message in outlet.texts(1)] == [None] * 5
        for message in json.loads((await command(hub, "a", type="seek", iteration=6)).body):
            assert message["id"] is None


async def test_a_long_command_is_waited_for_and_its_progress_left_out() -> None:
    async with running() as (hub, _):
        await create(hub, "a")
        response = await command(hub, "a", type="seek", iteration=50)
        assert response.status == 200
        assert [message["type"] for message in json.loads(response.body)] == ["moved", "frame"]
        assert json.loads(response.body)[0]["cursor"]["iteration"] == 50


async def test_beyond_the_time_limit_a_long_command_goes_on() -> None:
    async with running(timeout=0.0) as (hub, _):
        await create(hub, "a")
        response = await command(hub, "a", type="seek", iteration=200)
        assert response.status == 202
        assert {message["type"] for message in json.loads(response.body)} <= {"progress"}
        for _attempt in range(1000):
            info = json.loads((await hub.request(Request("info", "a"))).body)
            if info["cursor"]["iteration"] == 200:
                return
        pytest.fail("it stopped")


@pytest.mark.parametrize(("each", "share"), [(1 / 512, delivery.TRAINING), (1.0, delivery.DEAR)])
async def test_training_flat_out_does_not_wait_for_pictures(
    each: float, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pictures it computes for several times as long as one takes with its acknowledgement, however fast."""
    worked = shown = 0.0
    monkeypatch.setattr(delivery, "PICTURE_SECONDS", 0.0)
    monkeypatch.setattr(delivery, "TRAINING_SECONDS", 0.0)
    monkeypatch.setattr(time, "thread_time", lambda: worked)
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        await until(lambda: len(outlet.frames(1)) == 1, "the first picture")
        wire, command_of = encode.wire, parse.command

        def dear(message: Any) -> str | bytes:
            nonlocal worked, shown
            worked += each
            shown = worked
            return wire(message)

        def read(message: bytes) -> Any:
            nonlocal worked
            worked += each
            return command_of(message)

        monkeypatch.setattr(encode, "wire", dear)
        monkeypatch.setattr(parse, "command", read)
        hub.receive(1, '{"type": "ack", "seq": 1000000}')
        hub.receive(1, '{"type": "step"}')
        await until(lambda: len(outlet.frames(1)) == 2, "the step")
        hub.receive(1, '{"type": "play", "unit": "iteration", "rate": null}')
        # A picture, and from the second on the acknowledgement of the one before.
        for cost in (each, 2 * each, 2 * each):
            seen = len(outlet.frames(1))
            hub.receive(1, '{"type": "ack", "seq": 1000000}')
            for early in (True, False):
                if not early:
                    worked = shown + share * cost - each / 2
                for _turn in range(50):
                    await asyncio.sleep(0)
                assert len(outlet.frames(1)) == seen, "painted, but training has not had its share"
            worked = shown + share * cost
            await until(lambda seen=seen: len(outlet.frames(1)) == seen + 1, "the next picture")
        hub.receive(1, '{"type": "ack", "seq": 1000000}')
        hub.receive(1, '{"type": "pause"}')
        await until(lambda: len(outlet.frames(1)) == seen + 2, "what it ends on is seen at once")


async def test_a_busy_session_gives_way_to_another_ones_step() -> None:
    log: list[str] = []
    async with running(log) as (hub, _):
        await create(hub, "busy", seed=1)
        await create(hub, "other", seed=2)
        assert (await command(hub, "busy", type="play")).status == 200
        await until(lambda: log.count("1 slice") > 5, "the busy session's slices")
        begun = len(log)
        assert (await command(hub, "other", type="step")).status == 200
        before = log[begun : log.index("2 step", begun)]
        # What was computed between the asking and the answer: the slice under way and the next one, not more.
        assert len(before) <= 2
        await until(lambda: log.count("1 slice") > 50, "the busy session goes on")


async def test_a_flood_of_commands_gives_way_to_another_ones_step() -> None:
    log: list[str] = []
    async with running(log) as (hub, _):
        await create(hub, "flood", seed=1)
        await create(hub, "other", seed=2)
        hub.connect(1, "flood", None)
        for _ in range(500):
            hub.receive(1, '{"type": "step"}')
        await command(hub, "other", type="step")
        assert log.index("2 step") < 10
        await until(lambda: log.count("1 step") == 500, "the flood is answered all the same")


async def test_what_takes_long_to_show_is_made_while_others_have_their_turns() -> None:
    log: list[str] = []
    async with running(log) as (hub, outlet):
        await create(hub, "a", 1, "painting")
        await create(hub, "b", 2)
        hub.connect(1, "a", None)
        await until(lambda: "1 stroke" in log, "the first stroke")
        assert (await command(hub, "b", type="step")).status == 200
        # What it is asked meanwhile it does, and shows that too.
        assert (await command(hub, "a", type="step")).status == 200
        assert log.count("1 stroke") < 30
        assert outlet.frames(1) == []
        await until(lambda: outlet.frames(1) == [1], "the picture")
        assert log.count("1 stroke") == 30


async def test_who_leaves_before_it_is_made_is_shown_nothing() -> None:
    log: list[str] = []
    async with running(log) as (hub, outlet):
        await create(hub, "a", 1, "painting")
        hub.connect(1, "a", None)
        hub.connect(2, "a", None)
        await until(lambda: "1 stroke" in log, "the first stroke")
        hub.disconnect(1)
        await until(lambda: outlet.frames(2) == [0], "the picture")
        assert outlet.frames(1) == []
        hub.connect(3, "a", None)
        await until(lambda: outlet.frames(3) == [0], "the picture, which is there")
        assert log.count("1 stroke") == 30


async def test_a_session_can_be_deleted_while_something_is_made_to_be_shown() -> None:
    log: list[str] = []
    async with running(log) as (hub, _):
        await create(hub, "a", 1, "painting")
        await create(hub, "b", 2)
        hub.connect(1, "a", None)
        await until(lambda: "1 stroke" in log, "the first stroke")
        assert (await hub.request(Request("delete", "a", {}))).status == 204
        made = log.count("1 stroke")
        assert (await command(hub, "b", type="step")).status == 200
        assert log.count("1 stroke") == made


async def test_what_plays_for_nobody_is_paused() -> None:
    log: list[str] = []
    async with running(log, unwatched_seconds=0.05) as (hub, _):
        await create(hub, "followed", seed=1)
        hub.connect(1, "followed", None)
        await create(hub, "alone", seed=2)
        for session in ("followed", "alone"):
            await command(hub, session, type="play")
        await until(lambda: "2 pause" in log, "the pause")
        begun = len(log)
        await until(lambda: log[begun:].count("1 slice") > 50, "the one that is followed goes on")
        assert "2 slice" not in log[begun:]
        assert log.count("2 pause") == 1


async def test_frames_wait_for_acknowledgement_and_answers_do_not() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        hub.connect(2, "a", None)
        await until(lambda: outlet.frames(1) == [0] and outlet.frames(2) == [0], "the snapshots")
        for _ in range(20):
            hub.receive(1, '{"type": "step"}')
        await until(lambda: len(outlet.texts(1)) == 20, "twenty answers")
        assert outlet.frames(1) == [0]
        assert outlet.texts(2) == []
        hub.receive(2, '{"type": "ack", "seq": 0}')
        await until(lambda: outlet.frames(2) == [0, 20], "the slow follower gets the latest state alone")
        hub.receive(1, '{"type": "ack", "seq": 0}')
        await until(lambda: outlet.frames(1) == [0, 20], "so does the sender")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "malformed_json"),
        ("[" * 10_000, "malformed_json"),
        ('{"type": "step", "count": NaN}', "malformed_json"),
        ("null", "invalid_message"),
        ('{"type": "dance"}', "invalid_message"),
        ('{"type": "step", "count": "2"}', "invalid_message"),
        ('{"type": "step", "extra": 1}', "invalid_message"),
        (b"\x00\x01", "invalid_message"),
        ('{"type": "undo"}', "edit_refused"),
    ],
)
async def test_a_bad_message_is_one_error_and_the_socket_stays_open(message: str | bytes, code: str) -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        hub.receive(1, message)
        hub.receive(1, '{"type": "step", "id": "after"}')
        await until(lambda: len(outlet.texts(1)) == 2, "both answers")
        error, moved = outlet.texts(1)
        assert (error["type"], error["code"]) == ("error", code)
        assert error["hint"] is not None
        assert (moved["type"], moved["id"]) == ("moved", "after")


async def test_a_refused_message_is_named() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        hub.receive(1, '{"type": "step", "count": "2", "id": "x1"}')
        await until(lambda: bool(outlet.texts(1)), "the refusal")
        assert outlet.texts(1)[0]["id"] == "x1"


async def test_a_fault_of_the_program_ends_one_session_only() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        await create(hub, "b")
        hub.connect(1, "a", None)
        response = await command(hub, "a", type="edit", name="boom", value=1)
        assert response.status == 500
        assert outlet.gone_ids == ["a"]
        await until(
            lambda: any(isinstance(m, Closed) for m in outlet.sent.get(1, [])), "the end of the connection"
        )
        closed = outlet.sent[1][-1]
        assert isinstance(closed, Closed)
        assert closed.code == CloseCode.SESSION_LOST
        assert (await command(hub, "b", type="step")).status == 200
        assert (await hub.request(Request("info", "a"))).status == 404


async def test_a_deleted_session_closes_its_sockets_and_answers_what_waits() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        waiting = asyncio.create_task(command(hub, "a", type="seek", iteration=10_000_000))
        await asyncio.sleep(0.01)
        assert (await hub.request(Request("delete", "a"))).status == 204
        assert (await waiting).status == 404
        closed = outlet.sent[1][-1]
        assert isinstance(closed, Closed)
        assert closed.code == CloseCode.SESSION_DELETED


async def test_too_many_followers_are_turned_away() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        for connection in range(4):
            hub.connect(connection, "a", None)
        assert [m.code for m in outlet.sent[3] if isinstance(m, Closed)] == [CloseCode.TOO_MANY_FOLLOWERS]
        hub.disconnect(0)
        hub.connect(5, "a", None)
        await until(lambda: outlet.frames(5) == [0], "room for another one")


async def test_pictures_of_what_trains_flat_out_come_no_quicker_than_a_film(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "PICTURE_SECONDS", 0.0)
    monkeypatch.setattr(delivery, "TRAINING", 0)
    log: list[str] = []
    async with running(log) as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        await until(lambda: len(outlet.frames(1)) == 1, "the first picture")
        hub.receive(1, '{"type": "ack", "seq": 1000000}')
        hub.receive(1, '{"type": "play", "unit": "iteration", "rate": null}')
        for seconds, found in ((0.0, True), (1e9, False), (0.0, True)):
            monkeypatch.setattr(delivery, "TRAINING_SECONDS", seconds)
            seen, slices = len(outlet.frames(1)), log.count("7 slice")
            hub.receive(1, '{"type": "ack", "seq": 1000000}')
            await until(lambda slices=slices: log.count("7 slice") > slices + 20, "training")
            assert (len(outlet.frames(1)) > seen) == found


async def test_what_would_make_a_session_anew_is_reported() -> None:
    async with running() as (hub, outlet):
        await create(hub, "a")
        await command(hub, "a", type="edit", name="w", value=1)
        await command(hub, "a", type="step")
        assert [session for session, _ in outlet.recipes] == ["a", "a"]
        assert len(json.loads(outlet.recipes[-1][1])["journal"]) == 1
        assert json.loads(outlet.cursors[-1][1]) == {
            "cursor": {"branch": 0, "iteration": 0, "step": 1},
            "answered": [],
            "tips": {},
        }


async def test_what_passes_is_reported_now_and_again_and_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "PASSING_SECONDS", 1e9)
    log: list[str] = []
    async with running(log) as (hub, outlet):
        await create(hub, "a")
        await command(hub, "a", type="play", unit="iteration", rate=None)
        told = len(outlet.cursors)
        await until(lambda: log.count("7 slice") > 20, "training")
        assert len(outlet.cursors) == told
        seen = json.loads((await hub.request(Request("info", "a"))).body)["cursor"]
        # What it came to while the answer was on its way may have been reported since.
        assert seen in [json.loads(cursor)["cursor"] for _, cursor in outlet.cursors[told:]]
        monkeypatch.setattr(reports, "PASSING_SECONDS", 0.0)
        told = len(outlet.cursors)
        await until(lambda: len(outlet.cursors) > told + 3, "where it passes")
        await command(hub, "a", type="pause")
        assert json.loads(outlet.cursors[-1][1])["cursor"]["step"] == log.count("7 slice")


async def test_what_is_done_is_reported_before_it_is_answered() -> None:
    """A process that ends in between has its command repeated, and the session made anew knows it."""
    async with running() as (hub, outlet):
        await create(hub, "a")
        hub.connect(1, "a", None)
        await until(lambda: outlet.frames(1) == [0], "the snapshot")
        emit, answered = outlet.emit, []

        def note(connection: int, message: str | bytes) -> None:
            if isinstance(message, str):
                answered.append(json.loads(outlet.cursors[-1][1])["cursor"]["step"])
            emit(connection, message)

        outlet.emit = note  # type: ignore[method-assign]
        hub.receive(1, '{"type": "step", "id": "mine"}')
        await until(lambda: answered, "the answer")
        assert answered == [1]


async def test_tensors_in_both_forms() -> None:
    async with running() as (hub, _):
        await create(hub, "a")
        arguments = {"name": "w", "what": "value", "media": "application/json"}
        response = await hub.request(Request("tensor", "a", arguments))
        assert json.loads(response.body)["data"] == [1.0, "NaN"]
        response = await hub.request(Request("tensor", "a", {**arguments, "media": "application/x-npy"}))
        assert response.media_type == "application/x-npy"
        assert response.body.startswith(b"\x93NUMPY")
        response = await hub.request(Request("tensor", "a", {**arguments, "name": "v"}))
        assert response.status == 404
