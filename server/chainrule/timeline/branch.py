"""One line of history: where it forks, from what it starts, and what every iteration on it left behind."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from chainrule.engine.backend import Array
from chainrule.protocol.model import Branch, JournalEntry
from chainrule.trace import Carry, Layout, Record, Regime

HELD = 64
"""Iterations whose metrics stay on a device before they are fetched: each transfer waits for all that was computed."""


@dataclass(eq=False)
class Line:
    """A branch as the timeline keeps it. It owns the iterations ``fork`` … ``tip``; those before are its parent's.

    Attributes
    ----------
    start
        What iteration ``fork`` starts from, edits included; a configuration that holds from there is in ``regimes``.
    head
        How iteration ``tip`` ended: what the next one starts from.
    regimes
        Configurations that were appended: iteration from which each holds.
    journal
        Commands that shaped the path from the root to here, each with the iteration from which it has an effect.
    measured
        By name, what the model measured in some iterations: {iteration: number}, in order of time.
    cuts
        Iterations from which the history was taken away again (by undo), in order of time.
    """

    id: int
    parent: Line | None
    fork: int
    cause: str
    start: Carry
    journal: list[tuple[int, JournalEntry]]
    head: Carry = field(init=False)
    tip: int = field(init=False)
    regimes: dict[int, Regime] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    measured: dict[str, dict[int, float]] = field(default_factory=dict)
    _columns: dict[str, array[float]] = field(default_factory=dict)
    _held: list[dict[str, Array]] = field(default_factory=list)
    _layouts: list[Layout] = field(default_factory=list)
    _layout_starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.head = self.start
        self.tip = self.fork - 1

    def owner(self, iteration: int) -> Line:
        """The branch that holds an iteration of this branch's history: itself or an ancestor."""
        line = self
        while line.parent is not None and iteration < line.fork:
            line = line.parent
        return line

    def lineage(self) -> list[Line]:
        """From the root to this branch."""
        lines = [self]
        while lines[-1].parent is not None:
            lines.append(lines[-1].parent)
        return lines[::-1]

    def segments(self) -> list[tuple[Line, int, int | None]]:
        """The lines that hold this history, oldest first: (line, first iteration, first iteration after it)."""
        found: list[tuple[Line, int, int | None]] = []
        end: int | None = None
        line: Line | None = self
        while line is not None:
            if end is None or line.fork < end:
                found.append((line, line.fork, end))
                end = line.fork
            line = line.parent
        return found[::-1]

    def next_start(self) -> Carry:
        """What iteration ``tip + 1`` starts from."""
        return self.enter(self.tip + 1, self.head)

    def enter(self, iteration: int, ended: Carry) -> Carry:
        """What ``iteration`` starts from, given how the one before it ended."""
        regime = self.regimes.get(iteration)
        carry = self.start if iteration == self.fork else ended
        return carry if regime is None else with_regime(carry, regime)

    def regime(self, iteration: int) -> Regime:
        """The configuration in force in an iteration that this branch owns, or that comes next."""
        starts = [start for start in self.regimes if start <= iteration]
        return self.regimes[max(starts)] if starts else self.start.regime

    def append(self, record: Record, numbers: Mapping[str, float] | None = None) -> None:
        """Take in iteration ``tip + 1``: its layout, metrics and end. ``numbers``: what is measured there, if it is known."""
        self.tip = record.iteration
        self.head = record.end
        layout, layouts = record.layout, self._layouts
        if not layouts or (layouts[-1] is not layout and layouts[-1] != layout):
            layouts.append(layout)
            self._layout_starts.append(record.iteration)
        regime = record.start.regime
        if regime.evaluates is not None:
            for name, number in (measured(record) if numbers is None else numbers).items():
                self.measured.setdefault(name, {})[record.iteration] = number
        if not regime.backend.far:
            self._note("loss", record.number)
            if regime.model.watch:
                found = watched(record)
                for name, number in zip(found, regime.backend.numbers(list(found.values())), strict=True):
                    self._note(name, number)
            return
        self._held.append({"loss": record.loss, **watched(record)})
        if len(self._held) >= HELD:
            self._settle()

    @property
    def columns(self) -> dict[str, array[float]]:
        """The metrics of the iterations ``fork`` … ``tip`` by name."""
        self._settle()
        return self._columns

    def _settle(self) -> None:
        """Note the numbers that are still on a device, in one transfer."""
        if self._held:
            names = [name for found in self._held for name in found]
            arrays = [one for found in self._held for one in found.values()]
            for name, number in zip(names, self.start.regime.backend.numbers(arrays), strict=True):
                self._note(name, number)
            self._held.clear()

    def _note(self, name: str, number: float) -> None:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = array("d")
        column.append(number)

    @property
    def layouts(self) -> list[tuple[int, Layout]]:
        """The layouts of the iterations ``fork`` … ``tip``, each with the first iteration that has it."""
        return list(zip(self._layout_starts, self._layouts, strict=True))

    def refill(
        self,
        tip: int,
        head: Carry,
        layouts: Iterable[tuple[int, Layout]],
        columns: Mapping[str, array[float]],
        measured: Mapping[str, dict[int, float]],
    ) -> None:
        """Take what :meth:`append` was told of the iterations up to ``tip`` in another life."""
        self.tip, self.head = tip, head
        self._layout_starts, self._layouts = map(list, zip(*layouts, strict=True))
        self._columns, self.measured = dict(columns), dict(measured)

    def layout(self, iteration: int) -> Layout:
        """The layout of an iteration that this branch owns."""
        return self._layouts[bisect_right(self._layout_starts, iteration) - 1]

    def cut(self, iteration: int, head: Carry) -> None:
        """Forget all iterations from ``iteration`` on; ``head`` is how the one before it ended."""
        if iteration <= self.tip:
            self.cuts.append(iteration)
        self.tip = iteration - 1
        self.head = head
        for column in self.columns.values():
            del column[iteration - self.fork :]
        # As on a branch of which nothing was ever computed.
        self._columns = {name: column for name, column in self._columns.items() if column}
        for numbers in self.measured.values():
            while numbers and next(reversed(numbers)) >= iteration:
                numbers.popitem()
        self.measured = {name: numbers for name, numbers in self.measured.items() if numbers}
        while self._layout_starts and self._layout_starts[-1] >= iteration:
            self._layout_starts.pop()
            self._layouts.pop()
        self.regimes = {start: regime for start, regime in self.regimes.items() if start < iteration}
        self.journal = [(effect, entry) for effect, entry in self.journal if effect < iteration]

    def move_to(self, other: Line) -> None:
        """Give ``other``, which forks from here, all iterations from its fork on."""
        at = other.fork - self.fork
        other._columns = {name: column[at:] for name, column in self.columns.items()}
        for name, numbers in self.measured.items():
            moved = {at: number for at, number in numbers.items() if at >= other.fork}
            if moved:
                other.measured[name] = moved
        other.regimes = {start: regime for start, regime in self.regimes.items() if start >= other.fork}
        other._layout_starts = [max(start, other.fork) for start in self._layout_starts]
        other._layouts = list(self._layouts)
        first = bisect_right(other._layout_starts, other.fork) - 1
        other._layout_starts = other._layout_starts[first:]
        other._layouts = other._layouts[first:]
        other.tip, other.head = self.tip, self.head

    def model(self) -> Branch:
        """As it is sent."""
        return Branch(
            id=self.id,
            parent=None if self.parent is None else self.parent.id,
            fork_iteration=self.fork,
            cause=self.cause,
            tip=self.tip,
        )


