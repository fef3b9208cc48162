"""What a session is at a moment: timeline, cursor, undo stack, breakpoints. Commands work on this."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import EllipsisType
from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.engine.backend import Backend
from chainrule.limits import Limits
from chainrule.protocol.model import Because, Breakpoint, Cursor, JournalEntry
from chainrule.protocol.rest import CompanionRecipe
from chainrule.session.build import build_regime
from chainrule.session.companion import Companion, aligned
from chainrule.session.graph import Graphs
from chainrule.session.prediction import Prediction
from chainrule.session.view import View
from chainrule.timeline import START, Line, Position, Timeline
from chainrule.trace import Carry, Record, Regime

if TYPE_CHECKING:
    from chainrule.lessons.lesson import Lesson, LessonConfig
    from chainrule.protocol.server import Reached
    from chainrule.session.batch import Batch


class Arrival(NamedTuple):
    """Where a command led, and why it went less far than asked."""

    reached: Reached | None = None
    breakpoint: Breakpoint | None = None
    because: Because | None = None


ELSEWHERE = (
    "line",
    "position",
    "record",
    "companion",
    "beside",
    "undo",
    "prediction",
    "last_edit",
    "anchors",
)
"""What work elsewhere changes; see :meth:`Core.aside`."""

Work = Generator[None, None, Arrival]
"""A command under way: pauses after each iteration computed, and changes what is seen only at its end."""


class Appended(NamedTuple):
    """A configuration that was appended to a branch from an iteration on, and what was there before it."""

    iteration: int
    regime: Regime | None
    journal: list[tuple[int, JournalEntry]]
    cause: str


class Undo(NamedTuple):
    """Where to return to."""

    line: int
    position: Position
    companion: Companion | None
    appended: Appended | None = None


class LastEdit(NamedTuple):
    """The edit just made: a coalescing one of the same thing replaces it."""

    line: int
    name: str
    element: tuple[int, ...] | None


class Core:
    """The state of a session.

    Attributes
    ----------
    line, position
        The cursor.
    record
        The iteration that the cursor stands in.
    companion, beside
        The run beside the current one, and its iteration.
    anchors
        Branches that may not be forgotten, because some work under way returns to them.
    batch
        How its samples make its loss, where somebody has asked.
    stops, stopped_by
        How often playing has stopped by itself, and why it did last.
    """

    def __init__(
        self, lesson: Lesson[Any], config: LessonConfig, seed: int, backend: Backend, limits: Limits
    ) -> None:
        self.lesson = lesson
        self.seed = seed
        self.backend = backend
        self.limits = limits
        self.initial_config = config
        self.timeline = Timeline(limits)
        self.graphs = Graphs()
        self.undo: list[Undo] = []
        self.breakpoints: list[Breakpoint] = []
        self.next_breakpoint = 1
        self.prediction = Prediction()
        self.last_edit: LastEdit | None = None
        self.batch: Batch | None = None
        self.stops = 0
        self.stopped_by: Arrival | None = None
        self.line: Line = self.timeline.root(build_regime(lesson, config, seed, backend, limits), "start", [])
        self.position: Position = START
        record = self.timeline.peek(self.line, 0)
        assert record is not None
        self.record: Record = record
        self.companion: Companion | None = None
        self.beside: Record | None = None
        self.anchors: list[int] = []

    # -- looking

    def cursor(self) -> Cursor:
        """The cursor as it is sent."""
        return Cursor(branch=self.line.id, iteration=self.position.iteration, step=self.position.step)

    def withheld(self) -> bool:
        """Whether the cursor stands on a step whose gradient waits for a guess."""
        return self.prediction.first_waiting(self.line, self.record) == self.position.step

    def revealed(self) -> Cursor | None:
        """Up to where nothing waits for a guess on the current branch; None without prediction."""
        if not self.prediction.on:
            return None
        iteration, step = self.prediction.frontier(self.line)
        # No step 0 waits for a guess.
        return Cursor(branch=self.line.id, iteration=iteration, step=max(0, step))

    def view(self) -> View:
        """What may be seen now."""
        return View(self.record, self.graphs, self.cursor(), self.withheld())

    def view_beside(self) -> View | None:
        """What may be seen of the companion: nothing of it is ahead of what may be seen of the current run."""
        if self.companion is None or self.beside is None:
            return None
        shown = self.position.step - self.withheld()
        cursor = Cursor(
            branch=self.companion.line.id,
            iteration=self.position.iteration,
            step=aligned(shown, self.record.layout, self.beside.layout),
        )
        return View(self.beside, self.graphs, cursor, withheld=False)

    def at_tip(self) -> bool:
        """Whether the cursor's iteration is the last one computed on its branch."""
        return self.position.iteration == self.line.tip

    def regime(self, line: Line | None = None) -> Regime:
        """The configuration in force on a branch, the current one if none is given: that of the next iteration, which is what a change made here changes.

        Not that of this iteration, and no matter how far the branch has been computed: so it is the same for all
        who come here by the same history.
        """
        upcoming = self.position.iteration + 1
        return (line or self.line).owner(upcoming).regime(upcoming)

    def holds_from(self) -> int:
        """The iteration from which the configuration in force holds."""
        upcoming = self.position.iteration + 1
        starts = [
            start
            for owner, _, _ in self.line.segments()
            for start in owner.regimes
            if start <= upcoming and self.line.owner(start) is owner
        ]
        return max(starts, default=0)

    def visible_end(self, line: Line) -> int:
        """The first iteration of a branch whose metrics may not be seen: they follow from withheld gradients."""
        end = line.tip + 1
        return min(end, self.prediction.frontier(line).iteration + 1) if self.prediction.on else end

    # -- moving

    def barrier(self, line: Line, upto: Position) -> Generator[None, None, Position | None]:
        """The first place of a branch, up to ``upto``, whose gradient waits for a guess."""
        if not self.prediction.on:
            return None
        iteration = self.prediction.frontier(line).iteration
        while iteration <= upto.iteration:
            record = yield from self.timeline.reach(line, iteration)
            step = self.prediction.first_waiting(line, record)
            if step is not None:
                found = Position(iteration, step)
                return found if found <= upto else None
            iteration += 1
            yield
        return None

    def arrive(
        self,
        line: Line,
        position: Position,
        reached: Reached | None = None,
        hit: Breakpoint | None = None,
        because: Because | None = None,
        *,
        companion: Companion | EllipsisType | None = ...,
    ) -> Work:
        """Move the cursor; not beyond a gradient that is withheld, nor beyond the steps there are.

        The companion comes along; if none is given, it is that of before. Whoever goes to its branch swaps the two.
        """
        with_it = self._companion_on(line) if companion is ... else companion
        barrier = yield from self.barrier(line, position)
        if barrier is not None:
            position, reached, hit, because = barrier, "withheld", None, None
        record = yield from self.timeline.reach(line, position.iteration)
        beside = None
        if with_it is not None:
            beside = yield from self.timeline.reach(with_it.line, position.iteration)
        step = min(position.step, record.layout.total - 1)
        self.line, self.position, self.record = line, Position(position.iteration, step), record
        self.companion, self.beside = with_it, beside
        if self.prediction.on:
            held = barrier is not None
            self.prediction.reveal(line, Position(position.iteration, step - held))
        return Arrival(reached, hit, because)

    def _companion_on(self, line: Line) -> Companion | None:
        """The companion for those who go to a branch."""
        companion = self.companion
        return companion.swapped(self.line) if companion is not None and companion.line is line else companion

    def common_tip(self) -> int:
        """The last iteration that has been computed on the current branch and on the companion's."""
        tip = self.line.tip
        return tip if self.companion is None else min(tip, self.companion.line.tip)

    def companion_recipe(self) -> CompanionRecipe | None:
        """What makes the companion again."""
        if self.companion is None:
            return None
        line, name, beside = self.companion
        return CompanionRecipe(name=name, beside=beside, journal=[entry for _, entry in line.journal])

    def returning(self, appended: Appended | None = None) -> Undo:
        """What leads back to how things are now."""
        return Undo(self.line.id, self.position, self.companion, appended)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Work elsewhere for a while: afterwards all is as it was, but for the branches that have been made."""
        kept = {name: getattr(self, name) for name in ELSEWHERE}
        self.anchors = [*self.anchors, self.line.id, *(entry.line for entry in self.undo)]
        if self.companion is not None:
            self.anchors.append(self.companion.line.id)
        self.companion, self.beside, self.undo, self.prediction = None, None, [], Prediction()
        try:
            yield
        finally:
            for name, value in kept.items():
                setattr(self, name, value)

    # -- all or nothing

    def checkpoint(self) -> Checkpoint:
        """What a refused command goes back to."""
        line = self.line
        return Checkpoint(
            {
                "line": line,
                "position": self.position,
                "record": self.record,
                "companion": self.companion,
                "beside": self.beside,
                "undo": list(self.undo),
                "breakpoints": list(self.breakpoints),
                "next_breakpoint": self.next_breakpoint,
                "last_edit": self.last_edit,
            },
            (self.prediction.on, dict(self.prediction.seen)),
            {other.id: (other, other.tip, other.head) for other in self.timeline.lines.values()},
            set(self.timeline.lines),
            (dict(line.regimes), list(line.journal)),
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Undo all that was done since."""
        for branch in [branch for branch in self.timeline.lines if branch not in checkpoint.branches]:
            self.timeline.remove(self.timeline.lines[branch])
        for line, tip, head in checkpoint.ends.values():
            self.timeline.rollback(line, tip, head)
        for name, value in checkpoint.fields.items():
            setattr(self, name, value)
        self.prediction.on, self.prediction.seen = checkpoint.prediction
        self.line.regimes, self.line.journal = checkpoint.line


class Checkpoint(NamedTuple):
    """What :meth:`Core.restore` needs."""

    fields: dict[str, Any]
    prediction: tuple[bool, dict[int, Position]]
    ends: dict[int, tuple[Line, int, Carry]]
    branches: set[int]
    line: tuple[dict[int, Regime], list[tuple[int, JournalEntry]]]
