"""The state at a place of a record → what is sent: frames, node states, tensors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.backward import local_derivative
from chainrule.engine.tape import Node
from chainrule.explain.arithmetic import scalar_rules
from chainrule.limits import Limits
from chainrule.protocol.model import (
    Cursor,
    Dtype,
    FrameTensor,
    FrameWhat,
    Graph,
    NodeState,
    UpdateDetail,
)
from chainrule.protocol.server import Frame
from chainrule.session.graph import edge_index
from chainrule.session.summary import summarise
from chainrule.trace import Record, StepRef

NAMED_FACTOR = 16
"""What was asked for by name may be this many times larger than what was not."""


@dataclass(frozen=True, eq=False)
class View:
    """A place of a record. ``withheld``: the step's own gradient is held back, so the state is that before it."""

    record: Record
    graph: Graph
    cursor: Cursor
    withheld: bool

    @property
    def shown(self) -> int:
        """The step whose state may be seen."""
        return self.cursor.step - self.withheld

    @property
    def waiting(self) -> Node | None:
        """The node whose next contribution is withheld."""
        if not self.withheld:
            return None
        contribution = self.record.step(self.cursor.step).contribution
        return None if contribution is None else contribution.target

    def value(self, node: Node) -> Array | None:
        """The node's value, None before it has one."""
        return self.record.value_at(node, self.shown)

    def grad(self, node: Node) -> Array | None:
        """The node's gradient, None before its first contribution."""
        return self.record.grad_at(node, self.shown)


_causes: WeakKeyDictionary[Record, list[tuple[int, int]]] = WeakKeyDictionary()


def non_finite_steps(record: Record) -> list[tuple[int, int]]:
    """(step, node) for each node whose value or gradient becomes NaN or infinite, in order of time."""
    found = _causes.get(record)
    if found is None:
        first: dict[int, int] = {}
        for place, node in enumerate(record.nodes):
            if not _finite(node, node.value):
                first[place] = record.value_step(node)
            stale = record.stale_grad(node)
            if stale is not None and not _finite(node, stale):
                first.setdefault(place, 0)
        backward = record.first_backward
        for k, contribution in enumerate(record.contributions):
            place = record.positions[contribution.target.index]
            if place not in first and not _finite(contribution.target, contribution.total):
                first[place] = backward + k
        update = record.layout.forward + record.layout.backward
        for k, change in enumerate(record.updates):
            place = record.positions[change.node.index]
            if place not in first and not _finite(change.node, change.value):
                first[place] = update + k
        found = _causes[record] = sorted((step, place) for place, step in first.items())
    return found


def _finite(node: Node, array: Array) -> bool:
    return bool(host.isfinite(node.backend.to_numpy(array)).all())


