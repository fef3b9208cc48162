"""The state at a place of a record → what is sent: frames, node states, tensors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any
from weakref import WeakKeyDictionary

from chainrule.engine.backend import Array, Backend, HostArray, host
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
    Summary,
    UpdateDetail,
)
from chainrule.protocol.server import Frame
from chainrule.session.graph import Graphs, edge_index
from chainrule.session.parcel import Parcel
from chainrule.timeline.branch import measured
from chainrule.trace import Record, StepRef

NAMED_FACTOR = 16
"""What was asked for by name may be this many times larger than what was not."""


@dataclass(frozen=True, eq=False)
class View:
    """A place of a record. ``withheld``: the step's own gradient is held back, so the state is that before it."""

    record: Record
    graphs: Graphs
    cursor: Cursor
    withheld: bool

    @property
    def graph(self) -> Graph:
        """The graph of the record."""
        return self.graphs.of(self.record)

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
        found = _causes[record] = sorted((step, place) for place, step in _first_non_finite(record).items())
    return found


def _first_non_finite(record: Record) -> dict[int, int]:
    """Place of a node → the first step at which it is not finite; all is asked in one transfer."""
    if record.start.regime.model.zero_grad and getattr(record.computed, "surely_finite", False):
        return {}
    backend, update = record.start.regime.backend, record.layout.forward + record.layout.backward
    asked: list[tuple[int, int, Array]] = []
    for place, node in enumerate(record.nodes):
        asked.append((place, record.value_step(node), node.value))
        stale = record.stale_grad(node)
        if stale is not None:
            asked.append((place, 0, stale))
    for step, contribution in enumerate(record.contributions, record.first_backward):
        asked.append((record.positions[contribution.target.index], step, contribution.total))
    for step, change in enumerate(record.updates, update):
        asked.append((record.positions[change.node.index], step, change.value))
    first: dict[int, int] = {}
    answers = backend.finite([array for _, _, array in asked])
    for (place, step, _), finite in zip(asked, answers, strict=True):
        if not finite:
            first.setdefault(place, step)
    return first


class _Tensors:
    """Collects a frame's tensors within the limits; :meth:`fetch` gets their numbers."""

    def __init__(
        self, backend: Backend, limits: Limits, asked: Mapping[FrameWhat, Collection[int]] | None = None
    ) -> None:
        self.limits = limits
        self._asked = asked
        self.left = limits.frame_elements
        self.named_left = NAMED_FACTOR * limits.frame_elements
        self.parcel = Parcel(backend)
        self.float64 = backend.float64
        self._found: list[tuple[dict[str, Any], str, Callable[[], HostArray | Summary]]] = []

    def add(self, what: FrameWhat, index: int, array: Array, named: bool) -> None:
        if self._asked is not None and index not in self._asked.get(what, ()):
            return
        shape = list(array.shape)
        size = prod(shape)
        dtype: Dtype = "float64" if array.dtype == self.float64 else "float32"
        if named:
            full = size <= self.named_left
            self.named_left -= size if full else 0
        else:
            full = size <= min(self.limits.tensor_elements, self.left)
            self.left -= size if full else 0
        put = self.parcel.whole if full else self.parcel.summary
        self._found.append((_fields(what, index, dtype, shape), "data" if full else "summary", put(array)))

    def fetch(self) -> list[FrameTensor]:
        self.parcel.fetch()
        for fields, key, told in self._found:
            fields[key] = told()
        return [_tensor(fields) for fields, _, _ in self._found]


_ALL = frozenset(FrameTensor.model_fields)


def _fields(what: FrameWhat, index: int, dtype: str, shape: list[int]) -> dict[str, Any]:
    """All fields of a tensor, in their order; the data, or what stands for them, are not there yet."""
    return {
        "what": what,
        "index": index,
        "dtype": dtype,
        "shape": shape,
        "scale": None,
        "offset": None,
        "data": None,
        "summary": None,
        "units": None,
    }


def tensor_of(what: FrameWhat, index: int, dtype: str, data: HostArray, **more: Any) -> FrameTensor:
    """A tensor of these numbers; not validated."""
    return _tensor({**_fields(what, index, dtype, list(data.shape)), "data": data, **more})


def _tensor(fields: dict[str, Any]) -> FrameTensor:
    """A tensor of all its fields. Not validated: these are our own arrays, and there are hundreds in a frame.

    What ``model_construct`` does, without looking for defaults, which takes as long as all else of a frame.
    """
    made = FrameTensor.__new__(FrameTensor)
    put = object.__setattr__
    put(made, "__dict__", fields)
    put(made, "__pydantic_fields_set__", set(_ALL))
    put(made, "__pydantic_extra__", None)
    put(made, "__pydantic_private__", None)
    return made


