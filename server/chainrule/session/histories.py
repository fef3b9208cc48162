"""The metrics of branches: whose a connection is sent, and how much of them it has.

Each branch's own iterations travel once. A client joins them: what lies before a fork is the parent's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.protocol.server import Metrics
from chainrule.session import documents
from chainrule.timeline import Line

if TYPE_CHECKING:
    from chainrule.session.core import Core

BESIDE = 6
"""Branches whose whole history is sent beside the current one's."""

CHUNK = 5_000
"""Iterations in one metrics message."""

AT_ONCE = 20_000
"""Iterations in one pull."""


def beside(core: Core) -> list[Line]:
    """The branches to be seen beside the current one: the companion's, what it forked from, then the newest."""
    line = core.line
    first = [None if core.companion is None else core.companion.line, line.parent]
    found = {other.id: other for other in first if other is not None}
    for branch in sorted(core.timeline.lines, reverse=True):
        if len(found) >= BESIDE:
            break
        if branch != line.id:
            found[branch] = core.timeline.lines[branch]
    return list(found.values())


def wanted(core: Core) -> dict[Line, int]:
    """The branches whose metrics are sent, those needed most first, each with the first iteration that is not."""
    others = beside(core)
    found = {}
    for owner, _, after in reversed(core.line.segments()):
        end = visible_end(core, owner)
        found[owner] = end if after is None or owner in others else min(after, end)
    for line in others:
        found.setdefault(line, visible_end(core, line))
    return found


def visible_end(core: Core, line: Line) -> int:
    """The first of a branch's own iterations whose metrics may not be seen."""
    end = core.visible_end(line)
    if core.companion is not None and core.companion.line is line:
        # It goes with the cursor.
        end = max(end, min(line.tip + 1, core.visible_end(core.line)))
    return max(line.fork, end)


class Known:
    """What one connection has been sent of each branch."""

    def __init__(self) -> None:
        self._ends: dict[int, int] = {}
        self._cuts: dict[int, int] = {}

    def missing(self, core: Core) -> bool:
        """Whether there is something to send, or to take back."""
        for line, end in wanted(core).items():
            known = self._valid(core, line)
            if known < end or known < self._ends.get(line.id, line.fork):
                return True
        return False

    def take(self, core: Core, seq: int) -> list[Metrics]:
        """What is missing, as much as goes at once."""
        found = []
        left = AT_ONCE
        for line, end in wanted(core).items():
            known = self._valid(core, line)
            stale = known < self._ends.get(line.id, line.fork)
            while stale or (left > 0 and known < end):
                upto = max(known, min(end, known + min(CHUNK, left)))
                columns = documents.owned(line, known, upto)
                # Not validated: these are our own numbers, and there are hundreds with each frame.
                found.append(
                    Metrics.model_construct(
                        type="metrics", seq=seq, id=None, branch=line.id, start=known, columns=columns
                    )
                )
                left -= upto - known
                known, stale = upto, False
            self._ends[line.id], self._cuts[line.id] = known, len(line.cuts)
        if len(self._ends) > 2 * len(core.timeline.lines) + BESIDE:
            self._ends = {branch: end for branch, end in self._ends.items() if branch in core.timeline.lines}
        return found

    def _valid(self, core: Core, line: Line) -> int:
        """Up to where what was sent of a branch still holds, and may be seen."""
        held = self._ends.get(line.id, line.fork)
        return min([held, visible_end(core, line), *line.cuts[self._cuts.get(line.id, 0) :]])
