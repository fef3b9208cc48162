"""Runs one iteration: a batch through all three phases."""

from __future__ import annotations

from chainrule.engine.backend import Array
from chainrule.engine.backward import backward
from chainrule.engine.tape import Node, Tape
from chainrule.engine.tensor import leaf
from chainrule.errors import Refusal
from chainrule.trace.carry import NO_ARRAYS, Carry, Regime, Shift, Slot
from chainrule.trace.record import ParameterUpdate, Record


def run_iteration(carry: Carry, iteration: int, *, max_nodes: int | None = None) -> Record:
    """One batch through all three phases.

    Raises
    ------
    Refusal
        ``limit_nodes``: the graph has more than ``max_nodes`` nodes.
    """
    regime = carry.regime
    model, backend = regime.model, regime.backend
    with backend.quiet():
        tape, root = run_forward(carry, iteration)
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
        by_name = {node.name: node for node in nodes if node.kind == "parameter"}
        grads: dict[int, Array] = {}
        if not model.zero_grad:
            for node in nodes:
                if node.op is None and node.name is not None and node.name in carry.grads:
                    grads[node.index] = carry.grads[node.name]
        contributions = list(backward(root, grads=dict(grads))) if root.requires_grad else []
        for contribution in contributions:
            grads[contribution.target.index] = contribution.total
        updates = []
        values, slots = dict(carry.values), dict(carry.slots)
        for name in regime.trained:
            node = by_name[name]
            updated = _update(regime, node, grads.get(node.index), carry.slots.get(name, Slot(0, NO_ARRAYS)))
            updates.append(updated)
            values[name], slots[name] = updated.value, updated.slot
    end = Carry(
        values=values,
        grads={
            node.name: grads[node.index]
            for node in nodes
            if node.op is None and node.name is not None and node.index in grads
        },
        slots=slots,
        fixed=carry.fixed,
        regime=regime,
    )
    return Record(iteration, carry, end, root, nodes, contributions, updates)


def _update(regime: Regime, node: Node, grad: Array | None, slot: Slot) -> ParameterUpdate:
    if grad is None or regime.optimizer is None:
        return ParameterUpdate(node, None, None, slot)
    update = regime.optimizer.update(node.value, grad, dict(slot.state), slot.updates + 1)
    return ParameterUpdate(node, grad, update, Slot(slot.updates + 1, update.state))


def run_forward(carry: Carry, iteration: int) -> tuple[Tape, Node]:
    """The forward pass alone: the tape and the node of the loss."""
    regime = carry.regime
    tape = _Tape(regime.backend, carry.interventions)
    batch = regime.model.batch(iteration)
    with tape:
        leaves = {}
        for spec in regime.model.leaves:
            if spec.kind == "parameter":
                value = carry.values[spec.name]
            elif spec.name in carry.fixed:
                value = carry.fixed[spec.name]
            else:
                value = regime.backend.asarray(batch[spec.name], regime.dtype)
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
