"""The timeline: branches, recorded iterations, and exact recomputation of those that were dropped."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from chainrule.errors import Refusal
from chainrule.limits import Limits
from chainrule.protocol.model import JournalEntry
from chainrule.timeline.branch import Line, measured_in_parts
from chainrule.timeline.keyframes import Keyframes
from chainrule.timeline.records import NEAR, Records
from chainrule.trace import (
    Carry,
    Layout,
    Record,
    Regime,
    initial_carry,
    run_in_parts,
    run_iteration,
    takes_long,
)


@dataclass(eq=False)
class _Running:
    """An iteration that is under way: of which branch, which one, whether it is kept; and what it starts from."""

    of: tuple[int, int, bool]
    starts: tuple[Carry, Regime | None]
    work: Generator[None, None, tuple[Record, Mapping[str, float]]]

    def go_on(self) -> tuple[Record, Mapping[str, float]] | None:
        """A part more of it; the record and what is measured there, where that was the last."""
        try:
            next(self.work)
        except StopIteration as stop:
            ended: tuple[Record, Mapping[str, float]] = stop.value
            return ended
        return None


def _whole(
    start: Carry, at: int, most: int, keep: bool
) -> Generator[None, None, tuple[Record, Mapping[str, float]]]:
    record = yield from run_in_parts(start, at, max_nodes=most, keep=keep)
    return record, (yield from measured_in_parts(record))


class Timeline:
    """All that is recorded or can be recomputed exactly.

    Iterations are run by :func:`run_iteration` whether they are recorded or not, so both do the same arithmetic.

    Attributes
    ----------
    midway
        Whether the last pause was within an iteration.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.lines: dict[int, Line] = {}
        self.keyframes = Keyframes(limits.keyframe_bytes)
        self.records = Records(limits.record_bytes)
        self._running: _Running | None = None
        self.midway = False
        self.next_id = 0

    # -- branches

    def line(self, branch: int) -> Line:
        """The branch with this id; refuses with ``unknown_branch``."""
        line = self.lines.get(branch)
        if line is None:
            raise Refusal(
                "unknown_branch",
                404,
                "No such branch",
                f"There is no branch {branch}.",
                "Ask for the branches, and use the id of one of them.",
            )
        return line

    def root(self, regime: Regime, cause: str, journal: list[tuple[int, JournalEntry]]) -> Line:
        """A new branch without a parent. Its first iteration is computed before anything changes."""
        return self.edited(None, 0, cause, initial_carry(regime), journal, {})

    def edited(
        self,
        parent: Line | None,
        iteration: int,
        cause: str,
        start: Carry,
        journal: list[tuple[int, JournalEntry]],
        regimes: dict[int, Regime],
    ) -> Line:
        """A new branch whose iteration ``iteration`` starts from ``start``; it shares those before with ``parent``.

        ``regimes`` are configurations that begin there or later. The iteration is computed before anything changes.
        """
        line = Line(self.next_id, parent, iteration, cause, start, journal)
        line.regimes.update(regimes)
        record = run_iteration(start, iteration, max_nodes=self.limits.max_nodes)
        line.append(record)
        self._add(line)
        self.records.add(line.id, record)
        return line

    def reconfigured(
        self,
        parent: Line,
        iteration: int,
        cause: str,
        ended: Carry,
        regime: Regime | None,
        journal: list[tuple[int, JournalEntry]],
    ) -> Line:
        """A new branch with another configuration from ``iteration`` on, of which nothing is computed yet.

        ``ended`` is how the iteration before ended. Without a ``regime`` its configuration goes on.
        """
        line = Line(self.next_id, parent, iteration, cause, ended, journal)
        if regime is not None:
            line.regimes[iteration] = regime
        self._add(line)
        return line

    def restored(self, line: Line) -> None:
        """Take in a branch under the number that it had elsewhere. Nothing of it is computed."""
        self.lines[line.id] = line

    def _add(self, line: Line) -> None:
        self.next_id += 1
        self.lines[line.id] = line

    def remove(self, line: Line) -> None:
        """Forget a branch that has no children."""
        del self.lines[line.id]
        self._drop(line, 0)

    def has_children(self, line: Line) -> bool:
        """Whether a branch forks from this one."""
        return any(other.parent is line for other in self.lines.values())

    def split(self, line: Line, iteration: int, head: Carry, cause: str) -> Line | None:
        """Take away what a branch did from ``iteration`` on. What had been computed lives on as a branch of its own.

        ``head`` is how the iteration before ended. Returns the new branch; None where nothing had been computed.
        """
        if line.tip < iteration:
            line.cut(iteration, head)
            return None
        other = Line(self.next_id, line, iteration, cause, head, list(line.journal))
        line.move_to(other)
        self._add(other)
        for child in self.lines.values():
            if child.parent is line and child is not other and child.fork > iteration:
                child.parent = other
        self._drop(line, iteration)
        line.cut(iteration, head)
        return other

    def rollback(self, line: Line, tip: int, head: Carry) -> None:
        """Forget iterations after ``tip``, keeping the configurations appended before."""
        if line.id in self.lines and line.tip > tip:
            regimes, journal = line.regimes, line.journal
            self._drop(line, tip + 1)
            line.cut(tip + 1, head)
            line.regimes, line.journal = regimes, journal

    # -- iterations

    def layout(self, line: Line, iteration: int) -> Layout:
        """The layout of an iteration that has been computed."""
        return line.owner(iteration).layout(iteration)

    def peek(self, line: Line, iteration: int) -> Record | None:
        """The record of an iteration, if it is at hand."""
        return self.records.get(line.owner(iteration).id, iteration)

    def reach(self, line: Line, iteration: int) -> Generator[None, None, Record]:
        """Record an iteration, computing it and all that it needs; pauses after each iteration computed."""
        record = self.peek(line, iteration)
        if record is not None:
            return record
        owner = line.owner(iteration)
        if iteration > owner.tip:
            yield from self.extend(owner, iteration)
            record = self.peek(owner, iteration)
            if record is not None:
                return record
        return (yield from self._recompute(owner, iteration))

    def extend(self, line: Line, iteration: int) -> Generator[None, None, None]:
        """Compute a branch up to an iteration; pauses after each, and within those that take long."""
        while line.tip < iteration:
            at = line.tip + 1
            start = line.next_start()
            near = iteration - at < NEAR
            if takes_long(start.regime):
                running = self._running = self._going_on(line, at, near, start)
                ended = running.go_on()
                if ended is None:
                    self.midway = True
                    try:
                        yield
                    finally:
                        self.midway = False
                    continue
                self._running = None
                record, numbers = ended
                start = record.start
            else:
                record, numbers = run_iteration(start, at, max_nodes=self.limits.max_nodes, keep=near), None
            self.keyframes.add(line, at, start)
            line.append(record, numbers)
            if near:
                self.records.add(line.id, record)
            yield

    def _going_on(self, line: Line, at: int, keep: bool, start: Carry) -> _Running:
        """What was begun of an iteration and left, if nothing has changed that it starts from; else its beginning."""
        running, regime = self._running, line.regimes.get(at)
        if running is not None and running.of == (line.id, at, keep):
            head, own = running.starts
            if head is line.head and own is regime:
                return running
        work = _whole(start, at, self.limits.max_nodes, keep)
        return _Running((line.id, at, keep), (line.head, regime), work)

    def _recompute(self, owner: Line, iteration: int) -> Generator[None, None, Record]:
        at, start = self.keyframes.nearest(owner, iteration)
        for near in range(iteration - 1, max(at, iteration - 4 * NEAR) - 1, -1):
            held = self.records.get(owner.id, near)
            if held is not None:
                at, start = near + 1, owner.enter(near + 1, held.end)
                break
        while True:
            near = iteration - at < NEAR
            record = run_iteration(start, at, max_nodes=self.limits.max_nodes, keep=near)
            self.keyframes.add(owner, at, start)
            if near:
                self.records.add(owner.id, record)
            if at == iteration:
                return record
            at += 1
            start = owner.enter(at, record.end)
            yield

    def _drop(self, line: Line, iteration: int) -> None:
        self.records.drop(line.id, iteration)
        self.keyframes.drop(line, iteration)

    @property
    def nbytes(self) -> int:
        """About how much memory all of it takes."""
        ends = sum(line.start.nbytes + line.head.nbytes for line in self.lines.values())
        columns = 8 * sum(sum(map(len, line.columns.values())) for line in self.lines.values())
        return self.records.nbytes + self.keyframes.nbytes + ends + columns

    def evict(self) -> None:
        """Drop all recorded iterations. For tests: nothing that is seen may change."""
        self.records.clear()
