"""The host: which session lives where, whose it is, and what would bring it back.

It never computes and opens no message. Sessions go to the worker that holds the fewest. Of each session it keeps the
recipe that its worker reports: when a process dies, its sessions are made again elsewhere when somebody asks for them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chainrule.errors import Refusal
from chainrule.host.interface import Closed, Method, Request, Response
from chainrule.host.link import Link, LinkLost
from chainrule.host.mailbox import Mailbox, closed
from chainrule.host.problem import answer, from_refusal, unknown_session
from chainrule.protocol.close import CloseCode

if TYPE_CHECKING:
    from chainrule.api.settings import Settings

log = logging.getLogger(__name__)

MAX_DEATHS = 2
"""A session whose process died this often is not brought back: it may be what kills it."""
GRACE = 60.0
"""Seconds for which an unfollowed session is safe from making room for its owner's next one."""
RESTART_PAUSE = 0.5
"""Seconds between the deaths of a worker that cannot start and the next try."""

MakeLink = Callable[["Host"], Awaitable[Link]]


@dataclass(eq=False)
class Record:
    """What the host knows of a session."""

    id: str
    owner: str
    link: Link | None
    used: float
    recipe: bytes = b""
    cursor: bytes = b""
    deaths: int = 0
    connections: set[int] = field(default_factory=set)
    reviving: asyncio.Lock = field(default_factory=asyncio.Lock)


