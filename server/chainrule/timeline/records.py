"""Recorded iterations that are at hand, within a byte budget."""

from __future__ import annotations

from collections import OrderedDict

from chainrule.trace import Record
from chainrule.trace.stretch import Stretch, stretch
from chainrule.trace.written import Written

NEAR = 16
"""Iterations before the one asked for that are recorded on the way to it: stepping back needs them next."""

KEPT = 4 * NEAR
"""Records at hand at most."""

QUICK, CACHED = 1 << 18, 3 << 18
"""Bytes of an iteration that is computed again in no time, and of all of those at hand, where they are more than
``NEAR``: others would be written to memory that no near cache holds, which takes longer."""

STRETCHES = 8
"""Stretches at hand at most."""


class Records:
    """Records by branch and iteration, within a budget of bytes.

    Small iterations one after another are a stretch, where records are made anew of what is asked for. Beside them are
    records: the one just made, those that somebody looked at, and those of large iterations.
    """

    def __init__(self, most: int) -> None:
        """``most``: bytes."""
        self._most = most
        # Each with what it took when it was used last. That one comes last; so does the stretch that grows.
        self._records: OrderedDict[tuple[int, int], tuple[Record, int]] = OrderedDict()
        self._bytes = 0
        self._stretches: list[tuple[int, Stretch]] = []
        self._newest: tuple[int, Record] | None = None
        self._repeated = False

    @property
    def nbytes(self) -> int:
        """About how much memory all of it takes."""
        newest = 0 if self._newest is None else self._newest[1].nbytes
        return newest + self._bytes + sum(one.nbytes for _, one in self._stretches)

    def held(self, branch: int) -> set[int]:
        """The iterations of a branch that are at hand."""
        found = {iteration for own, iteration in self._records if own == branch}
        if self._newest is not None and self._newest[0] == branch:
            found.add(self._newest[1].iteration)
        return found.union(*(range(one.first, one.last + 1) for own, one in self._stretches if own == branch))

    def get(self, branch: int, iteration: int) -> Record | None:
        """The record of an iteration, if it is at hand."""
        newest, key = self._newest, (branch, iteration)
        if newest is not None and newest[1].iteration == iteration and newest[0] == branch:
            return newest[1]
        held = self._records.get(key)
        if held is not None:
            record, _ = held
            if isinstance(record.computed, Written):
                record.computed.fill()
            self._put(key, record)
            return record
        for own, one in self._stretches:
            if own == branch and one.first <= iteration <= one.last:
                record = one.record(iteration)
                self._put(key, record)
                return record
        return None

    def add(self, branch: int, record: Record) -> None:
        """Take in a record that was just made."""
        newest, repeated = self._newest, self._repeated
        self._newest, self._repeated = (branch, record), True
        # Who has looked at it may come back.
        if newest is not None and (not repeated or "workspace" in vars(newest[1].computed)):
            self._put((newest[0], newest[1].iteration), newest[1])
        if self._stretches:
            own, one = self._stretches[-1]
            before = one.nbytes
            if own == branch and one.add(record):
                if one.nbytes != before:
                    self._shrink()
                return
        self._repeated = False
        # Where each batch has another size than the one before it, there is nothing to begin.
        if newest is not None and newest[1].plan is record.plan:
            begun = stretch(record, KEPT + 1, self._most // 2)
            if begun is not None:
                self._stretches.append((branch, begun))
                self._repeated = True
                self._shrink()

    def _put(self, key: tuple[int, int], record: Record) -> None:
        self._remove(key)
        nbytes = record.nbytes
        self._records[key] = record, nbytes
        self._bytes += nbytes
        self._shrink()

    def _remove(self, key: tuple[int, int]) -> None:
        _, nbytes = self._records.pop(key, (None, 0))
        self._bytes -= nbytes

    def _shrink(self) -> None:
        # The one just made is always kept, and one more: a step back from a boundary needs both.
        records, stretches = self._records, self._stretches
        most = self._most - (self.nbytes - self._bytes)
        while len(records) > 1 and (
            len(records) >= KEPT
            or self._bytes > most
            or (len(records) > NEAR and CACHED < self._bytes < QUICK * len(records))
        ):
            self._remove(next(iter(records)))
        while len(stretches) > 1 and (len(stretches) > STRETCHES or self.nbytes > self._most):
            del stretches[0]

    def drop(self, branch: int, iteration: int) -> None:
        """Forget the iterations of a branch from ``iteration`` on."""
        for key in [key for key in self._records if key[0] == branch and key[1] >= iteration]:
            self._remove(key)
        newest = self._newest
        if newest is not None and newest[0] == branch and newest[1].iteration >= iteration:
            self._newest = None
        kept = []
        for own, one in self._stretches:
            if own == branch and iteration <= one.last:
                if iteration <= one.first:
                    continue
                one.cut(iteration)
            kept.append((own, one))
        self._stretches = kept

    def clear(self) -> None:
        """Forget all."""
        self._records.clear()
        self._stretches.clear()
        self._bytes, self._newest = 0, None
