"""Text, bytes, JSON of any shape and messages with any fields at a room's socket: an answer or one error, never a fault."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from api.conftest import Serve
from api.test_websocket import json_values
from chainrule.host.live import LiveRoom, Seat
from chainrule.protocol.room import ROOM_CLIENT_MESSAGE
from support.classroom import bearer, enter, join, open_room, present
from support.examples import examples
from support.follower import Follower
from support.leaks import Standing, left_behind, settled

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SCHEMA = ROOM_CLIENT_MESSAGE.json_schema()
TYPES = [*sorted(SCHEMA["discriminator"]["mapping"]), "step", "guess", "predict", "fly"]
FIELDS = sorted({name for option in SCHEMA["$defs"].values() for name in option.get("properties", {})})
SENSIBLE = [
    "w",
    "mul#0",
    "grad",
    "value",
    "contribution",
    "number",
    "sign",
    "choice",
    "-24",
    "+",
    "?",
    "x" * 500,
]
NUMBERS = [0, 1, -1, 3, 2.5, 1e300, True, None, ["a", "b"], [0], []]
MESSAGES = st.one_of(
    st.text(max_size=50),
    st.binary(max_size=50),
    json_values.map(json.dumps),
    st.builds(
        lambda kind, fields: json.dumps({**fields, "type": kind}),
        st.sampled_from(TYPES),
        st.dictionaries(
            st.sampled_from(FIELDS),
            json_values | st.sampled_from(SENSIBLE) | st.sampled_from(NUMBERS),
            max_size=5,
        ),
    ),
    st.builds(
        lambda kind, node, index, choices, correct: json.dumps(
            {"type": "ask", "text": "?", "kind": kind, "node": node, "index": index}
            | ({"choices": choices, "correct": correct} if choices else {})
        ),
        st.sampled_from(["number", "sign", "choice"]),
        st.sampled_from([None, "w", "mul#0", "nothing"]),
        st.lists(st.integers(0, 2), max_size=2),
        st.lists(st.text(min_size=1, max_size=5), max_size=3),
        st.none() | st.integers(0, 3),
    ),
    st.builds(
        lambda question, value: json.dumps({"type": "answer", "question": question, "value": value}),
        st.integers(0, 3),
        st.sampled_from(SENSIBLE[-4:]) | st.text(min_size=1, max_size=64),
    ),
)


async def said(follower: Follower, message: str | bytes, key: str) -> list[dict[str, Any]]:
    """Send something; what was answered before the answer to a ping."""
    begun = len(follower.seen)
    if isinstance(message, str):
        await follower.socket.send_text(message.encode("utf-8", "replace").decode())
    else:
        await follower.socket.send_bytes(message)
    await follower.send(type="ping", id=key)
    await follower.until(id=key)
    return follower.seen[begun:-1]


async def fuzz(ask: Callable[[str | bytes, str], Awaitable[list[dict[str, Any]]]], count: int) -> None:
    """Send any messages; each is answered, and with no more than one error of the sender's."""
    loop = asyncio.get_running_loop()
    number = iter(range(10**9))

    def check(batch: list[str | bytes]) -> None:
        for message in batch:
            key = f"ping {next(number)}"
            answers = asyncio.run_coroutine_threadsafe(_awaited(ask(message, key)), loop).result(30)
            errors = [answer for answer in answers if answer["type"] == "error"]
            assert len([error for error in errors if error["id"] is None]) <= 1, (message, errors)
            assert all(400 <= int(error["status"]) < 500 for error in errors), (message, errors)
            assert "Traceback" not in json.dumps(answers)

    run = examples(count, suppress_health_check=list(HealthCheck))(
        given(st.lists(MESSAGES, min_size=1, max_size=10))(check)
    )
    await asyncio.to_thread(run)


