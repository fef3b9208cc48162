"""The REST surface: reads what HTTP says, passes bodies on unopened, relays the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from chainrule import __version__
from chainrule.api import problems
from chainrule.api.openapi import ref
from chainrule.api.settings import Settings
from chainrule.errors import Refusal
from chainrule.host import interface
from chainrule.host.interface import JSON, LINES, NPY, PROBLEM, SessionHost
from chainrule.host.records import overloaded
from chainrule.protocol import PROTOCOL_VERSION
from chainrule.protocol.rest import Health, Live

router = APIRouter(prefix="/api")

Brief = Annotated[bool, Query(description="Leave out the parameters.")]
SessionId = Annotated[str, Path(description="From POST /api/sessions.", max_length=64)]
TensorName = Annotated[
    str,
    Path(
        description="A parameter's path, a variable, or 'scope.op#k', with '#' written as %23.",
        max_length=200,
    ),
]

REASONS = {
    400: "The body is not JSON (`malformed_json`).",
    403: "Only the presenter does this (`room_presenter_only`, `room_wrong_secret`), or the number does not hand the room over (`wrong_pin`).",
    404: "There is no such session (`unknown_session`), room (`unknown_room`), snapshot (`unknown_snapshot`) or lesson (`unknown_lesson`), or "
    "nothing of this name.",
    406: "The Accept header names nothing that can be given (`not_acceptable`).",
    409: "Not now: the answer is withheld, not reached yet, the class is being asked, or there is nothing to undo.",
    410: "It is gone for good (`session_lost`, `snapshot_damaged`).",
    413: "The body is over the limit (`body_too_large`, `snapshot_too_large`).",
    415: "The body must be application/json (`unsupported_media_type`).",
    422: "The request has the wrong form, or asks for what cannot be (`invalid_message`, `invalid_config`, …).",
    426: "This address takes WebSocket connections only (`upgrade_required`).",
    429: "A limit of the service (`limit_…`).",
    503: "The service, the session's process or the folder of snapshots is not available (`session_lost`, `overloaded`, "
    "`snapshots_unavailable`).",
}


def answers(
    schema: dict[str, Any], description: str, *errors: int, status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """The documented answers of a route: one that is fine, and problem documents."""
    result: dict[int | str, dict[str, Any]] = {
        status: {"description": description, "content": {JSON: {"schema": schema}}}
    }
    for error in sorted({*errors, 503}):
        result[error] = problem_answer(error)
    return result


def problem_answer(status: int) -> dict[str, Any]:
    """The documentation of one problem answer."""
    return {"description": REASONS[status], "content": {PROBLEM: {"schema": ref("Problem")}}}


def body_of(name: str) -> dict[str, Any]:
    """The documentation of a body."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": ref(name)}}}}


def host_of(request: Request) -> SessionHost:
    host: SessionHost = request.app.state.host
    return host


def relay(answer: interface.Response, headers: dict[str, str] | None = None) -> Response:
    """An answer of the host as an HTTP response. Nothing that changes is kept by caches."""
    return Response(
        answer.body or None,
        status_code=answer.status,
        media_type=answer.media_type if answer.body else None,
        headers={"Cache-Control": "no-store", **problems.retry(answer.status), **(headers or {})},
    )


async def read_body(request: Request) -> bytes:
    """The body of a request, up to the limit, of the right type; raises ``Refusal``."""
    settings: Settings = request.app.state.settings
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Refusal(
            "unsupported_media_type",
            415,
            "The body must be JSON",
            "There is no Content-Type." if not media else "The Content-Type is not application/json.",
            "Send the header Content-Type: application/json.",
        )
    too_large = Refusal(
        "body_too_large",
        413,
        "The body is too large",
        f"Bodies may have {settings.max_body} bytes.",
        "Send less, or raise CHAINRULE_MAX_BODY on the server.",
    )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > settings.max_body:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > settings.max_body:
                raise too_large
            parts.append(part)
    except ClientDisconnect:
        # Nobody reads this answer; it only says that nothing is wrong with the program.
        raise Refusal(
            "incomplete_body", 400, "The body is not complete", "The client has gone.", "Send it again."
        ) from None
    return b"".join(parts)


