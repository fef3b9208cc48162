"""Commands under way, and playing."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field

from chainrule.errors import Refusal
from chainrule.protocol.client import ClientMessage
from chainrule.protocol.model import Unit
from chainrule.protocol.server import ErrorMessage, Progress, ServerMessage
from chainrule.session.core import Checkpoint, Core, Work
from chainrule.session.travel import step
from chainrule.session.viewer import Viewer

PROGRESS_SECONDS = 0.1
LAG_SECONDS = 0.25
"""How far playing may fall behind its clock before it gives up catching up."""

Answering = Generator[None, None, list[ServerMessage]]
"""A command under way: pauses where it may be left for a while, and ends with the answers."""


@dataclass(eq=False)
class Job:
    """A command that has not been answered yet."""

    command: ClientMessage
    viewer: Viewer | None
    work: Answering
    checkpoint: Checkpoint
    total: int
    done: int = 0
    told: float = field(default_factory=time.monotonic)

    def progress(self, seq: int) -> Progress:
        """How far it is."""
        self.told = time.monotonic()
        return Progress(seq=seq, id=self.command.id, done=self.done, total=max(self.total, self.done))

    def overdue(self) -> bool:
        """Whether it is time to say how far it is."""
        return time.monotonic() - self.told >= PROGRESS_SECONDS


@dataclass(eq=False)
class Playing:
    """Going on by one unit at a time."""

    unit: Unit
    rate: float | None
    due: float
    work: Work | None = None

    def ahead(self, core: Core) -> bool:
        """Whether the iteration that the move under way leads to is computed already."""
        return self.work is not None and self.unit != "epoch" and core.common_tip() > core.position.iteration

    def drive(self, core: Core, deadline: float, *, last: bool = False) -> str | None:
        """Move until the deadline, or until the next move is not due yet; returns why it stopped, if it did.

        ``last``: only the move under way is brought to its end.
        """
        while True:
            if self.work is None:
                if last:
                    return None
                if self.rate is not None and time.monotonic() < self.due:
                    return None
                self.work = step(core, self.unit, 1, playing=True)
            try:
                while True:
                    next(self.work)
                    if time.monotonic() >= deadline:
                        return None
            except StopIteration as stop:
                self.work = None
                if stop.value.reached is not None:
                    core.stops, core.stopped_by = core.stops + 1, stop.value
                    return str(stop.value.reached)
            if self.rate is not None:
                self.due = max(self.due + 1 / self.rate, time.monotonic() - LAG_SECONDS)
            if time.monotonic() >= deadline:
                return None


def error_message(refusal: Refusal, seq: int, command: str | None) -> ErrorMessage:
    """A refusal as a message."""
    return ErrorMessage(
        seq=seq,
        id=command,
        code=refusal.code,
        status=refusal.status,
        title=refusal.title,
        detail=refusal.detail,
        hint=refusal.hint,
        place=refusal.place,
        reason=refusal.reason,
        params=refusal.params,
    )
