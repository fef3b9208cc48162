"""Puts the service together: routes, socket, page, headers, and the host that holds the sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from chainrule.api import http, openapi, problems
from chainrule.api.settings import Settings
from chainrule.host.interface import SessionHost
from chainrule.version import VERSION

DESCRIPTION = (
    "A step debugger for backpropagation. A session is a pure function of lesson, configuration, seed and commands; "
    "REST and WebSocket drive it with the same commands."
)


def create_app(
    settings: Settings | None = None, host: Callable[[Settings], SessionHost] | None = None
) -> FastAPI:
    """The service. ``host`` makes what holds the sessions; by default worker processes."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if host is None:
            from chainrule.host.processes import ProcessHost

            app.state.host = ProcessHost(settings)
        else:
            app.state.host = host(settings)
        await app.state.host.start()
        try:
            yield
        finally:
            await app.state.host.close()

    app = FastAPI(
        title="Chainrule",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    problems.install(app)
    app.include_router(http.router)

    @app.get("/api/openapi.json", include_in_schema=False)
    async def schema(request: Request) -> Response:
        return JSONResponse(request.app.openapi())

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
    return app
