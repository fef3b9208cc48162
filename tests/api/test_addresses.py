from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from api.conftest import Serve
from chainrule.api import addresses
from chainrule.api.addresses import is_loopback, own_addresses, room_address
from chainrule.api.settings import Settings
from chainrule.cli import parser
from support.classroom import bearer, open_room

OWN = ["192.168.1.20", "10.8.0.3"]


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine in two networks."""
    monkeypatch.setattr(addresses, "own_addresses", lambda six: [*OWN, "2001:db8::7"] if six else OWN)


def told(
    host: str, asked: str, scheme: str = "http", **settings: Any
) -> tuple[list[str], str | None, list[str]]:
    found = room_address(Settings(host=host, port=8000, **settings), scheme, asked, 8000, "ABCDEF")
    return found.links, found.start, found.then


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
@pytest.mark.parametrize("asked", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "", "a b", "evil/@x:y"])
def test_where_no_phone_can_reach_it_says_what_to_start(host: str, asked: str) -> None:
    links, start, then = told(host, asked)
    assert links == []
    assert start == "chainrule serve --host 0.0.0.0 --port 8000"
    assert then[0] == "http://192.168.1.20:8000"


def test_the_command_is_one_that_the_program_takes() -> None:
    _, start, _ = told("127.0.0.1", "localhost", data=Path("a folder"))
    assert start is not None
    import shlex

    options = parser().parse_args(shlex.split(start)[1:])
    assert (options.host, options.port, options.data) == ("0.0.0.0", 8000, Path("a folder"))


@pytest.mark.parametrize(
    ("host", "asked", "links"),
    [
        ("0.0.0.0", "127.0.0.1:8000", ["http://192.168.1.20:8000", "http://10.8.0.3:8000"]),
        (
            "0.0.0.0",
            "class.local:8000",
            ["http://class.local:8000", "http://192.168.1.20:8000", "http://10.8.0.3:8000"],
        ),
        ("0.0.0.0", "10.8.0.3:8000", ["http://10.8.0.3:8000", "http://192.168.1.20:8000"]),
        ("::", "[::1]:8000", [*(f"http://{a}:8000" for a in OWN), "http://[2001:db8::7]:8000"]),
        ("192.168.1.20", "192.168.1.20:8000", ["http://192.168.1.20:8000"]),
    ],
)
def test_where_phones_can_reach_it(host: str, asked: str, links: list[str]) -> None:
    assert told(host, asked) == ([f"{link}/room/ABC-DEF" for link in links], None, [])


def test_behind_a_proxy_its_name_counts() -> None:
    assert told("127.0.0.1", "lessons.example", "https") == (
        ["https://lessons.example/room/ABC-DEF"],
        None,
        [],
    )
    assert told("127.0.0.1", "localhost", public_url="https://x.example/chain/")[0] == [
        "https://x.example/chain/room/ABC-DEF"
    ]


@pytest.mark.parametrize("url", ["x.example", "ftp://x", "https://", "https://x?y", "https://a@b"])
def test_a_public_address_is_one(url: str) -> None:
    with pytest.raises(ValueError, match="public_url"):
        Settings(public_url=url)


def test_the_addresses_of_this_machine() -> None:
    found = own_addresses(True)
    assert len(found) == len(set(found))
    for address in found:
        assert not ipaddress.ip_address(address).is_loopback
        assert not is_loopback(address)


@pytest.mark.anyio
async def test_the_presenter_is_told(serve: Serve) -> None:
    async with serve(host="0.0.0.0") as client:
        room = await open_room(client)
        code = room["code"]
        path = f"/room/{code[:3]}-{code[3:]}"
        assert [link for link in room["join"]["links"] if link.endswith(path)] == room["join"]["links"]
    async with serve() as client:
        room = await open_room(client)
        mine = await client.get(
            f"/api/rooms/{room['code']}", headers={**bearer(room), "Host": "localhost:8000"}
        )
        join = mine.json()["join"]
        assert join["links"] == []
        assert join["start"].startswith("chainrule serve --host 0.0.0.0 --port ")
