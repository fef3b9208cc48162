"""The way forward: which cells a unit's circuit has. All of it is read off the terms of the engine's ops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chainrule.engine.backward import contribution_terms, value_terms
from chainrule.engine.op import ARGUMENTS
from chainrule.engine.tape import Node
from chainrule.engine.terms import Factor, Index, Source, Term
from chainrule.explain.symbols import plain
from chainrule.protocol.model import CellRole
from chainrule.trace import Record
from chainrule.unfold.cells import Cell, Circuit, Edge, Element

MOST_INPUTS = 24
"""Products of a sum that are drawn; where there are more, the rest is gathered."""
MOST_CONSUMERS = 8
"""What reads the unit, as far as it is drawn; the rest is gathered."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Column(NamedTuple):
    """A layer: ``summed`` weighs, sums and adds the bias; ``output`` is what the next layer reads."""

    weight: Node
    bias: Node
    summed: Node
    output: Node


class Network(NamedTuple):
    """A network as layers: ``given`` is what the first one reads, ``labels`` what its columns are called."""

    given: Node
    labels: Sequence[str]
    columns: Sequence[Column]


class Drawer:
    """Draws the circuit of unit ``unit`` of ``network.columns[place]``; of its weight for ``source`` alone, if given."""

    def __init__(
        self, record: Record, network: Network, place: int, unit: int, row: int, source: int | None
    ) -> None:
        self.record, self.network, self.place = record, network, place
        self.unit, self.row, self.source = unit, row, source
        self.column = network.columns[place]
        self.before = network.columns[place - 1].output if place else network.given
        self.circuit = Circuit(row, self.column.output.shape[0])
        self.rows = _with_rows(record, self.circuit.count)
        self.after = _following(record, self.column.summed)
        self.cells: dict[tuple[Node, Index], Cell] = {}

    def draw(self) -> Circuit:
        """The cells and wires; nothing comes back along them yet."""
        output = Element(self.column.output, (self.row, self.unit))
        root = Element(self.record.root, (0,) * len(self.record.root.shape))
        if self.place == len(self.network.columns) - 1:
            self._element(root)
            return self.circuit
        own = self._element(output)
        for k, edge in enumerate(self._consumers(output)[:MOST_CONSUMERS]):
            self._consumer(own, edge, k)
        return self.circuit

    # -- elements of the tape

    def _element(self, element: Element) -> Cell:
        """The cell of an element, with all that it is made of where that is unfolded."""
        node, index = element
        known = self.cells.get((node, index))
        if known is not None:
            return known
        positions = self.record.positions
        beyond = positions[node.index] > positions[self.column.output.index]
        if node.op is None or node not in self.after or not (beyond or index[-1] == self.unit):
            return self._cell(element, self._leaf(node))
        terms = value_terms(node, index)
        own = [term for term in terms if not self._foreign(node, term)]
        if len(terms) == 1 or not own or self._tangled(node, own):
            return self._whole(element, terms)
        return self._sum(element, terms, own)

    def _whole(self, element: Element, terms: Sequence[Term]) -> Cell:
        """An element with wires from all that it reads: a function of one number, or of what cannot be told apart."""
        node = element.node
        sources = [source for term in terms for factor in term.factors for source in factor.sources]
        parts = self._parts(element, sources)
        cell = self._cell(element, "loss" if node is self.record.root else "function")
        self._read(parts, cell, element)
        return cell

    def _sum(self, element: Element, terms: list[Term], own: list[Term]) -> Cell:
        """A sum of what this sample reads, and of all others gathered."""
        node = element.node
        drawn, left = (own, []) if node is not self.column.summed else self._chosen(own)
        # What a sum is made of comes before it.
        made = [self._addend(element, term, k) for k, term in enumerate(drawn)]
        others = [term for term in terms if all(term is not one for one in own)]
        for role, gathered in (("inputs", left), ("samples", others)):
            if gathered:
                cell = self._between(element, role, "", None, role)  # type: ignore[arg-type]
                cell.value, cell.count = sum(term.value for term in gathered), len(gathered)
                made.append((cell, None, 1.0))
        loss = node is self.record.root
        total = self._cell(element, "loss" if loss else "sum")
        if not loss and any(len(_read_by(term)) > 1 for term in terms):
            total.glyph, total.op, total.label = "+", "sum", "sum"
        for part, edge, scale in made:
            self.circuit.wire(part, total, edge, scale)
        return total

    def _chosen(self, terms: list[Term]) -> tuple[list[Term], list[Term]]:
        """Which products are drawn, and which are gathered."""
        products = [term for term in terms if len(_read_by(term)) > 1]
        kept = products if len(products) <= MOST_INPUTS else products[: MOST_INPUTS - 1]
        if self.source is not None:
            kept = [products[self.source]]
        left = [term for term in products if all(term is not one for one in kept)]
        return [term for term in terms if all(term is not one for one in left)], left

    def _addend(self, element: Element, term: Term, k: int) -> tuple[Cell, Edge | None, float]:
        """One term of a sum: what it reads where that is one number, else a product, or a function."""
        factors = _read_by(term)
        scale = math.prod(factor.value for factor in term.factors if not factor.sources)
        if len(factors) > 1:
            return self._product(element, factors, k), None, scale
        if _is_read(factors[0]):
            source = factors[0].sources[0]
            return self._source(element, source), _edge(element, source), scale
        return self._function(element, factors[0], str(k)), None, scale

    def _product(self, element: Element, factors: list[Factor], k: int) -> Cell:
        parts: list[tuple[Cell, Edge | None]] = []
        for j, factor in enumerate(factors):
            if _is_read(factor):
                source = factor.sources[0]
                parts.append((self._source(element, source), _edge(element, source)))
            else:
                parts.append((self._function(element, factor, f"{k}.{j}"), None))
        cell = self._between(element, f"mul#{k}", "×", "mul", "product")
        cell.value = math.prod(factor.value for factor in factors)
        for j, (part, edge) in enumerate(parts):
            scale = math.prod(factor.value for i, factor in enumerate(factors) if i != j)
            made = self.circuit.wire(part, cell, edge, scale)
            made.reads = [other for i, (other, _) in enumerate(parts) if i != j]
        return cell

    def _function(self, element: Element, factor: Factor, k: str) -> Cell:
        """A part of an element that is a function of several numbers."""
        op = element.node.op
        assert op is not None
        parts = self._parts(element, factor.sources)
        cell = self._between(element, f"{op.name}#{k}", op.glyph or op.name, op.name, "function")
        cell.value = factor.value
        self._read(parts, cell, element)
        return cell

    def _parts(self, element: Element, sources: Iterable[Source]) -> list[tuple[Cell, Edge | None]]:
        """What is read of this sample and of none; and where others are read too, they in one cell."""
        own: dict[Source, None] = {}
        rows: set[int] = set()
        for source in sources:
            if isinstance(source.of, int):
                row = self._row(element.node.inputs[source.of], source.place)
                if row in (None, self.row):
                    own[source] = None
                elif row is not None:
                    rows.add(row)
        parts: list[tuple[Cell, Edge | None]] = [
            (self._source(element, source), _edge(element, source)) for source in own
        ]
        if rows:
            cell = self._between(element, "samples", "", None, "samples")
            cell.count, cell.known = len(rows), None
            parts.append((cell, None))
        return parts

    def _read(self, parts: list[tuple[Cell, Edge | None]], cell: Cell, element: Element) -> None:
        for part, edge in parts:
            self.circuit.wire(part, cell, edge)
        cell.mixed = any(part.role == "samples" for part, _ in parts)

    def _source(self, element: Element, source: Source) -> Cell:
        assert isinstance(source.of, int)
        return self._element(Element(element.node.inputs[source.of], source.place))

    # -- what reads the unit

    def _consumers(self, element: Element) -> list[Edge]:
        """What reads an element on the way to the loss, in order of the tape."""
        arrivals = self.record.arrivals.get(element.node.index)
        found: dict[tuple[int, Index, int], Edge] = {}
        for contribution in arrivals.contributions if arrivals is not None else ():
            node, argument = contribution.node, contribution.argument
            for term in contribution_terms(node, argument, contribution.upstream, element.place):
                place = upstream_place(term)
                if place is not None:
                    found[node.index, place, argument] = Edge(Element(node, place), argument)
        return [found[key] for key in sorted(found)]

    def _consumer(self, own: Cell, edge: Edge, k: int) -> None:
        """What reads the unit: where that is a sum, by way of the weight that it is read with."""
        node, index = edge.element
        place = next((p for p, column in enumerate(self.network.columns) if column.summed is node), None)
        if place is None:
            cell = self.cells.get((node, index)) or self._cell(edge.element, "consumer")
            self.circuit.wire(own, cell, edge)
            return
        own_place = (self.row, self.unit)
        term = next(t for t in value_terms(node, index) if _reads(t, edge.argument, own_place))
        product, _, scale = self._addend(edge.element, term, self.unit)
        weight = self.cells[self.network.columns[place].weight, (index[-1], self.unit)]
        weight.role, weight.label = "outgoing", _subscripted("v", k)
        cell = self._cell(edge.element, "consumer")
        cell.unit = (place + 1, index[-1])
        self.circuit.wire(product, cell, None, scale)

    # -- cells

    def _cell(self, element: Element, role: CellRole) -> Cell:
        node, index = element
        op = None if node.op is None else node.op.name
        glyph = "" if node.op is None else node.op.glyph or node.op.name
        name = f"{node.name}{_at(index)}"
        cell = self.circuit.add(Cell(0, name, plain(node).rpartition(".")[2], glyph, op, role, element))
        self._call(cell, node, index)
        self.cells[node, index] = cell
        return cell

    def _call(self, cell: Cell, node: Node, index: Index) -> None:
        """What a layer reads is called w₁, b, a₁; and the inputs have names of their own."""
        if node is self.column.weight:
            cell.label = _subscripted("w", index[1])
        elif node is self.column.bias:
            cell.label = "b"
        elif node is self.before:
            cell.label = _subscripted("a", index[1]) if self.place else self.network.labels[index[1]]
            cell.glyph, cell.unit = cell.label, (self.place, index[1])
        elif node in (self.column.summed, self.column.output):
            cell.unit = (self.place + 1, index[1])

    def _between(self, element: Element, what: str, glyph: str, op: str | None, role: CellRole) -> Cell:
        """A cell of what is computed on the way to an element."""
        node, index = element
        cell = Cell(0, f"{node.name}{_at(index)}.{what}", op or "", glyph, op, role)
        cell.known = self.record.value_step(node)
        return self.circuit.add(cell)

    def _leaf(self, node: Node) -> CellRole:
        if node.kind == "parameter":
            return "parameter"
        return "input" if node.op is not None or node is self.network.given else "given"

    # -- which sample a number belongs to

    def _row(self, node: Node, index: Index) -> int | None:
        return index[0] if node in self.rows else None

    def _foreign(self, node: Node, term: Term) -> bool:
        """Whether a term is of other samples alone."""
        rows = {
            self._row(node.inputs[source.of], source.place)
            for factor in term.factors
            for source in factor.sources
            if isinstance(source.of, int)
        } - {None}
        return bool(rows) and self.row not in rows

    def _tangled(self, node: Node, terms: list[Term]) -> bool:
        """Whether some number is read by several factors, so that its gradient does not come through one of them."""
        seen: set[Source] = set()
        for term in terms:
            for factor in term.factors:
                if seen & set(factor.sources):
                    return True
                seen |= set(factor.sources)
        return False


