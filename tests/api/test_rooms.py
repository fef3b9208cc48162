from __future__ import annotations

import csv
import io
import json
from typing import Any, get_args

import anyio
import httpx
import pytest

from api.conftest import Serve
from api.test_rest import command
from api.test_websocket import end
from chainrule.api.rooms import cell
from chainrule.host.live import FRAME
from chainrule.protocol.client import Question
from chainrule.protocol.close import CloseCode
from chainrule.protocol.frames import encode_frame
from support.classroom import bearer, enter, join, open_room, present
from support.follower import Follower, follow, numbers

pytestmark = pytest.mark.anyio


async def refused(follower: Follower, **message: Any) -> dict[str, Any]:
    """What is said to a message that is refused."""
    await follower.send(**message, id="refused")
    return await follower.until(type="error", id="refused")


async def done(follower: Follower, **message: Any) -> None:
    await follower.send(**message, id="done")
    answer = await follower.until(id="done")
    assert answer["type"] == "done", answer


async def test_a_room_has_a_code_and_tells_its_secret_once(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        code = room["code"]
        assert (len(code), room["lesson"], room["title"]["en"]) == (6, "one-weight", "One weight")
        written = f" {code[:3].lower()}-{code[3:].lower()} "
        told = await client.get(f"/api/rooms/{written}")
        assert told.status_code == 200
        assert (told.json()["code"], told.json()["join"]) == (code, None)
        for secret in (room["secret"], room["session"]):
            assert secret not in told.text
        mine = await client.get(f"/api/rooms/{code}", headers=bearer(room))
        assert mine.json()["join"] is not None
        assert (mine.json()["session"], told.json()["session"]) == (room["session"], None)
        assert room["secret"] not in mine.text


async def test_what_is_no_room(serve: Serve) -> None:
    async with serve(room_tries=6) as client:
        for code in ("ABCDEF", "no", "0O0O0O", "%20", "ÄÖÜÄÖÜ"):
            answer = await client.get(f"/api/rooms/{code}")
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_room"), code
        async with enter(client, "ABCDEF") as follower:
            assert await end(follower) == CloseCode.UNKNOWN_ROOM
        # Codes are short: who guesses is stopped, also where a guess would be right.
        room = await open_room(client)
        answer = await client.get(f"/api/rooms/{room['code']}")
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_room_tries")
        async with enter(client, room["code"]) as follower:
            assert await end(follower) == CloseCode.TOO_MANY_MESSAGES


async def test_a_room_shows_a_session_that_there_is(serve: Serve) -> None:
    async with serve(max_rooms_per_client=1) as client:
        answer = await client.post("/api/rooms", json={"session": "none"})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_session")
        room = await open_room(client)
        answer = await client.post("/api/rooms", json={"session": room["session"]})
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_rooms_per_client")


async def test_nothing_is_sent_before_the_first_message(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with enter(client, room["code"]) as follower:
            assert (await refused(follower, type="ack", seq=1))["code"] == "room_not_joined"
            assert (await refused(follower, type="present", secret="wrong"))["code"] == "room_wrong_secret"
            assert [message["type"] for message in follower.seen] == ["error", "error"]
            await follower.send(type="join", name="")
            assert (await follower.receive())["type"] == "joined"  # type: ignore[index]


async def test_who_comes_late_is_there_at_once(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as early:
            await early.next_frame()
            for _ in range(3):
                await command(client, room["session"], type="step", unit="iteration")
            while (await early.next_frame()).cursor.iteration < 2:
                pass
            async with join(client, room["code"]) as late:
                frame = await late.next_frame()
                assert frame.cursor.iteration == 2
                kinds = [message["type"] for message in late.seen]
                assert kinds[:3] == ["joined", "room", "welcome"]
                assert [kinds.count(kind) for kind in ("graph", "metrics")] == [1, 1]
                assert late.seen[1]["view"] == "z=scalars"
                # All of the metrics, though they came in parts.
                (metrics,) = [message for message in late.seen if message["type"] == "metrics"]
                told = (await client.get(f"/api/sessions/{room['session']}/trace")).text.splitlines()
                losses = [json.loads(line)["columns"]["loss"] for line in told if '"type":"metrics"' in line]
                assert metrics["columns"]["loss"][:3] == [loss for column in losses for loss in column][:3]


async def test_followers_see_each_step_of_the_presenter(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with (
            follow(client, room["session"]) as own,
            join(client, room["code"]) as one,
            join(client, room["code"]) as other,
        ):
            for follower in (own, one, other):
                await follower.next_frame()
            await own.send(type="step", unit="phase", count=2)
            for follower in (one, other):
                while (frame := await follower.next_frame()).phase != "backward":
                    pass
                (graph,) = [m["graph"] for m in follower.seen if m["type"] == "graph"]
                w = next(node["index"] for node in graph["nodes"] if node["name"] == "w")
                assert numbers(frame)["grad", w] == -24.0


async def test_a_large_model_is_shown_in_small_frames_and_its_numbers_are_told_when_asked(
    serve: Serve,
) -> None:
    async with serve() as client:
        room = await open_room(client, "next-token")
        async with present(client, room) as presenter, join(client, room["code"]) as follower:
            # The first one too, which a session sends before it knows what is wanted.
            assert len(encode_frame(await follower.next_frame())) <= FRAME
            await presenter.send(type="subscribe", pictures=["sample", "evaluation"])
            await follower.next_frame()
            await command(client, room["session"], type="step", unit="phase", count=2)
            frame = await follower.next_frame()
            while frame.phase != "backward":
                frame = await follower.next_frame()
            # Its encoded size is held to the limit, lesson by lesson, in tests/session/test_thinned.py.
            left = {one.what: one.ranges for one in frame.left}
            assert "value" in left
            assert "grad" in left
            place = left["grad"][0]
            of = [{"what": "grad", "ranges": [place, place]}]
            await follower.send(type="numbers", of=of, id="mine")
            told = await follower.until(type="numbers_result", id="mine")
            assert (told["seq"], told["cursor"]) == (frame.seq, frame.cursor.model_dump())
            assert [(one["what"], one["index"]) for one in told["tensors"]] == [("grad", place)]


async def test_who_comes_late_sees_the_thumbnails_of_a_network_that_rests(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client, "playground")
        async with present(client, room) as presenter, join(client, room["code"]) as first:
            await presenter.send(type="subscribe", pictures=["units", "surface"])
            await first.next_frame()
            await command(client, room["session"], type="step", count=3)
            while (await first.next_frame()).cursor.step != 3:
                pass
            async with enter(client, room["code"], type="join") as follower:
                frame = await follower.next_frame()
                assert frame.cursor.step == 3
                assert len([one for one in frame.tensors if one.what == "map"]) == 4


async def test_only_the_presenter_moves_the_room(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as follower:
            for message in (
                {"type": "step"},
                {"type": "edit", "name": "w", "value": 3},
                {"type": "guess", "value": "1"},
                {"type": "predict", "on": False},
                {"type": "look", "view": "x"},
                {"type": "pointer", "x": 0.5, "y": 0.5},
                {"type": "blank", "on": True},
                {"type": "ask", "kind": "number", "text": "?", "node": "w"},
                {"type": "reveal"},
                {"type": "dismiss"},
                {"type": "subscribe", "names": []},
            ):
                assert (await refused(follower, **message))["code"] == "room_presenter_only", message
            assert (await refused(follower, type="present", secret="x"))["code"] == "room_joined"
            assert (await refused(follower, type="fly"))["code"] == "invalid_message"
            assert (await refused(follower, type="answer", question=0, value="1"))["code"] == "no_question"
        for method, place in (("POST", "/handover"), ("GET", "/answers"), ("DELETE", "")):
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
                answer = await client.request(method, f"/api/rooms/{room['code']}{place}", headers=headers)
                wrong = "room_wrong_secret" if "wrong" in str(headers) else "room_presenter_only"
                assert (answer.status_code, answer.json()["code"]) == (403, wrong)
        state = (await client.get(f"/api/sessions/{room['session']}")).json()
        assert state["seq"] == 0


async def test_followers_look_where_the_presenter_looks(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as follower, present(client, room) as presenter:
            assert (await follower.until(type="room", presenter=True))["followers"] == 1
            await done(presenter, type="look", view="z=layers&n=w")
            assert (await follower.until(type="room", view="z=layers&n=w"))["blank"] is False
            await done(presenter, type="blank", on=True)
            await follower.until(type="room", blank=True)
            await done(presenter, type="pointer", mark="node-3", x=0.25, y=-1.75)
            told = await follower.until(type="pointer")
            assert (told["mark"], told["x"], told["y"]) == ("node-3", 0.25, -1.75)
            await done(presenter, type="pointer", x=None, y=None)
            assert (await follower.until(type="pointer"))["x"] is None
        async with join(client, room["code"]) as follower:
            assert follower.seen[-1]["presenter"] is False


async def test_the_room_goes_on_to_another_session(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        other = (await client.post("/api/sessions", json={"lesson": "circuit"})).json()["id"]
        async with join(client, room["code"]) as follower:
            await follower.next_frame()
            moved = await client.post(
                f"/api/rooms/{room['code']}/session", json={"session": other}, headers=bearer(room)
            )
            assert (moved.status_code, moved.json()["lesson"]) == (200, "circuit")
            await follower.until(type="room", lesson="circuit")
            await follower.until(type="welcome", lesson="circuit")
            await follower.until(type="graph")
            await follower.next_frame()


async def test_a_session_that_is_lost_comes_back(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as follower:
            await follower.next_frame()
            await client.delete(f"/api/sessions/{room['session']}")
            await follower.until(type="room", reachable=False)
            other = (await client.post("/api/sessions", json={"lesson": "one-weight"})).json()["id"]
            await client.post(
                f"/api/rooms/{room['code']}/session", json={"session": other}, headers=bearer(room)
            )
            await follower.until(type="room", reachable=True)
            await follower.until(type="welcome")


async def test_the_room_is_over_when_its_presenter_says_so(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as follower:
            answer = await client.delete(f"/api/rooms/{room['code']}", headers=bearer(room))
            assert answer.status_code == 204
            assert await end(follower) == CloseCode.ROOM_OVER
        assert (await client.get(f"/api/rooms/{room['code']}")).status_code == 404


async def test_a_room_that_nobody_is_in_is_over_after_a_while(serve: Serve) -> None:
    async with serve(room_idle_timeout=0.01) as client:
        room = await open_room(client)
        async with join(client, room["code"]) as follower:
            await done(follower, type="ping")
            rooms = client._transport.app.state.rooms  # type: ignore[attr-defined]
            rooms._sweep()
            assert len(rooms) == 1
        while len(rooms):
            rooms._sweep()
            await anyio.sleep(0.02)
        assert (await client.get(f"/api/rooms/{room['code']}")).status_code == 404


async def test_a_room_is_handed_over(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        where = f"/api/rooms/{room['code']}"
        async with present(client, room) as old:
            pin = (await client.post(f"{where}/handover", headers=bearer(room))).json()["pin"]
            wrong = await client.post(f"{where}/presenter", json={"pin": "1" if pin != "1" else "2"})
            assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_pin")
            taken = (await client.post(f"{where}/presenter", json={"pin": f"{pin[:3]} {pin[3:]}"})).json()
            assert taken["session"] == room["session"]
            await old.until(type="joined", presenter=False)
            assert (await refused(old, type="look", view="x"))["code"] == "room_presenter_only"
        assert (await client.post(f"{where}/handover", headers=bearer(room))).status_code == 403
        assert (await client.post(f"{where}/presenter", json={"pin": pin})).status_code == 403
        async with present(client, taken) as new:
            await done(new, type="look", view="x")


async def test_a_pin_is_void_after_five_wrong_ones(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        where = f"/api/rooms/{room['code']}"
        pin = (await client.post(f"{where}/handover", headers=bearer(room))).json()["pin"]
        other = "000000" if pin != "000000" else "111111"
        for _ in range(5):
            assert (await client.post(f"{where}/presenter", json={"pin": other})).status_code == 403
        assert (await client.post(f"{where}/presenter", json={"pin": pin})).status_code == 403


# -- questions


async def test_the_class_is_asked_for_a_gradient_and_the_engine_has_the_answer(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with (
            present(client, room) as presenter,
            join(client, room["code"], name="An", member="an-an-an-an") as an,
            join(client, room["code"]) as binh,
            join(client, room["code"], name="=1+1") as chi,
        ):
            await done(presenter, type="ask", kind="number", text="What is ∂L/∂w?", node="w")
            for follower in (an, binh, chi):
                asked = (await follower.until(type="room", question=SOME))["question"]
                assert (asked["state"], asked["correct"], asked["right"]) == ("open", None, True)
            assert (await refused(an, type="answer", question=0, value="many"))["code"] == "invalid_guess"
            await done(an, type="answer", question=0, value="24")
            await done(an, type="answer", question=0, value="−24,0")
            await done(binh, type="answer", question=0, value="-24")
            await chi.send(type="answer", question=0, value="1/3")
            taken = await chi.until(type="joined")
            assert (taken["answer"], taken["verdict"], taken["session"]) == ("1/3", None, None)
            await done(chi, type="join", name="=2+2")
            assert (await refused(presenter, type="answer", question=0, value="1"))["code"] == (
                "room_follower_only"
            )
            spread = await presenter.until(type="spread", answered=3)
            assert [(one["label"], one["count"], one["verdict"]) for one in spread["bins"]] == [
                ("-24", 2, None),
                ("0.3333333333333333", 1, None),
            ]
            told = await client.get(f"/api/rooms/{room['code']}/answers", headers=bearer(room))
            assert [one["verdict"] for one in told.json()["answers"]] == [None, None, None]
            await done(presenter, type="reveal")
            for follower, verdict in ((an, "exact"), (binh, "exact"), (chi, "wrong")):
                revealed = await follower.until(type="question", state="revealed")
                assert (revealed["correct"], revealed["answered"]) == (-24.0, 3)
                spread = await follower.until(type="spread")
                assert [one["verdict"] for one in spread["bins"]] == ["exact", "wrong"]
                assert [m["seq"] for m in follower.seen if m["type"] == "spread"] == [spread["seq"]]
                assert (await follower.until(type="joined"))["verdict"] == verdict
            assert (await refused(an, type="answer", question=0, value="1"))["code"] == "no_question"
            # Who comes back finds its answer.
            async with enter(client, room["code"], type="join", member="an-an-an-an") as again:
                assert (await again.until(type="joined"))["answer"] == "−24,0"
                await again.until(type="spread")
            rows = await table(client, room)
            assert rows[1] == ["1", "What is ∂L/∂w?", "number", "-24.0", "An", "−24,0", "exact"]
            assert rows[2][4:] == ["", "-24", "exact"]
            assert rows[3][4:] == ["'=2+2", "1/3", "wrong"]


class _Some:
    """Whatever is there."""

    def __eq__(self, other: object) -> bool:
        return other is not None

    __hash__ = None  # type: ignore[assignment]


SOME = _Some()


async def table(client: httpx.AsyncClient, room: dict[str, Any]) -> list[list[str]]:
    answer = await client.get(
        f"/api/rooms/{room['code']}/answers", headers={**bearer(room), "Accept": "text/csv"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_what_is_withheld_stays_so_until_the_room_reveals_it(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        session = room["session"]
        await command(client, session, type="predict", on=True)
        await command(client, session, type="step", unit="phase", count=2)
        async with present(client, room) as presenter, join(client, room["code"]) as follower:
            assert (await follower.next_frame()).withheld
            await done(presenter, type="ask", kind="sign", text="Which sign?")
            asked = (await follower.until(type="room", question=SOME))["question"]
            assert (asked["node"], asked["what"], asked["argument"]) == ("pow#0", "contribution", 0)
            # Neither the room nor a copy of its session nor a question to the session tells it.
            name = asked["node"]
            said = await refused(follower, type="explain", name=name, what="contribution", argument=0)
            assert said["code"] == "withheld"
            copied = await client.post(f"/api/rooms/{room['code']}/copy")
            assert (copied.status_code, copied.json()["code"]) == (409, "room_question_open")
            await done(follower, type="answer", question=0, value="minus")
            await done(presenter, type="reveal")
            revealed = await follower.until(type="question", state="revealed")
            assert revealed["correct"] == -8.0
            bins = (await follower.until(type="spread"))["bins"]
            assert [(one["label"], one["count"], one["verdict"]) for one in bins] == [
                ("negative", 1, "right"),
                ("zero", 0, "wrong"),
                ("positive", 0, "wrong"),
            ]
            # The session has revealed it too, and goes on.
            while follower.frame is None or follower.frame.withheld:
                await follower.next_frame()
            moved = await command(client, session, type="step")
            assert moved[0]["reached"] is None or moved[0]["reached"] == "withheld"


async def test_a_choice_has_the_answer_that_the_presenter_gave(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with present(client, room) as presenter, join(client, room["code"]) as follower:
            wrong: dict[str, Any]
            for wrong in (
                {"kind": "choice", "choices": ["one"]},
                {"kind": "choice", "choices": ["a", "b"], "correct": 2},
                {"kind": "number", "choices": ["a", "b"], "node": "w"},
            ):
                said = await refused(presenter, type="ask", text="?", **wrong)
                assert said["code"] == "invalid_question"
            for wrong, code in (
                ({"kind": "number"}, "nothing_to_guess"),
                ({"kind": "number", "node": "no"}, "unknown_name"),
                ({"kind": "number", "node": "w", "index": [3]}, "invalid_index"),
            ):
                assert (await refused(presenter, type="ask", text="?", **wrong))["code"] == code
            assert (await refused(presenter, type="reveal"))["code"] == "no_question"
            choices = ["forward", "backward"]
            await done(presenter, type="ask", kind="choice", text="Which way?", choices=choices, correct=1)
            assert (await refused(follower, type="answer", question=0, value="2"))["code"] == (
                "invalid_answer"
            )
            await done(follower, type="answer", question=0, value="1")
            await done(presenter, type="reveal")
            assert (await follower.until(type="question", state="revealed"))["correct"] == 1
            bins = (await follower.until(type="spread"))["bins"]
            assert [(one["count"], one["verdict"]) for one in bins] == [(0, "wrong"), (1, "right")]
            await done(presenter, type="dismiss")
            await follower.until(type="room", question=None)


async def test_the_answer_is_that_of_the_iteration_in_which_was_asked(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with present(client, room) as presenter, join(client, room["code"]) as follower:
            await done(presenter, type="ask", kind="number", text="?", node="w")
            await command(client, room["session"], type="step", unit="iteration", count=2)
            await done(presenter, type="reveal")
            assert (await follower.until(type="question", state="revealed"))["correct"] == -24.0


async def test_followers_ask_the_session_what_changes_nothing(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        await command(client, room["session"], type="step", unit="iteration")
        async with join(client, room["code"]) as one, join(client, room["code"]) as other:
            for follower in (one, other):
                await follower.next_frame()
                await follower.send(type="explain", name="w", what="value", id="mine")
            told = [await follower.until(id="mine") for follower in (one, other)]
            assert told[0] == told[1]
            assert told[0]["value"] == pytest.approx(2.24, rel=1e-6)
            await one.send(type="explain", name="nothing", id="wrong")
            assert (await one.until(id="wrong"))["code"] == "unknown_name"
            await command(client, room["session"], type="step", unit="iteration")
            await one.next_frame()
            await one.send(type="explain", name="w", what="value", id="later")
            assert (await one.until(id="later"))["value"] != told[0]["value"]


async def test_followers_may_ask_all_that_a_session_answers(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        async with join(client, room["code"]) as follower:
            for question in get_args(Question):
                kind = get_args(question.model_fields["type"].annotation)[0]
                await follower.send(
                    type=kind, id=kind, **{"name": "w"} if "name" in question.model_fields else {}
                )
                answer = await follower.until(id=kind)
                # Some lack a field, or ask for what this lesson has not.
                assert answer.get("code") != "room_presenter_only", kind
            await follower.send(type="edit", name="w", value=1, id="edit")
            assert (await follower.until(id="edit"))["code"] == "room_presenter_only"


async def test_a_follower_leaves_the_path_from_where_the_room_is(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        session = room["session"]
        await command(client, session, type="edit", name="w", value=5)
        await command(client, session, type="predict", on=True)
        await command(client, session, type="step", unit="iteration")
        there = (await client.get(f"/api/sessions/{session}/state")).json()
        copied = await client.post(f"/api/rooms/{room['code']}/copy")
        assert copied.status_code == 201
        own = copied.json()["id"]
        assert copied.headers["location"] == f"/api/sessions/{own}"
        assert own != session
        here = (await client.get(f"/api/sessions/{own}/state")).json()
        assert here == there
        assert any(node["withheld"] for node in here["nodes"].values())
        await command(client, own, type="undo")
        assert (await client.get(f"/api/sessions/{session}/state")).json() == there


# -- limits


async def test_a_name_is_short_and_a_question_too(serve: Serve) -> None:
    async with serve(max_name=5, max_question=10, max_room_questions=1) as client:
        room = await open_room(client)
        async with enter(client, room["code"]) as follower:
            assert (await refused(follower, type="join", name="123456"))["code"] == "limit_name"
        async with present(client, room) as presenter:
            ask = {"type": "ask", "kind": "number", "node": "w"}
            assert (await refused(presenter, **ask, text="12345678901"))["code"] == "limit_question"
            await done(presenter, **ask, text="?")
            assert (await refused(presenter, **ask, text="?"))["code"] == "limit_room_questions"


async def test_a_room_holds_so_many_and_hears_so_much(serve: Serve) -> None:
    async with serve(
        max_room_followers=1, room_message_rate=1, room_message_burst=3, max_room_message=1000
    ) as client:
        room = await open_room(client)
        async with join(client, room["code"], follow=False) as follower:
            async with enter(client, room["code"], type="join") as other:
                assert await end(other) == CloseCode.TOO_MANY_FOLLOWERS
            said = await refused(follower, type="ping", value="x" * 2000)
            assert said["code"] in ("message_too_large", "invalid_message")
            for _ in range(12):
                await follower.send(type="ping")
            assert (await follower.until(type="error"))["code"] == "limit_message_rate"
            assert await end(follower) == CloseCode.TOO_MANY_MESSAGES


async def test_pages_from_elsewhere_are_turned_away(serve: Serve) -> None:
    async with serve() as client:
        room = await open_room(client)
        headers = {"Origin": "http://evil.example"}
        async with enter(client, room["code"], headers=headers) as follower:
            assert await end(follower) == CloseCode.FORBIDDEN_ORIGIN


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "+1"),
        ("-24,0", "-24,0"),
        ("-2e-3", "-2e-3"),
        ("-1+1", "'-1+1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("An", "An"),
        (None, ""),
        (-24.0, "-24.0"),
    ],
)
def test_no_cell_is_a_formula(text: Any, safe: str) -> None:
    assert cell(text) == safe
