from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from api.conftest import Serve

pytestmark = pytest.mark.anyio


async def test_the_page_is_served_at_all_its_addresses(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/", "/one-weight", "/circuit?seed=7&at=0.8", "/some/deeper/place"):
            response = await client.get(path)
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/html; charset=utf-8"
            assert "<title>page" in response.text
            assert response.headers["cache-control"] == "no-cache"


async def test_hashed_assets_are_kept_for_ever_and_sent_compressed(serve: Serve, static: Path) -> None:
    async with serve() as client:
        response = await client.get("/assets/index-abc123.js")
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["content-encoding"] == "gzip"
        assert response.headers["vary"] == "Accept-Encoding"
        assert response.content == (static / "assets" / "index-abc123.js").read_bytes()
        plain = await client.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip;q=0, identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == response.content
        assert len(gzip.compress(plain.content)) < len(plain.content)


async def test_what_has_not_changed_is_not_sent_again(serve: Serve, static: Path) -> None:
    async with serve() as client:
        etag = (await client.get("/")).headers["etag"]
        response = await client.get("/", headers={"If-None-Match": etag})
        assert (response.status_code, response.content) == (304, b"")
        (static / "index.html").write_text("<!doctype html><title>page, newer</title>", encoding="utf-8")
        response = await client.get("/", headers={"If-None-Match": etag})
        assert response.status_code == 200
        assert "newer" in response.text


async def test_head_says_the_same_without_the_body(serve: Serve) -> None:
    async with serve() as client:
        got, head = await client.get("/"), await client.head("/")
        assert head.content == b""
        assert head.headers["content-length"] == str(len(gzip.compress(got.content, 9, mtime=0)))


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/missing.svg",
        "/api",
        "/api/",
        "/api/one-weight",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/.hidden.txt",
        "/assets%00.js",
        "//etc/passwd.txt",
    ],
)
async def test_what_is_not_there_is_a_problem_document(serve: Serve, static: Path, path: str) -> None:
    (static.parent / "secret.txt").write_text("secret")
    (static / ".hidden.txt").write_text("secret")
    async with serve() as client:
        response = await client.get(path)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert "secret" not in response.text


async def test_without_a_page_it_says_what_to_do(serve: Serve, static: Path) -> None:
    shutil.rmtree(static)
    async with serve() as client:
        response = await client.get("/one-weight")
        assert response.status_code == 503
        assert "make run" in response.text
        assert (await client.get("/api/health")).status_code == 200


async def test_every_response_carries_the_security_headers(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/", "/assets/index-abc123.js", "/api/health", "/api/missing", "/api/openapi.json"):
            headers = (await client.get(path)).headers
            policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
            assert policy["default-src"] == "'self'"
            assert policy["script-src"] == "'self'"
            assert policy["object-src"] == policy["base-uri"] == "'none'"
            assert not any("unsafe" in sources or "http" in sources for sources in policy.values())
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
