from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from api.conftest import Serve
from api.test_rest import command, create, refusal
from chainrule.host import long_answers
from chainrule.host.interface import Request
from chainrule.host.lecture import lines as lecture_lines

pytestmark = pytest.mark.anyio


async def test_a_lesson_as_a_recording(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client)
        await command(client, session, type="step", count=4)
        lines = {"Accept": "application/x-ndjson"}
        response = await client.get(f"/api/sessions/{session}/recording", headers=lines)
        assert response.headers["content-type"].startswith("application/x-ndjson")
        assert response.text.splitlines() == list(lecture_lines("one-weight", {}, 7))
        told = (await client.get(f"/api/sessions/{session}")).json()
        assert told["cursor"]["step"] == 4, "it was recorded by another session"

        assert await refusal(
            await client.get(f"/api/sessions/{session}/recording", headers={"Accept": "image/png"})
        ) == (406, "not_acceptable")
        assert await refusal(await client.get("/api/sessions/nothing/recording", headers=lines)) == (
            404,
            "unknown_session",
        )
        await command(client, session, type="predict", on=True)
        assert await refusal(await client.get(f"/api/sessions/{session}/recording", headers=lines)) == (
            409,
            "withheld",
        )


async def test_a_recording_as_the_page_in_one_file(serve: Serve, static: Path) -> None:
    async with serve() as client:
        session = await create(client)
        address = f"/api/sessions/{session}/recording"
        assert await refusal(await client.get(address)) == (406, "not_acceptable")
        (static / "assets" / "main.js").write_text("document.title = '</script>';")
        (static / "index.html").write_text(
            '<html><head><script type="module" src="/assets/main.js"></script></head><body></body></html>'
        )
        response = await client.get(address)
        assert response.headers["content-type"].startswith("text/html")
        assert "attachment" in response.headers["content-disposition"]
        inside = re.findall(
            r'<script type="application/json" id="(\w+)">(.*?)</script>', response.text, re.DOTALL
        )
        assert [name for name, _ in inside] == ["recording", "assets"]
        found, assets = (text for _, text in inside)
        assert [json.loads(line) for line in found.splitlines()] == [
            json.loads(line) for line in lecture_lines("one-weight", {}, 7)
        ]
        assert json.loads(assets)["modules"]["main.js"] == "document.title = '</script>';"


async def test_a_recording_that_another_one_takes_the_place_of_breaks_off(serve: Serve) -> None:
    async with serve() as client:
        session = await create(client, lesson="playground")
        host = client._transport.app.state.host  # type: ignore[attr-defined]
        first = await host.call(Request("recording", session))
        assert first.status == 200 and first.more is not None
        again = await host.call(Request("recording", session))
        assert again.body == first.body
        assert (await host.call(Request("recording", session, {"left": first.more}))).status == 404
        body = again.body
        while again.more is not None:
            again = await host.call(Request("recording", session, {"left": again.more}))
            assert again.status == 200
            body += again.body
        assert body.decode().splitlines() == list(lecture_lines("playground", {}, 7))
        assert (await host.call(Request("recording", session, {"left": first.more}))).status == 404


async def test_a_recording_that_nobody_asks_the_rest_of_is_forgotten(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_answers, "RECORDING_SECONDS", 0.05)
    async with serve() as client:
        session = await create(client, lesson="playground")
        host = client._transport.app.state.host  # type: ignore[attr-defined]
        first = await host.call(Request("recording", session))
        assert first.more is not None
        await asyncio.sleep(0.2)
        assert (await host.call(Request("recording", session, {"left": first.more}))).status == 404
