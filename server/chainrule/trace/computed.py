"""What one iteration computed: traced, or run by a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from chainrule.engine.backend import Array
from chainrule.engine.backward import Contribution
from chainrule.engine.plan import Plan, Workspace
from chainrule.engine.tape import Node
from chainrule.nn.optimizers import Optimizer, Update
from chainrule.trace.carry import FIRST, Carry, Slot, array_bytes


class Layout(NamedTuple):
    """How many steps each phase of an iteration has, in the order of the phases."""

    forward: int
    backward: int
    update: int

    @property
    def total(self) -> int:
        """Steps in the iteration."""
        return self.forward + self.backward + self.update

    @property
    def ends(self) -> tuple[int, ...]:
        """The last step of each non-empty phase."""
        ends = []
        last = -1
        for count in self:
            last += count
            if count:
                ends.append(last)
        return tuple(ends)


@dataclass(frozen=True, eq=False)
class ParameterUpdate:
    """One update step.

    Attributes
    ----------
    node, grad
        The parameter as the iteration began with it, and its gradient; None where it has none: then nothing changes.
    value
        The parameter after the step.
    before, slot
        What the optimizer kept for it before and after.
    optimizer
        What computed it.
    norm
        That of all gradients of its run together, where it clips by it.
    """

    node: Node
    grad: Array | None
    value: Array
    before: Slot
    slot: Slot
    optimizer: Optimizer | None
    norm: Array | None = None

    @cached_property
    def update(self) -> Update | None:
        """Every number on the way, computed anew: the same bits, because it is a pure function."""
        if self.grad is None or self.optimizer is None:
            return None
        return self.optimizer.update(
            self.node.value,
            self.grad,
            dict(self.before.state),
            self.slot.updates,
            self.node.backend,
            self.norm,
        )


class Computed(Protocol):
    """What one iteration computed: traced, or run by a plan."""

    @property
    def loss(self) -> Array:
        """The value of the root."""
        ...

    @property
    def number(self) -> float:
        """The loss as a number, fetched from where it is."""
        ...

    @property
    def layout(self) -> Layout:
        """Steps per phase."""
        ...

    @property
    def root(self) -> Node: ...
    @property
    def nodes(self) -> list[Node]:
        """In tape order."""
        ...

    @property
    def contributions(self) -> list[Contribution]: ...
    @property
    def updates(self) -> list[ParameterUpdate]: ...
    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        ...


@dataclass(frozen=True, eq=False)
class Traced:
    """An iteration that was traced."""

    root: Node
    nodes: list[Node]
    contributions: list[Contribution]
    updates: list[ParameterUpdate]
    written: dict[str, int]
    """Buffers → the place on the tape of what they hold afterwards."""

    @property
    def loss(self) -> Array:
        return self.root.value

    @property
    def number(self) -> float:
        return self.root.backend.numbers([self.loss])[0]

    @cached_property
    def layout(self) -> Layout:
        operations = sum(node.op is not None for node in self.nodes)
        return Layout(2 + operations, len(self.contributions), len(self.updates))

    @cached_property
    def nbytes(self) -> int:
        size = 1024 + sum(600 + array_bytes(node.value) for node in self.nodes)
        for contribution in self.contributions:
            size += 400 + 2 * array_bytes(contribution.value)
        return size


class Replayed:
    """An iteration that a plan ran: its arrays, or those among them that take long to make.

    The others are made when somebody looks, to the same bits; so are nodes and contributions.
    """

    def __init__(
        self,
        plan: Plan,
        trained: Sequence[tuple[str, int | None]],
        start: Carry,
        end: Carry,
        layout: Layout,
        kept: Workspace,
        nbytes: int,
    ) -> None:
        """``trained``: the parameters that are updated, each with the slot of its gradient.

        ``kept``: a workspace, with None for what is not kept; and the bytes that it takes.
        """
        self.plan, self.trained, self.start, self.end, self.layout = plan, trained, start, end, layout
        self._kept, self._nbytes = kept, nbytes

    @property
    def loss(self) -> Array:
        array: Array = self._kept[self.plan.root]
        return array

    @property
    def number(self) -> float:
        return self.plan.backend.numbers([self.loss])[0]

    @property
    def surely_finite(self) -> bool:
        """Whether all that was computed is finite, where that is known at a glance."""
        return False

    @cached_property
    def workspace(self) -> Workspace:
        """All arrays, by the plan's slots."""
        with self.plan.backend.quiet():
            self.plan.fill(self._kept)
        self._nbytes = self.plan.nbytes
        return self._kept

    @property
    def looked_at(self) -> bool:
        """Whether somebody has asked for its arrays."""
        return "workspace" in vars(self)

    @cached_property
    def nodes(self) -> list[Node]:
        return self.plan.tape(self.workspace)

    @property
    def root(self) -> Node:
        return self.nodes[self.plan.root_place]

    @cached_property
    def contributions(self) -> list[Contribution]:
        return self.plan.contributions(self.workspace, self.nodes)

    @cached_property
    def updates(self) -> list[ParameterUpdate]:
        by_name = {node.name: node for node in self.nodes if node.kind == "parameter"}
        before, after, w = self.start.slots, self.end, self.workspace
        regime = self.start.regime
        with regime.backend.quiet():
            norms = regime.norms((name, None if total is None else w[total]) for name, total in self.trained)
        return [
            ParameterUpdate(
                by_name[name],
                None if total is None else w[total],
                after.values[name],
                before.get(name, FIRST),
                after.slots.get(name, FIRST),
                regime.optimizer_of(name),
                norms.get(name),
            )
            for name, total in self.trained
        ]

    @property
    def nbytes(self) -> int:
        return self._nbytes + 512


class Passed(Replayed):
    """An iteration of which nothing was kept but where it started and its loss. It is run again when somebody looks."""

    def __init__(
        self,
        plan: Plan,
        trained: Sequence[tuple[str, int | None]],
        start: Carry,
        end: Carry,
        layout: Layout,
        leaves: Sequence[Array],
        stale: Sequence[Array],
        loss: Array,
    ) -> None:
        self.plan, self.trained, self.start, self.end, self.layout = plan, trained, start, end, layout
        self._leaves, self._stale, self._loss = leaves, stale, loss

    @property
    def loss(self) -> Array:
        return self._loss

    @cached_property
    def workspace(self) -> Workspace:
        with self.plan.backend.quiet():
            return self.plan.run(self._leaves, self._stale)

    @property
    def nbytes(self) -> int:
        return 512 + (self.plan.nbytes if self.looked_at else 0)
