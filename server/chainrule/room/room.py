"""A room: what it shows, who is in it, what they are asked. Messages in, what has changed out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pydantic import BaseModel

from chainrule.errors import Refusal
from chainrule.protocol.model import Cursor, Text
from chainrule.protocol.room import (
    AnswerCommand,
    AskCommand,
    BlankCommand,
    DismissCommand,
    LookCommand,
    PointerCommand,
    RoomAnswers,
    RoomInfo,
    RoomJoined,
    RoomPointer,
    RoomQuestion,
    RoomSpread,
    RoomState,
)
from chainrule.room.question import Asked, Given, Kept
from chainrule.room.reading import read_answer
from chainrule.room.refusals import no_question, presenter_only, wrong_pin, wrong_secret

PIN_DIGITS = 6
PIN_SECONDS = 300.0
PIN_TRIES = 5

Changed = Literal["room", "count", "pointer", "question", "answers"]
"""What a message has changed: the room's state, how many there are, the pointer, the question, its answers."""
Message = LookCommand | PointerCommand | BlankCommand | AnswerCommand | DismissCommand


@dataclass(eq=False, slots=True)
class Member:
    """One connection to a room.

    Attributes
    ----------
    key
        Whose answers these are: the digest of what the client calls itself. Empty of a presenter.
    name
        For the export alone; may be empty.
    count
        Whether it is one of the class.
    """

    key: str
    name: str = ""
    presenter: bool = False
    count: bool = True


class Outcome(NamedTuple):
    """What a message has changed, and the answer to be kept, if it was one."""

    changed: Changed
    answer: Given | None = None


class Pin(BaseModel):
    """A number that makes who says it the presenter, once: its digest, and until when it does (seconds since 1970)."""

    secret: str
    until: float
    tries: int = PIN_TRIES


class KeptRoom(BaseModel):
    """A room as it is kept: all but the answers and what belongs to connections."""

    code: str
    session: str
    lesson: str
    title: Text
    owner: str
    secret: str
    view: str
    blank: bool
    subscribed: str | None
    used: float
    asked: list[Kept]
    pin: Pin | None = None