async def _awaited(work: Awaitable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return await work


LIMITS = {"room_message_rate": 1e6, "room_message_burst": 10**6, "max_iterations": 50}


async def end(client: httpx.AsyncClient, room: dict[str, Any]) -> None:
    """The room is over, and its session too."""
    assert (await client.delete(f"/api/rooms/{room['code']}", headers=bearer(room))).status_code == 204
    assert (await client.delete(f"/api/sessions/{room['session']}")).status_code == 204


async def lecture(client: httpx.AsyncClient) -> None:
    """A room with all that usually happens in one, from its opening to its end."""
    room = await open_room(client)
    async with join(client, room["code"], follow=True) as follower, present(client, room) as presenter:
        for number, message in enumerate(USUAL):
            await said(presenter, json.dumps(message), f"presenter {number}")
            await said(follower, json.dumps(message), f"follower {number}")
        await client.post(
            f"/api/sessions/{room['session']}/commands", json={"type": "step", "unit": "iteration"}
        )
        await client.post(f"/api/rooms/{room['code']}/handover", headers=bearer(room))
    await end(client, room)


USUAL: list[dict[str, Any]] = [
    {"type": "look", "view": "z=layers"},
    {"type": "pointer", "x": 0.5, "y": 0.5},
    {"type": "explain", "name": "w", "what": "value", "index": []},
    {"type": "ask", "kind": "number", "text": "?", "node": "w"},
    {"type": "answer", "question": 0, "value": "-24"},
    {"type": "reveal"},
    {"type": "answer", "question": 0, "value": "1"},
    {"type": "dismiss"},
    {"type": "fly"},
]


@pytest.mark.hypothesis
@pytest.mark.parametrize("who", ["follower", "presenter"])
async def test_no_message_closes_a_rooms_socket(
    serve: Serve, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(**LIMITS, max_room_questions=10**6) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        # What is made once is made.
        await lecture(client)
        before = await settled(app)

        async def visited() -> None:
            room = await open_room(client)
            async with (
                join(client, room["code"]) as follower,
                present(client, room, follow=True) as presenter,
            ):
                one = follower if who == "follower" else presenter
                with caplog.at_level(logging.WARNING, "chainrule"):
                    await fuzz(lambda message, key: said(one, message, key), 75)
                assert caplog.records == []
                # The other one is none the worse for it, and the session has not moved.
                other = presenter if who == "follower" else follower
                await said(other, "", "still there")
                told = (await client.get(f"/api/sessions/{room['session']}")).json()
                assert told["cursor"] == {"branch": 0, "iteration": 0, "step": 0}
                held = Standing(app).more_than(before)
                assert (held["rooms"], held["followers"], held["sessions"]) == (1, 1, 1), "they are counted"
            await end(client, room)

        await visited()
        assert await left_behind(app, before) == {}


async def test_what_a_service_holds_settles_however_many_rooms_there_have_been(serve: Serve) -> None:
    async with serve(**LIMITS) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        await lecture(client)
        before = await settled(app)
        for _ in range(10):
            await lecture(client)
        assert await left_behind(app, before) == {}


async def test_what_is_left_behind_is_seen(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(**LIMITS) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        await lecture(client)
        before, kept = await settled(app), list[Any]()
        leave = LiveRoom.leave

        def keeping(live: LiveRoom, seat: Seat) -> None:
            kept.append(seat)
            leave(live, seat)

        monkeypatch.setattr(LiveRoom, "leave", keeping)
        monkeypatch.setattr("support.leaks.SETTLES", 3)
        await lecture(client)
        left = await left_behind(app, before)
        assert left["chainrule.host.live.Seat"] == 2
        assert left["chainrule.host.bus.Inbox"] == 2
        assert "followers" not in left


@pytest.mark.hypothesis
async def test_no_first_message_does_harm(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async with serve(**LIMITS) as client:
        room = await open_room(client)

        async def first(message: str | bytes, key: str) -> list[dict[str, Any]]:
            async with enter(client, room["code"]) as newcomer:
                if isinstance(message, str):
                    await newcomer.socket.send_text(message.encode("utf-8", "replace").decode())
                else:
                    await newcomer.socket.send_bytes(message)
                # Refused where the first message has joined; else it joins.
                await newcomer.send(type="join", id="in")
                while not {"joined", "done"} & {one["type"] for one in newcomer.seen}:
                    await newcomer.receive()
                return newcomer.seen

        with caplog.at_level(logging.WARNING, "chainrule"):
            await fuzz(first, 40)
        assert caplog.records == []
        rooms = client._transport.app.state.rooms  # type: ignore[attr-defined]
        for _ in range(200):
            if rooms.followers == 0:
                break
            await asyncio.sleep(0.01)
        assert rooms.followers == 0
