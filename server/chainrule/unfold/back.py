"""The way back: what each wire of a circuit brings, and what each sample of the batch adds to a parameter.

A contribution to an element is a sum of terms, each of which reads one element of the upstream gradient: that of a cell
of the circuit, or of what is gathered: other samples, other units, penalties.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from chainrule.engine.backward import Contribution, contribution_terms
from chainrule.engine.tape import Node
from chainrule.engine.terms import Index, Term
from chainrule.protocol.model import CellRole
from chainrule.trace import Record
from chainrule.unfold.cells import Arrival, Cell, Circuit, Edge, Element, Wire
from chainrule.unfold.draw import upstream_place

Coming = tuple[int, Contribution]
"""The step of a contribution, and what it is."""


def pass_back(record: Record, circuit: Circuit, inner: Iterable[Node]) -> None:
    """Give each wire what it brings back. ``inner``: the nodes in which samples meet no parameter but the layer's."""
    backward = _Backward(record, circuit, set(inner))
    for cell in list(circuit.cells):
        if cell.element is not None:
            backward.parts(cell, cell.element)
    for cell in list(circuit.cells):
        if cell.element is not None and cell.role not in ("consumer", "outgoing"):
            backward.into(cell, cell.element)


class _Backward:
    def __init__(self, record: Record, circuit: Circuit, inner: set[Node]) -> None:
        self.record, self.circuit, self.inner = record, circuit, inner
        self.gathered: dict[CellRole, Cell] = {}
        self.first: dict[Node, int] = {}
        for step, contribution in enumerate(record.contributions, record.first_backward):
            if contribution.argument >= 0:
                self.first.setdefault(contribution.node, step)

    def coming(self, node: Node) -> list[Coming]:
        """The contributions to a node's gradient."""
        arrivals = self.record.arrivals.get(node.index)
        return [] if arrivals is None else list(zip(arrivals.steps, arrivals.contributions, strict=True))

    # -- to what is no element of the tape

    def parts(self, cell: Cell, element: Element) -> None:
        """What an element passes to the cells on the way to it, when its node first passes its gradient on."""
        coming, step = self.coming(element.node), self.first.get(element.node)
        if not coming or step is None:
            return
        gradient = number(coming[-1][1].total, element)
        for wire in self.circuit.into(cell):
            self._down(wire, gradient, step)

    def _down(self, wire: Wire, upstream: float, step: int) -> None:
        source = wire.source
        if source.element is not None or source.value is None:
            return
        source.passed, source.fed = upstream * wire.scale, step
        wire.arrivals.append(Arrival(step, source.passed, wire.scale))
        if source.role == "product":
            for inner in self.circuit.into(source):
                self._down(inner, source.passed, step)

    # -- to elements

    def into(self, cell: Cell, element: Element) -> None:
        """What arrives at an element: along its wires, and gathered."""
        wires = {wire.edge: wire for wire in self.circuit.out_of(cell) if wire.edge is not None}
        left: dict[CellRole, dict[int, list[float]]] = {}
        for step, contribution in self.coming(element.node):
            if contribution.argument < 0:
                continue
            # Where samples meet, it comes by way of all of them, and by one wire.
            mixed = [w for e, w in wires.items() if w.target.mixed and _is_of(e, contribution)]
            if mixed:
                mixed[0].arrivals.append(Arrival(step, number(contribution.value, element), None))
                continue
            for edge, terms in self._by_edge(contribution, element):
                wire = wires.get(edge)
                if wire is None:
                    role = self._role(cell, contribution.node)
                    left.setdefault(role, {}).setdefault(step, []).extend(term.value for term in terms)
                else:
                    self._arrive(wire, terms, step)
            if cell.role == "parameter" and contribution.node in self.inner:
                self._share(cell, contribution, element, step)
        for role, steps in left.items():
            self._gather(cell, role, steps)

    def _by_edge(self, contribution: Contribution, element: Element) -> Iterator[tuple[Edge, list[Term]]]:
        """The terms of a contribution, by the element of the upstream gradient that they read."""
        node, argument = contribution.node, contribution.argument
        found: dict[Index, list[Term]] = {}
        for term in contribution_terms(node, argument, contribution.upstream, element.place):
            place = upstream_place(term)
            if place is not None:
                found.setdefault(place, []).append(term)
        for place, terms in found.items():
            yield Edge(Element(node, place), argument), terms

    def _arrive(self, wire: Wire, terms: list[Term], step: int) -> None:
        local: float | None = sum(_slope(term) for term in terms)
        beyond = self._beyond(wire.target)
        if beyond != 1.0:
            local = local / beyond if local is not None and beyond else None
        wire.arrivals.append(Arrival(step, sum(term.value for term in terms), local))
        self._reads(wire, terms)

    def _beyond(self, cell: Cell) -> float:
        """The derivative of an element by a cell on the way to it."""
        scale = 1.0
        while cell.element is None:
            (wire,) = self.circuit.out_of(cell)
            scale, cell = scale * wire.scale, wire.target
        return scale

    def _reads(self, wire: Wire, terms: list[Term]) -> None:
        """Cells of whose values the local derivative is made, so far as they are drawn."""
        assert wire.edge is not None
        node = wire.edge.element.node
        drawn = {cell.element: cell for cell in self.circuit.cells if cell.element is not None}
        found: dict[Cell, None] = dict.fromkeys(wire.reads)
        for term in terms:
            for factor in term.factors:
                for source in factor.sources:
                    if source.of == "upstream":
                        continue
                    read = node if source.of == "out" else node.inputs[source.of]
                    cell = drawn.get(Element(read, source.place))
                    if cell is not None:
                        found[cell] = None
        wire.reads = list(found)

    # -- gathered

    def _role(self, cell: Cell, node: Node) -> CellRole:
        if cell.role != "parameter":
            return "units"
        return "samples" if node in self.inner else "penalty"

    def _gather(self, cell: Cell, role: CellRole, steps: dict[int, list[float]]) -> None:
        other = self.gathered.get(role)
        if other is None:
            other = self.gathered[role] = self.circuit.add(Cell(0, f"others.{role}", "", "", None, role))
        if role == "samples":
            other.count = self.circuit.count - 1
        elif role == "units":
            other.count = max(other.count, max(map(len, steps.values())))
        wire = self.circuit.wire(cell, other)
        wire.arrivals.extend(Arrival(step, sum(values), None) for step, values in steps.items())

    def _share(self, cell: Cell, contribution: Contribution, element: Element, step: int) -> None:
        shares = [0.0] * self.circuit.count
        for edge, terms in self._by_edge(contribution, element):
            shares[edge.element.place[0]] += sum(term.value for term in terms)
        cell.shares, cell.shared = shares, step


def number(array: object, element: Element) -> float:
    """The number of an array at an element's place."""
    node, index = element
    return float(node.backend.to_numpy(array)[index])


def _slope(term: Term) -> float:
    """A term without the upstream gradient."""
    return math.prod(
        factor.value for factor in term.factors if all(source.of != "upstream" for source in factor.sources)
    )


def _is_of(edge: Edge, contribution: Contribution) -> bool:
    return edge.element.node is contribution.node and edge.argument == contribution.argument
