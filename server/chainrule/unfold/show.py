"""A circuit at a step, as it is sent: a graph of numbers, and a frame of what has been computed so far."""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import Any

from chainrule.engine.backend import Array, host
from chainrule.protocol.model import (
    Cursor,
    Dtype,
    FrameTensor,
    FrameWhat,
    Graph,
    GraphEdge,
    GraphNode,
    Step,
    UnfoldedCell,
    UnfoldedPart,
)
from chainrule.protocol.server import Frame
from chainrule.trace import ParameterUpdate, Record, StepRef
from chainrule.unfold.back import number
from chainrule.unfold.cells import Cell, Circuit, Wire


class Shown:
    """A circuit as it is seen after step ``shown``; ``cursor`` may stand one further, on a step that is withheld."""

    def __init__(
        self, record: Record, circuit: Circuit, cursor: Cursor, shown: int, steps: list[Step]
    ) -> None:
        self.record, self.circuit, self.cursor, self.shown = record, circuit, cursor, shown
        self.steps = steps
        self.updates = {change.node: change for change in record.updates}
        float64 = record.start.regime.dtype == "float64"
        self.dtype: Dtype = "float64" if float64 else "float32"
        self.tensors: list[FrameTensor] = []

    # -- the graph

    def graph(self, parts: list[UnfoldedPart]) -> Graph:
        """What stays the same while values change. Its steps are those of the iteration, each with its last part."""
        nodes = [self._node(cell) for cell in self.circuit.cells]
        edges = [self._edge(wire) for wire in self.circuit.wires]
        main = self._main(parts)
        steps = [self._step(step, main.get(step.index)) for step in self.steps]
        told = repr((nodes, edges, [(step.node, step.edge) for step in steps])).encode()
        topology = int.from_bytes(blake2b(told, digest_size=6).digest()) + 1
        return Graph(
            topology=topology, nodes=nodes, edges=edges, scopes=[], layers=[], steps=steps, listing=[]
        )

    def _node(self, cell: Cell) -> GraphNode:
        node = None if cell.element is None else cell.element.node
        coming = [wire for wire in self.circuit.out_of(cell) if wire.arrivals]
        wanted = bool(coming) or cell.role == "loss" if node is None else node.requires_grad
        if cell.role == "outgoing":
            wanted = False
        kind = (
            "op"
            if node is None or (cell.role in ("input", "consumer") and node.op is not None)
            else node.kind
        )
        return GraphNode(
            index=cell.index,
            name=cell.name,
            label=cell.label,
            kind=kind,
            op=cell.op,
            glyph=cell.glyph,
            shape=[],
            dtype=self.dtype,
            requires_grad=wanted,
            expected=len(coming),
            reads=sorted({read.index for wire in self.circuit.into(cell) for read in wire.reads}),
            formula="" if node is None or node.op is None else node.op.formula,
            loss=cell.role == "loss",
            editable=cell.role in ("parameter", "outgoing"),
        )

    def _edge(self, wire: Wire) -> GraphEdge:
        return GraphEdge(
            index=wire.index,
            source=wire.source.index,
            target=wire.target.index,
            argument=self.circuit.into(wire.target).index(wire),
            carries_grad=bool(wire.arrivals),
            form="elementwise",
            reads=[read.index for read in wire.reads] if wire.arrivals else [],
        )

    def _main(self, parts: list[UnfoldedPart]) -> dict[int, UnfoldedPart]:
        """What each step is about here: the first of what it does last, be it not to what is gathered."""
        found: dict[int, UnfoldedPart] = {}
        for part in parts:
            before = found.get(part.step)
            if before is None or (part.level > before.level and not self._gathered(part)):
                found[part.step] = part
        return found

    def _gathered(self, part: UnfoldedPart) -> bool:
        return self.circuit.cells[part.node].name.startswith("others.")

    def _step(self, step: Step, part: UnfoldedPart | None) -> Step:
        update = {"node": None, "edge": None} if part is None else {"node": part.node, "edge": part.edge}
        return step.model_copy(update=update)

    # -- what happens at which step

    def parts(self) -> list[UnfoldedPart]:
        """What each step of the iteration does here, in order: a step of tensors is several of numbers."""
        found: list[UnfoldedPart] = []
        for ref in self.record.steps():
            if ref.kind == "forward":
                found += self._forward(ref)
            elif ref.kind in ("seed", "backward"):
                found += self._backward(ref)
            elif ref.kind == "update":
                own = [cell for cell in self.circuit.cells if cell.element and cell.element.node is ref.node]
                found += [_part(ref, 0, cell.index) for cell in own]
        return found

    def _forward(self, ref: StepRef) -> list[UnfoldedPart]:
        levels: dict[Cell, int] = {}
        for cell in self.circuit.cells:
            if self._known(cell) == ref.index:
                sources = [wire.source for wire in self.circuit.into(cell)]
                levels[cell] = 1 + max((levels[one] for one in sources if one in levels), default=-1)
        parts = [_part(ref, level, cell.index) for cell, level in levels.items()]
        return sorted(parts, key=lambda part: part.level)

    def _backward(self, ref: StepRef) -> list[UnfoldedPart]:
        own = [wire for wire in self.circuit.wires if any(a.step == ref.index for a in wire.arrivals)]
        levels: dict[Wire, int] = {}

        def level(wire: Wire) -> int:
            if wire not in levels:
                before = [other for other in own if other.source is wire.target]
                levels[wire] = 1 + max(map(level, before), default=-1)
            return levels[wire]

        for wire in own:
            level(wire)
        # What reads the unit has its gradient from beyond the circuit, and the loss is seeded.
        target = None if ref.contribution is None else ref.contribution.target
        parts = [
            _part(ref, 0, cell.index)
            for cell in self.circuit.cells
            if cell.role in ("consumer", "loss")
            if cell.element is not None and cell.element.node is target
        ]
        # What others add comes after what this sample does.
        last = max(levels.values(), default=0)
        for wire in own:
            if wire.target.name.startswith("others."):
                levels[wire] = last + (len(own) > 1)
        parts += [_part(ref, levels[wire], wire.target.index, wire.index) for wire in own]
        return sorted(parts, key=lambda part: part.level)

    def _known(self, cell: Cell) -> int | None:
        return cell.known if cell.element is None else self.record.value_step(cell.element.node)

    # -- the frame

    def frame(self, graph: Graph, withheld: bool) -> Frame:
        """What has been computed by now, in numbers."""
        with host.errstate(all="ignore"):
            return self._frame(graph, withheld)

    def _frame(self, graph: Graph, withheld: bool) -> Frame:
        step = graph.steps[self.cursor.step]
        odd: list[int] = []
        arrived = []
        for cell in self.circuit.cells:
            value, grad = self._value(cell), self._grad(cell)
            self._add("value", cell.index, value)
            self._add("grad", cell.index, grad)
            if any(one is not None and not math.isfinite(one) for one in (value, grad)):
                odd.append(cell.index)
            self._update(cell)
            arrived.append(sum(bool(self._come(wire)) for wire in self.circuit.out_of(cell) if wire.arrivals))
        for wire in self.circuit.wires:
            come = self._come(wire)
            if come:
                self._add("contribution", wire.index, sum(arrival.amount for arrival in come))
                self._add("local", wire.index, come[-1].local)
        loss = self.record.value_at(self.record.root, self.shown)
        return Frame(
            topology=graph.topology,
            cursor=self.cursor,
            phase=step.phase,
            step=step,
            arrived=arrived,
            withheld=withheld,
            tensors=self.tensors,
            update=[],
            non_finite=odd,
            loss=None if loss is None else self.record.start.regime.backend.numbers([loss])[0],
        )

    def _add(self, what: FrameWhat, index: int, x: float | None) -> None:
        if x is not None:
            data = float(host.float32(x)) if self.dtype == "float32" else x
            self.tensors.append(FrameTensor(what=what, index=index, dtype=self.dtype, shape=[], data=data))

    def _come(self, wire: Wire) -> list[Any]:
        return [arrival for arrival in wire.arrivals if arrival.step <= self.shown]

    def _value(self, cell: Cell) -> float | None:
        if cell.element is None:
            return cell.value if cell.known is not None and cell.known <= self.shown else None
        array = self.record.value_at(cell.element.node, self.shown)
        return None if array is None else number(array, cell.element)

    def _grad(self, cell: Cell) -> float | None:
        if cell.role == "outgoing":
            return None
        if cell.element is None:
            return cell.passed if cell.fed is not None and cell.fed <= self.shown else None
        array = self.record.grad_at(cell.element.node, self.shown)
        return None if array is None else number(array, cell.element)

    def _update(self, cell: Cell) -> None:
        """The arithmetic of the update that the cursor stands on: before, after, and the step that was taken."""
        ref = self.record.step(self.shown)
        if cell.element is None or ref.kind != "update" or ref.node is not cell.element.node:
            return
        change = self.updates[cell.element.node]
        self._add("before", cell.index, number(change.node.value, cell.element))
        self._add("after", cell.index, number(change.value, cell.element))
        used = _used(change)
        if used is not None:
            self._add("detail", cell.index, number(used, cell.element))

    # -- what the cells are

    def cells(self) -> list[UnfoldedCell]:
        """What each cell is, in order."""
        return [
            UnfoldedCell(
                role=cell.role,
                name=None if cell.element is None else str(cell.element.node.name),
                place=None if cell.element is None else list(cell.element.place),
                count=cell.count,
                mixed=cell.mixed,
                layer=None if cell.unit is None else cell.unit[0],
                unit=None if cell.unit is None else cell.unit[1],
                shares=None if cell.shared is None or cell.shared > self.shown else cell.shares,
            )
            for cell in self.circuit.cells
        ]


def _part(ref: StepRef, level: int, node: int, edge: int | None = None) -> UnfoldedPart:
    return UnfoldedPart(step=ref.index, level=level, node=node, edge=edge)


def _used(change: ParameterUpdate) -> Array | None:
    """What the learning rate is multiplied by: the line before the last of the update's arithmetic."""
    details = () if change.update is None else change.update.details
    return details[-2].value if len(details) > 1 else None
