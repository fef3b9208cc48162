"""An iteration run by a plan: how what it starts from goes in, and what it leaves comes out."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from weakref import ref

from chainrule.engine.backend import Array, host
from chainrule.engine.plan import Call, Plan, Workspace
from chainrule.engine.tape import Draw
from chainrule.nn.optimizers import Step
from chainrule.trace.carry import FIRST, NO_ARRAYS, Carry, Regime, Slot
from chainrule.trace.computed import Passed, Replayed, Traced
from chainrule.trace.record import Record
from chainrule.trace.written import Writing, writing

LARGE = 1 << 20
"""Bytes of an iteration from which it is worth its while to keep only what takes long to make again: no near cache
holds what is written, and writing it takes as long as making it."""

Calls = tuple[Sequence[tuple[Call, tuple[int, ...]]], int]


class Planned:
    """A plan, and where the leaves and what carries over stand in it.

    Attributes
    ----------
    leaves
        For each leaf its name, and its value where that is always the same.
    drawn
        Those that are drawn, by their slot.
    written
        For each buffer that is written its name and the slot of its new value.
    trained
        For each trained parameter its name and the slot of its gradient.
    steps
        For those that have a gradient the slots of value and gradient, and what updates them.
    plain
        η where every update is θ − η·g and nothing is kept.
    carried
        Bytes of what carries over.
    """

    def __init__(self, record: Record, regime: Regime, stale: Mapping[int, Array]) -> None:
        """From an iteration that was traced, with the gradients of before, by place on the tape."""
        plan = self.plan = Plan(record.nodes, record.root, record.contributions, stale)
        own = regime.leaves
        places = {str(node.name): place for place, node in enumerate(record.nodes)}
        self.trained: list[tuple[str, int | None]] = []
        self.steps: list[tuple[str, int, int, Step]] = []
        rates, optimizers = [], set()
        for name in regime.trained:
            optimizer = regime.optimizer_of(name)
            assert optimizer is not None
            optimizers.add(optimizer)
            place = places[name]
            total, value = plan.totals.get(place), record.nodes[place].value
            self.trained.append((name, total))
            if total is not None:
                self.steps.append((name, plan.slots[place], total, optimizer.bind(value, regime.backend)))
                rates.append(optimizer.plain_rate(value, regime.backend) if value.shape else None)
        dtypes = {None if rate is None else rate.dtype for rate in rates}
        self.plain = rates[0] if len(dtypes) == len(optimizers) == 1 else None
        names = [str(node.name) for node in plan.leaves]
        self.leaves: list[tuple[str, Array | None]] = [
            (str(node.name), None if node.name in own else node.value) for node in plan.leaves
        ]
        self.drawn: list[tuple[int, Draw]] = [
            (slot, node.draw) for slot, node in enumerate(plan.leaves) if node.draw is not None
        ]
        written = record.computed.written if isinstance(record.computed, Traced) else {}
        self.written = [(name, plan.slots[place]) for name, place in written.items()]
        self.stale = [str(node.name) for node in plan.stale]
        self.grads = [(name, plan.totals[places[name]]) for name in names if places[name] in plan.totals]
        self.layout = record.layout
        self.carried = record.end.nbytes
        needed = {slot for _, slot in (*self.trained, *self.written, *self.grads) if slot is not None}
        needed.add(plan.root)
        self._passing = plan.passing(needed)
        self._whole: Calls = [(call, ()) for call, _ in self._passing], plan.nbytes
        # On a device sums may be in another order the next time.
        again = plan.backend.name == "numpy" and plan.nbytes > LARGE
        kept = needed | plan.costly if again else set(range(plan.size))
        carried = {slot for _, slot in self.grads}
        self._costly: Calls = plan.passing(kept), plan.nbytes_of(kept - carried) if again else plan.nbytes
        self._latest: ref[Replayed] | None = None
        self.sheet: Writing | None = writing(self, regime)

    def run(self, carry: Carry, iteration: int, inputs: Mapping[str, Array], keep: bool) -> Record:
        """An iteration of the plan's topology: on a sheet if there is one and the arrays fit it."""
        if self.sheet is not None:
            record = self.sheet.run(carry, iteration, inputs)
            if record is not None:
                return record
        with carry.regime.backend.quiet():
            return self._run(carry, iteration, inputs, keep)

    def run_in_parts(
        self, carry: Carry, iteration: int, inputs: Mapping[str, Array], keep: bool, seconds: float
    ) -> Generator[None, None, Record]:
        """:meth:`run`; pauses where it has gone on for so many seconds. On a sheet, which others use too, it does not."""
        if self.sheet is not None:
            return self.run(carry, iteration, inputs, keep)
        given, stale = self._given(carry, iteration, inputs)
        calls, nbytes = self._calls(keep)
        w = yield from self.plan.run_in_parts(given, stale, calls, seconds)
        with carry.regime.backend.quiet():
            return self._ended(carry, iteration, given, stale, w, nbytes)

    def _run(self, carry: Carry, iteration: int, inputs: Mapping[str, Array], keep: bool) -> Record:
        plan = self.plan
        given, stale = self._given(carry, iteration, inputs)
        calls, nbytes = self._calls(keep)
        w = plan.run(given, stale) if nbytes == plan.nbytes else plan.run_through(calls, given, stale)
        return self._ended(carry, iteration, given, stale, w, nbytes)

    def _calls(self, keep: bool) -> Calls:
        """What is called, with what is let go of after each; and the bytes that are left, 0 where nobody will look.

        Who has looked at the iteration before will look at this one: then nothing is made twice.
        """
        if not keep:
            return self._passing, 0
        latest = None if self._latest is None else self._latest()
        return self._costly if latest is None or not latest.looked_at else self._whole

    def _given(
        self, carry: Carry, iteration: int, inputs: Mapping[str, Array]
    ) -> tuple[list[Array], list[Array]]:
        """The leaves, and the gradients of before."""
        regime, values = carry.regime, carry.values
        given = [
            value if value is not None else values[name] if name in values else inputs[name]
            for name, value in self.leaves
        ]
        for slot, draw in self.drawn:
            given[slot] = regime.backend.asarray(draw(iteration))
        return given, [carry.grads[name] for name in self.stale]

    def _ended(
        self,
        carry: Carry,
        iteration: int,
        given: list[Array],
        stale: list[Array],
        w: Workspace,
        nbytes: int,
    ) -> Record:
        """The updates, and the record."""
        regime, values, slots, plan = carry.regime, carry.values, carry.slots, self.plan
        values_after, slots_after = dict(values), dict(slots)
        for name, slot in self.written:
            values_after[name] = w[slot]
        if self.plain is not None:
            last = kept = FIRST
            in_place = regime.backend.name == "numpy"
            for name, slot, total, _ in self.steps:
                change = self.plain * w[total]
                # Into the array of the change: memory that is in use already is written twice as fast.
                values_after[name] = host.subtract(w[slot], change, change) if in_place else w[slot] - change
                before = slots.get(name, FIRST)
                if before is not last or kept is FIRST:
                    last, kept = before, Slot(before.updates + 1, before.state)
                slots_after[name] = kept
        else:
            norms = regime.norms((name, w[total]) for name, _, total, _ in self.steps)
            for name, slot, total, step in self.steps:
                before = slots.get(name, FIRST)
                value, state = step(w[slot], w[total], before.state, before.updates + 1, norms.get(name))
                values_after[name], slots_after[name] = value, Slot(before.updates + 1, state)
        grads = {name: w[total] for name, total in self.grads}
        if self.stale:
            grads = {**{name: carry.grads[name] for name in self.stale}, **grads}
        end = Carry(values_after, grads, slots_after, carry.fixed, regime, NO_ARRAYS, self.carried)
        if nbytes:
            computed = Replayed(plan, self.trained, carry, end, self.layout, w, nbytes)
            self._latest = ref(computed)
            return Record(iteration, carry, end, computed)
        passed = Passed(plan, self.trained, carry, end, self.layout, given, stale, w[plan.root])
        return Record(iteration, carry, end, passed)
