"""The sessions of one process: which there are, who follows them, and who asked what.

Sessions compute, and know neither followers nor turns. Whose turn it is: :mod:`chainrule.host.turns`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

from chainrule.errors import Refusal
from chainrule.host import encode, parse
from chainrule.host.delivery import Delivery, Outlet, as_asked
from chainrule.host.interface import Request, Response
from chainrule.host.long_answers import LongAnswers
from chainrule.host.mailbox import closed
from chainrule.host.problem import (
    answer,
    failure,
    from_message,
    from_refusal,
    to_message,
    unknown_session,
)
from chainrule.host.reports import Reports
from chainrule.host.saving import Saving
from chainrule.host.seam import Make, Session
from chainrule.host.tally import Tally, give_back, outcome_of, resident_bytes
from chainrule.host.turns import Follower, Job, Slot, Turns, Waiter
from chainrule.protocol import ClientMessage
from chainrule.protocol.client import ANONYMOUS, AckCommand, PauseCommand
from chainrule.protocol.close import CloseCode
from chainrule.protocol.rest import CreateSession
from chainrule.protocol.server import ErrorMessage, Progress

log = logging.getLogger(__name__)

T = TypeVar("T")


class Hub:
    """The sessions of one process."""

    def __init__(
        self,
        make: Make,
        outlet: Outlet,
        *,
        slice_seconds: float,
        command_timeout: float,
        max_followers: int,
        unwatched_seconds: float = 60.0,
        saving: Saving | None = None,
    ) -> None:
        self._make = make
        self._outlet = outlet
        self._slice = slice_seconds
        self._timeout = command_timeout
        self._max_followers = max_followers
        self._patience = unwatched_seconds
        self._saving = saving
        self._slots: dict[str, Slot] = {}
        self._connections: dict[int, Slot] = {}
        self._turns = Turns(self._give, self._compute)
        self._tally = Tally()
        self._count = itertools.count()
        self._delivery = Delivery(outlet, self._turns.ask, slice_seconds)
        self._reports = Reports(outlet)
        self._long = LongAnswers(make, self._turn, slice_seconds)

    # Requests

    async def request(self, request: Request) -> Response:
        """Answer a request of REST, in its session's turn."""
        try:
            if request.method == "lessons":
                return Response(200, encode.lessons(brief=request.arguments.get("brief", False)))
            if request.method == "lesson":
                return Response(200, encode.lesson(request.arguments["slug"]))
            if request.method == "figures":
                told = self._tally.figures(sessions=len(self._slots), followers=len(self._connections))
                return Response(200, encode.part(told))
            if request.method == "recipe":
                return await self._recipe(request.body)
            if request.method == "create":
                brief = request.arguments.get("brief", False)
                return await self._create(request.session, parse.creation(request.body), brief=brief)
            if request.method == "revive":
                # A copy is spared the training of the session that it is of.
                of = request.arguments.get("of", request.session)
                return await self._create(request.session, parse.whole(request.body), keyframes_of=of)
            if request.method == "rest":
                return await self._rest()
            if request.method == "memory":
                return self._memory(trim=request.arguments["trim"])
            slot = self._find(request.session)
            if request.method == "save":
                if self._saving is not None:
                    await self._saving.save(slot)
                return Response(200)
            if request.method == "commands":
                return await self._commands(slot, request.body)
            if request.method == "trace":
                return await self._long.trace(slot, request)
            if request.method == "recording":
                return await self._long.recording(slot, request.arguments.get("left"))
            if request.method == "peek":
                return await self._long.peek(slot, request)
            if request.method == "sleep":
                return await self._sleep(slot)
            return await self._turn(slot, lambda: self._answer(slot, request))
        except Refusal as refusal:
            return answer(from_refusal(refusal))
        except Exception:
            log.exception("a request failed: %s", request.method)
            return answer(from_refusal(failure()))

    def _find(self, session: str) -> Slot:
        try:
            return self._slots[session]
        except KeyError:
            raise unknown_session() from None

    async def _turn(self, slot: Slot, work: Callable[[], T]) -> T:
        """Do something when it is the session's turn."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def job() -> None:
            if done.cancelled():
                return
            try:
                # Who asks may be told where it stands.
                self._reports.tell(slot)
                done.set_result(work())
            except Exception as error:
                done.set_exception(error)

        self._turns.ask(slot, job)
        return await done

    async def _open(self, wanted: CreateSession, keyframes: bytes | None = None) -> tuple[Session, float]:
        """A session, and the seconds of processor time that it took to make."""
        begun = time.thread_time()
        made = self._make(wanted, keyframes)
        # A long journal is replayed in slices: others have their turns in between.
        while not made.open(self._slice):
            spent = time.thread_time() - begun
            await asyncio.sleep(0)
            begun = time.thread_time() - spent
        return made, time.thread_time() - begun

    async def _recipe(self, body: bytes) -> Response:
        wanted = parse.creation(body)
        await self._open(wanted)
        return Response(200, encode.recipe(wanted))

    async def _create(
        self, session: str, wanted: CreateSession, *, brief: bool = False, keyframes_of: str | None = None
    ) -> Response:
        keyframes = await self._saving.read(keyframes_of) if keyframes_of and self._saving else None
        made, spent = await self._open(wanted, keyframes)
        slot = Slot(session, made, unsaved=spent)
        self._slots[session] = slot
        self._reports.tell(slot)
        self._turns.schedule(slot)
        return Response(201, encode.info(slot.session, session, brief=brief))

    def _answer(self, slot: Slot, request: Request) -> Response:
        if slot.gone:
            raise unknown_session()
        session = slot.session
        match request.method:
            case "info":
                return Response(
                    200, encode.info(session, slot.id, brief=request.arguments.get("brief", False))
                )
            case "graph":
                return Response(200, encode.part(session.graph()))
            case "state":
                return Response(200, encode.part(session.state()))
            case "branches":
                return Response(200, encode.part(session.branches()))
            case "tensor":
                tensor = session.tensor(request.arguments["name"], request.arguments["what"])
                return encode.tensor(tensor, request.arguments["media"])
            case "delete":
                self._remove(slot)
                return Response(204)
            case _:
                raise AssertionError(request.method)

    async def _sleep(self, slot: Slot) -> Response:
        """End a session that the API brings back when somebody asks for it; 409 where it is at something."""

        def end() -> Callable[[], bytes] | bool:
            if slot.gone:
                raise unknown_session()
            if slot.session.busy or slot.followers or slot.inbox:
                return False
            self._reports.tell(slot)
            content = self._saving.gathered(slot) if self._saving else None
            self._remove(slot)
            return content or True

        found = await self._turn(slot, end)
        if self._saving is not None and callable(found):
            await self._saving.last(slot, found)
        return Response(200 if found else 409)

    async def _rest(self) -> Response:
        """Save what would have to be computed again: the process is about to end."""
        if self._saving is not None:
            for slot in list(self._slots.values()):
                await self._saving.save(slot)
        return Response(200)

    def _memory(self, *, trim: bool) -> Response:
        """Bytes of the process and of its sessions; ``trim``: what was freed is given back first."""
        if trim:
            give_back()
        told = [resident_bytes(), {slot.id: slot.nbytes for slot in self._slots.values()}]
        return Response(200, json.dumps(told).encode())

    async def _commands(self, slot: Slot, body: bytes) -> Response:
        command = parse.command(body)
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiter = Waiter([], finished)
        arrived = time.monotonic()
        self._turns.ask(slot, lambda: self._command(slot, command, waiter, arrived))
        status = 200
        try:
            await asyncio.wait_for(asyncio.shield(finished), self._timeout)
        except TimeoutError:
            status = 202
            for waiters in slot.waiting.values():
                if waiter in waiters:
                    waiters.remove(waiter)
        errors = [message for message in waiter.messages if isinstance(message, ErrorMessage)]
        if errors:
            return answer(from_message(errors[-1]))
        messages = waiter.messages
        if status == 200:
            messages = [message for message in messages if not isinstance(message, Progress)]
        return Response(status, encode.messages(messages))

    # Connections

    def connect(self, connection: int, session: str, since: int | None) -> None:
        """A follower joins: it gets one snapshot."""
        slot = self._slots.get(session)
        if slot is None:
            self._outlet.shut(connection, closed(CloseCode.UNKNOWN_SESSION))
            return
        if len(slot.followers) >= self._max_followers:
            self._outlet.shut(connection, closed(CloseCode.TOO_MANY_FOLLOWERS))
            return
        follower = Follower(connection, slot.session.viewer())
        slot.followers[connection] = follower
        self._connections[connection] = slot
        self._turns.ask(slot, lambda: self._delivery.pull(slot, [follower]))

    def receive(self, connection: int, message: str | bytes) -> None:
        """A follower sent something; it is looked at when it is its session's turn."""
        slot = self._connections.get(connection)
        if slot is not None:
            arrived = time.monotonic()
            self._turns.ask(slot, lambda: self._message(slot, connection, message, arrived))

    def disconnect(self, connection: int) -> None:
        """A follower has gone."""
        slot = self._connections.pop(connection, None)
        if slot is not None:
            follower = slot.followers.pop(connection)
            for waiters in slot.waiting.values():
                if follower in waiters:
                    waiters.remove(follower)

    def _message(self, slot: Slot, connection: int, message: str | bytes, arrived: float) -> None:
        follower = slot.followers.get(connection)
        if follower is None:
            return
        begun = time.thread_time()
        try:
            if isinstance(message, bytes):
                raise Refusal(
                    "invalid_message",
                    422,
                    "There is no such command",
                    "Binary messages are sent by the server only.",
                    "Send commands as text.",
                )
            # A lone surrogate cannot come from a socket, but costs nothing to survive.
            command = parse.command(message.encode("utf-8", "replace"))
        except Refusal as refusal:
            refused = to_message(refusal, seq=slot.session.revision, id=parse.id_of(message))
            self._outlet.emit(connection, encode.text(refused))
            return
        if isinstance(command, AckCommand) and slot.session.busy:
            self._painted(slot, command, follower, begun)
        else:
            self._command(slot, command, follower, arrived)

    def _painted(self, slot: Slot, command: AckCommand, follower: Follower, begun: float) -> None:
        """What is painted while a session goes on asks for the next picture, when that is due."""
        slot.session.handle(command, follower.viewer)
        self._tally.count(command.type, "done", begun)
        slot.shown += time.thread_time() - begun
        if self._delivery.picture_is_due(slot):
            self._delivery.pull(slot, slot.followers.values())

    # Commands and their answers

    def _command(self, slot: Slot, command: ClientMessage, origin: Follower | Waiter, arrived: float) -> None:
        if slot.gone:
            self._delivery.deliver(slot, [to_message(unknown_session(), seq=0, id=command.id)], origin)
            return
        if command.id is None:
            command = command.model_copy(update={"id": f"{ANONYMOUS}{next(self._count)}"})
        viewer = origin.viewer if isinstance(origin, Follower) else None
        try:
            messages = slot.session.handle(command, viewer)
            # Before the answer: a session that is made again has done all that was answered, and knows what it has done.
            self._reports.tell(slot)
        except Exception:
            self._delivery.deliver(
                slot, [to_message(failure(), seq=slot.session.revision, id=command.id)], origin
            )
            self._tally.count(command.type, "failed", arrived)
            raise
        if any(isinstance(message, Progress) and message.id == command.id for message in messages):
            assert command.id is not None
            slot.waiting.setdefault(command.id, []).append(origin)
            slot.begun[command.id] = (command.type, arrived)
            if isinstance(origin, Waiter):
                origin.messages.extend(as_asked(messages))
            else:
                self._delivery.deliver(slot, messages, origin)
        else:
            self._tally.count(command.type, outcome_of(messages), arrived)
            self._delivery.deliver(slot, messages, origin)
        self._delivery.pull(slot, slot.followers.values())

    def _advance(self, slot: Slot) -> None:
        messages = slot.session.advance(self._slice)
        self._reports.tell(slot, passing=not messages and slot.session.busy)
        for key in {message.id for message in messages}:
            if key is None:
                for message in messages:
                    if message.id is None:
                        self._delivery.broadcast(slot, message)
                continue
            origins = slot.waiting.get(key, [])
            # What belongs to nobody (the frame, say) is part of every answer over REST, which has nothing else.
            answers = [message for message in messages if message.id == key]
            whole = [message for message in messages if message.id in (key, None)]
            finished = not all(isinstance(message, Progress) for message in answers)
            for origin in origins:
                if isinstance(origin, Follower):
                    self._delivery.deliver(slot, answers, origin)
                elif finished:
                    self._delivery.deliver(slot, whole, origin)
                else:
                    origin.messages = as_asked(answers)
            if finished:
                slot.waiting.pop(key, None)
                if (begun := slot.begun.pop(key, None)) is not None:
                    self._tally.count(begun[0], outcome_of(answers), begun[1])
        # What a session ends on its followers always see.
        if messages or not slot.session.busy or self._delivery.picture_is_due(slot):
            self._delivery.pull(slot, slot.followers.values())

    # Turns

    async def run(self) -> None:
        """Give turns, for ever."""
        await self._turns.run()

    def _compute(self, slot: Slot) -> None:
        if slot.pulling is not None:
            return
        if not slot.followers and time.monotonic() - slot.touched > self._patience:
            # It plays on and on for nobody: a page that was closed, a script that has ended.
            slot.touched = math.inf
            self._give(slot, lambda: slot.session.handle(PauseCommand(type="pause")))
        else:
            self._give(slot, lambda: self._advance(slot))

    def _give(self, slot: Slot, job: Job) -> None:
        if slot.gone:
            return
        begun = time.thread_time()
        try:
            job()
            self._reports.tell(slot, passing=slot.session.busy)
            if self._saving is not None:
                self._saving.spent(slot, time.thread_time() - begun)
        except Exception:
            # A fault of the program: the session's state is not to be trusted any more. It is made anew when needed.
            log.exception("a session failed")
            self._remove(slot, CloseCode.SESSION_LOST)
            self._outlet.gone(slot.id)

    def _remove(self, slot: Slot, code: CloseCode = CloseCode.SESSION_DELETED) -> None:
        slot.gone = True
        self._slots.pop(slot.id, None)
        for connection in list(slot.followers):
            self._connections.pop(connection, None)
            self._outlet.shut(connection, closed(code))
        slot.followers.clear()
        for origins in slot.waiting.values():
            for origin in origins:
                if isinstance(origin, Waiter) and not origin.finished.done():
                    origin.messages.append(to_message(unknown_session(), seq=0))
                    origin.finished.set_result(None)
        slot.waiting.clear()
        self._drain(slot)

    def _drain(self, slot: Slot) -> None:
        """Let what was still asked of a session that has gone find that out."""
        while slot.inbox:
            slot.inbox.popleft()()
