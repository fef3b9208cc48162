"""The sessions of one process: who follows them, who asked what, and what is sent to whom.

Sessions compute, and know neither followers nor turns. Whose turn it is: :mod:`chainrule.host.turns`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from chainrule.errors import Refusal
from chainrule.host import encode, parse, slices
from chainrule.host.interface import Closed, Request, Response
from chainrule.host.lecture import lecture
from chainrule.host.mailbox import closed
from chainrule.host.problem import (
    answer,
    failure,
    from_message,
    from_refusal,
    to_message,
    unknown_session,
)
from chainrule.host.records import packed
from chainrule.host.saving import Saving
from chainrule.host.seam import Make, Session
from chainrule.host.tally import Outcome, Tally, give_back, resident_bytes
from chainrule.host.turns import Follower, Job, Recorded, Slot, Turns, Waiter
from chainrule.protocol import ClientMessage, ServerMessage
from chainrule.protocol.client import ANONYMOUS, AckCommand, PauseCommand
from chainrule.protocol.close import CloseCode
from chainrule.protocol.rest import CreateSession
from chainrule.protocol.server import Companion, ErrorMessage, Frame, GraphMessage, Metrics, Progress

log = logging.getLogger(__name__)

PICTURE_SECONDS = 1 / 60
"""Between two pictures to a follower, unless something was answered."""

TRAINING = 11
"""What trains flat out does so for this many times as long as its followers' pictures take to make."""

PART_BYTES = 256_000
"""About how much of a recording is sent at a time."""

RECORDING_SECONDS = 60.0
"""After which nobody is expected to ask for the next part."""

T = TypeVar("T")


