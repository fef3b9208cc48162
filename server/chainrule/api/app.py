"""Puts the service together: routes, socket, page, headers, and the host that holds the sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from chainrule import __version__
from chainrule.api import (
    http,
    lessons,
    metrics,
    openapi,
    problems,
    recordings,
    reference,
    room_socket,
    rooms,
    snapshots,
    websocket,
)
from chainrule.api.headers import SecurityHeaders
from chainrule.api.page import Page
from chainrule.api.settings import Settings
from chainrule.host.bus import Counts
from chainrule.host.interface import SessionHost
from chainrule.host.processes import process_host
from chainrule.host.rooms import Rooms
from chainrule.protocol.close import CloseCode

DESCRIPTION = (
    "A step debugger for backpropagation. A session is a pure function of lesson, configuration, seed and commands; "
    "REST and WebSocket drive it with the same commands."
)


def create_app(settings: Settings | None = None, host: SessionHost | None = None) -> FastAPI:
    """The service. ``host`` holds the sessions; by default worker processes. It starts and ends with the app."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.host = host or process_host(settings)
        await app.state.host.start()
        app.state.rooms = Rooms(app.state.host, settings, app.state.host.rooms)
        await app.state.rooms.start()
        try:
            yield
        finally:
            await app.state.rooms.close()
            await app.state.host.close()

    app = FastAPI(
        title="Chainrule",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.sockets = Counts()
    app.state.shelf = snapshots.Shelf(settings)
    problems.install(app)
    app.add_middleware(SecurityHeaders)
    app.include_router(lessons.router)
    app.include_router(http.router)
    app.include_router(recordings.router)
    app.include_router(snapshots.router)
    app.include_router(rooms.router)
    app.include_router(metrics.router)
    app.include_router(websocket.router)
    app.include_router(room_socket.router)

    @app.api_route("/api/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    async def schema(request: Request) -> Response:
        return JSONResponse(request.app.openapi())

    @app.api_route("/api/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def documentation(request: Request) -> Response:
        return HTMLResponse(reference.page(request.app.openapi()))

    @app.api_route("/api/docs.css", methods=["GET", "HEAD"], include_in_schema=False)
    async def style() -> Response:
        return Response(reference.STYLE, media_type="text/css")

    routers = (lessons.router, http.router, recordings.router, snapshots.router, rooms.router)
    app.mount("/api", Unknown([*(route for router in routers for route in router.routes), *app.routes]))
    page = Page(settings.static)
    app.add_api_route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False, name="page")

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
    return app


class Unknown:
    """Answers for all addresses under /api that no route takes: 404, or 405 with all methods that the address takes."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = [route for route in routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose(CloseCode.UNKNOWN_SESSION)(scope, receive, send)
            return
        whole = {**scope, "root_path": scope.get("app_root_path", "")}
        methods = {
            method
            for route in self._routes
            if route.matches(whole)[0] is Match.PARTIAL
            for method in route.methods or ()
        }
        if methods:
            raise HTTPException(
                405, "The address is right, the method is not.", {"Allow": ", ".join(sorted(methods))}
            )
        raise HTTPException(404, "The API has no such address.")
