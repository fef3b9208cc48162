"""The page about rooms names what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chainrule.api.app import create_app
from chainrule.api.settings import Settings
from chainrule.protocol.close import CloseCode
from chainrule.protocol.room import ROOM_CLIENT_MESSAGE

PAGE = (Path(__file__).parents[2] / "docs" / "rooms.md").read_text(encoding="utf-8")


def test_its_addresses_are_all_there_are() -> None:
    paths = create_app().openapi()["paths"]
    rooms = {(method.upper(), path) for path, item in paths.items() for method in item if "/rooms" in path}
    told = set(re.findall(r"\| `(GET|POST|DELETE) (/api/rooms\S*)`", PAGE))
    assert told | {("GET", "/api/rooms/{code}/ws")} == rooms
    assert "/api/rooms/{code}/ws" in PAGE
    for path in re.findall(r"\| `(/(?:api/health|metrics)\S*)` \|", PAGE):
        assert path in paths


def test_its_messages_are_taken() -> None:
    lines = [
        line for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
    ]
    assert len(lines) >= 6
    for line in lines:
        ROOM_CLIENT_MESSAGE.validate_json(json.dumps(json.loads(line)), strict=True)


def test_its_settings_and_figures_are_right() -> None:
    for name in re.findall(r"CHAINRULE_([A-Z_]+)", PAGE):
        assert name.lower() in Settings.model_fields, name
    assert f"the code {CloseCode.TOO_SLOW.value}" in PAGE
    assert f"gets {Settings().room_tries} wrong" in PAGE