def accepted(request: Request, *offered: str) -> str:
    """The first of the offered media types that a request prefers; refused where it takes none of them."""
    header = request.headers.get("accept", "")
    if not header.strip():
        return offered[0]
    best: tuple[float, int] = (0.0, 0)
    chosen: str | None = None
    for place, offer in enumerate(offered):
        quality = _quality(header, offer)
        if (quality > 0 and (quality, -place) > best) or (quality > 0 and chosen is None):
            best, chosen = (quality, -place), offer
    if chosen is None:
        raise Refusal(
            "not_acceptable",
            406,
            "There is no such form of it",
            "Accept names none of the forms that there are.",
            f"Accept {' or '.join(offered)}.",
        )
    return chosen


def _quality(header: str, offer: str) -> float:
    """The weight that an Accept header gives a media type: its most specific range decides (RFC 9110, 12.5.1)."""
    found: tuple[int, float] = (-1, 0.0)
    for part in header.lower().split(","):
        media, *parameters = (item.strip() for item in part.split(";"))
        if media == offer:
            specific = 2
        elif media == offer.partition("/")[0] + "/*":
            specific = 1
        elif media == "*/*":
            specific = 0
        else:
            continue
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    weight = 1.0
        if specific > found[0]:
            found = (specific, weight)
    return found[1]


@router.get("/health/live", responses=answers(ref("Live"), "It answers."), tags=["service"])
async def live() -> Response:
    """Whether the service answers at all: where it does not, it is to be started anew."""
    return relay(interface.Response(200, Live(status="ok").model_dump_json().encode()))


@router.get("/health/ready", responses=answers(ref("Health"), "It can take sessions."), tags=["service"])
async def ready(request: Request) -> Response:
    """Whether the service can take sessions: where it cannot, nobody is to be sent to it for now."""
    return await health(request)


@router.get("/health", responses=answers(ref("Health"), "The service can take sessions."), tags=["service"])
async def health(request: Request) -> Response:
    """Whether the service can take sessions."""
    host = host_of(request)
    settings: Settings = request.app.state.settings
    if host.workers == 0:
        raise overloaded("The service is starting or ending.", "a second")
    document = Health(
        status="ok",
        version=__version__,
        protocol=PROTOCOL_VERSION,
        backend=settings.backend,
        device=settings.device or "cpu",
        workers=host.workers,
        lasting=host.lasting,
    )
    return relay(interface.Response(200, document.model_dump_json().encode()))


@router.post(
    "/sessions",
    status_code=201,
    responses={
        **answers(
            ref("SessionInfo"),
            "The new session; its address is in Location.",
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
    tags=["sessions"],
)
async def create_session(request: Request, brief: Brief = False) -> Response:
    """Start a session: a pure function of lesson, configuration, seed and commands."""
    body = await read_body(request)
    owner = request.client.host if request.client else ""
    session, answer = await host_of(request).create(body, owner, brief=brief)
    headers = {"Location": f"/api/sessions/{session}"} if answer.status == 201 else {}
    return relay(answer, headers)


@router.get(
    "/sessions/{id}",
    responses=answers(ref("SessionInfo"), "The session at its cursor.", 404, 410, 422),
    tags=["sessions"],
)
async def session_info(
    request: Request,
    id: SessionId,  # noqa: A002 - the name in the address
    brief: Brief = False,
) -> Response:
    """Lesson, configuration, seed, cursor, phase, parameters, metrics."""
    return relay(await host_of(request).call(interface.Request("info", id, {"brief": brief})))


@router.delete(
    "/sessions/{id}",
    status_code=204,
    responses={204: {"description": "It is gone."}, **{e: problem_answer(e) for e in (404, 422, 503)}},
    tags=["sessions"],
)
async def delete_session(request: Request, id: SessionId) -> Response:  # noqa: A002
    """End a session; its sockets are closed."""
    return relay(await host_of(request).call(interface.Request("delete", id)))


@router.get(
    "/sessions/{id}/graph",
    responses=answers(ref("Graph"), "The graph at the cursor.", 404, 410, 422),
    tags=["sessions"],
)
async def session_graph(request: Request, id: SessionId) -> Response:  # noqa: A002
    """Nodes, edges, scopes, steps and the listing."""
    return relay(await host_of(request).call(interface.Request("graph", id)))


@router.get(
    "/sessions/{id}/state",
    responses=answers(ref("StateInfo"), "The state at the cursor.", 404, 410, 422),
    tags=["sessions"],
)
async def session_state(request: Request, id: SessionId) -> Response:  # noqa: A002
    """Value and gradient of each node; null where the cursor has not been yet; large ones summarised."""
    return relay(await host_of(request).call(interface.Request("state", id)))


@router.get(
    "/sessions/{id}/branches",
    responses=answers(ref("BranchesInfo"), "All branches.", 404, 410, 422),
    tags=["sessions"],
)
async def session_branches(request: Request, id: SessionId) -> Response:  # noqa: A002
    """The branches that edits have made."""
    return relay(await host_of(request).call(interface.Request("branches", id)))


tensor_answers = answers(ref("Tensor"), "The whole tensor.", 404, 406, 409, 410, 422)
tensor_answers[200]["content"][NPY] = {"schema": {"type": "string", "format": "binary"}}


@router.get("/sessions/{id}/tensors/{name:path}", responses=tensor_answers, tags=["sessions"])
async def session_tensor(
    request: Request,
    id: SessionId,  # noqa: A002
    name: TensorName,
    what: Annotated[Literal["value", "grad"], Query(description="The value or its gradient.")] = "value",
) -> Response:
    """One tensor in full: JSON, or NumPy's format with Accept: application/x-npy."""
    media = accepted(request, JSON, NPY)
    arguments = {"name": name, "what": what, "media": media}
    return relay(await host_of(request).call(interface.Request("tensor", id, arguments)), {"Vary": "Accept"})


trace_answers: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Messages, one on each line.",
        "content": {LINES: {"schema": {"type": "string"}}},
    },
    **{error: problem_answer(error) for error in (404, 410, 422, 503)},
}
Iteration = Annotated[int | None, Query(ge=0, le=2**53 - 1)]


