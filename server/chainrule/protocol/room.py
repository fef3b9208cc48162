"""Rooms: a session that a class follows. What goes over a room's socket, and the bodies of its REST addresses.

A room's socket sends the session's own messages too, as its own socket would: `ServerMessage` and binary frames.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chainrule.protocol.client import (
    AckCommand,
    Command,
    Index,
    Name,
    PingCommand,
    Question,
    SubscribeCommand,
)
from chainrule.protocol.model import Cursor, Part, Text
from chainrule.protocol.numbers import Number
from chainrule.protocol.server import Done, ErrorMessage, Message

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""The letters of a room's code: none that is taken for another one."""

CODE_LENGTH = 6
MAX_VIEW = 4_000
"""Characters of a presenter's view."""
MAX_QUESTION = 1_000
"""Characters of a question's text, whatever the setting."""
MAX_CHOICES = 8

Secret = Annotated[str, Field(min_length=1, max_length=128)]
View = Annotated[str, Field(max_length=MAX_VIEW)]
QuestionKind = Literal["number", "sign", "choice"]
Asked = Literal["value", "grad", "contribution"]
RoomVerdict = Literal["exact", "close", "sign", "right", "wrong"]
"""How good an answer is: of numbers as of a guess; of signs and choices right or wrong."""


class JoinCommand(Command):
    """Follow the room: the first message of a follower. Answered by ``joined`` and ``room``, then the lesson as it is now.

    Sent again, it changes the name, and nothing else. ``member`` is made by the client, at random, and kept while its tab is open: who comes back with it has its answers.
    """

    type: Literal["join"]
    name: str = Field("", max_length=200, description="Told to nobody but in the presenter's export.")
    member: str | None = Field(None, min_length=8, max_length=64)
    follow: bool = Field(True, description="Whether the session's messages are wanted too.")
    count: bool = Field(True, description="Whether this is one of the class: a screen is not.")


class PresentCommand(Command):
    """Present: the first message of a presenter. Answered by ``joined`` and ``room``."""

    type: Literal["present"]
    secret: Secret
    follow: bool = Field(
        False, description="Whether the session's messages are wanted too: they come over its own socket."
    )


class AnswerCommand(Command):
    """Answer the open question; until it is revealed, anew as often as one likes.

    A number as people write it (`−24`, `-24,0`, `1/3`); a sign (`positive`, `+`, `negative`, `-`, `zero`, `0`); the
    number of a choice, from 0. A follower's.
    """

    type: Literal["answer"]
    question: int = Field(ge=0)
    value: str = Field(min_length=1, max_length=64)


class LookCommand(Command):
    """What the presenter looks at, as the address holds it. Followers look at the same."""

    type: Literal["look"]
    view: View


class PointerCommand(Command):
    """Where the presenter points: at which mark of the picture, and where there, in parts of its width and height.

    A mark is what every page has wherever it stands there (a card, a unit, an image): so it is pointed at on a window of
    any size. With no ``mark``, the place is one of the stage. ``x`` or ``y`` null: nowhere.
    """

    type: Literal["pointer"]
    mark: str | None = Field(None, max_length=64)
    x: float | None = Field(ge=-100, le=100, allow_inf_nan=False)
    y: float | None = Field(ge=-100, le=100, allow_inf_nan=False)


class BlankCommand(Command):
    """The presenter's screen is blank, or is not any more."""

    type: Literal["blank"]
    on: bool


class AskCommand(Command):
    """Ask the class. Takes the place of the question before.

    Of a number or a sign with ``node``, the right answer is the engine's: ``what`` of the node in the cursor's iteration, of
    the element ``index``, of a contribution that of ``argument``; a gradient is the whole one, as the iteration ends with it. With
    neither ``node`` nor ``correct`` it is the gradient that the session withholds at its step. Of a choice it is
    ``correct``, its number from 0, or none.
    """

    type: Literal["ask"]
    kind: QuestionKind
    text: str = Field(min_length=1, max_length=MAX_QUESTION)
    choices: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=list, max_length=MAX_CHOICES
    )
    correct: int | None = Field(None, ge=0, lt=MAX_CHOICES)
    node: Name | None = None
    what: Asked = "grad"
    argument: int | None = Field(None, ge=0)
    index: Index = Field(default_factory=list)


class RevealCommand(Command):
    """Show everyone the right answer and the spread. A gradient that the session withheld for it is revealed there too."""

    type: Literal["reveal"]


class DismissCommand(Command):
    """Take the question away."""

    type: Literal["dismiss"]


RoomClientMessage = Annotated[
    JoinCommand
    | PresentCommand
    | AnswerCommand
    | LookCommand
    | PointerCommand
    | BlankCommand
    | SubscribeCommand
    | AskCommand
    | RevealCommand
    | DismissCommand
    | AckCommand
    | PingCommand
    | Question,
    Field(discriminator="type"),
]

