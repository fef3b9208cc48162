from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from httpx_ws import WebSocketDisconnect
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from api.conftest import Serve
from api.test_rest import command, create, place
from chainrule.api.websocket import Bucket, origin_allowed
from chainrule.protocol import CLIENT_MESSAGE
from chainrule.protocol.close import CloseCode
from chainrule.protocol.server import Frame
from support.examples import examples
from support.follower import Follower, follow, numbers
from support.leaks import left_behind, settled

pytestmark = pytest.mark.anyio


async def closed(client: httpx.AsyncClient, session: str, **options: Any) -> int:
    """The code with which the server closes a connection."""
    async with follow(client, session, **options) as follower:
        return await end(follower)


async def end(follower: Follower) -> int:
    """Read to the end of a connection: the code with which the server closes it."""
    try:
        while True:
            await follower.receive()
    except WebSocketDisconnect as disconnect:
        return disconnect.code


async def test_the_first_messages_are_all_that_a_page_needs(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            frame = await follower.next_frame()
            kinds = [message["type"] for message in follower.seen]
            assert kinds[:2] == ["welcome", "graph"]
            assert set(kinds) == {"welcome", "graph", "metrics"}
            assert (frame.cursor.iteration, frame.cursor.step) == (0, 0)
            assert frame.topology == follower.seen[1]["graph"]["topology"]


async def test_rest_and_socket_drive_one_session(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            await follower.next_frame()
            await follower.send(type="step", unit="phase", count=2, id="s")
            moved = await follower.until(type="moved")
            assert (moved["id"], moved["phase"]) == ("s", "backward")
            frame = await follower.next_frame()
            (graph,) = [message["graph"] for message in follower.seen if message["type"] == "graph"]
            w = next(node["index"] for node in graph["nodes"] if node["name"] == "w")
            assert numbers(frame)["grad", w] == -24.0
            assert (await client.get(f"/api/sessions/{session}/tensors/w?what=grad")).json()["data"] == -24.0
            await command(client, session, type="step", unit="iteration")
            frame = await follower.next_frame()
            assert numbers(frame)["value", w] == pytest.approx(2.24, rel=1e-6)


async def test_who_comes_back_gets_one_snapshot_and_no_backlog(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            frame = await follower.next_frame()
            seen = frame.seq
        for _ in range(30):
            await command(client, session, type="step", unit="iteration")
        latest = await client.get(f"/api/sessions/{session}/state")
        async with follow(client, session, f"?since={seen}") as follower:
            frame = await follower.next_frame()
            assert [m["type"] for m in follower.seen] == ["welcome", "graph", "metrics"]
            assert frame.cursor.model_dump() == latest.json()["cursor"]
            assert len(follower.seen[2]["columns"]["loss"]) == 30
            await follower.send(type="explain", name="w", id="next")
            assert (await follower.until(id="next"))["type"] == "explanation"
            assert [m["type"] for m in follower.seen] == ["welcome", "graph", "metrics", "explanation"]


async def test_a_follower_that_does_not_acknowledge_ends_on_the_latest_state(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as slow, follow(client, session) as quick:
            first = await slow.next_frame(ack=False)
            await quick.next_frame()
            for _ in range(200):
                await quick.send(type="step")
                assert (await quick.until(type="moved"))["reached"] is None
            latest = (await client.get(f"/api/sessions/{session}")).json()
            # At most one more frame came before it had to wait; what follows its acknowledgement is the latest.
            await slow.send(type="ack", seq=first.seq)
            frames: list[Frame] = []
            while not frames or frames[-1].seq < latest["seq"]:
                frames.append(await slow.next_frame())
            assert len(frames) <= 3
            assert frames[-1].cursor.model_dump() == latest["cursor"]


async def test_answers_are_never_left_out(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            for k in range(100):
                await follower.send(type="step", id=str(k))
            answers = [await follower.until(type="moved") for _ in range(100)]
            assert [answer["id"] for answer in answers] == [str(k) for k in range(100)]
            assert [answer["seq"] for answer in answers] == list(range(1, 101))


async def test_others_learn_what_one_has_changed(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as one, follow(client, session) as other:
            await one.next_frame()
            await other.next_frame()
            await one.send(type="configure", config={"lr": 0.1})
            assert (await other.until(type="configured"))["config"]["lr"] == 0.1
            await one.send(type="edit", name="w", value=5)
            assert len((await other.until(type="branches", current=1))["branches"]) == 2
            await one.send(type="breakpoint", condition={"kind": "non_finite"})
            assert len((await other.until(type="breakpoints"))["breakpoints"]) == 1


async def test_playing_moves_and_pausing_stops_on_a_step(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            await follower.send(type="play", unit="step", rate=1000)
            while (await follower.next_frame()).cursor.iteration < 1:
                pass
            await follower.send(type="pause", id="p")
            assert (await follower.until(type="playback", id="p"))["playing"] is False
            before = (await client.get(f"/api/sessions/{session}")).json()["cursor"]
            assert (await client.get(f"/api/sessions/{session}")).json()["cursor"] == before


async def test_a_long_seek_can_be_cancelled(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            await follower.send(type="seek", iteration=90_000, id="far")
            assert (await follower.until(type="progress", id="far"))["total"] == 90_000
            await follower.send(type="cancel", command="far", id="stop")
            assert (await follower.until(id="stop"))["type"] == "done"
            moved = await follower.until(type="moved", id="far")
            assert moved["reached"] == "cancelled"
            assert moved["cursor"]["iteration"] < 90_000


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "malformed_json"),
        ("", "malformed_json"),
        ('{"type": "step", "count": NaN}', "malformed_json"),
        ('{"type": "dance"}', "invalid_message"),
        ('{"type": "step", "more": 1}', "invalid_message"),
        ('{"type": "undo"}', "nothing_to_undo"),
        (b"CRF1", "invalid_message"),
    ],
)
async def test_a_bad_message_is_one_error_and_the_socket_stays_open(
    serve: Serve, message: str | bytes, code: str
) -> None:
    async with serve() as client:
        session = await create(client)
        async with follow(client, session) as follower:
            await follower.next_frame()
            if isinstance(message, str):
                await follower.socket.send_text(message)
            else:
                await follower.socket.send_bytes(message)
            await follower.send(type="step", id="after")
            await follower.until(id="after")
            errors = [message for message in follower.seen if message["type"] == "error"]
            assert [error["code"] for error in errors] == [code]


async def test_reasons_to_close(serve: Serve) -> None:
    async with serve() as client:
        assert await closed(client, "nobody") == CloseCode.UNKNOWN_SESSION
        session = await create(client)
        foreign = {"Origin": "https://elsewhere.example"}
        assert await closed(client, session, headers=foreign) == CloseCode.FORBIDDEN_ORIGIN
        async with follow(client, session, headers={"Origin": "http://test"}) as follower:
            await follower.next_frame()
            await client.delete(f"/api/sessions/{session}")
            assert await end(follower) == CloseCode.SESSION_DELETED


async def test_too_many_messages(serve: Serve) -> None:
    async with serve(message_rate=0.001, message_burst=5) as client:
        session = await create(client)
        async with follow(client, session) as follower:
            for k in range(7):
                await follower.send(type="step", id=str(k))
            dropped = [(await follower.until(type="error"))["id"] for _ in range(2)]
            assert dropped == ["5", "6"]
            for _ in range(4):
                await follower.send(type="step")
            assert await end(follower) == CloseCode.TOO_MANY_MESSAGES
        assert place((await client.get(f"/api/sessions/{session}")).json()["cursor"]) == (0, 0, 5)


async def test_a_message_over_the_limit_is_refused_and_the_socket_stays_open(serve: Serve) -> None:
    async with serve(max_message=1000) as client:
        session = await create(client)
        async with follow(client, session) as follower:
            await follower.socket.send_text(json.dumps({"type": "step", "id": "−" * 400}, ensure_ascii=False))
            error = await follower.until(type="error")
            assert (error["code"], error["status"]) == ("message_too_large", 413)
            await follower.socket.send_bytes(bytes(1001))
            assert (await follower.until(type="error"))["code"] == "message_too_large"
            await follower.send(type="step")
            assert (await follower.until(type="moved"))["cursor"]["step"] == 1


def test_a_bucket_fills_up_again() -> None:
    bucket = Bucket(10.0, 2, 0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(0.1) for _ in range(2)] == [True, False]
    assert [bucket.take(100.0) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "a.example", True),
        ("http://a.example", "a.example", True),
        ("http://A.example:80", "a.example", True),
        ("https://a.example", "a.example:443", True),
        ("http://a.example:8000", "a.example:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://a.example", "a.example:8000", False),
        ("http://b.example", "a.example", False),
        ("https://listed.example", "a.example", True),
        ("null", "a.example", False),
        ("http://a.example:99999", "a.example", False),
        ("", "a.example", False),
        ("http://", "", False),
        ("http://a.example", None, False),
    ],
)
def test_origins(origin: str | None, host: str | None, allowed: bool) -> None:
    assert origin_allowed(origin, host, ["https://listed.example"]) is allowed


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TYPES = sorted(
    {
        option["properties"]["type"]["const"]
        for option in CLIENT_MESSAGE.json_schema()["$defs"].values()
        if "type" in option.get("properties", {})
    }
)
FIELDS = sorted(
    {name for option in CLIENT_MESSAGE.json_schema()["$defs"].values() for name in option["properties"]}
)
commands = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(TYPES),
    st.dictionaries(
        st.sampled_from(FIELDS),
        json_values
        | st.sampled_from(
            ["w", "x", "mul#0", "step", "phase", "iteration", "grad", "value", "add", 0, 1, -1, 3, 2.5]
        )
        | st.just({"kind": "non_finite"}),
        max_size=4,
    ),
)


@st.composite
def messages(draw: st.DrawFn) -> str | bytes:
    kind = draw(st.sampled_from(["text", "binary", "json", "command", "command"]))
    if kind == "text":
        return draw(st.text(max_size=50))
    if kind == "binary":
        return draw(st.binary(max_size=50))
    return json.dumps(draw(json_values if kind == "json" else commands))


async def ask(follower: Follower, message: str | bytes, key: str) -> list[dict[str, object]]:
    """Send something; what was answered before the answer to a question that is always fine."""
    begun = len(follower.seen)
    if isinstance(message, str):
        await follower.socket.send_text(message)
    else:
        await follower.socket.send_bytes(message)
    await follower.send(type="explain", name="w", id=key)
    await follower.until(id=key)
    return follower.seen[begun:-1]


async def visit(client: httpx.AsyncClient, batches: int) -> None:
    """Say a lot to a session of its own: an answer or one error to each, and never a 500."""
    session = await create(client)
    async with follow(client, session) as follower:
        loop = asyncio.get_running_loop()
        count = iter(range(10**9))

        def check(batch: list[str | bytes]) -> None:
            for message in batch:
                answers = asyncio.run_coroutine_threadsafe(
                    ask(follower, message, f"question {next(count)}"), loop
                ).result(30)
                errors = [answer for answer in answers if answer["type"] == "error"]
                assert len([error for error in errors if error["id"] is None]) <= 1, (message, errors)
                assert all(400 <= int(str(error["status"])) < 500 for error in errors), (message, errors)

        fuzz = examples(batches, suppress_health_check=list(HealthCheck))(
            given(st.lists(messages(), min_size=1, max_size=10))(check)
        )
        await asyncio.to_thread(fuzz)
    assert (await client.delete(f"/api/sessions/{session}")).status_code == 204


@pytest.mark.slow
@pytest.mark.hypothesis
async def test_no_message_closes_the_socket_and_nothing_of_any_stays(serve: Serve) -> None:
    """Text, bytes, JSON of any shape, commands with any fields."""
    async with serve(message_rate=1e6, message_burst=10**6, max_iterations=50) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        # What is made once is made.
        await visit(client, 25)
        before = await settled(app)
        await visit(client, 75)
        # Of objects a few stay until another session comes; they do not add up.
        left = await left_behind(app, before)
        assert {name: more for name, more in left.items() if name in before.counts} == {}
