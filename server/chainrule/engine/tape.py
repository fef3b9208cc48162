"""Node and Tape: what was computed, in order.

Every application of an op makes a node. Inside ``with Tape():`` nodes are appended to the tape and named; outside
they hang together by their inputs alone and are garbage collected with the last tensor that needs them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from types import TracebackType
from typing import Any, Literal

from chainrule.engine.backend import Array, Backend, get_backend
from chainrule.engine.op import NO_ATTRS, OPS, Op
from chainrule.engine.refusal import listed, shape_error

Kind = Literal["parameter", "buffer", "input", "target", "constant", "op"]
Draw = Callable[[int], Any]
"""Iteration → the value of a leaf that is drawn anew in each."""

_order = count()


class Node:
    """One application of an op, or a leaf.

    Attributes
    ----------
    index
        Position on the tape; outside any tape, order of creation. Greater than that of every input.
    op, inputs, attrs
        What was applied to what; None, () and {} for a leaf. ``x * x`` has the same input twice.
    value
        The array that was computed. Never changed in place: a new value is a new node.
    name
        Unique on its tape: the name of a leaf, else ``scope.op#k``. None outside a tape.
    label
        What to print instead of the name: a variable, or a constant as it is written.
    released
        Its pinned values were given up by a backward pass without ``retain_graph``.
    overwritten
        The tensor that held this value was changed in place since.
    in_place
        It was computed in place of its first argument, whose value it may still read.
    values
        The values of the inputs, where they are at hand; None: ask the inputs.
    owner
        Weak reference to the tensor whose ``grad`` collects this node's gradient.
    draw
        Where the value of a leaf comes from that is drawn anew in each iteration.
    """

    __slots__ = (
        "__weakref__",
        "attrs",
        "backend",
        "draw",
        "in_place",
        "index",
        "inputs",
        "kind",
        "label",
        "line",
        "name",
        "op",
        "overwritten",
        "owner",
        "released",
        "requires_grad",
        "scope",
        "value",
        "values",
    )

    def __init__(
        self,
        value: Array,
        backend: Backend,
        requires_grad: bool,
        op: Op | None = None,
        inputs: tuple[Node, ...] = (),
        attrs: Mapping[str, Any] = NO_ATTRS,
        kind: Kind = "op",
        values: list[Array] | None = None,
    ) -> None:
        self.index: int = next(_order)
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.value = value
        self.backend = backend
        self.requires_grad = requires_grad
        self.kind: Kind = kind
        self.values = values
        self.name: str | None = None
        self.label: str | None = None
        self.scope = ""
        self.line: int | None = None
        self.owner: Any = None
        self.draw: Draw | None = None
        self.released = self.overwritten = self.in_place = False

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)

    def __repr__(self) -> str:
        what = self.op.name if self.op else self.kind
        return f"Node({self.name or self.index!r}, {what}, shape={self.shape})"


class _State(threading.local):
    """What the current thread computes with."""

    tape: Tape | None = None
    grad_enabled: bool = True
    backend: Backend = get_backend()


state = _State()


def current_backend() -> Backend:
    """The backend on which new leaves are made: the active tape's, else NumPy."""
    return state.backend


@contextmanager
def use_backend(backend: Backend) -> Iterator[Backend]:
    """Make new leaves on ``backend`` inside the ``with`` block."""
    before = state.backend
    state.backend = backend
    try:
        yield backend
    finally:
        state.backend = before


