"""Iterations that ran on one sheet, one after another: rows of a few arrays, without an object for any of them."""

from __future__ import annotations

from typing import Any

from chainrule.engine.backend import HostArray, host
from chainrule.engine.packing import Packed
from chainrule.trace.carry import NO_ARRAYS, Carry
from chainrule.trace.record import Record
from chainrule.trace.run import inputs_of
from chainrule.trace.written import PackedSlots, Writing, Written

LARGEST = 1 << 14
"""Bytes of an iteration at most. Beside the arrays of larger ones their objects take nothing that counts."""
FEWEST = 4
"""Rows of a stretch that begins."""


class Stretch:
    """The last of some iterations, as many as there are rows; each began with what the one before it ended with.

    A row holds what an iteration started from (parameters, what the optimizer kept), its gradients, and all else that
    it computed. What it ended with stands in the next row. A record is made anew, with arrays of its own, for whoever
    asks.

    Attributes
    ----------
    first, last
        The iterations that it can tell of.
    nbytes
        About how much memory it takes.
    """

    def __init__(self, writing: Writing, iteration: int, start: Carry, most: int) -> None:
        """An empty one, for up to ``most`` rows, before the iteration that starts from ``start``."""
        slots: Any = start.slots
        self._writing, self._most, self._origin = writing, most, iteration
        self._start: Carry | None = start
        self._end = start
        self.first, self.last = iteration, iteration - 1
        self._updates = slots.updates - iteration
        self._rows = 0
        packing, body = writing.packing, writing.body
        self._values = self._grads = host.empty((0, packing.size), packing.dtype)
        self._state: dict[str, HostArray] = dict.fromkeys(slots.state, self._values)
        self._bodies = host.empty((0, body.size), body.dtype)
        self.nbytes = 0
        self._grow(min(FEWEST, most))

    def add(self, record: Record) -> bool:
        """Take in the iteration after the last; False where it is no continuation of it."""
        start, end = record.start, record.end
        computed: Any = record.computed
        if start is not self._end or type(computed) is not Written or computed.writing is not self._writing:
            return False
        before: Any = start.slots
        after: Any = end.slots
        if before.state is not after.state and before.state.keys() != after.state.keys():
            return False
        iteration = record.iteration
        at, rows = iteration - self._origin, self._rows
        if at >= rows:
            if rows < self._most:
                self._grow(min(2 * rows, self._most))
            else:
                at %= rows
                # The gradients that an iteration started with stand in the row before it.
                self.first, self._start = max(self.first, iteration - rows + 2), None
        self._values[at] = start.values.vector  # type: ignore[attr-defined]
        self._grads[at] = end.grads.vector  # type: ignore[attr-defined]
        self._bodies[at] = computed.standing()
        for key, column in self._state.items():
            column[at] = before.state[key]
        self._end, self.last = end, iteration
        return True

    def _grow(self, rows: int) -> None:
        def grown(column: HostArray) -> HostArray:
            larger = host.empty((rows, column.shape[1]), column.dtype)
            larger[: self._rows] = column
            return larger

        self._values, self._grads, self._bodies = map(grown, (self._values, self._grads, self._bodies))
        self._state = {key: grown(column) for key, column in self._state.items()}
        self._rows = rows
        columns = (self._values, self._grads, self._bodies, *self._state.values())
        self.nbytes = 2048 + sum(column.nbytes for column in columns)

    def record(self, iteration: int) -> Record:
        """The record of one of its iterations, made anew."""
        start, end, writing = self._starting(iteration), self._starting(iteration + 1), self._writing
        body = self._row(self._bodies, iteration)
        given = writing.given(inputs_of(start, iteration), iteration)
        return Record(iteration, start, end, Written(writing, start, end, given, writing.number(body), body))

    def _row(self, column: HostArray, iteration: int) -> HostArray:
        row: HostArray = column[(iteration - self._origin) % self._rows].copy()
        return row

    def _starting(self, iteration: int) -> Carry:
        if iteration > self.last:
            return self._end
        if iteration == self._origin and self._start is not None:
            return self._start
        packing, end = self._writing.packing, self._end
        state = {key: self._row(column, iteration) for key, column in self._state.items()}
        return Carry(
            Packed(packing, self._row(self._values, iteration)),
            Packed(packing, self._row(self._grads, iteration - 1)),
            PackedSlots(packing, self._updates + iteration, state or NO_ARRAYS),
            end.fixed,
            end.regime,
            NO_ARRAYS,
            end.nbytes,
        )

    def cut(self, iteration: int) -> None:
        """Forget the iterations from ``iteration`` on; it is one of them, and not the first."""
        self._end, self.last = self._starting(iteration), iteration - 1


def stretch(record: Record, rows: int, nbytes: int) -> Stretch | None:
    """One that begins with a record; None where that is none to be kept in a row.

    It has at most so many rows, and takes about so many bytes at most.
    """
    computed, start, slots = record.computed, record.start, record.start.slots
    if not isinstance(computed, Written) or not isinstance(start.values, Packed):
        return None
    writing = computed.writing
    packing = writing.packing
    if (
        start.values.packing is not packing
        or not isinstance(slots, PackedSlots)
        or slots.packing is not packing
    ):
        return None
    row = (2 + len(slots.state)) * packing.size * packing.dtype.itemsize + writing.body.nbytes
    rows = min(rows, nbytes // row)
    if row > LARGEST or rows < FEWEST:
        return None
    found = Stretch(writing, record.iteration, start, rows)
    return found if found.add(record) else None
