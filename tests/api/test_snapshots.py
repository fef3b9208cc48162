from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.conftest import Serve
from api.test_rest import command, create, refusal
from chainrule.protocol.rest import CreateSession

pytestmark = pytest.mark.anyio


async def keep(client: httpx.AsyncClient, **fields: Any) -> dict[str, str]:
    response = await client.post("/api/snapshots", json={"lesson": "one-weight", **fields})
    assert response.status_code == 201, response.text
    document: dict[str, str] = response.json()
    assert response.headers["location"] == f"/api/snapshots/{document['id']}"
    return document


def edits(count: int) -> list[dict[str, Any]]:
    """A journal of edits, one an iteration."""
    return [
        {
            "cursor": {"branch": 0, "iteration": k, "step": 8},
            "command": {"type": "edit", "name": "w", "value": k / 8},
        }
        for k in range(count)
    ]


async def test_a_snapshot_makes_the_same_session(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client, config={"lr": 0.05}, seed=3)
        for iteration in range(30):
            await command(client, session, type="seek", iteration=iteration, step=8)
            await command(client, session, type="edit", name="w", value=iteration / 8)
        info = (await client.get(f"/api/sessions/{session}")).json()
        kept = await keep(
            client,
            config=info["initial_config"],
            seed=info["seed"],
            journal=info["journal"],
            cursor=info["cursor"],
        )
        assert len(kept["url"]) < 40
        response = await client.get(f"/api/snapshots/{kept['id']}")
        again = await client.post("/api/sessions", json=response.json())
        assert again.status_code == 201
        first = (await client.get(f"/api/sessions/{session}/state")).json()
        second = (await client.get(f"/api/sessions/{again.json()['id']}/state")).json()
        assert second["nodes"] == first["nodes"]
        assert again.json()["journal"] != []


async def test_the_same_recipe_has_the_same_id_however_it_is_written(serve: Serve) -> None:
    async with serve() as client:
        first = await keep(client)
        assert first["url"] == f"/one-weight?s={first['id']}"
        assert await keep(client, seed=7, config={}, journal=[]) == first
        assert (await keep(client, seed=8))["id"] != first["id"]


async def test_it_holds_every_default_and_what_is_not_finite(serve: Serve) -> None:
    async with serve() as client:
        kept = await keep(
            client, journal=[{**edits(1)[0], "command": {"type": "edit", "name": "w", "value": "NaN"}}]
        )
        recipe = (await client.get(f"/api/snapshots/{kept['id']}")).json()
        assert set(recipe) == set(CreateSession.model_fields)
        assert recipe["journal"][0]["command"]["value"] == "NaN"
        body = json.dumps({"lesson": "one-weight", "journal": edits(1)}).replace("0.0", "1e999")
        response = await client.post(
            "/api/snapshots", content=body, headers={"Content-Type": "application/json"}
        )
        recipe = (await client.get(f"/api/snapshots/{response.json()['id']}")).json()
        assert recipe["journal"][0]["command"]["value"] == "Infinity"


async def test_it_outlives_the_server(serve: Serve) -> None:
    async with serve() as client:
        kept = await keep(client, journal=edits(3))
    async with serve() as client:
        recipe = (await client.get(f"/api/snapshots/{kept['id']}")).json()
    assert [entry["command"]["value"] for entry in recipe["journal"]] == [0.0, 0.125, 0.25]


async def test_it_may_be_cached_for_ever(serve: Serve) -> None:
    async with serve() as client:
        path = f"/api/snapshots/{(await keep(client))['id']}"
        response = await client.get(path)
        assert response.headers["content-type"] == "application/json"
        assert "immutable" in response.headers["cache-control"]
        seen = await client.get(path, headers={"If-None-Match": response.headers["etag"]})
        assert (seen.status_code, seen.content) == (304, b"")


async def test_trying_a_recipe_leaves_no_session(serve: Serve) -> None:
    async with serve(max_sessions_per_client=1) as client:
        for seed in range(3):
            await keep(client, seed=seed)
        await create(client)


