"""A question to the class, with its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chainrule.protocol.model import Cursor
from chainrule.protocol.numbers import Number
from chainrule.protocol.room import AskCommand, RoomAnswer, RoomQuestion, RoomSpread, RoomVerdict
from chainrule.room.reading import Answer, verdict
from chainrule.room.spread import spread

State = Literal["open", "revealed", "closed"]


class Given(BaseModel):
    """An answer and who gave it, as it is kept. ``name`` may be empty."""

    model_config = ConfigDict(frozen=True)
    name: str
    text: str
    label: str

    @property
    def answer(self) -> Answer:
        """The answer alone."""
        return Answer(self.text, self.label)


class Kept(BaseModel):
    """A question as it is kept: all but its answers."""

    number: int
    command: AskCommand
    cursor: Cursor | None
    state: State
    correct: Number | None


@dataclass(eq=False)
class Asked:
    """A question.

    Attributes
    ----------
    number
        Which of the room's.
    command
        As it was asked, with nothing left open: the node is named.
    cursor
        The place that it is about, where the engine has its answer.
    correct
        Once revealed.
    answers
        By member.
    """

    number: int
    command: AskCommand
    cursor: Cursor | None
    state: State = "open"
    correct: float | None = None
    answers: dict[str, Given] = field(default_factory=dict)

    @property
    def has_answer(self) -> bool:
        """Whether there is a right answer."""
        return self.cursor is not None or self.command.correct is not None

    @property
    def told(self) -> float | None:
        """The right answer, where it may be told."""
        return self.correct if self.state == "revealed" else None

    def judged(self, given: Given) -> RoomVerdict | None:
        """How good an answer is, where that may be told."""
        return None if self.told is None else verdict(self.command.kind, given.answer, self.told)

    def message(self, seq: int) -> RoomQuestion:
        """The question as everyone sees it."""
        asked = self.command
        return RoomQuestion(
            seq=seq,
            question=self.number,
            kind=asked.kind,
            text=asked.text,
            choices=list(asked.choices),
            node=asked.node,
            what=asked.what,
            argument=asked.argument,
            index=list(asked.index),
            cursor=self.cursor,
            state="revealed" if self.state == "revealed" else "open",
            answered=len(self.answers),
            right=self.has_answer,
            correct=self.told,
        )

    def spread(self, seq: int, members: int) -> RoomSpread:
        """How the answers are spread."""
        given = [one.answer for one in self.answers.values()]
        return RoomSpread(
            seq=seq,
            question=self.number,
            bins=spread(self.command.kind, len(self.command.choices), given, self.told),
            answered=len(given),
            members=members,
        )

    def exported(self) -> list[RoomAnswer]:
        """The answers, with what is known of them."""
        told = self.correct if self.state != "open" else None
        return [
            RoomAnswer(
                question=self.number,
                asked=self.command.text,
                kind=self.command.kind,
                correct=told,
                name=one.name,
                answer=one.text,
                verdict=None if told is None else verdict(self.command.kind, one.answer, told),
            )
            for one in self.answers.values()
        ]

    def kept(self) -> Kept:
        """What is kept of it."""
        return Kept(
            number=self.number,
            command=self.command,
            cursor=self.cursor,
            state=self.state,
            correct=self.correct,
        )
