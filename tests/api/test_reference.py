from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from api.conftest import Serve
from chainrule.api.app import create_app
from chainrule.api.openapi import UNIONS

pytestmark = pytest.mark.anyio


class Links(HTMLParser):
    """Collects what a page links to and what can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.ids: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert name != "style"
            if name == "href" and value:
                self.targets.add(value)
            if name == "id" and value:
                self.ids.add(value)


async def test_the_reference_names_every_address_and_every_type(serve: Serve) -> None:
    async with serve() as client:
        response = await client.get("/api/docs")
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        links = Links()
        links.feed(response.text)
        document = (await client.get("/api/openapi.json")).json()
        assert set(document["components"]["schemas"]) <= links.ids
        assert {target.removeprefix("#") for target in links.targets if target.startswith("#")} <= links.ids
        for path in document["paths"]:
            assert path in response.text
        assert "script" not in links.tags
        for target in links.targets:
            if not target.startswith("#"):
                assert re.match(r"/api/", target)
                assert (await client.get(target)).status_code == 200


def test_every_type_and_message_says_what_it_is() -> None:
    for name, schema in create_app().openapi()["components"]["schemas"].items():
        if name not in UNIONS:
            assert schema.get("description"), f"{name} has no docstring"


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs.css", "/api/openapi.json"])
async def test_documents_answer_head_as_they_answer_get(serve: Serve, path: str) -> None:
    async with serve() as client:
        whole, head = await client.get(path), await client.head(path)
        assert head.status_code == 200
        for name in ("content-type", "content-length"):
            assert head.headers[name] == whole.headers[name]
