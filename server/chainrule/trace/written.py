"""An iteration run on a sheet: all parameters, all gradients and all of an optimizer's state are a vector each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chainrule.engine.backend import Array, HostArray, host, silently
from chainrule.engine.packing import Packed, Packing
from chainrule.engine.plan import Workspace
from chainrule.engine.sheet import Sheet, lay_out
from chainrule.trace.carry import FIRST, NO_ARRAYS, Carry, Regime, Slot
from chainrule.trace.computed import Replayed
from chainrule.trace.record import Record

if TYPE_CHECKING:
    from chainrule.trace.planned import Planned


class PackedSlots(Mapping[str, Slot]):
    """What an optimizer keeps, where each kind of it is one vector for all parameters, and all were updated as often."""

    __slots__ = ("_slots", "packing", "state", "updates")

    def __init__(self, packing: Packing[str], updates: int, state: Mapping[str, HostArray]) -> None:
        self.packing = packing
        self.updates = updates
        self.state = state
        self._slots: dict[str, Slot] | None = None

    def __getitem__(self, name: str) -> Slot:
        if self._slots is None:
            views = {key: self.packing.views(vector) for key, vector in self.state.items()}
            self._slots = {
                name: Slot(self.updates, {key: arrays[name] for key, arrays in views.items()})
                for name in self.packing.spans
            }
        return self._slots[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.packing.spans)

    def __len__(self) -> int:
        return len(self.packing.spans)


class Written(Replayed):
    """An iteration that was run on a sheet, and a copy of its ``body``, once somebody has asked for it.

    As long as nothing else ran there, its arrays stand on the sheet. Later it is run again, which takes less time than
    to write all of it to memory that no near cache holds.
    """

    def __init__(
        self,
        writing: Writing,
        start: Carry,
        end: Carry,
        given: tuple[Array, ...],
        number: float,
        body: HostArray | None = None,
    ) -> None:
        self.plan, self.trained, self.layout = writing.plan, writing.trained, writing.layout
        self.start, self.end = start, end
        self.writing, self.body, self._given, self._number = writing, body, given, number

    @property
    def loss(self) -> Array:
        return self.writing.loss(self._number)

    @property
    def number(self) -> float:
        return self._number

    @cached_property
    def workspace(self) -> Workspace:
        return self.writing.workspace(self.start, self.end, self._given, self.fill())

    def fill(self) -> HostArray:
        """The copy, made where there is none."""
        if self.body is None:
            self.body = self.standing().copy()
        return self.body

    @property
    def surely_finite(self) -> bool:
        # Between packed arrays there are zeros, or what a processor made of them.
        vectors = [self.standing()]
        for arrays in (self.start.values, self.end.values, self.end.grads):
            if not isinstance(arrays, Packed):
                return False
            vectors.append(arrays.vector)
        return all(self.plan.backend.finite([*vectors, *self._given]))

    def standing(self) -> HostArray:
        """The body, which may be that of the sheet itself: to be read at once."""
        if self.body is not None:
            return self.body
        writing = self.writing
        if writing.stands is not self:
            writing.again(self.start, self._given)
            writing.stands = self
        return writing.body

    @property
    def nbytes(self) -> int:
        return 1024 + (0 if self.body is None else self.body.nbytes)


class Writing:
    """A sheet, and how what an iteration starts from gets onto it.

    Attributes
    ----------
    packing
        How parameters, their gradients and what the optimizer keeps lie in vectors.
    body
        Where the sheet computes all else.
    stands
        The iteration whose arrays stand there.
    """

    def __init__(self, planned: Planned, sheet: Sheet, packing: Packing[str], regime: Regime) -> None:
        # What is packed is trained by one algorithm.
        optimizer = regime.optimizer_of(next(iter(packing.spans)))
        assert optimizer is not None
        self.plan, self.layout, self.trained = planned.plan, planned.layout, planned.trained
        self._sheet, self.packing, self._regime = sheet, packing, regime
        self.body = sheet.body
        like = sheet.parameters
        self._step = optimizer.bind(like, regime.backend)
        self._rate = optimizer.plain_rate(like, regime.backend)
        self._change = packing.empty()
        self._clips = regime.clipping
        self._given: tuple[Array, ...] = tuple(sheet.given.values())
        draws, places = dict(planned.drawn), {slot: k for k, slot in enumerate(sheet.given)}
        self._drawn = [(k, draws[slot]) for slot, k in places.items() if slot in draws]
        self.stands: Written | None = None
        self._fed = [
            (name, places[slot])
            for slot, (name, value) in enumerate(planned.leaves)
            if slot in places and value is None
        ]
        self._carried = 1024 + 5 * like.nbytes if self._rate is None else 1024 + 2 * like.nbytes

    def run(self, carry: Carry, iteration: int, inputs: Mapping[str, Array]) -> Record | None:
        """An iteration; None where an array does not lie as those of the sheet do."""
        self.stands = None
        for name, k in self._fed:
            if inputs[name] is not self._given[k] and not self._give(k, inputs[name]):
                return None
        for k, draw in self._drawn:
            if not self._give(k, host.asarray(draw(iteration))):
                return None
        before, kept = self._take(carry.values), self._kept(carry.slots)
        if before is None or kept is None:
            return None
        after, grads, slots = silently(self._train, before, kept)
        end = Carry(
            Packed(self.packing, after),
            Packed(self.packing, grads),
            slots,
            carry.fixed,
            carry.regime,
            NO_ARRAYS,
            self._carried,
        )
        computed = self.stands = Written(self, carry, end, self._given, self._sheet.loss.item())
        return Record(iteration, carry, end, computed)

    def _train(self, before: HostArray, kept: PackedSlots) -> tuple[HostArray, HostArray, PackedSlots]:
        """Both passes and the update: the parameters after it, the gradients, and what the optimizer keeps."""
        self._sheet.run()
        grads, t, packing = self._sheet.gradients.copy(), kept.updates + 1, self.packing
        if self._rate is not None:
            change = host.multiply(grads, self._rate, self._change)
            return before - change, grads, PackedSlots(packing, t, NO_ARRAYS)
        norms = self._regime.norms(packing.views(grads).items()) if self._clips else {}
        norm = next(iter(norms.values()), None)
        after, state = self._step(before, grads, kept.state, t, norm)
        return after, grads, PackedSlots(packing, t, state)

    def given(self, inputs: Mapping[str, Array], iteration: int) -> tuple[Array, ...]:
        """All that is given to an iteration beside its parameters: what came with the batch, what was drawn, and the rest."""
        given = list(self._given)
        for name, k in self._fed:
            given[k] = inputs[name]
        for k, draw in self._drawn:
            given[k] = host.asarray(draw(iteration))
        return tuple(given)

    def number(self, body: HostArray) -> float:
        """The loss in the copy of a body."""
        number: float = body[self._sheet.loss_place].item()
        return number

    def loss(self, number: float) -> HostArray:
        """A loss as the array that it was."""
        return host.full(self._sheet.loss.shape, number, self._sheet.loss.dtype)

    def _give(self, k: int, array: Array) -> bool:
        """Put a leaf that is no parameter onto the sheet; False where it does not lie as it must."""
        own = tuple(self._sheet.given.values())[k]
        if not _alike(array, own):
            return False
        host.copyto(own, array)
        self._given = (*self._given[:k], array, *self._given[k + 1 :])
        return True

    def _take(self, values: Mapping[str, Array]) -> HostArray | None:
        """Put the parameters onto the sheet: a vector of them; None where one does not lie as it must."""
        on_sheet = self._sheet.parameters
        if isinstance(values, Packed) and values.packing is self.packing:
            host.copyto(on_sheet, values.vector)
            return values.vector
        for name, own in self.packing.views(on_sheet).items():
            if not _alike(values[name], own):
                return None
            host.copyto(own, values[name])
        return on_sheet.copy()

    def _kept(self, slots: Mapping[str, Slot]) -> PackedSlots | None:
        """What the optimizer keeps, as vectors; None where parameters were not updated alike."""
        packing = self.packing
        if isinstance(slots, PackedSlots) and slots.packing is packing:
            return slots
        found = [slots.get(name, FIRST) for name in packing.spans]
        first = found[0]
        if any(slot.updates != first.updates or slot.state.keys() != first.state.keys() for slot in found):
            return None
        state = {}
        for key in first.state:
            state[key] = packing.empty()
            for own, slot in zip(packing.views(state[key]).values(), found, strict=True):
                if not _alike(slot.state[key], own):
                    return None
                host.copyto(own, slot.state[key])
        return PackedSlots(packing, first.updates, state)

    def again(self, start: Carry, given: tuple[Array, ...]) -> None:
        """Run an iteration again: the same bits."""
        self.stands = None
        for k, array in enumerate(given):
            self._give(k, array)
        self._take(start.values)
        silently(self._sheet.run)

    def workspace(self, start: Carry, end: Carry, given: tuple[Array, ...], body: HostArray) -> Workspace:
        """The arrays of an iteration by the plan's slots."""
        sheet = self._sheet
        return sheet.workspace(dict(zip(sheet.given, given, strict=True)), start.values, end.grads, body)


def _alike(array: Array, own: HostArray) -> bool:
    return array.shape == own.shape and array.dtype == own.dtype and bool(array.flags.c_contiguous)


def writing(planned: Planned, regime: Regime) -> Writing | None:
    """The sheet of a plan, where there is one and where all that carries over is trained in each iteration."""
    packing = regime.packing
    if packing is None or planned.written:
        return None
    slots = {name: slot for slot, (name, _) in enumerate(planned.leaves)}
    grads = dict(planned.grads)
    if set(grads) != set(packing.spans):
        return None
    sheet = lay_out(planned.plan, packing, {name: slots[name] for name in packing.spans}, grads)
    return None if sheet is None else Writing(planned, sheet, packing, regime)