def with_regime(carry: Carry, regime: Regime) -> Carry:
    """The same with another configuration in force. Another kind of optimizer starts with an empty state."""

    def kept(name: str) -> bool:
        before, after = carry.regime.optimizer_of(name), regime.optimizer_of(name)
        return before is not None and after is not None and before.name == after.name

    changed = [name for name in carry.slots if not kept(name)]
    slots = {name: slot for name, slot in carry.slots.items() if name not in changed}
    return replace(carry, regime=regime, slots=slots if changed else carry.slots)


def watched(record: Record) -> dict[str, Array]:
    """The watched leaves as they were when an iteration started."""
    start, found = record.start, {}
    for name in start.regime.model.watch:
        if name in start.values:
            found[name] = start.values[name]
        elif name in record.by_name:
            found[name] = record.by_name[name].value
    return found


_known: WeakKeyDictionary[Record, Mapping[str, float]] = WeakKeyDictionary()
"""What was measured of iterations that are recorded: of many scenes it takes long."""


def measured(record: Record, *, always: bool = False) -> Mapping[str, float]:
    """What the model measures with the values that one iteration starts from, where it is its turn."""
    start = record.start
    model = start.regime.evaluates
    if model is None or not (always or record.iteration % model.evaluate_every == 0):
        return {}
    if record not in _known:
        with start.regime.backend.quiet():
            _known[record] = model.evaluate(start.values)
    return _known[record]


def measured_in_parts(record: Record) -> Generator[None, None, Mapping[str, float]]:
    """:func:`measured`; pauses in between where that takes long."""
    model: Any = record.start.regime.evaluates
    if model is None or record.iteration % model.evaluate_every or not hasattr(model, "evaluate_in_parts"):
        return measured(record)
    _known[record] = yield from model.evaluate_in_parts(record.start.values)
    return _known[record]
