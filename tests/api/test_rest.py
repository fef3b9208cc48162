from __future__ import annotations

import io
import json
from typing import Any

import httpx
import numpy as np
import pytest

from api.conftest import Serve
from chainrule import __version__
from chainrule.protocol.rest import MAX_SEED

pytestmark = pytest.mark.anyio


async def create(client: httpx.AsyncClient, **fields: Any) -> str:
    response = await client.post("/api/sessions", json={"lesson": "one-weight", **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def command(client: httpx.AsyncClient, session: str, **fields: Any) -> list[dict[str, Any]]:
    response = await client.post(f"/api/sessions/{session}/commands", json=fields)
    assert response.status_code == 200, response.text
    messages: list[dict[str, Any]] = response.json()
    return messages


async def tensor(client: httpx.AsyncClient, session: str, name: str, what: str = "value") -> Any:
    response = await client.get(f"/api/sessions/{session}/tensors/{name}", params={"what": what})
    assert response.status_code == 200, response.text
    return response.json()["data"]


def one(messages: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (message,) = [message for message in messages if message["type"] == kind]
    return message


def place(cursor: dict[str, Any]) -> tuple[int, int, int]:
    return cursor["branch"], cursor["iteration"], cursor["step"]


async def refusal(response: httpx.Response) -> tuple[int, str]:
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert document["status"] == response.status_code
    assert document["type"] == f"urn:chainrule:problem:{document['code']}"
    assert document["title"]
    assert document["hint"]
    return response.status_code, document["code"]


async def test_health(serve: Serve) -> None:
    async with serve() as client:
        document = (await client.get("/api/health")).json()
        assert document == {
            "status": "ok",
            "version": __version__,
            "protocol": 1,
            "backend": "numpy",
            "device": "cpu",
            "workers": 1,
            "lasting": False,
        }


async def test_a_session_in_brief_leaves_out_its_parameters(serve: Serve) -> None:
    async with serve() as client:
        made = await client.post("/api/sessions?brief=true", json={"lesson": "one-weight", "seed": 7})
        assert made.status_code == 201
        path = made.headers["location"]
        whole = (await client.get(path)).json()
        brief = (await client.get(path, params={"brief": True})).json()
    assert list(whole["parameters"]) == ["w"]
    assert made.json() == brief == {**whole, "parameters": {}}


@pytest.mark.parametrize("address", ["/api/lessons", "/api/lessons/circuit"])
async def test_lessons_are_compressed_for_those_who_read_it(serve: Serve, address: str) -> None:
    async with serve() as client:
        plain = await client.get(address, headers={"Accept-Encoding": "identity"})
        zipped = await client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.json() == plain.json()
    assert int(zipped.headers["content-length"]) < len(plain.content) / 2


async def test_lessons_come_with_their_configuration_schema(serve: Serve) -> None:
    async with serve() as client:
        lessons = (await client.get("/api/lessons")).json()
        assert [lesson["slug"] for lesson in lessons][:2] == ["one-weight", "circuit"]
        for lesson in lessons:
            assert {"en", "vi"} == set(lesson["title"])
            assert set(lesson["defaults"]) == set(lesson["config_schema"]["properties"])


async def test_a_brief_list_and_one_lesson_say_the_same_as_all_lessons(serve: Serve) -> None:
    async with serve() as client:
        whole = (await client.get("/api/lessons")).json()
        brief = (await client.get("/api/lessons", params={"brief": "true"})).json()
        assert brief == [
            {name: lesson[name] for name in ("slug", "order", "title", "summary", "outcome")}
            for lesson in whole
        ]
        for lesson in whole:
            assert (await client.get(f"/api/lessons/{lesson['slug']}")).json() == lesson


async def test_what_is_no_lesson_is_refused(serve: Serve) -> None:
    async with serve() as client:
        assert await refusal(await client.get("/api/lessons/none")) == (404, "unknown_lesson")
        assert await refusal(await client.get("/api/lessons/" + "x" * 65)) == (422, "invalid_request")
        assert await refusal(await client.get("/api/lessons", params={"brief": "perhaps"})) == (
            422,
            "invalid_request",
        )
        assert await refusal(await client.post("/api/lessons/circuit")) == (405, "method_not_allowed")


async def test_a_new_session(serve: Serve) -> None:
    async with serve() as client:
        response = await client.post(
            "/api/sessions", json={"lesson": "one-weight", "config": {"lr": 0.1}, "seed": 3}
        )
        created = response.json()
        assert response.status_code == 201
        assert response.headers["location"] == f"/api/sessions/{created['id']}"
        assert (created["lesson"], created["seed"], created["config"]["lr"]) == ("one-weight", 3, 0.1)
        assert place(created["cursor"]) == (0, 0, 0)
        assert (await client.get(response.headers["location"])).json() == created


async def test_the_worked_path(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        state = (await client.get(f"/api/sessions/{session}/state")).json()
        assert state["parameters"]["w"]["value"] == 2.0
        assert state["parameters"]["w"]["grad"] is None
        assert state["nodes"]["mul#0"]["value"] is None

        moved = one(await command(client, session, type="step", unit="phase", count=2), "moved")
        assert (moved["phase"], moved["reached"]) == ("backward", None)
        assert await tensor(client, session, "w", "grad") == -24.0
        state = (await client.get(f"/api/sessions/{session}/state")).json()
        assert state["parameters"]["w"]["grad"] == state["nodes"]["w"]["grad"] == -24.0
        assert state["nodes"]["mul#0"]["value"] == 6.0
        assert await tensor(client, session, "mul%230", "grad") == -8.0

        moved = one(await command(client, session, type="step", unit="iteration"), "moved")
        assert moved["phase"] == "update"
        assert await tensor(client, session, "w") == pytest.approx(2.24, rel=1e-6)
        assert await tensor(client, session, "w", "grad") == -24.0
        info = (await client.get(f"/api/sessions/{session}")).json()
        assert info["metrics"]["loss"] == 16.0
        assert info["parameters"]["w"]["value"] == pytest.approx(2.24, rel=1e-6)


async def test_back_in_time_everything_is_as_it_was(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="step", unit="phase", count=2)
        before = (await client.get(f"/api/sessions/{session}/state")).json()
        await command(client, session, type="step", unit="iteration", count=25)
        moved = one(await command(client, session, type="seek", iteration=0, step=8), "moved")
        assert place(moved["cursor"]) == place(before["cursor"])
        assert (await client.get(f"/api/sessions/{session}/state")).json() == before
        moved = one(await command(client, session, type="step", count=-100), "moved")
        assert (place(moved["cursor"]), moved["reached"]) == ((0, 0, 0), "start")
        assert await tensor(client, session, "w", "grad") is None


async def test_a_seek_past_the_tip_computes(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        moved = one(await command(client, session, type="seek", iteration=1000, step=3), "moved")
        assert place(moved["cursor"]) == (0, 1000, 3)
        assert await tensor(client, session, "w") == pytest.approx(10 / 3, rel=1e-4)
        branches = (await client.get(f"/api/sessions/{session}/branches")).json()
        assert branches["branches"][0]["tip"] == 1000


async def test_an_edit_forks_and_undo_returns(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="step", unit="phase", count=2)
        messages = await command(client, session, type="edit", name="w", value=3)
        assert place(one(messages, "moved")["cursor"]) == (1, 0, 8)
        assert await tensor(client, session, "w", "grad") == -6.0
        assert len(one(messages, "branches")["branches"]) == 2
        messages = await command(client, session, type="undo")
        assert place(one(messages, "moved")["cursor"]) == (0, 0, 8)
        assert await tensor(client, session, "w", "grad") == -24.0


async def test_a_journal_makes_the_same_session_again(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="step", unit="phase", count=2)
        await command(client, session, type="edit", name="w", value=3)
        await command(client, session, type="step", unit="iteration", count=3)
        info = (await client.get(f"/api/sessions/{session}")).json()
        again = await create(
            client,
            config=info["initial_config"],
            journal=info["journal"],
            cursor=info["cursor"],
            seed=info["seed"],
        )
        first = (await client.get(f"/api/sessions/{session}/state")).json()
        second = (await client.get(f"/api/sessions/{again}/state")).json()
        assert second["nodes"] == first["nodes"]
        assert place(second["cursor"])[1:] == place(first["cursor"])[1:]


async def test_repeating_a_command_with_an_id_is_harmless(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        first = await command(client, session, type="step", id="a")
        assert await command(client, session, type="step", id="a") == first
        assert one(first, "moved")["id"] == "a"
        assert place((await client.get(f"/api/sessions/{session}")).json()["cursor"]) == (0, 0, 1)


async def test_the_frame_over_rest_has_its_numbers_in_it(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        frame = one(await command(client, session, type="step", unit="phase", count=2), "frame")
        numbers = {(t["what"], t["index"]): t["data"] for t in frame["tensors"]}
        names = {
            n["name"]: n["index"]
            for n in (await client.get(f"/api/sessions/{session}/graph")).json()["nodes"]
        }
        assert numbers["grad", names["w"]] == -24.0
        assert all(tensor["offset"] is None for tensor in frame["tensors"])


@pytest.mark.parametrize("accept", ["application/x-npy", "application/x-npy;q=1, application/json;q=0.5"])
async def test_a_tensor_as_a_numpy_file(serve: Serve, accept: str) -> None:
    async with serve() as client:
        session = await create(client)
        url = f"/api/sessions/{session}/tensors/w"
        response = await client.get(url, headers={"Accept": accept})
        assert response.headers["content-type"] == "application/x-npy"
        array = np.load(io.BytesIO(response.content), allow_pickle=False)
        assert (array.dtype, array.shape, float(array)) == (np.float32, (), 2.0)
        response = await client.get(url, params={"what": "grad"}, headers={"Accept": accept})
        assert await refusal(response) == (409, "not_reached")


async def test_a_deleted_session_is_gone(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        response = await client.delete(f"/api/sessions/{session}")
        assert (response.status_code, response.content) == (204, b"")
        assert await refusal(await client.get(f"/api/sessions/{session}")) == (404, "unknown_session")
        assert await refusal(await client.delete(f"/api/sessions/{session}")) == (404, "unknown_session")


async def test_not_a_number_and_infinity_are_strings(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        for value, text in ((float("nan"), "NaN"), (float("inf"), "Infinity"), (-float("inf"), "-Infinity")):
            assert str(value)  # the numbers that JSON has no literal for
            await command(client, session, type="edit", name="w", value=text)
            assert await tensor(client, session, "w") == text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lesson": "missing"}, (404, "unknown_lesson")),
        ({"lesson": "one-weight", "config": {"lr": "fast"}}, (422, "invalid_config")),
        ({"lesson": "one-weight", "config": {"dance": 1}}, (422, "invalid_config")),
        ({"lesson": "one-weight", "extra": 1}, (422, "invalid_message")),
        ({"lesson": 1}, (422, "invalid_message")),
        ({}, (422, "invalid_message")),
        ([], (422, "invalid_message")),
        ({"lesson": "one-weight", "seed": -1}, (422, "invalid_message")),
        ({"lesson": "one-weight", "seed": MAX_SEED + 1}, (422, "invalid_message")),
        ({"lesson": "one-weight", "seed": 1.5}, (422, "invalid_message")),
        (
            {"lesson": "one-weight", "cursor": {"branch": 0, "iteration": 0, "step": 99}},
            (422, "seek_out_of_range"),
        ),
    ],
)
async def test_sessions_that_cannot_be(serve: Serve, body: object, code: tuple[int, str]) -> None:
    async with serve() as client:
        assert await refusal(await client.post("/api/sessions", json=body)) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "dance"}, (422, "invalid_message")),
        ({"type": "step", "count": "2"}, (422, "invalid_message")),
        ({"type": "step", "extra": 1}, (422, "invalid_message")),
        ({"type": "step", "count": 10**30}, (422, "invalid_message")),
        ({"type": "seek", "iteration": 0, "step": 10_000}, (422, "seek_out_of_range")),
        ({"type": "seek", "iteration": 10**12}, (422, "seek_out_of_range")),
        ({"type": "seek", "iteration": 0, "branch": 9}, (404, "unknown_branch")),
        ({"type": "seek", "iteration": 200_000}, (422, "limit_iterations")),
        ({"type": "edit", "name": "v", "value": 1}, (404, "unknown_name")),
        ({"type": "edit", "name": "w", "value": [1, 2]}, (422, "edit_refused")),
        ({"type": "configure", "config": {"lr": []}}, (422, "invalid_config")),
        ({"type": "undo"}, (409, "nothing_to_undo")),
        ({"type": "guess", "value": "1"}, (409, "nothing_to_guess")),
        ({"type": "explain", "name": "nothing"}, (404, "unknown_name")),
        ({"type": "breakpoint", "action": "remove", "breakpoint": 9}, (404, "unknown_breakpoint")),
    ],
)
async def test_a_refused_command_changes_nothing(serve: Serve, fields: object, code: tuple[int, str]) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="step", unit="phase", count=2)
        before = [
            (await client.get(f"/api/sessions/{session}{path}")).json()
            for path in ("", "/state", "/branches")
        ]
        assert await refusal(await client.post(f"/api/sessions/{session}/commands", json=fields)) == code
        after = [
            (await client.get(f"/api/sessions/{session}{path}")).json()
            for path in ("", "/state", "/branches")
        ]
        assert after == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"type": "step", "count": NaN}',
        b'{"type": "step", "count": Infinity}',
        b"[" * 100_000,
        b'{"type": "step", "count": 1' + b"0" * 10_000 + b"}",
        b'\xff{"type": "step"}',
        b'{"type": "\\ud800"}',
        b'{"type": "step"} {"type": "step"}',
    ],
)
async def test_what_is_not_json(serve: Serve, body: bytes) -> None:
    async with serve() as client:
        session = await create(client)
        for path in ("/api/sessions", f"/api/sessions/{session}/commands"):
            response = await client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert await refusal(response) == (400, "malformed_json")


