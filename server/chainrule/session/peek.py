"""A number that is not to be seen yet: what a class is asked for. No client can ask for it; a room does."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chainrule.errors import Refusal
from chainrule.explain import explain
from chainrule.protocol.client import ExplainCommand
from chainrule.protocol.model import Cursor
from chainrule.protocol.numbers import Number
from chainrule.session.beside import find
from chainrule.session.core import Core
from chainrule.timeline import Position


class Peek(BaseModel):
    """Which number: of ``node``, as its iteration ends backward. Without ``node`` the one that waits for a guess.

    Without ``cursor`` it is of the iteration that the session stands in. The number itself is there if ``tell``.
    """

    model_config = ConfigDict(frozen=True)
    node: str | None = None
    what: Literal["value", "grad", "contribution"] = "grad"
    argument: int | None = None
    index: list[int] = []
    cursor: Cursor | None = None
    tell: bool = False


class Peeked(Peek):
    """The same with nothing left open. ``waiting``: the session stands where this number waits for a guess."""

    value: Number | None = None
    waiting: bool = False


def peek(core: Core, asked: Peek) -> Generator[None, None, Peeked]:
    """Find a number, wherever the cursor stands.

    Raises
    ------
    Refusal
        ``nothing_to_guess``; of names and indices as ``explain``; ``unknown_branch`` where its branch is gone.
    """
    if asked.node is None:
        contribution = core.record.step(core.position.step).contribution
        if not core.withheld() or contribution is None:
            raise Refusal(
                "nothing_to_guess",
                409,
                "There is nothing to guess here",
                "No gradient is withheld at this step.",
                "Switch prediction on, and step on to the next gradient.",
            )
        node, argument = str(contribution.node.name), contribution.argument
        asked = asked.model_copy(update={"node": node, "what": "contribution", "argument": argument})
    assert asked.node is not None
    _, line, prefix, name = find(core, asked.node)
    cursor = asked.cursor or core.cursor().model_copy(update={"branch": line.id})
    line = core.timeline.line(cursor.branch)
    record = yield from core.timeline.reach(line, cursor.iteration)
    end = record.layout.forward + record.layout.backward - 1
    command = ExplainCommand(
        type="explain", name=name, what=asked.what, argument=asked.argument, index=list(asked.index)
    )
    found = explain(record, cursor.model_copy(update={"step": end}), command)
    return Peeked(
        node=f"{prefix}{found.name}",
        what=asked.what,
        argument=found.argument,
        index=found.index,
        cursor=cursor,
        tell=asked.tell,
        value=found.value if asked.tell else None,
        waiting=_waits(core, cursor, found.name, asked.what, found.argument),
    )


def _waits(core: Core, cursor: Cursor, name: str, what: str, argument: int | None) -> bool:
    """Whether the session stands at a step that is withheld, and that step brings this number."""
    here = Position(cursor.iteration, core.position.step) == core.position
    contribution = core.record.step(core.position.step).contribution
    if not here or cursor.branch != core.line.id or contribution is None or not core.withheld():
        return False
    if what == "grad":
        return str(contribution.target.name) == name
    return what == "contribution" and (contribution.node.name, contribution.argument) == (name, argument)
