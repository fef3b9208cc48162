"""Where a NaN or an infinity began: the number that is not finite though all that it was made of is.

The way goes back from number to number, through the operands of each that are not finite themselves: NaN first, as it
takes a NaN, or two infinities, to make one. From the start of an iteration it goes on in the one that made its number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import NamedTuple

from chainrule.engine.backend import Array, host
from chainrule.engine.backward import contribution_terms, value_terms
from chainrule.engine.tape import Node
from chainrule.engine.terms import Index, broadcast_index
from chainrule.engine.terms import Term as OpTerm
from chainrule.explain import arithmetic
from chainrule.explain.history import History, Look
from chainrule.explain.symbols import element
from chainrule.protocol.model import Cursor, Explained, Source
from chainrule.trace import Carry, Record, is_edit


class Number(NamedTuple):
    """A number of an iteration as it stands after ``step``. ``line`` is that of the arithmetic of an update."""

    what: Explained
    node: Node
    at: Index
    step: int
    argument: int | None = None
    line: int | None = None


def began(
    history: History,
    record: Record,
    step: int,
    what: Explained,
    node: Node,
    index: Index,
    *,
    argument: int | None = None,
    symbol: str | None = None,
) -> Generator[None, None, Source]:
    """The beginning of a number that is not finite, with its place; pauses where much has to be looked at."""
    line = None
    if symbol is not None:
        line = next(arithmetic.place_of(change, symbol) for change in record.updates if change.node is node)
    at = Number(what, node, index, step, argument, line)
    looked = 0
    while True:
        looked += 1
        if looked % 64 == 0:
            yield
        with at.node.backend.quiet():
            following = _worst(record, _operands(record, at))
        if following is not None:
            at = following
            continue
        carried = _carried(record, at)
        if carried is None:
            return _source(history, record, at)
        first, was_given = yield from history.entered(record.iteration, carried.look, carried.given(history))
        record = yield from history.record(first if was_given else first - 1)
        at = carried.number(record, was_given)
        if was_given:
            return _source(history, record, at)


def value_of(record: Record, number: Number) -> float | None:
    """The number itself; None where it has not been reached."""
    node = number.node
    if number.what == "value":
        array = record.value_at(node, number.step)
    elif number.what == "grad":
        array = record.grad_at(node, number.step)
    elif number.what == "contribution":
        array = next(
            (c.value for c in record.contributions if (c.node, c.argument) == (node, number.argument)), None
        )
    else:
        change = next((change for change in record.updates if change.node is node), None)
        update = None if change is None else change.update
        array = None if update is None or number.line is None else update.details[number.line].value
    return None if array is None else element(node, array, number.at)


def _worst(record: Record, numbers: Iterable[Number]) -> Number | None:
    """A NaN among them; else an infinity; None where all are finite."""
    infinite = None
    for number in numbers:
        value = value_of(record, number)
        if value is not None and math.isnan(value):
            return number
        if value is not None and math.isinf(value) and infinite is None:
            infinite = number
    return infinite


# -- operands within an iteration


def _operands(record: Record, number: Number) -> list[Number]:
    if number.what == "value":
        return _of_value(record, number)
    if number.what == "grad":
        return _of_gradient(record, number)
    if number.what == "contribution":
        return _of_contribution(record, number)
    return _of_line(record, number)


def _of_value(record: Record, number: Number) -> list[Number]:
    node, index = number.node, number.at
    if node.op is None:
        changed = next((k for k, change in enumerate(record.updates) if change.node is node), None)
        if changed is None:
            return []
        at = record.layout.forward + record.layout.backward + changed
        update = record.updates[changed].update
        if number.step < at:
            return []
        before = at - 1
        if update is None:
            return [number._replace(step=before)]
        return [Number("detail", node, index, at, line=len(update.details) - 1)]
    if is_edit(node):
        return []
    terms = value_terms(node, index)
    found = _sources(record, node, terms, record.value_step(node))
    if _worst(record, found) is None:
        found = _all_inputs(node, index, record.value_step(node))
    return [other for other in found if other[:3] != number[:3]]


def _of_gradient(record: Record, number: Number) -> list[Number]:
    node = number.node
    found = []
    arrivals = record.arrivals.get(node.index)
    for step, arrived in zip(*(arrivals or ([], [])), strict=True):
        if step <= number.step and arrived.argument >= 0:
            found.append(Number("contribution", arrived.node, number.at, step, argument=arrived.argument))
    return found


def _of_contribution(record: Record, number: Number) -> list[Number]:
    node = number.node
    made = next(c for c in record.contributions if (c.node, c.argument) == (node, number.argument))
    terms = contribution_terms(node, made.argument, made.upstream, number.at)
    # What came in later is no operand: this node's gradient was complete when it fired.
    return _sources(record, node, terms, number.step)


def _of_line(record: Record, number: Number) -> list[Number]:
    node, line = number.node, number.line
    change = next(change for change in record.updates if change.node is node)
    assert line is not None
    before = record.layout.forward + record.layout.backward - 1
    if line == 0:
        return [Number("grad", node, number.at, before)]
    found = []
    for read in arithmetic.reads(change, line, number.at):
        if read.origin == "gradient":
            found.append(Number("grad", node, number.at, before))
        elif read.origin == "detail":
            above = arithmetic.place_of(change, read.symbol, line)
            found.append(Number("detail", node, number.at, number.step, line=above))
        elif read.origin == "parameter":
            found.append(Number("value", node, number.at, 0))
    return found


def _sources(record: Record, node: Node, terms: Sequence[OpTerm], step: int) -> list[Number]:
    found: dict[Number, None] = {}
    for term in terms:
        for factor in term.factors:
            for of, place in factor.sources:
                if of == "upstream":
                    found[Number("grad", node, place, step)] = None
                else:
                    read = node if of == "out" else node.inputs[of]
                    found[Number("value", read, place, 0 if read.op is None else step)] = None
    # Leaves are read as the iteration loads them; an update comes after all that reads them.
    return [
        number._replace(step=record.value_step(number.node)) if number.what == "value" else number
        for number in found
    ]


def _all_inputs(node: Node, index: Index, step: int) -> list[Number]:
    """Elements of the arguments that may have gone into an element where the op's terms name none that did."""
    found = []
    for child in node.inputs:
        if len(child.shape) <= len(index) and all(
            size in (1, out) for size, out in zip(child.shape[::-1], node.shape[::-1], strict=False)
        ):
            found.append(Number("value", child, broadcast_index(index, child.shape), step))
            continue
        odd = host.argwhere(~host.isfinite(child.backend.to_numpy(child.value)))
        found.extend(Number("value", child, tuple(map(int, place)), step) for place in odd[:1])
    return found