async def test_bodies_have_a_type_and_a_limit(serve: Serve) -> None:
    async with serve(max_body=2000) as client:
        response = await client.post("/api/sessions", content=b'{"lesson": "one-weight"}')
        assert await refusal(response) == (415, "unsupported_media_type")
        response = await client.post("/api/sessions", data={"lesson": "one-weight"})
        assert await refusal(response) == (415, "unsupported_media_type")
        large = json.dumps({"lesson": "one-weight", "config": {"x": "x" * 3000}}).encode()
        response = await client.post(
            "/api/sessions", content=large, headers={"Content-Type": "application/json"}
        )
        assert await refusal(response) == (413, "body_too_large")

        async def chunks() -> Any:
            for _ in range(3):
                yield b" " * 1000

        response = await client.post(
            "/api/sessions", content=chunks(), headers={"Content-Type": "application/json"}
        )
        assert await refusal(response) == (413, "body_too_large")
        response = await client.post(
            "/api/sessions",
            content=b'{"lesson": "one-weight"}',
            headers={"Content-Type": "Application/JSON; charset=utf-8"},
        )
        assert response.status_code == 201


async def test_unknown_names_methods_and_places(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        base = f"/api/sessions/{session}"
        assert await refusal(await client.get(f"{base}/tensors/nothing")) == (404, "unknown_name")
        assert await refusal(await client.get(f"{base}/tensors/w?what=size")) == (422, "invalid_request")
        response = await client.get(f"{base}/tensors/w", headers={"Accept": "image/png"})
        assert await refusal(response) == (406, "not_acceptable")
        assert await refusal(await client.get("/api/sessions/nobody/state")) == (404, "unknown_session")
        assert await refusal(await client.get(f"{base}/nothing")) == (404, "not_found")
        assert await refusal(await client.get(f"{base}/ws")) == (426, "upgrade_required")
        response = await client.put(base, json={})
        assert await refusal(response) == (405, "method_not_allowed")
        assert response.headers["allow"] == "DELETE, GET"
        assert await refusal(await client.request("BREW", "/api/health")) == (405, "method_not_allowed")
        assert await refusal(await client.post("/one-weight")) == (405, "method_not_allowed")


async def test_a_client_may_have_so_many_sessions(serve: Serve) -> None:
    async with serve(max_sessions_per_client=2) as client:
        await create(client)
        await create(client)
        response = await client.post("/api/sessions", json={"lesson": "one-weight"})
        assert await refusal(response) == (429, "limit_sessions_per_client")


async def test_an_error_in_an_expression_has_its_place(serve: Serve) -> None:
    async with serve() as client:
        body = {"lesson": "circuit", "config": {"preset": "custom", "code": "x = 2\nf = x + import os"}}
        response = await client.post("/api/sessions", json=body)
        assert await refusal(response) == (422, "expression_error")
        assert response.json()["place"]["line"] == 2


async def test_a_withheld_gradient_is_nowhere(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="predict", on=True)
        moved = one(await command(client, session, type="step", unit="phase", count=2), "moved")
        assert moved["reached"] == "withheld"
        state = (await client.get(f"/api/sessions/{session}/state")).json()
        (waiting,) = [name for name, node in state["nodes"].items() if node["withheld"]]
        assert state["nodes"][waiting]["grad"] is None
        response = await client.get(
            f"/api/sessions/{session}/tensors/{waiting.replace('#', '%23')}?what=grad"
        )
        assert await refusal(response) == (409, "withheld")


async def test_the_timeline_as_json_lines(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="seek", iteration=150, step=0)
        response = await client.get(f"/api/sessions/{session}/trace")
        assert response.headers["content-type"].startswith("application/x-ndjson")
        messages = [json.loads(line) for line in response.text.splitlines()]
        assert [message["type"] for message in messages[:3]] == ["welcome", "graph", "frame"]
        cursors = [(m["cursor"]["iteration"], m["cursor"]["step"]) for m in messages if m["type"] == "frame"]
        assert cursors == [(i, s) for i in range(151) for s in range(10)]
        part = await client.get(f"/api/sessions/{session}/trace", params={"first": 149, "last": 149})
        assert len(part.text.splitlines()) == 2 + 10 + 1
        assert await refusal(
            await client.get(f"/api/sessions/{session}/trace", params={"first": 151, "last": 151})
        ) == (422, "seek_out_of_range")
        assert await refusal(await client.get("/api/sessions/nothing/trace")) == (404, "unknown_session")
