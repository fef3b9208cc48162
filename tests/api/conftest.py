from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_ws.transport import ASGIWebSocketTransport

from chainrule.api.app import create_app
from chainrule.api.settings import Settings
from chainrule.host.local import local_host

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built page."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>page</title>" + " " * 2000, encoding="utf-8")
    (folder / "favicon.svg").write_text("<svg/>", encoding="utf-8")
    (folder / "assets" / "index-abc123.js").write_text("export const a = 1;\n" * 200, encoding="utf-8")
    return folder


@pytest.fixture
def serve(static: Path, tmp_path: Path) -> Serve:
    """The service with its sessions in this process."""

    @asynccontextmanager
    async def serving(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        chosen = Settings(static=static, **{"data": tmp_path / "data", **settings})
        app = create_app(chosen, local_host(chosen))
        async with (
            app.router.lifespan_context(app),
            ASGIWebSocketTransport(app) as transport,
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            yield client

    return serving