class _Tensors:
    """Collects a frame's tensors within the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.frame_elements
        self.named_left = NAMED_FACTOR * limits.frame_elements
        self.found: list[FrameTensor] = []

    def add(self, what: FrameWhat, index: int, node: Node, array: Array, named: bool) -> None:
        data = node.backend.to_numpy(array)
        dtype: Dtype = "float64" if data.dtype == host.float64 else "float32"
        if named:
            full = data.size <= self.named_left
            self.named_left -= data.size if full else 0
        else:
            full = data.size <= min(self.limits.tensor_elements, self.left)
            self.left -= data.size if full else 0
        # Not validated: these are our own arrays, and there may be thousands.
        self.found.append(
            FrameTensor.model_construct(
                what=what,
                index=index,
                dtype=dtype,
                shape=list(data.shape),
                offset=None,
                data=data if full else None,
                summary=None if full else summarise(data),
            )
        )


def build_frame(view: View, seq: int, limits: Limits, subscribed: Collection[str] | None = None) -> Frame:
    """The whole state of a view, with arrays as data.

    ``subscribed`` names nodes to be sent in full; the others are summarised where they are large. Of a very large
    graph, the nodes around the step are sent, the parameters and the loss.
    """
    record, shown = view.record, view.shown
    named = frozenset(subscribed or ())
    tensors = _Tensors(limits)
    chosen = _chosen(view, named, limits)
    for place in chosen:
        node = record.nodes[place]
        wanted = node.name in named
        value, grad = view.value(node), view.grad(node)
        if value is not None:
            tensors.add("value", place, node, value, wanted)
        if grad is not None:
            tensors.add("grad", place, node, grad, wanted)
    first_edge = edge_index(record)
    near = frozenset(chosen)
    begin = record.first_backward
    for contribution in record.contributions[1 : max(1, shown - begin + 1)]:
        place = record.positions[contribution.node.index]
        if place in near:
            wanted = contribution.target.name in named
            edge = first_edge[place] + contribution.argument
            tensors.add("contribution", edge, contribution.target, contribution.value, wanted)
    details: list[UpdateDetail] = []
    if not view.withheld:
        details = _own(record, record.step(view.cursor.step), tensors, named, first_edge)
    loss = view.value(record.root)
    step = view.graph.steps[view.cursor.step]
    return Frame.model_construct(
        type="frame",
        seq=seq,
        id=None,
        topology=view.graph.topology,
        cursor=view.cursor,
        phase=step.phase,
        step=step,
        arrived=[record.arrived(node, shown) for node in record.nodes],
        withheld=view.withheld,
        tensors=tensors.found,
        update=details,
        non_finite=[place for at, place in non_finite_steps(record) if at <= shown],
        loss=None if loss is None else float(record.root.backend.to_numpy(loss).item()),
    )


def _chosen(view: View, named: Collection[str], limits: Limits) -> Collection[int]:
    """Places of the nodes whose tensors are sent, in order: all, or in a very large graph those nearby."""
    record = view.record
    most = max(1, limits.frame_tensors // 3)
    count = len(record.nodes)
    if count <= most:
        return range(count)
    node = record.step(view.cursor.step).node
    middle = 0 if node is None else record.positions[node.index]
    start = min(max(0, middle - most // 2), count - most)
    places = dict.fromkeys(range(start, start + most))
    for place, other in enumerate(record.nodes):
        if other.kind == "parameter" or other is record.root or other.name in named:
            places[place] = None
    return sorted(places)


def _own(
    record: Record, ref: StepRef, tensors: _Tensors, named: Collection[str], first_edge: list[int]
) -> list[UpdateDetail]:
    """Add what belongs to the step itself; returns the arithmetic of an update."""
    contribution, change = ref.contribution, ref.update
    if contribution is not None:
        target = contribution.target
        wanted = target.name in named
        place, receiver = record.positions[contribution.node.index], record.positions[target.index]
        if contribution.argument >= 0:
            tensors.add("upstream", place, contribution.node, contribution.upstream, wanted)
            local = local_derivative(contribution.node, contribution.argument)
            if local is not None:
                tensors.add(
                    "local", first_edge[place] + contribution.argument, contribution.node, local, wanted
                )
        if contribution.before is not None:
            tensors.add("before", receiver, target, contribution.before, wanted)
        tensors.add("after", receiver, target, contribution.total, wanted)
    details: list[UpdateDetail] = []
    if change is not None:
        node, place = change.node, record.positions[change.node.index]
        wanted = node.name in named
        tensors.add("before", place, node, node.value, wanted)
        tensors.add("after", place, node, change.value, wanted)
        rules = scalar_rules(node, change)
        for k, detail in enumerate(change.update.details if change.update is not None else ()):
            value = node.backend.asarray(detail.value, node.value.dtype)
            tensors.add("detail", k, node, value, wanted)
            details.append(
                UpdateDetail(index=k, symbol=detail.symbol, formula=detail.formula, rule=rules[k])
            )
    return details


def node_state(view: View, node: Node, limits: Limits) -> NodeState:
    """A node at the cursor, as REST answers it."""
    record = view.record
    value, grad = view.value(node), view.grad(node)
    full = _size(node.shape) <= limits.tensor_elements
    return NodeState(
        shape=list(node.shape),
        dtype="float64" if node.backend.dtype_of(node.value).name == "float64" else "float32",
        value=nested(node, value) if full else None,
        grad=nested(node, grad) if full else None,
        value_summary=None if full or value is None else summarise(node.backend.to_numpy(value)),
        grad_summary=None if full or grad is None else summarise(node.backend.to_numpy(grad)),
        arrived=record.arrived(node, view.shown),
        expected=record.expected(node),
        withheld=node is view.waiting,
    )


def nested(node: Node, array: Array | None) -> object:
    """A number or nested lists, ready for JSON; None stays None."""
    if array is None:
        return None
    data: HostArray = node.backend.to_numpy(array)
    return data.tolist()


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


__all__ = ["View", "build_frame", "nested", "node_state", "non_finite_steps"]