@router.get("/sessions/{id}/trace", response_class=Response, responses=trace_answers, tags=["sessions"])
async def session_trace(
    request: Request,
    id: SessionId,  # noqa: A002
    first: Iteration = None,
    last: Iteration = None,
) -> Response:
    """The timeline as JSON lines, as `chainrule trace` writes it: welcome, graph, a frame for each step, metrics.

    By default as many iterations as fit, up to the cursor's, on its branch.
    """
    host = host_of(request)
    arguments = {"first": first, "last": last}
    answer = await host.call(interface.Request("trace", id, arguments))
    if answer.status != 200:
        return relay(answer)

    async def parts(part: interface.Response) -> AsyncIterator[bytes]:
        yield part.body
        while part.more is not None:
            part = await host.call(interface.Request("trace", id, {**arguments, "left": part.more}))
            if part.status != 200:
                # The connection breaks off, so that nobody takes what there is for the whole.
                raise ConnectionError("the session went away while it was recorded")
            yield part.body

    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="trace.jsonl"'}
    return StreamingResponse(parts(answer), media_type=LINES, headers=headers)


command_answers = answers(
    {"type": "array", "items": ref("ServerMessage")},
    "The answers, in order.",
    400,
    404,
    409,
    410,
    413,
    415,
    422,
    429,
)
command_answers[202] = {
    "description": "A long command goes on; the list ends with its progress. `cancel` stops it.",
    "content": {JSON: {"schema": {"type": "array", "items": ref("ServerMessage")}}},
}


@router.post(
    "/sessions/{id}/commands",
    responses=command_answers,
    openapi_extra=body_of("ClientMessage"),
    tags=["sessions"],
)
async def session_commands(request: Request, id: SessionId) -> Response:  # noqa: A002
    """Give a command: the same union that the socket takes. Long ones are waited for, up to a limit."""
    body = await read_body(request)
    return relay(await host_of(request).call(interface.Request("commands", id, {}, body)))


@router.get(
    "/sessions/{id}/ws",
    status_code=101,
    responses={
        101: {"description": "The WebSocket is open."},
        **{e: problem_answer(e) for e in (422, 426)},
    },
    openapi_extra={
        "x-websocket": {
            "receives": ref("ClientMessage"),
            "sends": ref("ServerMessage"),
            "closes": ref("CloseCode"),
        }
    },
    tags=["sessions"],
)
async def session_socket(request: Request, id: SessionId) -> Response:  # noqa: A002
    """Follow and drive a session over a WebSocket.

    Text is one `ClientMessage` or `ServerMessage`. A binary message is a frame: 'CRF1', u16 version, u16 flags,
    u32 header length, a `Frame` as JSON whose tensors have `offset` instead of `data`, padding to a multiple of 8,
    the payload; all little endian. First come welcome, graph, metrics and frame: a client that comes
    back (`?since=seq`) gets this snapshot too, and nothing of what it missed in between.
    """
    raise Refusal(
        "upgrade_required",
        426,
        "This address takes WebSocket connections only",
        "The request does not ask for an upgrade.",
        "Open it with ws:// or wss://; over HTTP, use /commands and the other addresses.",
    )