@dataclass(eq=False)
class Room:
    """A room.

    Attributes
    ----------
    session
        What it shows; a capability, known to presenters.
    secret
        The digest of what proves that one presents.
    used
        When somebody was in it last: seconds since 1970.
    """

    code: str
    session: str
    lesson: str
    title: Text
    owner: str = ""
    secret: str = ""
    view: str = ""
    blank: bool = False
    subscribed: str | None = None
    used: float = 0.0
    pointer: RoomPointer | None = None
    reachable: bool = True
    revision: int = 0
    members: dict[Member, None] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    pin: Pin | None = None

    # -- who is there

    @property
    def followers(self) -> int:
        """The class."""
        return sum(member.count and not member.presenter for member in self.members)

    @property
    def presented(self) -> bool:
        """Whether a presenter is there."""
        return any(member.presenter for member in self.members)

    @property
    def question(self) -> Asked | None:
        """The question that is open or revealed."""
        last = self.asked[-1] if self.asked else None
        return last if last is not None and last.state != "closed" else None

    def new_secret(self) -> str:
        """A secret that takes the place of the one before. It is told once: the room keeps its digest."""
        secret = secrets.token_urlsafe(32)
        self.secret = digest(secret)
        return secret

    def check(self, secret: str) -> None:
        """Raise ``Refusal`` (room_wrong_secret) where this is not the presenter's secret."""
        if not hmac.compare_digest(digest(secret), self.secret):
            raise wrong_secret()

    def hand_over(self, now: float) -> str:
        """A pin that makes another one the presenter; the one before is void."""
        digits = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        self.pin = Pin(secret=digest(digits), until=now + PIN_SECONDS)
        return digits

    def take_over(self, digits: str, now: float) -> str:
        """The new presenter's secret; the one before is void, and who presented with it follows.

        Raises
        ------
        Refusal
            ``wrong_pin``: it is not the pin, or has been used, or is too old, or was tried too often.
        """
        pin = self.pin
        if pin is None or now > pin.until or pin.tries <= 0:
            self.pin = None
            raise wrong_pin()
        pin.tries -= 1
        if not hmac.compare_digest(digest("".join(digits.split())), pin.secret):
            raise wrong_pin()
        self.pin = None
        for member in self.members:
            if member.presenter:
                # It presented; it is nobody of the class.
                member.presenter, member.count = False, False
        self.revision += 1
        return self.new_secret()

    # -- what is said

    def handle(self, message: Message, member: Member) -> Outcome:
        """Carry out a message.

        Raises
        ------
        Refusal
            ``room_presenter_only``, ``room_follower_only``, ``no_question``; of answers as :func:`read_answer`.
        """
        if isinstance(message, AnswerCommand):
            return self._answer(message, member)
        require_presenter(member)
        self.revision += 1
        match message:
            case LookCommand():
                self.view = message.view
                return Outcome("room")
            case BlankCommand():
                self.blank = message.on
                return Outcome("room")
            case PointerCommand():
                mark, x, y = message.mark, message.x, message.y
                nowhere = x is None or y is None
                self.pointer = None if nowhere else RoomPointer(seq=self.revision, mark=mark, x=x, y=y)
                return Outcome("pointer")
            case DismissCommand():
                self._close()
                return Outcome("room")

    def rename(self, member: Member, name: str) -> Given | None:
        """Call a member otherwise; its answer to the question, to be kept under the new name."""
        member.name = name
        asked = self.question
        given = None if asked is None else asked.answers.get(member.key)
        if asked is None or given is None:
            return None
        asked.answers[member.key] = given.model_copy(update={"name": name})
        return asked.answers[member.key]

    def ask(self, command: AskCommand, cursor: Cursor | None) -> Asked:
        """Ask the class. ``command`` names what is asked for, and ``cursor`` the place where the engine has the answer."""
        self._close()
        self.revision += 1
        asked = Asked(len(self.asked), command.model_copy(update={"id": None}), cursor)
        self.asked.append(asked)
        return asked

    def reveal(self, correct: float | None) -> None:
        """Tell everyone. ``correct`` is the engine's number; of a choice it was said when it was asked."""
        asked = self.require_question("open")
        self.revision += 1
        asked.state = "revealed"
        asked.correct = correct if asked.cursor is not None else _number(asked.command.correct)

    def require_question(self, state: str | None = None) -> Asked:
        """The question, in this state; else a refusal ``no_question``."""
        asked = self.question
        if asked is None or state not in (None, asked.state):
            raise no_question("It was taken away, or its answer is known already.")
        return asked

    def show(self, session: str, lesson: str, title: Text, view: str | None) -> None:
        """Go on to another session; what was asked about the one before is closed."""
        if session != self.session:
            self._close()
        self.session, self.lesson, self.title = session, lesson, title
        if view is not None:
            self.view = view
        self.pointer = None
        self.revision += 1

    def _close(self) -> None:
        asked = self.question
        if asked is not None:
            asked.state = "closed"

    def _answer(self, message: AnswerCommand, member: Member) -> Outcome:
        if member.presenter or not member.key:
            raise Refusal(
                "room_follower_only",
                403,
                "Only the class answers",
                "This connection presents.",
                "Answer on another device that has joined the room.",
            )
        asked = self.require_question("open")
        if asked.number != message.question:
            raise no_question("It was about an earlier question.")
        read = read_answer(asked.command.kind, len(asked.command.choices), message.value)
        given = Given(name=member.name, text=read.text, label=read.label)
        asked.answers[member.key] = given
        self.revision += 1
        return Outcome("answers", given)

    # -- what is told

    def state(self) -> RoomState:
        """The room as everyone sees it."""
        return RoomState(
            seq=self.revision,
            code=self.code,
            lesson=self.lesson,
            title=self.title,
            followers=self.followers,
            view=self.view,
            blank=self.blank,
            pointer=self.pointer,
            question=self._question(),
            presenter=self.presented,
            reachable=self.reachable,
        )

    def joined(self, member: Member, name: str) -> RoomJoined:
        """What a connection is taken for. ``name`` is what the member calls itself."""
        asked = self.question
        given = None if asked is None else asked.answers.get(member.key)
        return RoomJoined(
            seq=self.revision,
            presenter=member.presenter,
            member=name,
            name=member.name,
            answer=None if given is None else given.text,
            verdict=None if asked is None or given is None else asked.judged(given),
            session=self.session if member.presenter else None,
        )

    def _question(self) -> RoomQuestion | None:
        asked = self.question
        return None if asked is None else asked.message(self.revision)

    def spread(self) -> RoomSpread | None:
        """How the answers to the question are spread, if there is one."""
        asked = self.question
        return None if asked is None else asked.spread(self.revision, self.followers)

    def info(self) -> RoomInfo:
        """The room in short."""
        return RoomInfo(
            code=self.code,
            lesson=self.lesson,
            title=self.title,
            followers=self.followers,
            presenter=self.presented,
            question=self._question(),
        )

    def answers(self) -> RoomAnswers:
        """All answers, for the presenter alone."""
        return RoomAnswers(code=self.code, answers=[one for asked in self.asked for one in asked.exported()])

    # -- kept

    def kept(self) -> bytes:
        """What is kept of the room, but for its answers."""
        return (
            KeptRoom(
                code=self.code,
                session=self.session,
                lesson=self.lesson,
                title=self.title,
                owner=self.owner,
                secret=self.secret,
                view=self.view,
                blank=self.blank,
                subscribed=self.subscribed,
                used=self.used,
                asked=[asked.kept() for asked in self.asked],
                pin=self.pin,
            )
            .model_dump_json()
            .encode()
        )

    @classmethod
    def again(cls, content: bytes) -> Room:
        """The room that was kept; raises ``ValueError`` where this is none."""
        kept = KeptRoom.model_validate_json(content)
        asked = [
            Asked(one.number, one.command, one.cursor, one.state, one.correct)
            for one in sorted(kept.asked, key=lambda one: one.number)
        ]
        fields = {name: getattr(kept, name) for name in KeptRoom.model_fields if name != "asked"}
        return cls(**fields, asked=asked)


def digest(text: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def clean_name(name: str, longest: int) -> str:
    """A name on one line.

    Raises
    ------
    Refusal
        ``limit_name``: it is too long.
    """
    plain = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in name).split())
    if len(plain) > longest:
        raise Refusal(
            "limit_name",
            422,
            "The name is too long",
            f"Names may have {longest} characters.",
            "Send a shorter one, or none.",
        )
    return plain


def require_presenter(member: Member) -> None:
    """Raise ``Refusal`` (room_presenter_only) of all but presenters."""
    if not member.presenter:
        raise presenter_only("This connection follows.")


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)
