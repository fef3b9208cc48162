"""Where a cursor stops: arithmetic over layouts, with no arrays in it.

Stops of a unit are (0, 0) and the last step of each non-empty phase, iteration or epoch; of the unit ``step``, every
step.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

from chainrule.protocol.model import Unit
from chainrule.trace import Layout


class Position(NamedTuple):
    """A place on one branch: after step ``step`` of iteration ``iteration``. Ordered as time is."""

    iteration: int
    step: int


START = Position(0, 0)


def stops_in(layout: Layout, unit: Unit, iteration: int, per_epoch: int) -> Sequence[int]:
    """The steps of an iteration that a unit stops at, in order."""
    last = layout.total - 1
    if unit == "step":
        return range(layout.total)
    if unit == "phase":
        stops = layout.ends
    elif unit == "iteration" or (iteration + 1) % per_epoch == 0:
        stops = (last,)
    else:
        stops = ()
    return (0, *stops) if iteration == 0 and stops[:1] != (0,) else stops


def forward(
    position: Position,
    unit: Unit,
    count: int,
    per_epoch: int,
    end: int,
    layout: Callable[[int], Generator[None, None, Layout]],
) -> Generator[None, None, tuple[Position, bool]]:
    """The ``count``-th stop strictly after a position, and whether it was clamped to the last step there is.

    ``layout`` computes iterations that are not known yet, in slices; iterations run from 0 to ``end`` − 1.
    """
    iteration, step = position
    while True:
        steps = yield from layout(iteration)
        stops = stops_in(steps, unit, iteration, per_epoch)
        passed = bisect_right(stops, step)
        if len(stops) - passed >= count:
            return Position(iteration, stops[passed + count - 1]), False
        count -= len(stops) - passed
        if iteration + 1 >= end:
            return Position(iteration, steps.total - 1), True
        iteration, step = iteration + 1, -1


def back(
    position: Position, unit: Unit, count: int, per_epoch: int, layout: Callable[[int], Layout]
) -> Generator[None, None, tuple[Position, bool]]:
    """The ``count``-th stop strictly before a position, and whether it was clamped to (0, 0)."""
    iteration, step = position
    while True:
        stops = stops_in(layout(iteration), unit, iteration, per_epoch)
        before = bisect_left(stops, step)
        if before >= count:
            return Position(iteration, stops[before - count]), False
        count -= before
        if iteration == 0:
            return START, True
        iteration -= 1
        step = layout(iteration).total
        yield
