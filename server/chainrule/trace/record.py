"""One iteration as it was recorded: what was computed, by reference, and where every step falls in it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from chainrule.engine.backend import Array
from chainrule.engine.backward import Contribution
from chainrule.engine.packing import Packed
from chainrule.engine.plan import Plan
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.trace.carry import Carry
from chainrule.trace.computed import Computed, Layout, ParameterUpdate, Replayed

if TYPE_CHECKING:
    from chainrule.protocol.model import Param, Phase, StepKind


@dataclass(frozen=True, slots=True, eq=False)
class StepRef:
    """What happens in one step: of ``node``, ``contribution`` and ``update`` those that the kind has."""

    index: int
    kind: StepKind
    phase: Phase
    node: Node | None = None
    contribution: Contribution | None = None
    update: ParameterUpdate | None = None


class Arrivals(NamedTuple):
    """The contributions to one node's gradient: at which steps, and what."""

    steps: list[int]
    contributions: list[Contribution]


@dataclass(eq=False)
class Record:
    """One iteration, complete. Steps: zero_grad, load, forward…, seed, backward…, update…

    Never changed once it is made. A place in it is a step; every question is about the state *after* that step. ``nodes`` is in tape order.
    """

    iteration: int
    start: Carry
    end: Carry
    computed: Computed

    @property
    def loss(self) -> Array:
        """The value of the root."""
        return self.computed.loss

    @property
    def plan(self) -> Plan | None:
        """What it was run by, if it was not traced: all iterations of a plan have one structure."""
        return getattr(self.computed, "plan", None)

    @property
    def number(self) -> float:
        """The loss as a number, fetched from where it is."""
        return self.computed.number

    @cached_property
    def finite(self) -> bool:
        """Whether the loss, the gradients of the leaves and the parameters that it ends with are finite."""
        values, grads, backend = self.end.values, self.end.grads, self.start.regime.backend
        if isinstance(values, Packed) and isinstance(grads, Packed):
            if not math.isfinite(self.number):
                return False
            # In the gaps between packed arrays anything may stand.
            if all(backend.finite([values.vector, grads.vector])):
                return True
        return all(backend.finite([self.loss, *values.values(), *grads.values()]))

    @property
    def root(self) -> Node:
        """The node of the loss."""
        return self.computed.root

    @property
    def nodes(self) -> list[Node]:
        """All nodes in tape order."""
        return self.computed.nodes

    @property
    def contributions(self) -> list[Contribution]:
        """In the order of the backward pass, the seed first."""
        return self.computed.contributions

    @property
    def updates(self) -> list[ParameterUpdate]:
        """In order of registration."""
        return self.computed.updates

    # -- steps

    @cached_property
    def operations(self) -> list[Node]:
        """Non-leaf nodes in tape order: one forward step each."""
        return [node for node in self.nodes if node.op is not None]

    @property
    def layout(self) -> Layout:
        """Steps per phase."""
        return self.computed.layout

    @property
    def first_backward(self) -> int:
        """The step of the seed (where there is a backward phase)."""
        return self.layout.forward

    def step(self, index: int) -> StepRef:
        """The step with this index; raises IndexError beyond the last one."""
        forward, contributions, _ = self.layout
        if index < 0:
            raise IndexError(index)
        if index == 0:
            return StepRef(0, "zero_grad", "forward")
        if index == 1:
            return StepRef(1, "load", "forward")
        if index < forward:
            return StepRef(index, "forward", "forward", self.operations[index - 2])
        if index < forward + contributions:
            contribution = self.contributions[index - forward]
            kind: StepKind = "seed" if contribution.argument < 0 else "backward"
            return StepRef(index, kind, "backward", contribution.node, contribution)
        update = self.updates[index - forward - contributions]
        return StepRef(index, "update", "update", update.node, None, update)

    def steps(self) -> Iterator[StepRef]:
        """All steps in order."""
        return (self.step(index) for index in range(self.layout.total))

    # -- nodes

    @cached_property
    def positions(self) -> dict[int, int]:
        """Node.index → place in ``nodes``, which is its index in the graph."""
        return {node.index: place for place, node in enumerate(self.nodes)}

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Nodes by their unique name."""
        return {node.name: node for node in self.nodes if node.name is not None}

    def find(self, name: str) -> Node:
        """The node with this name; else with this label; else the only one of the op of that name.

        Raises
        ------
        Refusal
            ``unknown_name``: there is none, or more than one.
        """
        node = self.by_name.get(name)
        if node is not None:
            return node
        found = [n for n in self.nodes if n.label == name and n.kind != "constant"]
        if not found:
            found = [n for n in self.operations if n.op is not None and n.op.name == name and not is_edit(n)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(str(n.name) for n in found[:8])
            raise unknown_name(
                f"{name!r} may be any of {names}.", reason="node_ambiguous", name=name[:64], names=names
            )
        raise unknown_name(f"There is no {name!r} in this graph.", reason="node_unknown", name=name[:64])

    # -- values

    @cached_property
    def _value_steps(self) -> dict[int, int]:
        steps: dict[int, int] = {}
        position = 1
        for node in self.nodes:
            if node.op is not None:
                position += 1
                steps[node.index] = position
            elif node.kind in ("input", "target"):
                steps[node.index] = 1
            elif is_delta(node):
                # δ = y′ − y exists once y does.
                steps[node.index] = position
            else:
                steps[node.index] = 0
        return steps

    def value_step(self, node: Node) -> int:
        """The step that gives the node its value: 0 for parameters and constants, 1 for inputs and targets."""
        return self._value_steps[node.index]

    @cached_property
    def _update_steps(self) -> dict[int, int]:
        first = self.layout.forward + self.layout.backward
        return {update.node.index: first + k for k, update in enumerate(self.updates)}

    def value_at(self, node: Node, step: int) -> Array | None:
        """The node's value after a step; None before it has one. A parameter changes with its update."""
        if step < self._value_steps[node.index]:
            return None
        changed = self._update_steps.get(node.index)
        if changed is not None and step >= changed:
            return self.updates[changed - self.layout.forward - self.layout.backward].value
        return node.value

    # -- gradients

    @cached_property
    def arrivals(self) -> dict[int, Arrivals]:
        """Node.index → contributions to its gradient; nodes that receive none are missing."""
        first = self.layout.forward
        found: dict[int, Arrivals] = {}
        for k, contribution in enumerate(self.contributions):
            arrivals = found.get(contribution.target.index)
            if arrivals is None:
                arrivals = found[contribution.target.index] = Arrivals([], [])
            arrivals.steps.append(first + k)
            arrivals.contributions.append(contribution)
        return found

    def expected(self, node: Node) -> int:
        """Contributions that the node receives before it may fire; the seed counts as the loss's own."""
        arrivals = self.arrivals.get(node.index)
        return 0 if arrivals is None else len(arrivals.steps)

    def arrived(self, node: Node, step: int) -> int:
        """Contributions that have arrived after a step."""
        arrivals = self.arrivals.get(node.index)
        return 0 if arrivals is None else bisect_right(arrivals.steps, step)

    def all_arrived(self, step: int) -> list[int]:
        """:meth:`arrived` of all nodes in tape order."""
        whole = self._whole(step)
        if whole is not None:
            return list(whole.plan.received)
        return [self.arrived(node, step) for node in self.nodes]

    def _whole(self, step: int) -> Replayed | None:
        """What a plan ran, where both passes have ended: then nobody has to ask by contribution what has arrived."""
        computed = self.computed
        ended = step >= self.layout.forward + self.layout.backward - 1
        return computed if ended and isinstance(computed, Replayed) else None

    def grad_at(self, node: Node, step: int) -> Array | None:
        """The node's gradient after a step; None before the first contribution.

        A leaf's gradient from earlier iterations is there from the start where ``zero_grad`` is off.
        """
        whole = self._whole(step)
        slot = None if whole is None else whole.plan.totals.get(self.positions[node.index])
        if whole is not None and slot is not None:
            grad: Array = whole.workspace[slot]
            return grad
        arrivals = self.arrivals.get(node.index)
        count = 0 if arrivals is None else bisect_right(arrivals.steps, step)
        if arrivals is None or count == 0:
            return self.stale_grad(node)
        total: Array = arrivals.contributions[count - 1].total
        return total

    def stale_grad(self, node: Node) -> Array | None:
        """The gradient that a leaf keeps from earlier iterations; None where ``zero_grad`` cleared it."""
        if node.op is not None or self.start.regime.model.zero_grad or node.name is None:
            return None
        return self.start.grads.get(node.name)

    @property
    def nbytes(self) -> int:
        """About how much memory the record takes."""
        return self.computed.nbytes + self.end.nbytes


def is_edit(node: Node) -> bool:
    """Whether the node is the y′ = y + δ of an edited activation."""
    return node.name is not None and node.op is not None and node.name.endswith(".edit")


def is_delta(node: Node) -> bool:
    """Whether the node is the δ of an edited activation."""
    return node.name is not None and node.op is None and node.name.endswith(".delta")


def unknown_name(detail: str, *, reason: str, **params: Param) -> Refusal:
    """The refusal of a name that means no node, or several."""
    return Refusal(
        "unknown_name",
        404,
        "No such node",
        detail,
        "Use a name from the graph: a variable, a parameter's path, or scope.op#k.",
        reason=reason,
        params=params,
    )
