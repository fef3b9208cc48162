"""Commands to a session that wait for the one under way: moves and changes in their order, then questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from chainrule.protocol.client import (
    BreakpointCommand,
    ClientMessage,
    CompareCommand,
    ConfigureCommand,
    EditCommand,
    ExplainCommand,
    GuessCommand,
    PlayCommand,
    PredictCommand,
    Search,
    SeekCommand,
    StepCommand,
    UndoCommand,
)
from chainrule.session.viewer import Viewer

Given = tuple[ClientMessage, Viewer | None]
"""A command, and who gave it."""

MOVING = (StepCommand, SeekCommand)
CHANGING = (
    StepCommand,
    SeekCommand,
    PlayCommand,
    ConfigureCommand,
    CompareCommand,
    EditCommand,
    UndoCommand,
    BreakpointCommand,
    PredictCommand,
    GuessCommand,
    *get_args(Search),
)
"""Commands that wait for the one under way: they would change what it works on, or take long themselves."""

LOOKING = Search | ExplainCommand
"""Commands that only look. Long ones make way for any other, and begin again where it has led."""

MOST_WAITING = 16
"""Commands that may wait in a session."""


class Queue:
    """What waits.

    Parameters
    ----------
    on_called_off
        Told of a command that will not be carried out.
    """

    def __init__(self, on_called_off: Callable[[ClientMessage], None]) -> None:
        self._given: list[Given] = []
        self._on_called_off = on_called_off

    def __len__(self) -> int:
        return len(self._given)

    @property
    def full(self) -> bool:
        """Whether no more may wait."""
        return len(self._given) >= MOST_WAITING

    @property
    def changes(self) -> int:
        """How many moves and changes wait; they stand before all questions."""
        return sum(not isinstance(command, LOOKING) for command, _ in self._given)

    def pop(self) -> Given:
        """What comes next."""
        return self._given.pop(0)

    def put_back(self, command: ClientMessage, viewer: Viewer | None) -> None:
        """What has made way for another command comes next."""
        self._given.insert(0, (command, viewer))

    def append(self, command: ClientMessage, viewer: Viewer | None) -> None:
        """A question comes last."""
        self._given.append((command, viewer))

    def take(self, command: ClientMessage, viewer: Viewer | None, job: ClientMessage) -> bool:
        """Have a command wait for ``job``, which is under way; False where it may begin beside or instead of it.

        Keys are pressed faster than a large iteration is computed: each counts, from where the one before leads.
        """
        if command.id is not None and any(one == command for one, _ in self._given):
            # Repeated after a loss of the connection, it waits once.
            return True
        if self.full or not isinstance(command, CHANGING):
            return False
        if isinstance(command, LOOKING):
            self.append(command, viewer)
            return True
        if isinstance(job, LOOKING):
            return False
        changes = self.changes
        if isinstance(command, SeekCommand):
            if isinstance(job, MOVING) and self._moves_alone(changes):
                return False
            if changes > 0 and isinstance(self._given[changes - 1][0], SeekCommand):
                changes -= 1
                self._on_called_off(self._given.pop(changes)[0])
        self._given.insert(changes, (command, viewer))
        return True

    def _moves_alone(self, changes: int) -> bool:
        return all(isinstance(command, (*MOVING, PlayCommand)) for command, _ in self._given[:changes])

    def call_off(self, whether: Callable[[ClientMessage], bool]) -> None:
        """Take away what is not to be carried out."""
        gone = [given for given in self._given if whether(given[0])]
        self._given = [given for given in self._given if given not in gone]
        for command, _ in gone:
            self._on_called_off(command)