class Tape:
    """The append-only list of all that was computed in a ``with`` block, in topological order.

    Attributes
    ----------
    nodes
        Leaves stand where they were made or first used. ``tape.nodes[k].index == k``.
    by_name
        Every node by its name.
    line
        The line of the program that runs now; recorded on new nodes.
    interventions
        Name → value (anything that the backend makes an array of). When a node of that name has just been
        computed as y, a constant leaf δ (``name.delta``) = value − y and a node ``name.edit`` = y + δ follow it,
        and all that would have used y uses the edited node.
    iteration, seed
        Which iteration is computed, and the seed of the whole: what is drawn depends on both.
    paths
        Scope of each module of those that are being called.
    written
        New values of buffers, by the name of the buffer: what :meth:`write` was given.
    opened
        Composites that are recorded as the primitives inside them: names of ops, or of nodes; True for all.
    """

    __slots__ = (
        "_before",
        "_counts",
        "_quiet",
        "_scope",
        "backend",
        "by_name",
        "interventions",
        "iteration",
        "line",
        "nodes",
        "opened",
        "paths",
        "seed",
        "written",
    )

    def __init__(
        self,
        backend: Backend | None = None,
        interventions: Mapping[str, Any] | None = None,
        opened: Container[str] | bool = (),
    ) -> None:
        self.opened: Container[str] | bool = opened
        self.iteration = 0
        self.seed = 0
        self.paths: Mapping[Any, str] = {}
        self.written: dict[str, Node] = {}
        self.nodes: list[Node] = []
        self.by_name: dict[str, Node] = {}
        self.line: int | None = None
        self.interventions: dict[str, Any] = dict(interventions or {})
        self.backend = backend or state.backend
        self._scope = ""
        self._counts: dict[str, int] = {}
        self._before: list[tuple[Tape | None, Backend]] = []
        self._quiet: list[Any] = []

    def __enter__(self) -> Tape:
        self._before.append((state.tape, state.backend))
        quiet = self.backend.quiet()
        quiet.__enter__()
        self._quiet.append(quiet)
        state.tape, state.backend = self, self.backend
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state.tape, state.backend = self._before.pop()
        self._quiet.pop().__exit__(kind, error, trace)

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Nodes made inside carry ``name`` before theirs; scopes nest with dots."""
        with self.within(f"{self._scope}.{name}" if self._scope else name):
            yield

    @property
    def path(self) -> str:
        """The scope of what is computed now."""
        return self._scope

    @contextmanager
    def within(self, path: str) -> Iterator[None]:
        """Nodes made inside are in the scope ``path``, whatever scope it is now."""
        before = self._scope
        self._scope = path
        try:
            yield
        finally:
            self._scope = before

    def __contains__(self, node: Node) -> bool:
        return node.index < len(self.nodes) and self.nodes[node.index] is node

    def append(self, node: Node, name: str | None = None) -> None:
        """Put a node on the tape and name it.

        Raises
        ------
        ValueError
            The tape has a node of that name.
        """
        if name is None:
            name = self._next(node.op.name if node.op is not None else node.kind)
        if name in self.by_name:
            raise ValueError(f"the tape already has a node named {name!r}")
        node.name = name
        node.scope = self._scope
        node.line = self.line
        node.index = len(self.nodes)
        self.nodes.append(node)
        self.by_name[name] = node

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """A scope ``what#k``, counted on: one thing that is made of several nodes."""
        own = self._next(what)
        with self.scope(own[len(self._scope) + 1 :] if self._scope else own):
            yield

    def fresh_name(self, what: str) -> str:
        """A name for a leaf: ``scope.what#k``, counted on."""
        return self._next(what)

    def _next(self, what: str) -> str:
        """``scope.what#k``, counted on."""
        key = f"{self._scope}.{what}" if self._scope else what
        k = self._counts.get(key, 0)
        self._counts[key] = k + 1
        return f"{key}#{k}"

    def _open(self, op: Op, inputs: tuple[Node, ...], attrs: Mapping[str, Any]) -> Node | None:
        """The primitives inside a composite, in a scope that has the name its node would have; None: it is closed."""
        assert op.inside is not None
        if self.opened is False or self.opened == ():
            return None
        key = f"{self._scope}.{op.name}" if self._scope else op.name
        name = f"{key}#{self._counts.get(key, 0)}"
        if self.opened is not True and op.name not in self.opened and name not in self.opened:
            return None
        with self.part(op.name):
            return op.inside(inputs, attrs)

    def write(self, name: str, node: Node) -> None:
        """Say what a buffer holds after this iteration. The last word counts."""
        self.written[name] = node

    def admit(self, node: Node) -> None:
        """Put a node that was made elsewhere on the tape, under its own name where that is free."""
        name = node.name
        self.append(node, name if name is not None and name not in self.by_name else None)

    def _intervene(self, node: Node, target: Any) -> Node:
        backend = node.backend
        wanted = backend.xp.broadcast_to(backend.asarray(target, node.value.dtype), node.value.shape)
        delta = Node(backend.asarray(wanted - node.value), backend, False, kind="constant")
        delta.label = "δ"
        self.append(delta, f"{node.name}.delta")
        add = OPS["add"]
        # y + (wanted − y) may miss by a rounding, or by everything where y is infinite: what was asked for holds.
        edited = Node(backend.asarray(wanted), backend, node.requires_grad, add, (node, delta))
        self.append(edited, f"{node.name}.edit")
        return edited


