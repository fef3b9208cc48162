"""The host: which session lives where, whose it is, and what would bring it back.

It never computes and opens no message. Sessions go to the worker that holds the fewest. What its worker reports of a
session is in the journal before any answer is passed on: when a process dies, the service's own included, its sessions
are made again when somebody asks for them. So are those that were put to sleep because nobody did.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import Refusal
from chainrule.host.attic import FOLDER, Attic
from chainrule.host.interface import Closed, Method, Request, Response
from chainrule.host.link import Link, LinkLost
from chainrule.host.mailbox import Mailbox, closed
from chainrule.host.problem import answer, from_refusal, unknown_session
from chainrule.host.records import Record, copied, lost, overloaded, whole
from chainrule.host.tally import Figures
from chainrule.host.tending import tend
from chainrule.journal import Journal, key_of
from chainrule.protocol.close import CloseCode

if TYPE_CHECKING:
    from chainrule.api.settings import Settings
    from chainrule.room import RoomStore

log = logging.getLogger(__name__)

MAX_DEATHS = 2
"""A session whose process died this often is not brought back: it may be what kills it."""
GRACE = 60.0
"""Seconds for which an unfollowed session is safe from making room for another one."""
FIGURES = 2.0
"""Seconds for which a process is waited for that is asked what it has counted."""
DRAIN_PAUSE = 0.02
"""Seconds between two looks at whether all has been answered."""
REST_SECONDS = 3.0
"""For which workers may save what they have computed, before they are ended."""
RESTART_PAUSE = 0.5
"""Seconds between the deaths of a worker that cannot start and the next try."""

MakeLink = Callable[["Host"], Awaitable[Link]]


class Host:
    """A ``SessionHost`` over any number of links."""

    def __init__(
        self, settings: Settings, make_link: MakeLink, *, count: int, folder: Path | None = None
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._journal = Journal()
        self._attic: Attic | None = None
        self._make_link = make_link
        self._count = count
        self._links: list[Link] = []
        self._records: dict[str, Record] = {}
        self._mailboxes: dict[int, tuple[Mailbox, Record]] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._draining = False
        self._under_way = 0
        self.restarts = 0

    @property
    def workers(self) -> int:
        return 0 if self._draining else len(self._links)

    @property
    def sessions(self) -> int:
        """Sessions that are known, wherever they are."""
        return self._journal.count

    @property
    def lasting(self) -> bool:
        return self._journal.lasting

    @property
    def rooms(self) -> RoomStore:
        return self._journal.rooms

    async def start(self) -> None:
        if self._links:
            return
        if self._folder is not None:
            self._journal = Journal(self._folder)
            self._attic = Attic(self._folder.absolute() / FOLDER)
        links = [await self._make_link(self) for _ in range(self._count)]
        started = await asyncio.gather(*(link.start() for link in links), return_exceptions=True)
        failures = [result for result in started if isinstance(result, BaseException)]
        if failures:
            await asyncio.gather(*(link.close() for link in links), return_exceptions=True)
            raise failures[0]
        self._links = links
        self._spawn(tend(self, self._journal, self._attic, self._settings))

    async def drain(self, seconds: float) -> None:
        self._draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way:
                    await asyncio.sleep(DRAIN_PAUSE)
        for mailbox, _ in list(self._mailboxes.values()):
            mailbox.end(closed(CloseCode.GOING_AWAY))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                await asyncio.gather(
                    *(link.request(Request("rest")) for link in self._links), return_exceptions=True
                )

    async def close(self) -> None:
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for mailbox, _ in list(self._mailboxes.values()):
            mailbox.end(closed(CloseCode.GOING_AWAY))
        await asyncio.gather(*self._tasks, *(link.close() for link in self._links), return_exceptions=True)
        self._links = []
        self._journal.close()

    # Requests

    async def create(self, body: bytes, owner: str, *, brief: bool = False) -> tuple[str, Response]:
        return await self._make("create", body, owner, {"brief": brief})

    async def copy(self, session: str, owner: str) -> tuple[str, Response]:
        entry = self._journal.find(session)
        if entry is None:
            return "", answer(from_refusal(unknown_session()))
        record = self._records.get(session)
        if record is not None and record.link is not None:
            with contextlib.suppress(LinkLost):
                await record.link.request(Request("save", session))
        return await self._make("revive", copied(entry), owner, {"of": session})

    async def _make(
        self, method: Method, body: bytes, owner: str, arguments: dict[str, Any]
    ) -> tuple[str, Response]:
        try:
            if self._draining:
                raise overloaded("The service is ending.", "a few seconds")
            await self._make_room(owner)
            link = self._least_loaded()
        except Refusal as refusal:
            return "", answer(from_refusal(refusal))
        record = Record(secrets.token_urlsafe(16), owner, link)
        self._records[record.id] = record
        try:
            response = await link.request(Request(method, record.id, arguments, body))
        except LinkLost:
            # What it was asked to make may be what killed it: not tried again.
            response = answer(from_refusal(lost(503)))
        except BaseException:
            # Who asked has gone.
            self._spawn(self.drop(record))
            raise
        if response.status != 201:
            self._forget(record)
            return "", response
        return record.id, response

    async def call(self, request: Request) -> Response:
        self._under_way += 1
        try:
            if request.method in ("lessons", "lesson", "recipe"):
                return await self._least_loaded().request(request)
            record = self._find(request.session)
            if record is None:
                raise unknown_session()
            record.used = time.monotonic()
            if request.method == "delete":
                await self.drop(record)
                return Response(204)
            return await (await self._link_of(record)).request(request)
        except LinkLost:
            return answer(from_refusal(lost(503)))
        except Refusal as refusal:
            return answer(from_refusal(refusal))
        finally:
            self._under_way -= 1

    # Sessions, wherever they are

    def records(self) -> list[Record]:
        """Sessions in memory, and those that are being moved."""
        return list(self._records.values())

    def _find(self, session: str) -> Record | None:
        record = self._records.get(session)
        if record is None:
            entry = self._journal.find(session)
            if entry is not None:
                record = self._records[session] = Record(session, entry.owner, None)
        return record

    def _forget(self, record: Record) -> None:
        self._records.pop(record.id, None)
        self._journal.delete(record.id)

    async def drop(self, record: Record) -> None:
        """End a session for good."""
        self._forget(record)
        if record.link is not None:
            try:
                await record.link.request(Request("delete", record.id))
            except LinkLost:
                log.info("a session was deleted together with its process")
        if self._attic is not None:
            self._attic.delete(key_of(record.id))

    async def sleep(self, record: Record) -> bool:
        """Let a session leave memory until somebody asks for it; False where it is in use."""
        async with record.alone():
            link = record.link
            if link is None or record.connections or record.id not in self._records:
                return False
            # Whoever asks from now on waits, and wakes it.
            record.link = None
            try:
                response = await link.request(Request("sleep", record.id))
            except LinkLost:
                response = Response(200)
            if response.status != 200:
                record.link = link
                return False
        self.leave(record)
        return True

    def leave(self, record: Record) -> None:
        """Keep a session that lives nowhere in the journal alone."""
        if record.link is None and not record.waiting and not record.connections:
            self._records.pop(record.id, None)

    async def figures(self) -> list[Figures]:
        async def of(link: Link) -> Figures | None:
            try:
                answer = await asyncio.wait_for(link.request(Request("figures")), FIGURES)
            except (LinkLost, TimeoutError):
                return None
            return Figures.model_validate_json(answer.body)

        found = await asyncio.gather(*(of(link) for link in self._links))
        return [one for one in found if one is not None]

    async def memory(self, *, trim: bool) -> tuple[int, dict[str, int]]:
        """Bytes of all processes that hold sessions, and of each session; ``trim``: what was freed is given back first."""
        total, sessions = 0, dict[str, int]()
        for link in list(self._links):
            with contextlib.suppress(LinkLost, TimeoutError):
                answer = await asyncio.wait_for(link.request(Request("memory", "", {"trim": trim})), FIGURES)
                resident, own = json.loads(answer.body)
                total += resident
                sessions |= own
        return total, sessions

    # Connections

    async def connect(self, session: str, since: int | None) -> Mailbox | Closed:
        if self._draining:
            return closed(CloseCode.GOING_AWAY)
        record = self._find(session)
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
            self._hang_up(number)
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

    def _hang_up(self, number: int) -> None:
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
            self._hang_up(connection)
        else:
            found[0].put(message)

    def recipe(self, session: str, recipe: bytes) -> None:
        """A hub says what would make a session anew."""
        record = self._records.get(session)
        if record is not None:
            self._journal.put(session, record.owner, recipe)

    def cursor(self, session: str, cursor: bytes) -> None:
        """A hub says where a session stands, and by which commands: fields of its recipe."""
        if session in self._records:
            self._journal.patch(session, cursor)

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
            self.restarts += 1
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
            raise overloaded("They are being started.", "a second")
        load = dict.fromkeys(map(id, self._links), 0)
        for record in self._records.values():
            if record.link is not None:
                load[id(record.link)] = load.get(id(record.link), 0) + 1
        return min(self._links, key=lambda link: load[id(link)])

    async def _link_of(self, record: Record) -> Link:
        """Where a session lives; one that lives nowhere is made again first."""
        if record.link is not None:
            return record.link
        async with record.alone():
            return await self._revive(record)

    async def _revive(self, record: Record) -> Link:
        if record.link is not None:
            return record.link
        entry = self._journal.find(record.id)
        if record.deaths > MAX_DEATHS or entry is None:
            self._forget(record)
            raise lost(410)
        await self._make_room(record.owner)
        link = self._least_loaded()
        try:
            response = await link.request(Request("revive", record.id, {}, whole(entry)))
        except LinkLost:
            record.deaths += 1
            raise
        if response.status != 201:
            # Another version of the program may be able to: it stays in the journal.
            log.error("a session cannot be made again: %s", response.body.decode("utf-8", "replace"))
            self._records.pop(record.id, None)
            raise lost(410)
        record.link = link
        if record.id not in self._records:
            # Deleted meanwhile.
            await self.drop(record)
            raise unknown_session()
        return link

    async def _make_room(self, owner: str) -> None:
        """Refuse beyond the limits; sessions that nobody has used for a while go to sleep first."""
        for limit, mine, code, whose in (
            (self._settings.max_sessions_per_client, True, "limit_sessions_per_client", "This client has"),
            (self._settings.max_sessions, False, "limit_sessions", "The service has"),
        ):
            counted = [
                record
                for record in self._records.values()
                if record.link is not None and (not mine or record.owner == owner)
            ]
            if len(counted) < limit:
                continue
            idle = [record for record in counted if record.idle > GRACE]
            if not idle or not await self.sleep(max(idle, key=lambda record: record.idle)):
                raise Refusal(
                    code,
                    429,
                    "There are too many sessions",
                    f"{whose} {len(counted)} sessions, the limit.",
                    "Delete one with DELETE /api/sessions/{id}, or wait a minute.",
                )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
