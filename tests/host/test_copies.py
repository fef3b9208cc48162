"""A session of one's own where another one is: what that one has trained is not trained again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chainrule.api.settings import Settings
from chainrule.host.factory import hub_for, options_for
from chainrule.host.host import Host
from chainrule.host.interface import Request
from chainrule.host.local import local_host
from session.test_keyframes import Counted

pytestmark = pytest.mark.anyio


async def told(host: Host, session: str, method: Any) -> dict[str, Any]:
    answer = await host.call(Request(method, session))
    assert answer.status == 200
    return {**json.loads(answer.body), "id": "", "seq": 0}


@pytest.mark.parametrize("kept", [True, False])
async def test_a_copy_is_the_same_and_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    # All training counts as worth keeping, however quick the machine is.
    settings = Settings(data=tmp_path, keyframe_seconds=1e-9)
    options: dict[str, Any] = {**options_for(settings)} | ({} if kept else {"keyframes": None})
    host = local_host(settings, lambda outlet: hub_for(outlet, options))
    await host.start()
    try:
        made, _ = await host.create(b'{"lesson": "one-weight", "config": {"lr": 0.001}}', "somebody")
        for command in (
            {"type": "seek", "iteration": 400, "step": 5},
            {"type": "edit", "name": "w", "value": 1},
            {"type": "step", "unit": "iteration", "count": 300},
            {"type": "play", "unit": "step", "rate": 0.001},
        ):
            answer = await host.call(Request("commands", made, {}, json.dumps(command).encode()))
            assert answer.status == 200
        ran = Counted(monkeypatch)
        copy, answer = await host.copy(made, "somebody else")
        assert answer.status == 201
        assert copy != made
        for method in ("info", "state", "branches", "graph"):
            assert await told(host, copy, method) == await told(host, made, method)
        if kept:
            assert ran.count < 100
        else:
            assert ran.count >= 700
        # It stands still, and goes its own way.
        answer = await host.call(Request("commands", copy, {}, b'{"type": "pause"}'))
        assert json.loads(answer.body)[0]["playing"] is False
        await host.call(Request("commands", copy, {}, b'{"type": "undo"}'))
        assert await told(host, copy, "state") != await told(host, made, "state")
    finally:
        await host.close()
