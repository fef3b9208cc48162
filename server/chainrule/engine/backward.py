"""The backward pass, one edge at a time."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import Any

from chainrule.engine.backend import Array
from chainrule.engine.op import Read
from chainrule.engine.tape import Node
from chainrule.engine.terms import Index, Term


class Contribution:
    """The gradient passed through one edge: the smallest step of a backward pass.

    Attributes
    ----------
    node, argument
        The edge: the node whose VJP ran and which of its arguments; (root, −1) for the seed.
    target
        The argument's node, which receives.
    upstream
        The gradient of ``node``, complete. Of the seed: the seed itself.
    value
        What is contributed; it has the target's shape.
    before, total
        The target's gradient before (None: it had none) and after.
    """

    __slots__ = ("argument", "before", "node", "target", "total", "upstream", "value")

    def __init__(
        self,
        node: Node,
        argument: int,
        target: Node,
        upstream: Array,
        value: Array,
        before: Array | None,
        total: Array,
    ) -> None:
        self.node = node
        self.argument = argument
        self.target = target
        self.upstream = upstream
        self.value = value
        self.before = before
        self.total = total

    def __repr__(self) -> str:
        return f"Contribution({self.node!r}, argument={self.argument}, target={self.target!r})"


def reachable(root: Node) -> list[Node]:
    """Every node that the backward pass reaches, in the order in which they fire: from the last on the tape.

    All consumers of a node come after it on the tape, so that in this order each is complete when it fires.

    Raises
    ------
    RuntimeError
        A value that would be read was released by an earlier pass, or overwritten in place.
    """
    found = [root]
    seen = {root}
    in_order = True
    for node in found:
        if node.released:
            raise RuntimeError(
                "Trying to backward through the graph a second time, but the values it saved have been freed. "
                "Specify retain_graph=True the first time if you need to go through it again."
            )
        if node.overwritten:
            _refuse_overwritten(node)
        for child in node.inputs:
            if child.overwritten:
                _refuse_overwritten(node)
            if child.requires_grad and child not in seen:
                seen.add(child)
                found.append(child)
                if child.index > node.index:
                    in_order = False
    found.sort(key=_place, reverse=True)
    return found if in_order else _sorted(found)


_place = attrgetter("index")


def _sorted(nodes: list[Node]) -> list[Node]:
    """Consumers first: for a graph that was begun outside the tape, where indices count something else."""
    consumers = dict.fromkeys(nodes, 0)
    for node in nodes:
        for child in node.inputs:
            if child in consumers:
                consumers[child] += 1
    ready = [(-node.index, k, node) for k, node in enumerate(nodes) if not consumers[node]]
    heapify(ready)
    result = []
    while ready:
        node = heappop(ready)[2]
        result.append(node)
        for child in node.inputs:
            if child in consumers:
                consumers[child] -= 1
                if not consumers[child]:
                    heappush(ready, (-child.index, len(nodes) + len(result), child))
    return result


def expected_contributions(root: Node) -> dict[Node, int]:
    """How many edges will bring each node a gradient: a node fires only when all have arrived.

    Every node that the backward pass reaches is a key; the seed is not counted, so the root has 0. Raises what
    :func:`reachable` does.
    """
    expected = dict.fromkeys(reachable(root), 0)
    for node in expected:
        for child in node.inputs:
            if child.requires_grad:
                expected[child] += 1
    return expected


def _refuse_overwritten(node: Node) -> None:
    """Raise if a VJP of the node would read a value that its tensor no longer has."""
    if node.op is None:
        return
    for argument, child in enumerate(node.inputs):
        if not child.requires_grad:
            continue
        for read in node.op.vjps[argument].pins(len(node.inputs)):
            pinned = node if read == "out" else node.inputs[read]
            if pinned.overwritten and not (node.in_place and read == 0):
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace "
                    f"operation: {node.op.name} saved a tensor of shape {pinned.shape} that has changed since"
                )


def default_seed(root: Node) -> Array:
    """∂root/∂root = 1.

    Raises
    ------
    RuntimeError
        The root has more than one element: it has no gradient without a choice of direction.
    """
    value = root.value
    if math.prod(value.shape) != 1:
        raise RuntimeError(
            f"grad can be implicitly created only for scalar outputs, not for shape {root.shape}"
        )
    backend = root.backend
    return backend.one(value.dtype) if not value.shape else backend.xp.ones_like(value)


def walk(
    root: Node, seed: Array | None, grads: Mapping[int, Array] | None
) -> Generator[Contribution, None, None]:
    """:func:`backward` without silence: the caller is in ``backend.quiet()`` and takes all at once."""
    if seed is None:
        seed = default_seed(root)
    order = reachable(root)
    totals: dict[Node, Array] = {root: seed}
    if root.op is None:
        before = grads.get(root.index) if grads else None
        total = seed if before is None else before + seed
        yield Contribution(root, -1, root, seed, seed, before, total)
        return
    yield Contribution(root, -1, root, seed, seed, None, seed)
    for node in order:
        op, backend = node.op, node.backend
        if op is None:
            continue
        g = totals.pop(node)
        inputs = node.inputs
        values = [child.value for child in inputs]
        for argument, child in enumerate(inputs):
            if not child.requires_grad:
                continue
            value = op.vjps[argument].apply(backend.xp, g, node.value, values, node.attrs)
            if type(value) is not backend.array_type:
                value = backend.asarray(value)
            before = totals.get(child)
            if before is None and child.op is None and grads:
                before = grads.get(child.index)
            if before is None:
                total = value
            else:
                total = before + value
                if type(total) is not backend.array_type:
                    total = backend.asarray(total)
            totals[child] = total
            yield Contribution(node, argument, child, g, value, before, total)


def _firing(root: Node) -> list[Node]:
    """What :func:`reachable` gives, without the leaves: they do not fire."""
    found = [root]
    seen = {root}
    last, falling = root.index, True
    for node in found:
        if node.released or node.overwritten:
            return reachable(root)
        for child in node.inputs:
            if child.overwritten:
                return reachable(root)
            if child.op is not None and child.requires_grad and child not in seen:
                seen.add(child)
                found.append(child)
                index = child.index
                if index > last:
                    if index > node.index:
                        return reachable(root)
                    falling = False
                last = index
    if not falling:
        found.sort(key=_place, reverse=True)
    return found


def gradients(root: Node, seed: Array | None, release: bool) -> dict[Node, Array]:
    """The gradients of the leaves that the backward pass reaches, and of other nodes that have an owner.

    The same arithmetic in the same order as :func:`walk`, with nothing said on the way. With ``release`` each node
    that has fired gives up the values that its VJPs read. Raises what :func:`backward` does.
    """
    if seed is None:
        seed = default_seed(root)
    totals: dict[Node, Array] = {root: seed}
    backend = root.backend
    xp, array_type = backend.xp, backend.array_type
    for node in _firing(root):
        op = node.op
        if op is None:
            continue
        g = totals.pop(node) if node.owner is None else totals[node]
        inputs, out, attrs, values = node.inputs, node.value, node.attrs, node.values
        if values is None:
            values = [child.value for child in inputs]
        reads: tuple[Read, ...] = ()
        vjps: Any = op.vjps
        if type(vjps) is not tuple:
            vjps = vjps.first(len(inputs))
        for child, vjp in zip(inputs, vjps):  # noqa: B905  (some arguments may be left out)
            if child.requires_grad:
                value = vjp.apply(xp, g, out, values, attrs)
                if type(value) is not array_type:
                    value = backend.asarray(value)
                if child in totals:
                    value = totals[child] + value
                    if type(value) is not array_type:
                        value = backend.asarray(value)
                totals[child] = value
                reads = reads or vjp.reads
        # A node that reads nothing can be gone through again.
        if release and reads:
            node.released = True
            if node.name is None:
                node.inputs, node.values = (), None
    return totals


def backward(
    root: Node, seed: Array | None = None, grads: Mapping[int, Array] | None = None
) -> Generator[Contribution, None, None]:
    """Yield the contributions of a backward pass from ``root``, in reverse tape order, arguments left to right.

    The first is the seed (argument −1). Nothing is computed before it is asked for, and no array is changed in
    place: every total is a new array.

    Parameters
    ----------
    root
        Where to start; shape ``()`` or one element, unless ``seed`` is given.
    seed
        ∂L/∂root, of the root's shape; ones by default.
    grads
        What leaves have accumulated before, by index on the tape. Leaves only: what accumulates on an
        inner node belongs to one pass and is not passed on by the next.

    Raises
    ------
    RuntimeError
        The root has several elements and no seed; or a value it would read was released or overwritten.
    """
    contributions = walk(root, seed, grads)
    # A plain `with` around the yield would silence the consumer's warnings too.
    while True:
        with root.backend.quiet():
            contribution = next(contributions, None)
        if contribution is None:
            return
        yield contribution


def local_derivative(node: Node, argument: int) -> Array | None:
    """The local derivative (or routing mask) of an edge, of the node's shape.

    None where there is no single number per element: contractions, and moves of elements.
    """
    if node.op is None:
        raise ValueError(f"{node!r} is a leaf: it has no local derivative")
    local = node.op.vjps[argument].local
    if local is None:
        return None
    backend = node.backend
    with backend.quiet():
        result = local(backend.xp, node.value, [child.value for child in node.inputs], node.attrs)
        return backend.asarray(backend.xp.broadcast_to(result, node.value.shape))


def value_terms(node: Node, index: Index = ()) -> list[Term]:
    """Terms that sum to ``node.value[index]``; none for a leaf."""
    if node.op is None:
        return []
    backend = node.backend
    _, (value, *values) = backend.at_hand([node.value, *[child.value for child in node.inputs]])
    with backend.quiet():
        return node.op.value_terms(value, values, node.attrs, index)


def contribution_terms(node: Node, argument: int, upstream: Array, index: Index = ()) -> list[Term]:
    """Terms that sum to element ``index`` of what ``node`` contributes to an argument, given its gradient."""
    if node.op is None:
        raise ValueError(f"{node!r} is a leaf: it contributes to nothing")
    backend = node.backend
    arrays = [upstream, node.value, *[child.value for child in node.inputs]]
    xp, (upstream, value, *values) = backend.at_hand(arrays)
    with backend.quiet():
        return node.op.vjps[argument].terms(xp, upstream, value, values, node.attrs, index)


def convention(node: Node, argument: int, index: Index = ()) -> str | None:
    """Code of the convention that chose the local derivative at ``index`` of the node's value, if one did."""
    if node.op is None:
        return None
    vjp = node.op.vjps[argument]
    if vjp.at_kink is None:
        return None
    backend = node.backend
    with backend.quiet():
        kink = vjp.at_kink(backend.xp, node.value, [child.value for child in node.inputs], node.attrs)
        return vjp.convention if bool(backend.xp.broadcast_to(kink, node.value.shape)[index]) else None