def leaf_node(
    value: Array,
    backend: Backend,
    *,
    kind: Kind,
    requires_grad: bool = False,
    name: str | None = None,
    label: str | None = None,
) -> Node:
    """A leaf, on the active tape if there is one.

    Raises
    ------
    ValueError
        The tape has a node of that name.
    """
    node = Node(value, backend, requires_grad, kind=kind)
    node.name = name
    node.label = label
    if state.tape is not None:
        state.tape.append(node, name)
    return node


def drawn(draw: Draw, *, name: str | None = None) -> Node:
    """A leaf whose value is ``draw(iteration)``: a mask, noise. Outside a tape the iteration is 0.

    ``draw`` depends on nothing but the iteration (:mod:`chainrule.engine.random`), so that it can be asked again.
    """
    backend = current_backend()
    iteration = 0 if state.tape is None else state.tape.iteration
    node = leaf_node(backend.asarray(draw(iteration)), backend, kind="input", name=name)
    node.draw = draw
    return node


def apply(op: Op, inputs: tuple[Node, ...], attrs: Mapping[str, Any] = NO_ATTRS) -> Node:
    """Compute an op and record it.

    Raises
    ------
    ShapeError
        The shapes of the arguments do not go together; the message names them and the place.
    IndexError
        An index is out of bounds.
    """
    tape = state.tape
    if op.inside is not None and tape is not None:
        opened = tape._open(op, inputs, attrs)
        if opened is not None:
            return opened
    backend = inputs[0].backend
    values = []
    requires_grad = False
    for node in inputs:
        values.append(node.value)
        if node.requires_grad:
            requires_grad = op.differentiable
    if requires_grad and not state.grad_enabled:
        requires_grad = False
    try:
        value = op.forward(backend.xp, values, attrs)
    except (ValueError, TypeError, IndexError, RuntimeError) as error:
        if isinstance(error, backend.exhausted):
            raise
        if isinstance(error, IndexError):
            raise IndexError(f"{where(op, tape)}: {error}; shapes {listed(values)}") from error
        raise shape_error(op, values, where(op, tape)) from error
    if type(value) is not backend.array_type:
        value = backend.asarray(value)
    if tape is None:
        if requires_grad:
            return Node(value, backend, True, op, inputs, attrs, "op", values)
        # Nothing will ask where it came from.
        return Node(value, backend, False, kind="input")
    for node in inputs:
        if node not in tape:
            tape.admit(node)
    result = Node(value, backend, requires_grad, op, inputs, attrs)
    tape.append(result)
    if tape.interventions and result.name in tape.interventions:
        return tape._intervene(result, tape.interventions[result.name])
    return result


def where(op: Op, tape: Tape | None) -> str:
    """The place that a refusal names: the op, and the module that it is in."""
    return op.name if tape is None or not tape.path else f"{op.name} in {tape.path}"
