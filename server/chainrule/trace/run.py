"""Runs one iteration: a batch through all three phases.

The first iterations of a topology are traced; those after run by a plan, which gives the same bits.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from time import perf_counter
from typing import Any

from chainrule.engine.backend import Array, host
from chainrule.engine.backward import backward
from chainrule.engine.tape import Node, Tape
from chainrule.engine.tensor import leaf
from chainrule.errors import Refusal
from chainrule.nn.optimizers import Optimizer
from chainrule.trace.carry import CARRIED, FIRST, Carry, Regime, Shift, Slot
from chainrule.trace.computed import ParameterUpdate, Traced
from chainrule.trace.planned import Planned
from chainrule.trace.record import Record

PART = 0.004
"""Seconds for which an iteration goes on before others may have their turn."""


def run_iteration(
    carry: Carry, iteration: int, *, max_nodes: int | None = None, trace: bool = False, keep: bool = True
) -> Record:
    """One batch through all three phases.

    Parameters
    ----------
    trace
        Trace it even where there is a plan. The bits are the same.
    keep
        Whether somebody is going to look at the record. If not, it may be computed again when somebody does.

    Raises
    ------
    Refusal
        ``limit_nodes``: the graph has more than ``max_nodes`` nodes. ``limit_memory``: there is no room for its arrays.
    """
    begun = perf_counter()
    try:
        record = _run(carry, iteration, max_nodes, trace, keep)
    except carry.regime.backend.exhausted as error:
        raise _too_large(carry) from error
    carry.regime.taken[0] = perf_counter() - begun
    return record


def run_in_parts(
    carry: Carry, iteration: int, *, max_nodes: int | None = None, keep: bool = True, seconds: float = PART
) -> Generator[None, None, Record]:
    """:func:`run_iteration`, which pauses where it has gone on for so many seconds.

    It depends on nothing that may change meanwhile, and changes nothing that others see.
    """
    regime = carry.regime
    if regime.prepares is not None:
        yield from regime.prepares.prepare(iteration)
    planned = None if carry.interventions else _planned(carry, inputs := inputs_of(carry, iteration))
    if planned is None:
        return run_iteration(carry, iteration, max_nodes=max_nodes, keep=keep)
    work = planned.run_in_parts(carry, iteration, inputs, keep, seconds)
    paused = False
    try:
        while True:
            next(work)
            paused = True
            yield
    except StopIteration as stop:
        if not paused:
            # It took long because the machine did something else.
            regime.taken[0] = 0.0
        record: Record = stop.value
        return record
    except regime.backend.exhausted as error:
        raise _too_large(carry) from error


def takes_long(regime: Regime) -> bool:
    """Whether an iteration takes so long that others should have their turn within it."""
    return regime.taken[0] > PART


def _too_large(carry: Carry) -> Refusal:
    return Refusal(
        "limit_memory",
        422,
        "There is not enough memory",
        f"The arrays of an iteration do not fit into the memory of {carry.regime.backend.place}.",
        "Make the model or the batch smaller.",
    )


def _key(carry: Carry, inputs: Mapping[str, Array]) -> object:
    stale = () if carry.regime.model.zero_grad else tuple(sorted(carry.grads))
    return (stale, *[array.shape for array in inputs.values()])


def _planned(carry: Carry, inputs: Mapping[str, Array]) -> Planned | None:
    """The plan of an iteration's topology, if there is one."""
    planned: Planned | None = carry.regime.plans.get(_key(carry, inputs))
    return planned


def _run(carry: Carry, iteration: int, max_nodes: int | None, trace: bool, keep: bool) -> Record:
    regime = carry.regime
    inputs = inputs_of(carry, iteration)
    if trace or carry.interventions:
        return _traced(carry, iteration, inputs, max_nodes)[0]
    key = _key(carry, inputs)
    planned: Planned | None = regime.plans.get(key)
    if planned is not None:
        return planned.run(carry, iteration, inputs, keep)
    record, grads = _traced(carry, iteration, inputs, max_nodes)
    # The second time it is worth its while.
    regime.plans[key] = Planned(record, regime, grads) if key in regime.plans else None
    return record


def inputs_of(carry: Carry, iteration: int) -> dict[str, Array]:
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
    with carry.regime.backend.quiet():
        return _recorded(carry, iteration, inputs, max_nodes)


def _recorded(
    carry: Carry, iteration: int, inputs: Mapping[str, Array], max_nodes: int | None
) -> tuple[Record, dict[int, Array]]:
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
    norms = regime.norms((name, grads.get(by_name[name].index)) for name in regime.trained)
    for name in regime.trained:
        node = by_name[name]
        grad, before = grads.get(node.index), carry.slots.get(name, FIRST)
        optimizer, norm = regime.optimizer_of(name), norms.get(name)
        values[name], slots[name] = _updated(regime, optimizer, node.value, grad, before, norm)
        updates.append(ParameterUpdate(node, grad, values[name], before, slots[name], optimizer, norm))
    kept = {
        node.name: grads[node.index]
        for node in nodes
        if node.op is None and node.name is not None and node.index in grads
    }
    end = Carry(values, kept, slots, carry.fixed, regime)
    written = {name: node.index for name, node in tape.written.items()}
    return Record(iteration, carry, end, Traced(root, nodes, contributions, updates, written)), stale


def _updated(
    regime: Regime,
    optimizer: Optimizer | None,
    value: Array,
    grad: Array | None,
    before: Slot,
    norm: Array | None,
) -> tuple[Array, Slot]:
    if grad is None or optimizer is None:
        return value, before
    t = before.updates + 1
    value, state = optimizer.bind(value, regime.backend)(value, grad, before.state, t, norm)
    return value, Slot(t, state)


def run_forward(carry: Carry, iteration: int, inputs: Mapping[str, Array] | None = None) -> tuple[Tape, Node]:
    """The forward pass alone: the tape and the node of the loss. ``inputs`` take the place of the batch."""
    return _forward(carry, iteration, inputs_of(carry, iteration) if inputs is None else inputs)


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