def build_frame(
    view: View,
    seq: int,
    limits: Limits,
    subscribed: Collection[str] | None = None,
    only: bool = False,
    asked: Mapping[FrameWhat, Collection[int]] | None = None,
) -> Frame:
    """The whole state of a view, with arrays as data.

    ``subscribed`` names nodes to be sent in full; the others are summarised where they are large. Of a very large
    graph, the nodes around the step are sent, the parameters and the loss. ``only``: of the subscribed nodes their
    values, gradients and updates, and nothing else. ``asked``: these tensors alone, of those that there would be.
    """
    record, shown = view.record, view.shown
    named = frozenset(subscribed or ())
    backend = record.start.regime.backend
    tensors = _Tensors(backend, limits, asked)
    chosen = _named(record, named) if only else _chosen(view, named, limits)
    for place in chosen:
        node = record.nodes[place]
        wanted = node.name in named
        value, grad = view.value(node), view.grad(node)
        if value is not None:
            tensors.add("value", place, value, wanted)
        if grad is not None:
            tensors.add("grad", place, grad, wanted)
    first_edge = edge_index(record)
    near = frozenset(chosen)
    begin = record.first_backward
    for contribution in () if only else record.contributions[1 : max(1, shown - begin + 1)]:
        place = record.positions[contribution.node.index]
        if place in near:
            wanted = contribution.target.name in named
            edge = first_edge[place] + contribution.argument
            tensors.add("contribution", edge, contribution.value, wanted)
    updates = begin + record.layout.backward
    changes = record.updates[: shown - updates + 1] if shown >= updates else []
    with backend.quiet():
        for change in changes:
            place = record.positions[change.node.index]
            if place in near:
                tensors.add("change", place, change.value - change.node.value, change.node.name in named)
    details: list[UpdateDetail] = []
    if not (view.withheld or only):
        details = _own(record, record.step(view.cursor.step), tensors, named, first_edge)
    loss = view.value(record.root)
    told = None if loss is None else tensors.parcel.whole(loss)
    found = tensors.fetch()
    step = view.graph.steps[view.cursor.step]
    return Frame.model_construct(
        type="frame",
        seq=seq,
        id=None,
        topology=view.graph.topology,
        cursor=view.cursor,
        phase=step.phase,
        step=step,
        arrived=record.all_arrived(shown),
        withheld=view.withheld,
        tensors=found,
        update=details,
        non_finite=[place for at, place in non_finite_steps(record) if at <= shown],
        loss=None if told is None else float(told().item()),
        batch=batch_rows(record, view.cursor.step),
        evaluation=None,
        # To look for the default of a list takes longer than to make a small frame.
        runs=[],
        left=[],
    )


def batch_rows(record: Record, step: int) -> list[int]:
    """Which points of the plane the iteration is about, from its ``load`` on."""
    model = record.start.regime.of_plane
    return [] if model is None or step < 1 else model.rows(record.iteration).tolist()


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


def _named(record: Record, named: Collection[str]) -> Collection[int]:
    return [place for place, node in enumerate(record.nodes) if node.name in named]


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
            tensors.add("upstream", place, contribution.upstream, wanted)
            local = local_derivative(contribution.node, contribution.argument)
            if local is not None:
                tensors.add("local", first_edge[place] + contribution.argument, local, wanted)
        if contribution.before is not None:
            tensors.add("before", receiver, contribution.before, wanted)
        tensors.add("after", receiver, contribution.total, wanted)
    details: list[UpdateDetail] = []
    if change is not None:
        node, place = change.node, record.positions[change.node.index]
        wanted = node.name in named
        tensors.add("before", place, node.value, wanted)
        tensors.add("after", place, change.value, wanted)
        rules = scalar_rules(node, change)
        for k, detail in enumerate(change.update.details if change.update is not None else ()):
            value = node.backend.asarray(detail.value, node.value.dtype)
            tensors.add("detail", k, value, wanted)
            details.append(UpdateDetail(index=k, symbol=detail.symbol, formula=detail.formula, rule=rules[k]))
    return details


def node_states(view: View, nodes: Iterable[Node], limits: Limits) -> dict[str, NodeState]:
    """Nodes at the cursor by name, as REST answers them."""
    record = view.record
    parcel = Parcel(record.start.regime.backend)
    asked = []
    for node in nodes:
        full = prod(node.shape) <= limits.tensor_elements
        put = parcel.whole if full else parcel.summary
        told = [None if array is None else put(array) for array in (view.value(node), view.grad(node))]
        asked.append((node, full, told))
    parcel.fetch()
    states = {}
    for node, full, told in asked:
        value, grad = (None if one is None else one() for one in told)
        states[str(node.name)] = NodeState(
            shape=list(node.shape),
            dtype="float64" if node.backend.dtype_of(node.value).name == "float64" else "float32",
            value=nested(value) if full else None,
            grad=nested(grad) if full else None,
            value_summary=None if full else value,
            grad_summary=None if full else grad,
            arrived=record.arrived(node, view.shown),
            expected=record.expected(node),
            withheld=node is view.waiting,
        )
    return states


def node_tensors(view: View, nodes: Sequence[Node], limits: Limits) -> list[FrameTensor]:
    """Value and gradient of some nodes in full where that is allowed; ``index`` is a place among them."""
    tensors = _Tensors(view.record.start.regime.backend, limits)
    for k, node in enumerate(nodes):
        value, grad = view.value(node), view.grad(node)
        if value is not None:
            tensors.add("value", k, value, named=True)
        if grad is not None:
            tensors.add("grad", k, grad, named=True)
    return tensors.fetch()


def metrics(view: View) -> dict[str, float | None]:
    """The metrics of a view's iteration, as far as they may be seen."""
    record = view.record
    loss = view.value(record.root)
    told = None if loss is None else record.start.regime.backend.numbers([loss])[0]
    return {"loss": told, **measured(record, always=True)}


def nested(array: HostArray | Summary | None) -> object:
    """A number or nested lists, ready for JSON: true is 1, false 0. None stays None."""
    if not isinstance(array, host.ndarray):
        return None
    return (array.astype(host.int8) if array.dtype == bool else array).tolist()


__all__ = ["View", "build_frame", "metrics", "nested", "node_states", "node_tensors", "non_finite_steps"]