ROOM_CLIENT_MESSAGE: TypeAdapter[RoomClientMessage] = TypeAdapter(RoomClientMessage)


class RoomQuestion(Message):
    """The question that is open or has just been revealed. ``answered`` counts the class's answers."""

    type: Literal["question"] = "question"
    question: int = Field(description="Its number in this room.")
    kind: QuestionKind
    text: str
    choices: list[str]
    node: str | None
    what: Asked
    argument: int | None
    index: list[int]
    cursor: Cursor | None = Field(description="The place that it is about; null: none.")
    state: Literal["open", "revealed"]
    answered: int
    right: bool = Field(description="Whether there is a right answer to be revealed.")
    correct: Number | None = Field(
        None, description="Once revealed: the number; of a sign the number too; of a choice its number."
    )


class RoomPointer(Message):
    """Where the presenter points, in parts of a mark's width and height, or of the stage's; null: nowhere."""

    type: Literal["pointer"] = "pointer"
    mark: str | None = None
    x: Number | None = None
    y: Number | None = None


class RoomState(Message):
    """The room as it is now. Sent first, and whenever something of it changes; ``seq`` is the room's own revision."""

    type: Literal["room"] = "room"
    code: str
    lesson: str
    title: Text
    followers: int = Field(description="The class: followers connected now.")
    view: str = Field(description="The presenter's view, as the address holds it.")
    blank: bool
    pointer: RoomPointer | None
    question: RoomQuestion | None
    presenter: bool = Field(description="Whether a presenter is there now.")
    reachable: bool = Field(description="Whether the session can be reached now.")


class RoomJoined(Message):
    """What the room takes this connection for; sent again when that changes, and when its answer is taken or judged."""

    type: Literal["joined"] = "joined"
    presenter: bool
    member: str = Field(description="The member that it is; '' of a presenter.")
    name: str = Field(description="The name that it has given, or ''.")
    answer: str | None = Field(description="Its own answer to the question, where it has given one.")
    verdict: RoomVerdict | None = Field(description="How good that is, once it is revealed.")
    session: str | None = Field(description="To a presenter: the id of the session that the room shows.")
    stalled: bool = Field(
        False, description="Whether its last connection was closed because it did not read. Said once."
    )


class SpreadBin(Part):
    """Answers that are the same. ``label`` is the number or sign as it was read, or the number of the choice; null: all others."""

    label: str | None
    count: int
    verdict: RoomVerdict | None = Field(description="Once revealed; null where there is no right answer.")


class RoomSpread(Message):
    """How the answers are spread. To the presenter alone until the question is revealed."""

    type: Literal["spread"] = "spread"
    question: int
    bins: list[SpreadBin]
    answered: int
    members: int


RoomServerMessage = Annotated[
    RoomState | RoomJoined | RoomPointer | RoomQuestion | RoomSpread | Done | ErrorMessage,
    Field(discriminator="type"),
]

ROOM_SERVER_MESSAGE: TypeAdapter[RoomServerMessage] = TypeAdapter(RoomServerMessage)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CreateRoom(_Body):
    """What a room shows: a session whose id one knows."""

    session: Annotated[str, Field(min_length=1, max_length=64)]
    view: View = ""


class MoveRoom(_Body):
    """The session that the room shows from now on."""

    session: Annotated[str, Field(min_length=1, max_length=64)]
    view: View | None = None


class TakeOver(_Body):
    """The number that the presenter has said."""

    pin: Annotated[str, Field(min_length=1, max_length=16)]


class RoomAddress(Part):
    """How others reach the room. ``links`` is empty where the service listens to this machine alone."""

    links: list[str] = Field(description="Addresses of the room, the likeliest first.")
    start: str | None = Field(
        description="Where there are none: the command to start the service with instead."
    )
    then: list[str] = Field(description="The addresses of the service that there are after that.")


class RoomInfo(Part):
    """A room in short: what everyone may know who knows its code."""

    code: str
    lesson: str
    title: Text
    followers: int
    presenter: bool
    question: RoomQuestion | None
    join: RoomAddress | None = Field(None, description="To the presenter alone.")
    session: str | None = Field(
        None, description="The id of the session that it shows. To the presenter alone."
    )


class RoomCreated(RoomInfo):
    """A new room. ``secret`` proves that one presents; it is told once, and belongs in no address."""

    secret: str


class HandOver(Part):
    """A number that makes who says it the presenter, once. Five wrong ones void it."""

    pin: str
    expires_in: float = Field(description="Seconds.")


class TakenOver(RoomInfo):
    """The new presenter's secret, which voids the old one."""

    secret: str


class RoomAnswer(Part):
    """An answer as it is exported."""

    question: int
    asked: str
    kind: QuestionKind
    correct: Number | None
    name: str
    answer: str
    verdict: RoomVerdict | None


class RoomAnswers(Part):
    """All answers of a room, in the order of its questions. What has not been revealed has no verdicts."""

    code: str
    answers: list[RoomAnswer]