# -- what an iteration starts from


class Carried(NamedTuple):
    """A number that an iteration starts from: a parameter, a stale gradient, or (``symbol``) what an update keeps."""

    what: Explained
    name: str
    at: Index
    look: Look
    symbol: str | None = None

    def given(self, history: History) -> Callable[[int], bool]:
        """Whether an edit gave it to an iteration."""
        return lambda at: self.what == "value" and history.edited(self.name, self.at, at)

    def number(self, record: Record, start: bool) -> Number:
        """As it stands at the start or the end of an iteration."""
        node, (forward, backward, update) = record.by_name[self.name], record.layout
        if self.symbol is None:
            end = forward + backward + (update if self.what == "value" else 0) - 1
            return Number(self.what, node, self.at, 0 if start else end)
        changed = next(k for k, change in enumerate(record.updates) if change.node is node)
        line = arithmetic.place_of(record.updates[changed], self.symbol)
        return Number("detail", node, self.at, forward + backward + changed, line=line)


def _carried(record: Record, number: Number) -> Carried | None:
    """What a number that is not finite was at the start of the iteration; None where it was made in it."""
    node, index, name = number.node, number.at, str(number.node.name)

    def one(array: Array | None) -> float | None:
        return None if array is None else element(node, array, index)

    if number.what == "value" and node.kind == "parameter":
        return Carried("value", name, index, lambda carry: one(carry.values.get(name)))
    if number.what == "grad":
        stale = one(record.stale_grad(node))
        if stale is not None and not math.isfinite(stale):
            return Carried("grad", name, index, lambda carry: one(carry.grads.get(name)))
    if number.what == "detail" and number.line is not None:
        change = next(change for change in record.updates if change.node is node)
        for read in arithmetic.reads(change, number.line, index):
            if read.origin == "kept" and not math.isfinite(read.value) and change.slot.updates > 1:
                assert change.update is not None
                look = _kept(name, change.update.kept[read.symbol], one)
                return Carried("detail", name, index, look, read.symbol)
    return None


def _kept(name: str, key: str, one: Callable[[Array | None], float | None]) -> Look:
    def look(carry: Carry) -> float | None:
        slot = carry.slots.get(name)
        return None if slot is None else one(slot.state.get(key))

    return look


def _source(history: History, record: Record, number: Number) -> Source:
    """A number as one asks for it, at the step that made it."""
    node, what, symbol = number.node, number.what, None
    step = number.step
    if what == "value":
        step = record.value_step(node)
    elif what == "grad":
        step = _since(record, number)
    elif what == "contribution":
        arrived = zip(range(record.first_backward, record.layout.total), record.contributions, strict=False)
        step = next(at for at, c in arrived if (c.node, c.argument) == (node, number.argument))
    else:
        change = next(change for change in record.updates if change.node is node)
        assert change.update is not None
        assert number.line is not None
        if number.line == len(change.update.details) - 1:
            what = "value"
        else:
            symbol = change.update.details[number.line].symbol
    return Source(
        name=str(node.name),
        what=what,
        index=list(number.at),
        argument=number.argument,
        symbol=symbol,
        place=Cursor(branch=history.line.id, iteration=record.iteration, step=step),
    )


def _since(record: Record, number: Number) -> int:
    """The step from which a gradient is not finite."""
    arrivals = record.arrivals.get(number.node.index)
    for step, arrived in zip(*(arrivals or ([], [])), strict=True):
        if not math.isfinite(element(number.node, arrived.total, number.at)):
            return step
    return number.step
