"""A room that is open: its state, the feed of its session, and who is to be told what."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.errors import Refusal
from chainrule.host.bus import Bus, Inbox
from chainrule.host.feed import Feed
from chainrule.host.interface import Request, Response, SessionHost
from chainrule.host.mailbox import closed
from chainrule.protocol.client import AckCommand, PingCommand, SubscribeCommand
from chainrule.protocol.close import CloseCode
from chainrule.protocol.model import Cursor, Text
from chainrule.protocol.room import (
    AnswerCommand,
    AskCommand,
    BlankCommand,
    DismissCommand,
    JoinCommand,
    LookCommand,
    PointerCommand,
    PresentCommand,
    RevealCommand,
    RoomClientMessage,
    RoomPointer,
)
from chainrule.protocol.server import Done, Message
from chainrule.room import Asked, Member, Room, RoomStore
from chainrule.room.question import Given
from chainrule.room.refusals import invalid_question, long_question, many_questions
from chainrule.room.room import clean_name, digest, require_presenter

if TYPE_CHECKING:
    from chainrule.api.settings import Settings

log = logging.getLogger(__name__)

SOON = {"pointer": 0.04, "room": 0.03, "count": 0.4, "question": 0.4, "spread": 0.2}
"""Seconds within which what has changed is told; what changes meanwhile is told with it."""
FRAME = 20_000
"""Bytes of a frame at most. Those who look on ask for what it leaves out, if they see it."""
MOST_ASKED = 16
"""Questions to the session that one connection may have open."""
KEEP = 1.0
"""Seconds after which what the presenter looks at is kept."""


@dataclass(eq=False)
class Seat:
    """A connection's place in a room.

    Attributes
    ----------
    name
        What the client calls itself; the member's key is its digest.
    end
        Set when the connection is to be closed though it does not read.
    asking
        Questions to the session that have not been answered.
    """

    member: Member
    inbox: Inbox
    end: asyncio.Event
    name: str = ""
    follows: bool = False
    asking: int = 0


class LiveRoom:
    """A room that is open."""

    def __init__(self, room: Room, host: SessionHost, bus: Bus, store: RoomStore, settings: Settings) -> None:
        self.room = room
        self._host = host
        self._bus = bus
        self._store = store
        self._settings = settings
        self._everyone = f"room/{room.code}"
        self._presenters = f"room/{room.code}/presenter"
        self._feed = Feed(host, bus, f"room/{room.code}/session", room.session, self._reached)
        self._feed.subscribe(
            room.subscribed or SubscribeCommand(type="subscribe", most=FRAME).model_dump_json()
        )
        self._turn = asyncio.Lock()
        self._due: dict[str, asyncio.TimerHandle] = {}
        self.seats: dict[Seat, None] = {}
        self._stalled: dict[str, None] = {}

    # -- coming and going

    def sit(
        self,
        inbox: Inbox,
        message: JoinCommand | PresentCommand,
        name: str,
        display: str,
        end: asyncio.Event,
    ) -> Seat:
        """Take a place, and be told how things are. ``name`` is what the client calls itself, ``display`` its name.

        ``end`` is set when the connection is to be closed though it does not read.

        Raises
        ------
        Refusal
            ``room_presenter_only``: the secret is wrong.
        """
        room = self.room
        if isinstance(message, PresentCommand):
            room.check(message.secret)
            seat = Seat(Member("", presenter=True), inbox, end)
        else:
            seat = Seat(Member(digest(name), display, count=message.count), inbox, end, name)
        room.members[seat.member] = None
        room.used = time.time()
        self.seats[seat] = None
        joined = room.joined(seat.member, seat.name)
        if not seat.member.presenter and seat.member.key in self._stalled:
            # It may not have heard it: what does not read is told nothing.
            del self._stalled[seat.member.key]
            joined = joined.model_copy(update={"stalled": True})
        self._tell(seat, joined)
        self._tell(seat, room.state())
        asked, spread = room.question, room.spread()
        if spread is not None and (seat.member.presenter or (asked and asked.state == "revealed")):
            self._tell(seat, spread)
        if message.follow:
            seat.follows = True
            self._feed.follow(inbox)
        self._bus.follow(self._everyone, inbox)
        if seat.member.presenter:
            self._bus.follow(self._presenters, inbox)
        self._soon("room" if seat.member.presenter else "count")
        return seat

    def leave(self, seat: Seat) -> None:
        """A connection has gone."""
        if seat not in self.seats:
            return
        del self.seats[seat]
        self.room.members.pop(seat.member, None)
        self.room.used = time.time()
        key = seat.member.key
        if seat.inbox.was_too_slow and all(other.member.key != key for other in self.seats):
            self._stalled[key] = None
            if len(self._stalled) > self._settings.max_room_followers:
                del self._stalled[next(iter(self._stalled))]
        if seat.follows:
            self._feed.leave(seat.inbox)
        self._bus.leave(self._everyone, seat.inbox)
        self._bus.leave(self._presenters, seat.inbox)
        self._soon("room" if seat.member.presenter else "count")

    def end(self) -> None:
        """The room is over."""
        self.stop()
        for seat in self.seats:
            seat.inbox.end(closed(CloseCode.ROOM_OVER))

    def stop(self) -> None:
        """Follow the session no more, and tell nobody anything."""
        self._feed.close()
        for timer in self._due.values():
            timer.cancel()
        self._due.clear()

    # -- what is said

    async def handle(self, seat: Seat, message: RoomClientMessage) -> None:
        """Carry out a message of somebody in the room; its answer goes into the inbox.

        Raises
        ------
        Refusal
            It is refused; nothing has changed.
        """
        room, member = self.room, seat.member
        room.used = time.time()
        match message:
            case AckCommand():
                seat.inbox.ack(message.seq)
                return
            case LookCommand() | PointerCommand() | BlankCommand() | DismissCommand() | AnswerCommand():
                self._changed(seat, room.handle(message, member))
            case SubscribeCommand():
                require_presenter(member)
                wanted = message.model_copy(update={"id": None, "most": FRAME})
                room.subscribed = wanted.model_dump_json()
                self._feed.subscribe(room.subscribed)
                self._later("keep", KEEP, self.keep)
            case AskCommand():
                require_presenter(member)
                async with self._turn:
                    await self._ask(message)
            case RevealCommand():
                require_presenter(member)
                async with self._turn:
                    await self._reveal()
            case PingCommand():
                pass
            case JoinCommand() if not member.presenter:
                self._answered(seat, room.rename(member, clean_name(message.name, self._settings.max_name)))
            case JoinCommand() | PresentCommand():
                raise Refusal(
                    "room_joined",
                    409,
                    "This connection has joined already",
                    "The first message says whether one follows or presents.",
                    "Open another connection.",
                )
            case _:
                self._look_up(seat, message)
                return
        if message.id is not None:
            self._tell(seat, Done(seq=room.revision, id=message.id))

    def _changed(self, seat: Seat, outcome: Any) -> None:
        if outcome.changed == "pointer":
            self._soon("pointer")
        elif outcome.changed == "answers":
            self._answered(seat, outcome.answer)
            self._soon("question")
            self._soon("spread")
        else:
            self._soon(outcome.changed)
            self._later("keep", KEEP, self.keep)

    def _answered(self, seat: Seat, answer: Given | None) -> None:
        """Keep an answer, and say that it was taken."""
        asked = self.room.question
        if answer is not None and asked is not None:
            key = f"{self.room.code}/{asked.number}/{seat.member.key}"
            self._store.put(key, answer.model_dump_json().encode())
        self._tell(seat, self.room.joined(seat.member, seat.name))

    def _look_up(self, seat: Seat, message: Any) -> None:
        """A question to the session that changes nothing."""
        command = message.model_dump(mode="json", exclude={"id"})

        def reply(answer: str) -> None:
            seat.asking -= 1
            seat.inbox.put(answer)

        seat.asking += 1
        if seat.asking > MOST_ASKED or not self._feed.ask(command, reply, message.id):
            seat.asking -= 1
            raise Refusal(
                "busy",
                409,
                "A long command is under way",
                "The room's session is asked too much at once, or is not reached.",
                "Ask again in a moment.",
            )

    async def _ask(self, message: AskCommand) -> None:
        room, settings = self.room, self._settings
        if len(message.text) > settings.max_question:
            raise long_question(settings.max_question)
        if len(room.asked) >= settings.max_room_questions:
            raise many_questions(len(room.asked))
        cursor = None
        if message.kind == "choice":
            wrong = message.node is not None or len(message.choices) < 2
            if wrong or (message.correct or 0) >= len(message.choices):
                raise invalid_question("A question of this kind has two choices or more, and no node.")
        else:
            if message.choices or message.correct is not None:
                raise invalid_question("Only a question of kind choice has choices.")
            found = await self._peek({**_asked(message), "cursor": None, "tell": False})
            message = message.model_copy(update={k: found[k] for k in ("node", "what", "argument", "index")})
            cursor = Cursor.model_validate(found["cursor"])
        room.ask(message, cursor)
        self.keep()
        self._now("room")

    async def _reveal(self) -> None:
        room = self.room
        asked = room.require_question("open")
        correct = None
        if asked.cursor is not None:
            correct = await self._correct(asked)
            if room.question is not asked:
                room.require_question("open")
        room.reveal(correct)
        self.keep()
        self._now("question")
        self._now("spread")
        for seat in self.seats:
            if seat.member.key in asked.answers:
                self._tell(seat, room.joined(seat.member, seat.name))

    async def _correct(self, asked: Asked) -> float:
        """The right answer, from the engine; where the session withholds it, it is revealed there."""
        assert asked.cursor is not None
        where = {**_asked(asked.command), "cursor": asked.cursor.model_dump(), "tell": True}
        found = await self._peek(where)
        value = found["value"]
        if value is None:
            raise Refusal(
                "not_reached",
                409,
                "There is no number here yet",
                "The iteration does not come to this number.",
                "Take the question away, and ask another one.",
            )
        correct = float(value)
        if found["waiting"]:
            guess = {"type": "guess", "value": repr(correct)}
            answer = await self._host.call(
                Request("commands", self.room.session, {}, json.dumps(guess).encode())
            )
            if answer.status >= 400:
                log.info("a session did not reveal what its room did: %s", answer.status)
        return correct

    async def _peek(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = await self._host.call(Request("peek", self.room.session, asked))
        found: dict[str, Any] = json.loads(answer.body)
        if answer.status != 200:
            raise refusal_of(answer)
        return found

    # -- what the presenter does over REST

    def show(self, session: str, lesson: str, title: Text, view: str | None) -> None:
        """Go on to another session."""
        self.room.show(session, lesson, title, view)
        self.room.reachable = True
        self._feed.show(session)
        self.keep()
        self._now("room")

    def hand_over(self) -> str:
        """A number that makes another one the presenter."""
        pin = self.room.hand_over(time.time())
        self.keep()
        return pin

    def take_over(self, pin: str) -> str:
        """The new presenter's secret."""
        try:
            secret = self.room.take_over(pin, time.time())
        finally:
            # How often it was tried outlives the process too.
            self.keep()
        for seat in self.seats:
            self._bus.leave(self._presenters, seat.inbox)
            if not seat.name:
                self._tell(seat, self.room.joined(seat.member, ""))
        self._now("room")
        return secret

    # -- telling

    def _tell(self, seat: Seat, message: Message) -> None:
        seat.inbox.put(message.model_dump_json())

    def _reached(self) -> None:
        self.room.reachable = self._feed.reachable
        self.room.revision += 1
        self._soon("room")

    def _soon(self, what: str) -> None:
        """Tell something soon, and once."""
        told = "room" if what == "count" else what
        if what == "room" and "count" in self._due:
            self._due.pop("count").cancel()
        if told not in self._due:
            self._later(what, SOON[what], lambda: self._now(told))

    def _later(self, what: str, seconds: float, do: Callable[[], None]) -> None:
        if what in self._due:
            return

        def done() -> None:
            self._due.pop(what, None)
            do()

        self._due[what] = asyncio.get_running_loop().call_later(seconds, done)

    def _now(self, what: str) -> None:
        room = self.room
        for name in (what, *(("count",) if what == "room" else ())):
            if name in self._due:
                self._due.pop(name).cancel()
        asked = room.question
        if what == "room":
            self._bus.publish(self._everyone, room.state().model_dump_json(), latest="room")
        elif what == "pointer":
            pointer = room.pointer or RoomPointer(seq=room.revision)
            self._bus.publish(self._everyone, pointer.model_dump_json(), latest="pointer")
        elif what == "question" and asked is not None:
            told = asked.message(room.revision).model_dump_json()
            self._bus.publish(self._everyone, told, latest="question")
        elif what == "spread" and asked is not None:
            topic = self._everyone if asked.state == "revealed" else self._presenters
            told = asked.spread(room.revision, room.followers).model_dump_json()
            self._bus.publish(topic, told, latest="spread")

    # -- kept

    def keep(self) -> None:
        """Keep the room: all but its answers, each of which is kept by itself."""
        if "keep" in self._due:
            self._due.pop("keep").cancel()
        self._store.put(self.room.code, self.room.kept())

    def forget(self) -> None:
        """Keep the room no longer."""
        room = self.room
        self._store.delete(room.code)
        for asked in room.asked:
            for key in asked.answers:
                with contextlib.suppress(KeyError):
                    self._store.delete(f"{room.code}/{asked.number}/{key}")


def _asked(command: AskCommand) -> dict[str, Any]:
    return {
        "node": command.node,
        "what": command.what,
        "argument": command.argument,
        "index": list(command.index),
    }


def refusal_of(answer: Response) -> Refusal:
    """The refusal that a session's problem document stands for."""
    told = json.loads(answer.body)
    return Refusal(
        told["code"],
        answer.status,
        told["title"],
        told["detail"],
        told["hint"],
        reason=told.get("reason"),
        params=told.get("params"),
    )