class Host:
    """A ``SessionHost`` over any number of links."""

    def __init__(self, settings: Settings, make_link: MakeLink, *, count: int) -> None:
        self._settings = settings
        self._make_link = make_link
        self._count = count
        self._links: list[Link] = []
        self._records: dict[str, Record] = {}
        self._mailboxes: dict[int, tuple[Mailbox, Record]] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def workers(self) -> int:
        return len(self._links)

    @property
    def sessions(self) -> int:
        """Sessions that are known, lost ones that can be brought back included."""
        return len(self._records)

    async def start(self) -> None:
        if self._links:
            return
        links = [await self._make_link(self) for _ in range(self._count)]
        started = await asyncio.gather(*(link.start() for link in links), return_exceptions=True)
        failures = [result for result in started if isinstance(result, BaseException)]
        if failures:
            await asyncio.gather(*(link.close() for link in links), return_exceptions=True)
            raise failures[0]
        self._links = links
        self._spawn(self._expire())

    async def close(self) -> None:
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for mailbox, _ in list(self._mailboxes.values()):
            mailbox.end(closed(CloseCode.GOING_AWAY))
        await asyncio.gather(*self._tasks, *(link.close() for link in self._links), return_exceptions=True)
        self._links = []

    # Requests

    async def create(self, body: bytes, owner: str, *, brief: bool = False) -> tuple[str, Response]:
        return await self._make("create", body, owner, {"brief": brief})

    async def copy(self, session: str, owner: str) -> tuple[str, Response]:
        record = self._records.get(session)
        if record is None:
            return "", answer(from_refusal(unknown_session()))
        record.used = time.monotonic()
        whole = {**json.loads(_with_cursor(record)), "playing": None, "answered": []}
        body = json.dumps(whole).encode()
        return await self._make("revive", body, owner, {})

    async def _make(
        self, method: Method, body: bytes, owner: str, arguments: dict[str, bool]
    ) -> tuple[str, Response]:
        try:
            await self._make_room(owner)
            link = self._least_loaded()
        except Refusal as refusal:
            return "", answer(from_refusal(refusal))
        record = Record(secrets.token_urlsafe(16), owner, link, time.monotonic(), recipe=body)
        self._records[record.id] = record
        try:
            response = await link.request(Request(method, record.id, arguments, body))
        except LinkLost:
            # What it was asked to make may be what killed it: not tried again.
            response = answer(from_refusal(_lost(503)))
        except BaseException:
            self._records.pop(record.id, None)
            raise
        if response.status != 201:
            self._records.pop(record.id, None)
            return "", response
        return record.id, response

    async def call(self, request: Request) -> Response:
        try:
            if request.method in ("lessons", "lesson", "recipe"):
                return await self._least_loaded().request(request)
            record = self._records.get(request.session)
            if record is None:
                raise unknown_session()
            record.used = time.monotonic()
            if request.method == "delete":
                return await self._delete(record, request)
            return await (await self._link_of(record)).request(request)
        except LinkLost:
            return answer(from_refusal(_lost(503)))
        except Refusal as refusal:
            return answer(from_refusal(refusal))

    async def _delete(self, record: Record, request: Request) -> Response:
        self._records.pop(record.id, None)
        if record.link is not None:
            try:
                await record.link.request(request)
            except LinkLost:
                log.info("a session was deleted together with its process")
        return Response(204)

    # Connections

    async def connect(self, session: str, since: int | None) -> Mailbox | Closed:
        record = self._records.get(session)
        if record is None:
            return closed(CloseCode.UNKNOWN_SESSION)
        record.used = time.monotonic()
        try:
            link = await self._link_of(record)
        except LinkLost:
            return closed(CloseCode.SESSION_LOST)
        except Refusal as refusal:
            return closed(CloseCode.SESSION_LOST if refusal.status == 503 else CloseCode.UNKNOWN_SESSION)
        number = next(self._numbers)

        def forward(message: str | bytes) -> None:
            record.used = time.monotonic()
            link.send(number, message)

        def leave() -> None:
            self._forget(number)
            link.disconnect(number)

        mailbox = Mailbox(
            limit=self._settings.max_queue,
            limit_bytes=self._settings.max_queue_bytes,
            forward=forward,
            leave=leave,
        )
        self._mailboxes[number] = (mailbox, record)
        record.connections.add(number)
        link.connect(number, session, since)
        return mailbox

    def _forget(self, number: int) -> None:
        found = self._mailboxes.pop(number, None)
        if found is not None:
            found[1].connections.discard(number)
            found[1].used = time.monotonic()

    # What links report

    def deliver(self, connection: int, message: str | bytes | Closed) -> None:
        """A hub sends something to a follower, or ends the connection."""
        found = self._mailboxes.get(connection)
        if found is None:
            return
        if isinstance(message, Closed):
            found[0].end(message)
            self._forget(connection)
        else:
            found[0].put(message)

    def recipe(self, session: str, recipe: bytes) -> None:
        """A hub says what would make a session anew."""
        record = self._records.get(session)
        if record is not None:
            record.recipe, record.cursor = recipe, b""

    def cursor(self, session: str, cursor: bytes) -> None:
        """A hub says where a session stands, and by which commands: fields of its recipe."""
        record = self._records.get(session)
        if record is not None:
            record.cursor = cursor

    def gone(self, session: str) -> None:
        """A session has failed, alone or with its process."""
        record = self._records.get(session)
        if record is not None:
            record.link = None
            record.deaths += 1
            for number in list(record.connections):
                self.deliver(number, closed(CloseCode.SESSION_LOST))

    def lost(self, link: Link) -> None:
        """A process has ended; another one takes its place."""
        if link in self._links:
            self._links.remove(link)
        for record in list(self._records.values()):
            if record.link is link:
                self.gone(record.id)
        if not self._closing:
            self._spawn(self._replace())

    async def _replace(self) -> None:
        while not self._closing:
            link = await self._make_link(self)
            try:
                await link.start()
            except asyncio.CancelledError:
                await link.close()
                raise
            except Exception:
                log.exception("a worker process does not start")
                await asyncio.sleep(RESTART_PAUSE)
                continue
            self._links.append(link)
            return

    # Placement, limits and ends

    def _least_loaded(self) -> Link:
        if not self._links:
            raise Refusal(
                "overloaded",
                503,
                "No process can take sessions",
                "They are being started.",
                "Try again in a second.",
            )
        load = dict.fromkeys(map(id, self._links), 0)
        for record in self._records.values():
            if record.link is not None:
                load[id(record.link)] = load.get(id(record.link), 0) + 1
        return min(self._links, key=lambda link: load[id(link)])

    async def _link_of(self, record: Record) -> Link:
        """Where a session lives; one whose process died is made again first."""
        if record.link is not None:
            return record.link
        async with record.reviving:
            return await self._revive(record)

    async def _revive(self, record: Record) -> Link:
        if record.link is not None:
            return record.link
        if record.deaths > MAX_DEATHS or not record.recipe:
            self._records.pop(record.id, None)
            raise _lost(410)
        link = self._least_loaded()
        response = await link.request(Request("revive", record.id, {}, _with_cursor(record)))
        if response.status != 201:
            self._records.pop(record.id, None)
            raise _lost(410)
        record.link = link
        return link

    async def _make_room(self, owner: str) -> None:
        """Refuse beyond the limits; sessions that nobody has used for a while make room first."""
        for limit, mine, code, whose in (
            (self._settings.max_sessions_per_client, True, "limit_sessions_per_client", "This client has"),
            (self._settings.max_sessions, False, "limit_sessions", "The service has"),
        ):
            counted = [record for record in self._records.values() if not mine or record.owner == owner]
            if len(counted) < limit:
                continue
            idle = [record for record in counted if self._idle(record) > GRACE]
            if not idle:
                raise Refusal(
                    code,
                    429,
                    "There are too many sessions",
                    f"{whose} {len(counted)} sessions, the limit.",
                    "Delete one with DELETE /api/sessions/{id}, or wait a minute.",
                )
            await self._drop(max(idle, key=self._idle))

    def _idle(self, record: Record) -> float:
        """Seconds for which nobody has used or followed a session."""
        return 0.0 if record.connections else time.monotonic() - record.used

    async def _drop(self, record: Record) -> None:
        await self.call(Request("delete", record.id))

    async def _expire(self) -> None:
        """Drop sessions that nobody uses, for ever."""
        while True:
            await asyncio.sleep(min(self._settings.idle_timeout / 4, 30.0))
            for record in list(self._records.values()):
                if self._idle(record) > self._settings.idle_timeout:
                    await self._drop(record)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _with_cursor(record: Record) -> bytes:
    """The recipe that brings a session back to where it stood."""
    if not record.cursor:
        return record.recipe
    return json.dumps({**json.loads(record.recipe), **json.loads(record.cursor)}).encode()


def _lost(status: int) -> Refusal:
    """The refusal of what was asked of a process that has ended."""
    return Refusal(
        "session_lost",
        status,
        "The session's process has ended",
        "The command may not have been carried out; no other session is affected.",
        "Try again: the session is brought back from what made it."
        if status == 503
        else "Make the session again with POST /api/sessions.",
    )
