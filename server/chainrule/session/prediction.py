"""*Predict, then reveal*: which gradients wait for a guess."""

from __future__ import annotations

from chainrule.timeline import Line, Position
from chainrule.trace import Record


class Prediction:
    """What has been revealed on each branch.

    The cursor cannot pass a step that waits, so what is revealed is always all up to some place: one position for each
    branch says it all. Going back and forth does not ask again; a new branch asks anew.
    """

    def __init__(self) -> None:
        self.on = False
        self.seen: dict[int, Position] = {}

    def switch(self, on: bool, line: Line, position: Position) -> None:
        """Switch on or off. What stands before the cursor when it goes on counts as revealed."""
        if on and not self.on:
            self.seen = {}
            self.reveal(line, position)
        self.on = on

    def reveal(self, line: Line, position: Position) -> None:
        """All up to a position of a branch is revealed."""
        for owner, first, end in line.segments():
            if position.iteration < first:
                return
            until = position if end is None or position.iteration < end else Position(end, -1)
            self.seen[owner.id] = max(until, self.seen.get(owner.id, until))

    def frontier(self, line: Line) -> Position:
        """The last position of a branch up to which all is revealed."""
        seen = Position(0, -1)
        for owner, first, end in line.segments():
            seen = max(Position(first, -1), self.seen.get(owner.id, Position(first, -1)))
            if end is None or seen < Position(end, -1):
                break
        return seen

    def first_waiting(self, line: Line, record: Record) -> int | None:
        """The first step of an iteration that waits for a guess: a contribution of one number, not revealed."""
        if not self.on:
            return None
        iteration, step = self.frontier(line)
        if iteration > record.iteration:
            return None
        after = step if iteration == record.iteration else -1
        first = record.first_backward
        for k in range(max(1, after + 1 - first), len(record.contributions)):
            if waits(record, first + k):
                return first + k
        return None

    def moved(self, old: Line, new: Line) -> None:
        """The iterations of ``old`` from ``new.fork`` on belong to ``new`` from now on."""
        seen = self.seen.get(old.id)
        boundary = Position(new.fork, -1)
        if seen is not None and seen > boundary:
            self.seen[new.id] = seen
            self.seen[old.id] = boundary

    def forget(self, line: Line) -> None:
        """A branch is gone."""
        self.seen.pop(line.id, None)


def waits(record: Record, step: int) -> bool:
    """Whether a step is one that is guessed: a contribution with one number."""
    contribution = record.step(step).contribution
    if contribution is None or contribution.argument < 0:
        return False
    return all(length == 1 for length in contribution.value.shape)
