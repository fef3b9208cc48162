"""A stretch of the timeline as messages, as a socket would get them step by step. The cursor stays where it is."""

from __future__ import annotations

from collections.abc import Generator
from math import prod
from typing import NamedTuple

from chainrule.errors import Refusal
from chainrule.protocol.model import Cursor
from chainrule.protocol.server import GraphMessage, Metrics, ServerMessage
from chainrule.session import documents
from chainrule.session.core import Core
from chainrule.session.view import View, build_frame
from chainrule.trace import Layout

OVERHEAD = 100
"""What a frame takes beside its numbers, in numbers."""


class Stretch(NamedTuple):
    """What is still to be recorded: from a place to a last iteration, up to step ``end`` of that (None: to its end).

    ``seq`` counts the frames written; ``topology`` is that of the graph written last, -1 at the beginning.
    """

    branch: int
    iteration: int
    step: int
    last: int
    end: int | None
    seq: int = 0
    topology: int = -1


Recorded = tuple[list[ServerMessage], Stretch | None]
"""Messages, and what is left; None at the end."""


def stretch(core: Core, first: int | None, last: int | None) -> Stretch:
    """The iterations ``first`` … ``last`` of the current branch; by default all that fit, up to the cursor's.

    Raises
    ------
    Refusal
        ``seek_out_of_range``: they have not been computed, or are hidden. ``limit_trace``: they are too many.
    """
    line, here = core.line, core.position.iteration
    newest = here if core.prediction.on else line.tip
    last = here if last is None else last
    if last > newest or (first is not None and first > last):
        raise Refusal(
            "seek_out_of_range",
            422,
            "There is no such place",
            f"There is nothing to record from iteration {first or 0} to {last}.",
            f"Iterations 0 to {newest} have been computed.",
        )
    each = OVERHEAD + _numbers(core)
    left = core.limits.trace_numbers
    begin = last + 1
    while begin > (first or 0):
        left -= each * _layout(core, begin - 1).total
        if left < 0:
            break
        begin -= 1
    if (first is not None and begin > first) or begin > last:
        raise Refusal(
            "limit_trace",
            422,
            "The recording would be too long",
            f"From iteration {first or 0} to {last} there are more than {core.limits.trace_numbers} numbers.",
            "Ask for fewer iterations, with ?first=…&last=….",
        )
    end = core.position.step if core.prediction.on and last == here else None
    return Stretch(line.id, begin, 0, last, end)


def _layout(core: Core, iteration: int) -> Layout:
    return core.timeline.layout(core.line, iteration)


def _numbers(core: Core) -> int:
    """About how many numbers a frame holds."""
    limits = core.limits
    each = (min(prod(node.shape), limits.tensor_elements) for node in core.record.nodes)
    return min(3 * sum(each), 2 * limits.frame_elements)


def record(core: Core, left: Stretch) -> Generator[Recorded | None, None, None]:
    """The messages of a stretch, a step at a time; None where an iteration is being computed again.

    First welcome, graph and frame; then a frame for each step; the metrics at the end of each iteration.
    """
    line = core.timeline.line(left.branch)
    while True:
        iteration, step = left.iteration, left.step
        work = core.timeline.reach(line, iteration)
        while True:
            try:
                next(work)
            except StopIteration as stop:
                found = stop.value
                break
            yield None
        cursor = Cursor(branch=line.id, iteration=iteration, step=step)
        here = cursor == core.cursor()
        messages: list[ServerMessage] = []
        graph = core.graphs.of(found)
        if left.topology < 0:
            messages.append(documents.welcome(core, left.seq, False).model_copy(update={"cursor": cursor}))
        if left.topology != graph.topology:
            messages.append(GraphMessage(seq=left.seq, graph=graph))
        view = View(found, core.graphs, cursor, here and core.withheld())
        messages.append(build_frame(view, left.seq, core.limits))
        ended = step == found.layout.total - 1
        if ended:
            owner = line.owner(iteration)
            columns = documents.owned(owner, iteration, iteration + 1)
            messages.append(Metrics(seq=left.seq, branch=owner.id, start=iteration, columns=columns))
        if iteration == left.last and (ended or (left.end is not None and step >= left.end)):
            yield messages, None
            return
        left = left._replace(
            iteration=iteration + ended,
            step=0 if ended else step + 1,
            seq=left.seq + 1,
            topology=graph.topology,
        )
        yield messages, left
