"""Snapshots over REST: what makes a session, tried by a worker, kept as a file, given back as it is."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated
from urllib.parse import quote
from weakref import WeakValueDictionary

from fastapi import APIRouter, Path, Request, Response

from chainrule.api.http import answers, body_of, host_of, read_body, relay
from chainrule.api.openapi import ref
from chainrule.api.page import FOR_EVER, has_tag
from chainrule.api.settings import Settings
from chainrule.host import interface
from chainrule.host.interface import JSON
from chainrule.protocol.rest import Snapshot
from chainrule.snapshots import Snapshots

router = APIRouter(prefix="/api", tags=["snapshots"])


class Shelf:
    """The snapshots of a service, and whose turn it is to have one made."""

    def __init__(self, settings: Settings) -> None:
        self.snapshots = Snapshots(
            settings.data / "snapshots",
            largest=settings.max_snapshot,
            most=settings.max_snapshots,
            most_bytes=settings.max_snapshots_bytes,
            days=settings.snapshot_days,
        )
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def keep(self, recipe: bytes) -> Snapshot:
        """Keep a recipe as a worker wrote it; may take a while."""
        name = self.snapshots.keep(recipe)
        return Snapshot(id=name, url=f"/{quote(json.loads(recipe)['lesson'], safe='')}?s={name}")

    def turn(self, owner: str) -> asyncio.Lock:
        """Trying a recipe computes, and no limit of sessions holds it back: each client has one tried at a time."""
        return self._turns.setdefault(owner, asyncio.Lock())


def shelf_of(request: Request) -> Shelf:
    shelf: Shelf = request.app.state.shelf
    return shelf


@router.post(
    "/snapshots",
    status_code=201,
    responses={
        **answers(
            ref("Snapshot"),
            "It is kept; its address is in Location.",
            400,
            404,
            409,
            413,
            415,
            422,
            429,
            status=201,
        )
    },
    openapi_extra=body_of("CreateSession"),
)
async def create_snapshot(request: Request) -> Response:
    """Keep what makes a session under a short address. What no session can be made from is refused as there."""
    shelf = shelf_of(request)
    body = await read_body(request)
    shelf.snapshots.check_size(body)
    async with shelf.turn(request.client.host if request.client else ""):
        tried = await host_of(request).call(interface.Request("recipe", body=body))
    if tried.status != 200:
        return relay(tried)
    document = await asyncio.to_thread(shelf.keep, tried.body)
    return relay(
        interface.Response(201, document.model_dump_json().encode()),
        {"Location": f"/api/snapshots/{document.id}"},
    )


@router.get(
    "/snapshots/{id}",
    responses={
        **answers(
            ref("CreateSession"), "What makes the session: a body for POST /api/sessions.", 404, 410, 422
        ),
        304: {"description": "It is what If-None-Match names."},
    },
)
async def snapshot(
    request: Request,
    id: Annotated[str, Path(description="From POST /api/snapshots.", max_length=64)],  # noqa: A002
) -> Response:
    """What was kept. It never changes, so caches may keep it for ever."""
    body = await asyncio.to_thread(shelf_of(request).snapshots.find, id)
    # The id is made from the content.
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{id}"'}
    if has_tag(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)
