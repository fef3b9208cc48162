"""Runs one iteration: a batch through all three phases.

The first iterations of a topology are traced; those after run by a plan, which gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from chainrule.engine.backend import Array, host
from chainrule.engine.backward import backward
from chainrule.engine.plan import Plan
from chainrule.engine.tape import Draw, Node, Tape
from chainrule.engine.tensor import leaf
from chainrule.errors import Refusal
from chainrule.nn.optimizers import Step
from chainrule.trace.carry import CARRIED, FIRST, NO_ARRAYS, Carry, Regime, Shift, Slot
from chainrule.trace.computed import Layout, ParameterUpdate, Replayed, Traced
from chainrule.trace.record import Record


def run_iteration(
    carry: Carry, iteration: int, *, max_nodes: int | None = None, trace: bool = False
) -> Record:
    """One batch through all three phases.

    Parameters
    ----------
    trace
        Trace it even where there is a plan. The bits are the same.

    Raises
    ------
    Refusal
        ``limit_nodes``: the graph has more than ``max_nodes`` nodes. ``limit_memory``: there is no room for its arrays.
    """
    try:
        return _run(carry, iteration, max_nodes, trace)
    except carry.regime.backend.exhausted as error:
        raise Refusal(
            "limit_memory",
            422,
            "There is not enough memory",
            f"The arrays of an iteration do not fit into the memory of {carry.regime.backend.place}.",
            "Make the model or the batch smaller.",
        ) from error


def _run(carry: Carry, iteration: int, max_nodes: int | None, trace: bool) -> Record:
    regime = carry.regime
    with regime.backend.quiet():
        inputs = _inputs(carry, iteration)
        if trace or carry.interventions:
            return _traced(carry, iteration, inputs, max_nodes)[0]
        stale = () if regime.model.zero_grad else tuple(sorted(carry.grads))
        key = (stale, *[array.shape for array in inputs.values()])
        planned = regime.plans.get(key)
        if planned is not None:
            return _replayed(planned, carry, iteration, inputs)
        record, grads = _traced(carry, iteration, inputs, max_nodes)
        if key in regime.plans:
            # The second time: it is worth its while.
            regime.plans[key] = _plan(record, regime, grads)
        else:
            regime.plans[key] = None
    return record


def _inputs(carry: Carry, iteration: int) -> dict[str, Array]:
    """The leaves that come with the batch, in order of registration. Integers (labels, indices) stay integers.

    What was edited takes the place of the batch's where it has the batch's shape.
    """
    regime = carry.regime
    batch, fixed, backend = regime.model.batch(iteration), carry.fixed, regime.backend
    array_type: Any = backend.array_type
    native = regime.native
    inputs: dict[str, Array] = {}
    for name in regime.fed:
        value: Any = batch[name]
        if name in fixed and tuple(fixed[name].shape) == value.shape:
            value = fixed[name]
        if type(value) is not array_type or value.dtype is not native:
            floating = not isinstance(value, host.ndarray) or value.dtype.kind == "f"
            value = backend.asarray(value, native if floating else None)
        inputs[name] = value
    return inputs


# -- traced


def _traced(
    carry: Carry, iteration: int, inputs: Mapping[str, Array], max_nodes: int | None
) -> tuple[Record, dict[int, Array]]:
    """The record, and the gradients of before that were added to, by place on the tape."""
    regime = carry.regime
    tape, root = _forward(carry, iteration, inputs)
    if max_nodes is not None and len(tape.nodes) > max_nodes:
        raise Refusal(
            "limit_nodes",
            422,
            "The graph is too large",
            f"The graph has {len(tape.nodes)} nodes; {max_nodes} are allowed.",
            "Make the model or the expression smaller.",
            reason="nodes_of_graph",
            params={"nodes": len(tape.nodes), "most": max_nodes},
        )
    nodes = list(tape.nodes)
    stale: dict[int, Array] = {}
    if not regime.model.zero_grad:
        for node in nodes:
            if node.op is None and node.name is not None and node.name in carry.grads:
                stale[node.index] = carry.grads[node.name]
    grads = dict(stale)
    contributions = list(backward(root, grads=stale)) if root.requires_grad else []
    for contribution in contributions:
        grads[contribution.target.index] = contribution.total
    by_name = {node.name: node for node in nodes if node.kind == "parameter"}
    updates = []
    values, slots = dict(carry.values), dict(carry.slots)
    for name, node in tape.written.items():
        values[name] = node.value
    norm = _norm(regime, [grads.get(by_name[name].index) for name in regime.trained])
    for name in regime.trained:
        node = by_name[name]
        grad, before = grads.get(node.index), carry.slots.get(name, FIRST)
        values[name], slots[name] = _updated(regime, node.value, grad, before, norm)
        updates.append(ParameterUpdate(node, grad, values[name], before, slots[name], regime.optimizer, norm))
    kept = {
        node.name: grads[node.index]
        for node in nodes
        if node.op is None and node.name is not None and node.index in grads
    }
    end = Carry(values, kept, slots, carry.fixed, regime)
    written = {name: node.index for name, node in tape.written.items()}
    return Record(iteration, carry, end, Traced(root, nodes, contributions, updates, written)), stale


def _norm(regime: Regime, grads: Iterable[Array | None]) -> Array | None:
    """The norm of all gradients together, where updates are clipped by it."""
    optimizer = regime.optimizer
    if optimizer is None or optimizer.clip is None:
        return None
    return optimizer.norm([grad for grad in grads if grad is not None], regime.backend)


def _updated(
    regime: Regime, value: Array, grad: Array | None, before: Slot, norm: Array | None
) -> tuple[Array, Slot]:
    optimizer = regime.optimizer
    if grad is None or optimizer is None:
        return value, before
    t = before.updates + 1
    value, state = optimizer.bind(value, regime.backend)(value, grad, before.state, t, norm)
    return value, Slot(t, state)


def run_forward(carry: Carry, iteration: int) -> tuple[Tape, Node]:
    """The forward pass alone: the tape and the node of the loss."""
    return _forward(carry, iteration, _inputs(carry, iteration))


def _forward(carry: Carry, iteration: int, inputs: Mapping[str, Array]) -> tuple[Tape, Node]:
    regime = carry.regime
    tape = _Tape(regime.backend, carry.interventions)
    tape.iteration = iteration
    with tape:
        leaves = {}
        for spec in regime.model.leaves:
            value = carry.values[spec.name] if spec.kind in CARRIED else inputs[spec.name]
            leaves[spec.name] = leaf(value, name=spec.name, kind=spec.kind, requires_grad=spec.requires_grad)
        root = regime.model.forward(leaves).node
    return tape, root


class _Tape(Tape):
    """A tape on which an activation may also be shifted."""

    __slots__ = ()

    def _intervene(self, node: Node, target: Array | Shift) -> Node:
        if isinstance(target, Shift):
            target = node.value + node.backend.asarray(target.delta, node.value.dtype)
        return super()._intervene(node, target)


# -- run by a plan


class _Planned(NamedTuple):
    """A plan, and how the leaves and what carries over go in and come out."""

    plan: Plan
    leaves: list[tuple[str, Array | None]]
    """For each leaf its name, and its value where that is always the same."""
    drawn: list[tuple[int, Draw]]
    """Those that are drawn, by their slot."""
    written: list[tuple[str, int]]
    """For each buffer that is written its name and the slot of its new value."""
    stale: list[str]
    grads: list[tuple[str, int]]
    trained: list[tuple[str, int | None]]
    """For each trained parameter its name and the slot of its gradient."""
    steps: list[tuple[str, int, int, Step]]
    """For those that have a gradient the slots of value and gradient, and what updates them."""
    plain: Array | None
    """η where every update is θ − η·g and nothing is kept."""
    layout: Layout
    carried: int
    """Bytes of what carries over."""


def _plan(record: Record, regime: Regime, stale: Mapping[int, Array]) -> _Planned:
    plan = Plan(record.nodes, record.root, record.contributions, stale)
    own, optimizer = regime.leaves, regime.optimizer
    places = {str(node.name): place for place, node in enumerate(record.nodes)}
    trained, steps, rates = [], [], []
    for name in regime.trained:
        assert optimizer is not None
        place = places[name]
        total, value = plan.totals.get(place), record.nodes[place].value
        trained.append((name, total))
        if total is not None:
            steps.append((name, plan.slots[place], total, optimizer.bind(value, regime.backend)))
            rates.append(optimizer.plain_rate(value, regime.backend) if value.shape else None)
    dtypes = {None if rate is None else rate.dtype for rate in rates}
    plain = rates[0] if len(dtypes) == 1 else None
    names = [str(node.name) for node in plan.leaves]
    written = record.computed.written if isinstance(record.computed, Traced) else {}
    return _Planned(
        plan,
        [(str(node.name), None if node.name in own else node.value) for node in plan.leaves],
        [(slot, node.draw) for slot, node in enumerate(plan.leaves) if node.draw is not None],
        [(name, plan.slots[place]) for name, place in written.items()],
        [str(node.name) for node in plan.stale],
        [(name, plan.totals[places[name]]) for name in names if places[name] in plan.totals],
        trained,
        steps,
        plain,
        record.layout,
        record.end.nbytes,
    )


def _replayed(planned: _Planned, carry: Carry, iteration: int, inputs: Mapping[str, Array]) -> Record:
    plan, leaves, drawn, written, stale, totals, trained, steps, plain, layout, carried = planned
    regime, values, slots = carry.regime, carry.values, carry.slots
    given = [
        value if value is not None else values[name] if name in values else inputs[name]
        for name, value in leaves
    ]
    for slot, draw in drawn:
        given[slot] = regime.backend.asarray(draw(iteration))
    w = plan.run(given, [carry.grads[name] for name in stale])
    values_after, slots_after = dict(values), dict(slots)
    for name, slot in written:
        values_after[name] = w[slot]
    if plain is not None:
        last = kept = FIRST
        in_place = regime.backend.name == "numpy"
        for name, slot, total, _ in steps:
            change = plain * w[total]
            # Into the array of the change: memory that is in use already is written twice as fast.
            values_after[name] = host.subtract(w[slot], change, change) if in_place else w[slot] - change
            before = slots.get(name, FIRST)
            if before is not last or kept is FIRST:
                last, kept = before, Slot(before.updates + 1, before.state)
            slots_after[name] = kept
    else:
        norm = _norm(regime, [w[total] for _, _, total, _ in steps])
        for name, slot, total, step in steps:
            before = slots.get(name, FIRST)
            value, state = step(w[slot], w[total], before.state, before.updates + 1, norm)
            values_after[name], slots_after[name] = value, Slot(before.updates + 1, state)
    grads = {name: w[total] for name, total in totals}
    if stale:
        grads = {**{name: carry.grads[name] for name in stale}, **grads}
    end = Carry(values_after, grads, slots_after, carry.fixed, regime, NO_ARRAYS, carried)
    return Record(iteration, carry, end, Replayed(plan, w, trained, carry, end, layout))
