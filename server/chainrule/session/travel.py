"""Moving the cursor: by units, to a place, and while playing."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from chainrule.errors import Refusal
from chainrule.protocol.client import SeekCommand, StepCommand
from chainrule.protocol.model import Because, Breakpoint, Param, Unit
from chainrule.session.breakpoints import Past, first_hit, first_trouble, not_finite, troubled
from chainrule.session.core import Core, Work
from chainrule.timeline import Position, stops
from chainrule.trace import Layout, Record

if TYPE_CHECKING:
    from chainrule.protocol.server import Reached


class _Stopped(Exception):  # noqa: N818 - ends a walk, is no error
    """The walk passes a place where it must stop."""


class _Walk:
    """Hands out layouts to a walk over stops; computes iterations and looks for reasons to stop on the way."""

    def __init__(self, core: Core, breakpoints: bool, playing: bool) -> None:
        self.core = core
        self.line = core.line
        self.breakpoints = [one for one in core.breakpoints if one.on] if breakpoints else []
        self.playing = playing
        self.guarded = bool(self.breakpoints) or core.prediction.on or playing
        self.tip = core.line.tip
        self.hit: Position | None = None
        self.reached: Reached | None = None
        self.breakpoint: Breakpoint | None = None
        self.because: Because | None = None

    def layout(self, iteration: int) -> Generator[None, None, Layout]:
        core, line = self.core, self.line
        if self.hit is not None:
            raise _Stopped
        if iteration > line.tip:
            _check_count(core, iteration - self.tip)
            yield from core.timeline.extend(line, iteration)
        if self.guarded:
            yield from self._look(iteration)
        return core.timeline.layout(line, iteration)

    def _look(self, iteration: int) -> Generator[None, None, None]:
        core = self.core
        record = yield from core.timeline.reach(self.line, iteration)
        waiting = core.prediction.first_waiting(self.line, record)
        total = record.layout.total if waiting is None else waiting
        after = core.position.step if iteration == core.position.iteration else -1
        past = Past(core.timeline, self.line)
        found = yield from first_hit(self.breakpoints, record, after, total, past)
        until = total if found is None else found[0].step
        trouble = (yield from self._trouble(record, after, until)) if self.playing else None
        if trouble is not None:
            self.hit, self.reached = Position(iteration, trouble), "non_finite"
            self.because = not_finite(record, trouble)
        elif found is not None:
            (step, self.because), self.breakpoint = found
            self.hit, self.reached = Position(iteration, step), "breakpoint"
        elif waiting is not None:
            self.hit, self.reached = Position(iteration, waiting), "withheld"

    def _trouble(self, record: Record, after: int, before: int) -> Generator[None, None, int | None]:
        """Where NaN or infinity begins; None where it began in an iteration before: playing stops for it once."""
        if not troubled(record):
            return None
        if record.iteration > 0:
            earlier = yield from self.core.timeline.reach(self.line, record.iteration - 1)
            if troubled(earlier):
                return None
        return first_trouble(record, after, before)


def iterations(core: Core, command: StepCommand | SeekCommand) -> int:
    """About how many iterations a move computes."""
    if isinstance(command, SeekCommand):
        beside = 0 if core.companion is None else max(0, command.iteration - core.companion.line.tip)
        return max(1, max(0, command.iteration - core.line.tip) + beside)
    per_epoch = max(1, core.regime().model.iterations_per_epoch)
    if command.unit in ("iteration", "epoch"):
        return max(1, _last_iteration(core, command.unit, command.count, per_epoch) - core.line.tip)
    return max(1, command.count // stops_each(core.record.layout, command.unit))


def stops_each(layout: Layout, unit: Unit) -> int:
    """How many stops of the units ``step`` and ``phase`` an iteration has."""
    return layout.total if unit == "step" else len(layout.ends)


def _check_count(core: Core, iterations: int) -> None:
    if iterations > core.limits.max_iterations_per_command:
        raise Refusal(
            "limit_iterations",
            422,
            "Too many iterations for one command",
            f"It would compute {iterations} iterations; {core.limits.max_iterations_per_command} are allowed.",
            "Go there in several commands, or play.",
            reason="iterations_of_command",
            params={"wanted": iterations, "most": core.limits.max_iterations_per_command},
        )


def step(core: Core, unit: Unit, count: int, *, playing: bool = False) -> Work:
    """Go to the ``count``-th stop of a unit after the cursor, or before it if negative.

    Going forward over a breakpoint stops there, but for a single step; playing also stops where NaN or infinity
    begins. Without a stop in the way it is clamped.
    """
    per_epoch = max(1, core.regime().model.iterations_per_epoch)
    position: Position = core.position
    if count <= 0:
        clamped = False
        if count:
            position, clamped = yield from stops.back(
                position, unit, -count, per_epoch, lambda at: core.timeline.layout(core.line, at)
            )
        return (yield from core.arrive(core.line, position, "start" if clamped else None))
    walk = _Walk(core, playing or unit != "step" or count > 1, playing)
    end = core.limits.max_iterations
    if unit in ("iteration", "epoch") and not walk.guarded:
        target = min(_last_iteration(core, unit, count, per_epoch), end - 1)
        _check_count(core, target - core.line.tip)
        yield from core.timeline.extend(core.line, target)
    elif not walk.guarded:
        # Iterations may differ in their stops: what is surely too much is refused before anything is computed.
        surely = position.iteration + count // stops_each(core.record.layout, unit) // 2
        _check_count(core, min(surely, end - 1) - core.line.tip)
    reached: Reached | None = None
    try:
        position, clamped = yield from stops.forward(position, unit, count, per_epoch, end, walk.layout)
        reached = "end" if clamped else None
        stopped = walk.hit is not None and walk.hit <= position
    except _Stopped:
        stopped = True
    if stopped and walk.hit is not None:
        return (yield from core.arrive(core.line, walk.hit, walk.reached, walk.breakpoint, walk.because))
    return (yield from core.arrive(core.line, position, reached))


def _last_iteration(core: Core, unit: Unit, count: int, per_epoch: int) -> int:
    """The iteration in which ``count`` iterations or epochs from the cursor end."""
    iteration, at = core.position
    if at >= core.record.layout.total - 1:
        iteration += 1
    if unit == "iteration":
        return iteration + count - 1
    return (iteration // per_epoch + count) * per_epoch - 1


def seek(core: Core, command: SeekCommand) -> Work:
    """Go to a place; past the tip it is computed.

    Raises
    ------
    Refusal
        ``seek_out_of_range``: beyond the longest branch, or the iteration has fewer steps. ``unknown_branch``.
    """
    line = core.line if command.branch is None else core.timeline.line(command.branch)
    end = core.limits.max_iterations
    if command.iteration >= end:
        raise _out_of_range(
            f"Iterations run from 0 to {end - 1}, not to {command.iteration}.",
            reason="seek_iteration",
            iteration=command.iteration,
            last_iteration=end - 1,
        )
    target = Position(command.iteration, command.step)
    barrier = yield from core.barrier(line, target)
    if barrier is not None:
        return (yield from core.arrive(line, barrier, "withheld"))
    _check_count(core, command.iteration - line.tip)
    record = yield from core.timeline.reach(line, command.iteration)
    if command.step >= record.layout.total:
        raise _out_of_range(
            f"Iteration {command.iteration} has the steps 0 to {record.layout.total - 1}, not {command.step}.",
            reason="seek_step",
            iteration=command.iteration,
            step=command.step,
            last_step=record.layout.total - 1,
        )
    return (yield from core.arrive(line, target))


def _out_of_range(detail: str, *, reason: str, **params: Param) -> Refusal:
    return Refusal(
        "seek_out_of_range",
        422,
        "There is no such place",
        detail,
        "Iterations and steps count from 0; the graph lists the steps of an iteration.",
        reason=reason,
        params=params,
    )