async def test_several_at_once(serve: Serve) -> None:
    async with serve() as client:
        kept = await asyncio.gather(*(keep(client, seed=seed % 3) for seed in range(9)))
        assert len({document["id"] for document in kept}) == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lesson": "missing"}, (404, "unknown_lesson")),
        ({"lesson": "one-weight", "config": {"lr": "fast"}}, (422, "invalid_config")),
        ({"lesson": "one-weight", "extra": 1}, (422, "invalid_message")),
        ([], (422, "invalid_message")),
        (
            {"lesson": "one-weight", "cursor": {"branch": 0, "iteration": 0, "step": 99}},
            (422, "seek_out_of_range"),
        ),
        (
            {"lesson": "one-weight", "journal": [{**edits(1)[0], "command": {"type": "play"}}]},
            (422, "invalid_journal"),
        ),
        (
            {
                "lesson": "one-weight",
                "journal": [{**edits(1)[0], "command": {"type": "edit", "name": "v", "value": 1}}],
            },
            (404, "unknown_name"),
        ),
        ({"lesson": "circuit", "config": {"preset": "custom", "code": "x = ("}}, (422, "expression_error")),
    ],
)
async def test_what_no_session_can_be_made_from_is_refused_as_there(
    serve: Serve, tmp_path: Path, body: object, code: tuple[int, str]
) -> None:
    async with serve() as client:
        response = await client.post("/api/snapshots", json=body)
        assert await refusal(response) == code
        assert response.json() == (await client.post("/api/sessions", json=body)).json()
    assert not (tmp_path / "data").exists()


async def test_bodies_that_are_no_recipes(serve: Serve) -> None:
    async with serve(max_body=100_000, max_snapshot=2_000) as client:
        response = await client.post(
            "/api/snapshots", content=b"{", headers={"Content-Type": "application/json"}
        )
        assert await refusal(response) == (400, "malformed_json")
        response = await client.post("/api/snapshots", content=b"{}")
        assert await refusal(response) == (415, "unsupported_media_type")
        response = await client.post("/api/snapshots", json={"lesson": "one-weight", "journal": edits(30)})
        assert await refusal(response) == (413, "snapshot_too_large")
        response = await client.post("/api/snapshots", json={"lesson": "x" * 200_000})
        assert await refusal(response) == (413, "body_too_large")


async def test_there_may_be_so_many(serve: Serve) -> None:
    async with serve(max_snapshots=2) as client:
        first = await keep(client, seed=1)
        await keep(client, seed=2)
        response = await client.post("/api/snapshots", json={"lesson": "one-weight", "seed": 3})
        assert await refusal(response) == (429, "limit_snapshots")
        assert await keep(client, seed=1) == first


@pytest.mark.parametrize(
    "name", ["nothing", "a" * 12, "..", "%2e%2e%2fsecret", "..%2f..%2fsecret", "aaaaaaaaaaa%00", "A" * 12]
)
async def test_unknown_snapshots(serve: Serve, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.json").write_text("secret")
    async with serve() as client:
        response = await client.get(f"/api/snapshots/{name}")
        status, code = await refusal(response)
        assert status == 404
        assert code in ("unknown_snapshot", "not_found")
        assert "secret" not in response.text


async def test_a_damaged_file_is_a_problem_document(serve: Serve, tmp_path: Path) -> None:
    async with serve() as client:
        kept = await keep(client)
        (file,) = (tmp_path / "data" / "snapshots").iterdir()
        for content in (b"", b"\xff{", b'{"lesson": "circuit"}'):
            file.write_bytes(content)
            response = await client.get(f"/api/snapshots/{kept['id']}")
            assert await refusal(response) == (410, "snapshot_damaged")
        assert await keep(client) == kept
        assert (await client.get(f"/api/snapshots/{kept['id']}")).status_code == 200


async def test_a_folder_that_cannot_be_written_is_said(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with serve(data=tmp_path / "file") as client:
        response = await client.post("/api/snapshots", json={"lesson": "one-weight"})
        assert await refusal(response) == (503, "snapshots_unavailable")
        assert (await client.get("/api/health")).status_code == 200
