"""Figures of the service in the text format of Prometheus (version 0.0.4). Nothing in them is a user's."""

from __future__ import annotations

import time
from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from chainrule import __version__
from chainrule.api.http import host_of, problem_answer
from chainrule.api.settings import Settings
from chainrule.errors import Refusal
from chainrule.host.bus import Counts
from chainrule.host.rooms import Rooms
from chainrule.host.tally import BOUNDS, Figures, resident_bytes

router = APIRouter(tags=["service"])

TEXT = "text/plain; version=0.0.4; charset=utf-8"
STARTED = time.time()

Labels = dict[str, str]
Samples = Iterable[tuple[str, Labels, float]]


class Page:
    """Families of figures, written one after the other."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def family(self, name: str, kind: str, what: str, samples: Samples) -> None:
        """A family: each sample is what is added to the name, labels, and a number."""
        self._lines += [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
        for suffix, labels, value in samples:
            inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            number = str(int(value)) if value == int(value) else repr(float(value))
            self._lines.append(f"{name}{suffix}{{{inner}}} {number}" if inner else f"{name}{suffix} {number}")

    def one(self, name: str, kind: str, what: str, value: float) -> None:
        """A family of one number."""
        self.family(name, kind, what, [("", {}, value)])

    def text(self) -> str:
        """All of it."""
        return "\n".join(self._lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def written(
    sessions: int, workers: int, restarts: int, figures: list[Figures], rooms: Rooms, sockets: Counts
) -> str:
    """The page of a service."""
    page = Page()
    page.family("chainrule_info", "gauge", "The version that runs.", [("", {"version": __version__}, 1)])
    page.one("chainrule_sessions", "gauge", "Sessions that are known.", sessions)
    page.one(
        "chainrule_sessions_awake",
        "gauge",
        "Sessions that are in the memory of a worker.",
        sum(one.sessions for one in figures),
    )
    page.one(
        "chainrule_session_followers",
        "gauge",
        "Connections that follow sessions, those of rooms included.",
        sum(one.followers for one in figures),
    )
    page.one("chainrule_rooms", "gauge", "Rooms that are open.", len(rooms))
    page.one("chainrule_room_followers", "gauge", "Followers in all rooms.", rooms.followers)
    page.one("chainrule_workers", "gauge", "Worker processes that take sessions.", workers)
    page.one(
        "chainrule_worker_restarts_total",
        "counter",
        "Worker processes that ended unexpectedly, and were replaced.",
        restarts,
    )
    _of_workers(page, figures)
    _of_sockets(page, {"session": sockets, "room": rooms.bus.counts})
    page.one(
        "process_cpu_seconds_total", "counter", "Processor time of the API process.", time.process_time()
    )
    page.one("process_resident_memory_bytes", "gauge", "Memory of the API process.", resident_bytes())
    page.one(
        "process_start_time_seconds", "gauge", "When the API process started, since 1970.", round(STARTED, 3)
    )
    return page.text()


def _of_workers(page: Page, figures: list[Figures]) -> None:
    workers = [({"worker": str(one.process)}, one) for one in figures]
    page.family(
        "chainrule_commands_total",
        "counter",
        "Commands by type and how they ended.",
        (
            ("", {**labels, "type": kind, "outcome": outcome}, count)
            for labels, one in workers
            for kind, outcome, count in one.commands
        ),
    )
    page.family(
        "chainrule_step_seconds",
        "histogram",
        "Time of a step command, from its arrival at the worker to its answer.",
        (sample for labels, one in workers for sample in _histogram(labels, one)),
    )
    page.family(
        "chainrule_worker_cpu_seconds_total",
        "counter",
        "Processor time of each worker.",
        (("", labels, one.cpu) for labels, one in workers),
    )
    page.family(
        "chainrule_worker_resident_memory_bytes",
        "gauge",
        "Memory of each worker.",
        (("", labels, one.resident) for labels, one in workers),
    )


def _histogram(labels: Labels, one: Figures) -> Iterable[tuple[str, Labels, float]]:
    below = 0
    for bound, count in zip((*map(repr, BOUNDS), "+Inf"), one.steps, strict=True):
        below += count
        yield "_bucket", {**labels, "le": bound}, below
    yield "_sum", labels, one.step_seconds
    yield "_count", labels, below


def _of_sockets(page: Page, counts: dict[str, Counts]) -> None:
    told = [({"socket": name}, one) for name, one in counts.items()]
    for name, what, field in (
        ("messages", "Messages sent to sockets, frames included.", "messages"),
        ("frames", "Frames sent to sockets.", "frames"),
        ("bytes", "Bytes of messages sent to sockets.", "bytes"),
        ("coalesced", "Messages that were overtaken before they were sent.", "coalesced"),
        ("too_slow", "Followers that were closed because they did not read.", "too_slow"),
    ):
        page.family(
            f"chainrule_socket_{name}_total",
            "counter",
            what,
            (("", labels, getattr(one, field)) for labels, one in told),
        )


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Figures.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        404: problem_answer(404),
    },
)
async def metrics(request: Request) -> Response:
    """Figures of the service, for Prometheus: sessions, rooms, commands, times, memory. Off with CHAINRULE_METRICS=0."""
    settings: Settings = request.app.state.settings
    if not settings.metrics:
        raise Refusal(
            "not_found",
            404,
            "There is nothing at this address",
            "Metrics are switched off.",
            "Start the service with CHAINRULE_METRICS=1.",
        )
    host = host_of(request)
    figures = await host.figures()
    rooms: Rooms = request.app.state.rooms
    text = written(host.sessions, host.workers, host.restarts, figures, rooms, request.app.state.sockets)
    return Response(text, media_type=TEXT, headers={"Cache-Control": "no-store"})