class Outlet(Protocol):
    """Where a hub's messages go."""

    def emit(self, connection: int, message: str | bytes) -> None: ...

    def shut(self, connection: int, reason: Closed) -> None: ...

    def recipe(self, session: str, recipe: bytes) -> None: ...

    def cursor(self, session: str, cursor: bytes) -> None: ...

    def gone(self, session: str) -> None: ...


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
                return await self._trace(slot, request)
            if request.method == "recording":
                return await self._recording(slot, request.arguments.get("left"))
            if request.method == "peek":
                return await self._peek(slot, request)
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
        self._report(slot)
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
            self._report(slot)
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

    async def _trace(self, slot: Slot, request: Request) -> Response:
        """A part of a recording of the timeline; ``more`` says what is left."""
        first, last, left = (request.arguments.get(name) for name in ("first", "last", "left"))
        return await self._sliced(
            slot, lambda: slices.traced(slot.session.recording(first, last, left), PART_BYTES)
        )

    async def _recording(self, slot: Slot, left: int | None) -> Response:
        """A part of a recording of the session's lesson; ``more`` is its number, under which the next part is asked for.

        A session makes one at a time: a new one takes the place of one that nobody has asked the rest of.
        """

        def begin() -> Recorded:
            if slot.gone:
                raise unknown_session()
            whole = slot.session.whole()
            if whole.predict:
                raise Refusal(
                    "withheld",
                    409,
                    "Answers are withheld",
                    "A recording would tell what waits for a guess.",
                    "Switch prediction off, and ask again.",
                )
            made = self._make(
                CreateSession(
                    lesson=whole.lesson, config=whole.config, seed=whole.seed, journal=whole.journal
                ),
                None,
            )
            return Recorded(next(self._count), made, lecture(made, self._slice))

        if left is None:
            slot.recorded = await self._turn(slot, begin)
        recorded = slot.recorded
        if recorded is None or left not in (None, recorded.number):
            raise unknown_session()
        recorded.asked += 1
        asked = recorded.asked

        def forget() -> None:
            # Whoever asked for it has gone: it is made no further, and takes no memory.
            if slot.recorded is recorded and recorded.asked == asked:
                slot.recorded = None

        def part() -> slices.Sliced:
            for response in slices.recorded(recorded.lines, recorded.number, PART_BYTES):
                if slot.recorded is not recorded:
                    raise unknown_session()
                yield response

        try:
            response = await self._sliced(slot, part)
        except BaseException:
            forget()
            raise
        if response.more is None:
            forget()
        else:
            asyncio.get_running_loop().call_later(RECORDING_SECONDS, forget)
        return response

    async def _peek(self, slot: Slot, request: Request) -> Response:
        """A number that is not to be seen yet; its iteration may have to be computed again."""
        return await self._sliced(slot, lambda: slices.peeked(slot.session.peek(request.arguments)))

    async def _sliced(self, slot: Slot, begin: Callable[[], slices.Sliced]) -> Response:
        """An answer that takes long, a slice in each turn of the session."""
        work: slices.Sliced | None = None

        def go_on() -> Response | None:
            nonlocal work
            if slot.gone:
                raise unknown_session()
            deadline = time.monotonic() + self._slice
            work = work or begin()
            for response in work:
                if response is not None or time.monotonic() >= deadline:
                    return response
            raise AssertionError("its last part is an answer")

        while True:
            response = await self._turn(slot, go_on)
            if response is not None:
                return response

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
        self._turns.ask(slot, lambda: self._pull(slot, [follower]))

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
        self._command(slot, command, follower, arrived)

    # Commands and their answers

    def _command(self, slot: Slot, command: ClientMessage, origin: Follower | Waiter, arrived: float) -> None:
        if slot.gone:
            self._deliver(slot, [to_message(unknown_session(), seq=0, id=command.id)], origin)
            return
        if command.id is None:
            command = command.model_copy(update={"id": f"{ANONYMOUS}{next(self._count)}"})
        viewer = origin.viewer if isinstance(origin, Follower) else None
        try:
            messages = slot.session.handle(command, viewer)
            # Before the answer: a session that is made again has done all that was answered, and knows what it has done.
            self._report(slot)
        except Exception:
            self._deliver(slot, [to_message(failure(), seq=slot.session.revision, id=command.id)], origin)
            self._tally.count(command.type, "failed", arrived)
            raise
        if any(isinstance(message, Progress) and message.id == command.id for message in messages):
            assert command.id is not None
            slot.waiting.setdefault(command.id, []).append(origin)
            slot.begun[command.id] = (command.type, arrived)
            if isinstance(origin, Waiter):
                origin.messages.extend(_named(messages))
            else:
                self._deliver(slot, messages, origin)
        else:
            self._tally.count(command.type, _outcome(messages), arrived)
            self._deliver(slot, messages, origin)
        # What is painted while a session goes on asks for the next picture, when that is due.
        if not (isinstance(command, AckCommand) and slot.session.busy) or self._picture_is_due(slot):
            self._pull(slot, slot.followers.values())

    def _advance(self, slot: Slot) -> None:
        messages = slot.session.advance(self._slice)
        self._report(slot)
        for key in {message.id for message in messages}:
            if key is None:
                for message in messages:
                    if message.id is None:
                        self._broadcast(slot, message)
                continue
            origins = slot.waiting.get(key, [])
            # What belongs to nobody (the frame, say) is part of every answer over REST, which has nothing else.
            answers = [message for message in messages if message.id == key]
            whole = [message for message in messages if message.id in (key, None)]
            finished = not all(isinstance(message, Progress) for message in answers)
            for origin in origins:
                if isinstance(origin, Follower):
                    self._deliver(slot, answers, origin)
                elif finished:
                    self._deliver(slot, whole, origin)
                else:
                    origin.messages = _named(answers)
            if finished:
                slot.waiting.pop(key, None)
                if (begun := slot.begun.pop(key, None)) is not None:
                    self._tally.count(begun[0], _outcome(answers), begun[1])
        # What a session ends on its followers always see.
        if messages or not slot.session.busy or self._picture_is_due(slot):
            self._pull(slot, slot.followers.values())

    def _picture_is_due(self, slot: Slot) -> bool:
        """Followers see no more pictures a second than a screen shows, and fewer where training would wait for them."""
        if time.monotonic() - slot.pulled < PICTURE_SECONDS:
            return False
        flat_out = slot.session.busy and slot.session.next_due is None
        # Processor time: how long the machine is busy with something else says nothing about the share.
        return not flat_out or time.thread_time() - slot.paid >= TRAINING * slot.cost

    def _deliver(self, slot: Slot, messages: Sequence[ServerMessage], origin: Follower | Waiter) -> None:
        if isinstance(origin, Waiter):
            origin.messages.extend(_named(messages))
            if not origin.finished.done():
                origin.finished.set_result(None)
            return
        for message in messages:
            self._send(origin, message)

    def _send(self, follower: Follower, message: ServerMessage) -> None:
        # Graph, frame and metrics reach followers at their own pace, by pulling.
        if not isinstance(message, (Frame, Companion, GraphMessage, Metrics)):
            for named in _named([message]):
                self._outlet.emit(follower.connection, encode.text(named))

    def _broadcast(self, slot: Slot, message: ServerMessage) -> None:
        for follower in slot.followers.values():
            self._send(follower, message)

    def _pull(self, slot: Slot, followers: Iterable[Follower]) -> None:
        """Give followers what they have not seen and are ready for; what of it takes long is made in slices before.

        Meanwhile the session does what it is asked to, but does not go on by itself.
        """
        if slot.pulling is not None:
            slot.pulling.update(dict.fromkeys(followers))
            return
        followers = list(followers)
        work = [made for one in followers if (made := one.viewer.ahead(slot.session)) is not None]
        if not work:
            self._show(slot, followers)
            return
        slot.pulling = dict.fromkeys(followers)
        parts = itertools.chain(*work)

        def go_on() -> None:
            if slot.gone:
                return
            begun, deadline = time.thread_time(), time.monotonic() + self._slice
            done = all(time.monotonic() < deadline for _ in parts)
            slot.ahead += time.thread_time() - begun
            if not done:
                self._turns.ask(slot, go_on)
                return
            wanted, slot.pulling = slot.pulling or (), None
            self._show(slot, [one for one in wanted if one.connection in slot.followers])

        self._turns.ask(slot, go_on)

    def _show(self, slot: Slot, followers: Iterable[Follower]) -> None:
        """Give followers what they have not seen and are ready for. What several are given is encoded once."""
        begun = time.thread_time() - slot.ahead
        slot.ahead = 0.0
        encoded: dict[int, tuple[ServerMessage, str | bytes]] = {}
        for follower in followers:
            for message in follower.viewer.pull(slot.session):
                if id(message) not in encoded:
                    (named,) = _named([message])
                    encoded[id(message)] = (message, encode.wire(named))
                self._outlet.emit(follower.connection, encoded[id(message)][1])
        if encoded:
            slot.pulled, slot.paid = time.monotonic(), time.thread_time()
            slot.cost = slot.paid - begun

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
            self._report(slot)
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

    def _report(self, slot: Slot) -> None:
        """Tell the API what would make this session anew, if that has changed."""
        if slot.gone:
            return
        session = slot.session
        place = session.cursor, session.tips
        if session.journal_revision != slot.journal:
            slot.journal, slot.place, slot.tips = session.journal_revision, place, session.tips
            self._outlet.recipe(slot.id, packed(session.whole().model_dump_json().encode()))
        elif place != slot.place:
            slot.place = place
            cursor, tips = place
            further = {branch: tip for branch, tip in tips.items() if tip != slot.tips.get(branch)}
            told = {"cursor": cursor.model_dump(), "answered": session.answered, "tips": further}
            self._outlet.cursor(slot.id, json.dumps(told).encode())


def _outcome(messages: Iterable[ServerMessage]) -> Outcome:
    """How a command ended."""
    statuses = [message.status for message in messages if isinstance(message, ErrorMessage)]
    return "done" if not statuses else "failed" if statuses[-1] >= 500 else "refused"


def _named(messages: Iterable[ServerMessage]) -> list[ServerMessage]:
    """Messages as their receiver knows them: ids that the hub made up are taken away."""
    return [
        message.model_copy(update={"id": None})
        if message.id is not None and message.id.startswith(ANONYMOUS)
        else message
        for message in messages
    ]
