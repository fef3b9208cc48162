"""A plan: the calls that an iteration makes, in order, without the questions that tracing asks.

It is made from one traced iteration and runs others of the same topology: the same ops on the same shapes and dtypes.
Every array is put into one list, the *workspace*: leaves first, then values in tape order, then contributions and
totals in the order of the backward pass. A place in it is a *slot*. The calls are those of tracing, so that the bits
are the same; a workspace says all that a tape and its contributions say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from functools import cached_property
from operator import add, itemgetter
from time import perf_counter
from typing import Any, NamedTuple

from chainrule.engine.backend import Array, Backend, host
from chainrule.engine.backward import Contribution
from chainrule.engine.op import Bound, Writer, passed
from chainrule.engine.tape import Node

Workspace = list[Array]
Call = Callable[[Workspace], Array]


class Step(NamedTuple):
    """One call: what is computed, from which slots, and what comes out. Its slot is the next one."""

    bound: Bound
    reads: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: Any
    packed: bool
    """Whether it lies in memory row by row, without gaps."""


class _Edge(NamedTuple):
    """The slots of one contribution; ``before`` is None where there was no gradient yet."""

    node: int
    argument: int
    target: int
    upstream: int
    value: int
    before: int | None
    total: int


class Plan:
    """The calls of one topology.

    Attributes
    ----------
    backend
        Where its arrays live.
    leaves
        The leaves of the traced iteration, in the order of the slots that they fill.
    stale
        Those among them whose gradient from before is added to; their slots follow.
    root, root_place
        Slot of the loss, and its place in the tape.
    slots
        Place in the tape → slot of the node's value.
    totals
        Place in the tape → slot of the node's gradient, for those that receive one.
    forward, backward
        The steps of both passes, in the order of their slots.
    seed, seed_slot
        ∂L/∂L, None where there is no backward pass; and its slot, between those of both passes.
    costly
        Slots of products of matrices and of convolutions: what takes longer to make again than to keep.
    size
        How many slots there are.
    nbytes
        About how much memory a workspace takes: its list, and the arrays that the calls made.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        root: Node,
        contributions: Sequence[Contribution],
        grads: Mapping[int, Array],
    ) -> None:
        self.nodes = list(nodes)
        self.backend: Backend = root.backend
        self.leaves = [node for node in nodes if node.op is None]
        places = {node: place for place, node in enumerate(nodes)}
        self._places = places
        self.slots = [0] * len(nodes)
        for slot, leaf in enumerate(self.leaves):
            self.slots[places[leaf]] = slot
        self.stale = [leaf for leaf in self.leaves if leaf.index in grads]
        self._filled = len(self.leaves) + len(self.stale)
        self._next = self._filled
        self._sizes: list[int] = []
        self._memory = {id(_owner(leaf.value)) for leaf in self.leaves}
        self.costly: set[int] = set()
        self.forward = [self._forward_step(node) for node in nodes if node.op is not None]
        self.root_place = places[root]
        self.root = self.slots[self.root_place]
        self.seed = contributions[0].value if contributions else None
        self.seed_slot = self._next
        self.backward: list[Step] = []
        self._edges: list[_Edge] = []
        self.totals: dict[int, int] = {}
        if contributions:
            self._add_backward(contributions)
        self.size = self._next
        self.nbytes = self.nbytes_of(range(self.size))
        self._memory.clear()
        self._calls = [self._call(step) for step in self.forward]
        self._calls_back = [self._call(step) for step in self.backward]

    # -- making it

    def _new(self, like: Array) -> int:
        slot = self._next
        self._next += 1
        memory = id(_owner(like))
        # Another view of an array takes no memory for its elements.
        seen = memory in self._memory
        self._memory.add(memory)
        self._sizes.append(
            112 + (0 if seen else math.prod(like.shape) * self.backend.dtype_of(like).itemsize)
        )
        return slot

    def _step(self, bound: Bound, reads: Sequence[int], like: Array) -> Step:
        packed = self.backend.name == "numpy" and like.flags.c_contiguous
        return Step(bound, tuple(reads), tuple(like.shape), like.dtype, packed)

    def _forward_step(self, node: Node) -> Step:
        op = node.op
        assert op is not None
        inputs = tuple(child.value for child in node.inputs)
        slots = [self.slots[self._places[child]] for child in node.inputs]
        bound = op.bind(self.backend.xp, inputs, node.attrs)
        self.slots[self._places[node]] = made = self._new(node.value)
        if any(vjp.form == "contraction" for vjp in op.vjps):
            self.costly.add(made)
        return self._step(bound, slots, node.value)

    def _call(self, step: Step) -> Call:
        """A call on some slots. NumPy's functions give scalars for shape (): what is kept is always an array."""
        function, slots = step.bound, step.reads
        if isinstance(function, Writer):
            function = function.function
        asarray = self.backend.asarray if not step.shape and self.backend.name == "numpy" else None
        if len(slots) == 1:
            (i,) = slots
            if asarray is None:
                return lambda w: function(w[i])
            return lambda w: asarray(function(w[i]))
        if len(slots) == 2:
            i, j = slots
            if asarray is None:
                return lambda w: function(w[i], w[j])
            return lambda w: asarray(function(w[i], w[j]))
        if len(slots) == 3 and asarray is None:
            i, j, k = slots
            return lambda w: function(w[i], w[j], w[k])
        get = itemgetter(*slots) if slots else tuple[Array, ...]
        if asarray is None:
            return lambda w: function(*get(w))
        return lambda w: asarray(function(*get(w)))

    def _add_backward(self, contributions: Sequence[Contribution]) -> None:
        places, xp = self._places, self.backend.xp
        seed = contributions[0]
        slot = self._new(seed.value)
        root = places[seed.target]
        before = self._stale_slot(seed.target) if seed.before is not None else None
        total = slot if before is None else self._sum(before, slot, seed.total)
        self._edges.append(_Edge(root, -1, root, slot, slot, before, total))
        self.totals[root] = total
        for c in contributions[1:]:
            node, target, op = places[c.node], places[c.target], c.node.op
            assert op is not None
            upstream, own = self.totals[node], self.slots[node]
            slots = [self.slots[places[child]] for child in c.node.inputs]
            inputs = tuple(child.value for child in c.node.inputs)
            vjp, attrs = op.vjps[c.argument], c.node.attrs
            bound = vjp.bind(xp, c.node.value, inputs, attrs)
            if bound is passed:
                value = upstream
            elif bound is not None:
                read = [own if which == "out" else slots[which] for which in vjp.pins(len(slots))]
                self.backward.append(self._step(bound, [upstream, *read], c.value))
                value = self._new(c.value)
            else:
                whole = _whole(vjp.apply, xp, attrs)
                self.backward.append(self._step(whole, [upstream, own, *slots], c.value))
                value = self._new(c.value)
            if vjp.form == "contraction":
                self.costly.add(value)
            before = None
            if c.before is not None:
                before = self.totals.get(target)
                if before is None:
                    before = self._stale_slot(c.target)
            total = value if before is None else self._sum(before, value, c.total)
            self.totals[target] = total
            self._edges.append(_Edge(node, c.argument, target, upstream, value, before, total))

    def _stale_slot(self, leaf: Node) -> int:
        return len(self.leaves) + self.stale.index(leaf)

    def _sum(self, before: int, value: int, like: Array) -> int:
        self.backward.append(self._step(add, [before, value], like))
        return self._new(like)

    # -- running it

    def run(self, leaves: Sequence[Array], stale: Sequence[Array] = ()) -> Workspace:
        """Both passes. ``leaves`` and ``stale`` in the order of those attributes. The caller is in ``backend.quiet()``."""
        w: Workspace = [*leaves, *stale]
        append = w.append
        for call in self._calls:
            append(call(w))
        if self.seed is not None:
            append(self.seed)
            for call in self._calls_back:
                append(call(w))
        return w

    def passing(self, needed: Collection[int]) -> list[tuple[Call, tuple[int, ...]]]:
        """The calls of both passes, each with the slots that nobody reads after it, but for those ``needed``."""
        forward = [(call, step.reads) for call, step in zip(self._calls, self.forward, strict=True)]
        backward = [(call, step.reads) for call, step in zip(self._calls_back, self.backward, strict=True)]
        seed = self.seed
        between = [] if seed is None else [(lambda w: seed, tuple[int, ...]())]
        calls = [*forward, *between, *backward]
        last: dict[int, int] = {}
        for place, (_, reads) in enumerate(calls):
            last.update(dict.fromkeys(reads, place))
            last[self._filled + place] = place
        dead: list[list[int]] = [[] for _ in calls]
        for slot, place in last.items():
            if slot >= self._filled and slot not in needed:
                dead[place].append(slot)
        return [(call, tuple(slots)) for (call, _), slots in zip(calls, dead, strict=True)]

    def run_through(
        self,
        passing: Iterable[tuple[Call, Iterable[int]]],
        leaves: Sequence[Array],
        stale: Sequence[Array] = (),
    ) -> Workspace:
        """:meth:`run` where only what was ``needed`` is left of it: memory is used again while the cache still has it."""
        w: Workspace = [*leaves, *stale]
        append = w.append
        for call, dead in passing:
            append(call(w))
            for slot in dead:
                w[slot] = None
        return w

    def nbytes_of(self, slots: Iterable[int]) -> int:
        """About how much memory a workspace takes in which only these slots are filled."""
        return 8 * self._next + sum(
            self._sizes[slot - self._filled] for slot in slots if slot >= self._filled
        )

    def fill(self, w: Workspace) -> None:
        """Make again what :meth:`run_through` has let go of: the same bits. The caller is in ``backend.quiet()``."""
        calls: list[Call] = list(self._calls)
        if self.seed is not None:
            calls += [lambda w: self.seed, *self._calls_back]
        for slot, call in enumerate(calls, self._filled):
            if w[slot] is None:
                w[slot] = call(w)

    def run_in_parts(
        self,
        leaves: Sequence[Array],
        stale: Sequence[Array],
        passing: Iterable[tuple[Call, Iterable[int]]],
        seconds: float,
    ) -> Generator[None, None, Workspace]:
        """:meth:`run_through`; pauses between two calls where it has gone on for so many seconds."""
        w: Workspace = [*leaves, *stale]
        calls = iter(passing)
        while True:
            deadline = perf_counter() + seconds
            # Who goes on meanwhile is not in here.
            with self.backend.quiet():
                for call, dead in calls:
                    w.append(call(w))
                    for slot in dead:
                        w[slot] = None
                    if perf_counter() >= deadline:
                        break
                else:
                    return w
            yield

    # -- reading a workspace

    def tape(self, w: Workspace) -> list[Node]:
        """The nodes of the traced iteration, with the values of another."""
        made: list[Node] = []
        for node, slot in zip(self.nodes, self.slots, strict=True):
            inputs = tuple(made[self._places[child]] for child in node.inputs)
            again = Node(w[slot], node.backend, node.requires_grad, node.op, inputs, node.attrs, node.kind)
            again.index, again.name, again.scope = node.index, node.name, node.scope
            again.label, again.line, again.draw = node.label, node.line, node.draw
            made.append(again)
        return made

    def contributions(self, w: Workspace, nodes: Sequence[Node]) -> list[Contribution]:
        """The contributions of another iteration, whose :meth:`tape` the nodes are."""
        return [
            Contribution(
                nodes[edge.node],
                edge.argument,
                nodes[edge.target],
                w[edge.upstream],
                w[edge.value],
                None if edge.before is None else w[edge.before],
                w[edge.total],
            )
            for edge in self._edges
        ]

    @cached_property
    def received(self) -> list[int]:
        """Per place in the tape how many contributions its gradient gets, the seed included."""
        counts = [0] * len(self.nodes)
        for edge in self._edges:
            counts[edge.target] += 1
        return counts

    def __len__(self) -> int:
        """How many contributions there are, with the seed."""
        return len(self._edges)


def _owner(array: Array) -> Array:
    """The array whose memory another one shows; itself where that is not known."""
    while isinstance(getattr(array, "base", None), host.ndarray):
        array = array.base
    return array


def _whole(apply: Callable[..., Array], xp: Any, attrs: Mapping[str, Any]) -> Callable[..., Array]:
    return lambda g, out, *inputs: apply(xp, g, out, inputs, attrs)