def upstream_place(term: Term) -> Index | None:
    """The element of the upstream gradient that a term of a contribution reads."""
    for factor in term.factors:
        for source in factor.sources:
            if source.of == "upstream":
                return source.place
    return None


def _edge(element: Element, source: Source) -> Edge:
    assert isinstance(source.of, int)
    return Edge(element, source.of)


def _read_by(term: Term) -> list[Factor]:
    """The factors that are no constants."""
    return [factor for factor in term.factors if factor.sources]


def _is_read(factor: Factor) -> bool:
    """Whether a factor is a number that is read as it is."""
    return len(factor.sources) == 1 and factor.label in ARGUMENTS


def _reads(term: Term, argument: int, place: Index) -> bool:
    """Whether a term reads this element of an argument."""
    return any(
        (source.of, source.place) == (argument, place) for factor in term.factors for source in factor.sources
    )


def _subscripted(letter: str, k: int) -> str:
    return letter + str(k + 1).translate(_SUBSCRIPTS)


def _at(index: Index) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def _with_rows(record: Record, count: int) -> set[Node]:
    """Nodes whose first axis is that of the samples."""
    found: set[Node] = set()
    for node in record.nodes:
        fed = node.kind in ("input", "target") or any(child in found for child in node.inputs)
        if fed and node.shape[:1] == (count,):
            found.add(node)
    return found


def _following(record: Record, first: Node) -> set[Node]:
    """A node, and all that depend on it."""
    found = {first}
    for node in record.nodes:
        if any(child in found for child in node.inputs):
            found.add(node)
    return found
