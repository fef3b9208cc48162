"""A scalar circuit: cells with one number each, and the wires between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from chainrule.engine.tape import Node
from chainrule.engine.terms import Index
from chainrule.protocol.model import CellRole


class Element(NamedTuple):
    """One number of a node of the tape."""

    node: Node
    place: Index


class Edge(NamedTuple):
    """One number of an edge of the tape: ``argument`` is read by this element."""

    element: Element
    argument: int


@dataclass(eq=False)
class Cell:
    """One number of a circuit.

    Attributes
    ----------
    element
        The element of the tape that it is; None for what is computed on the way to one, and kept nowhere.
    value, known
        Of what is no element: its number, which may be seen from step ``known`` on; None: it is no single number.
    passed, fed
        Of what is no element: its gradient, and the step that gives it; None: it gets none.
    count
        How many it stands for.
    mixed
        Other samples took part in its value.
    unit
        The layer and the place in it of the unit that it belongs to.
    shares, shared
        Of a parameter: what each sample of the batch adds to its gradient, and the step at which that is done.
    """

    index: int
    name: str
    label: str
    glyph: str
    op: str | None
    role: CellRole
    element: Element | None = None
    value: float | None = None
    known: int | None = None
    passed: float | None = None
    fed: int | None = None
    count: int = 1
    mixed: bool = False
    unit: tuple[int, int] | None = None
    shares: list[float] = field(default_factory=list)
    shared: int | None = None


class Arrival(NamedTuple):
    """What a wire brings back: at which step, how much, and by which local derivative (None: by no single one)."""

    step: int
    amount: float
    local: float | None


@dataclass(eq=False)
class Wire:
    """One cell is an argument of another. Values flow ``source`` → ``target``, gradients back.

    Attributes
    ----------
    edge
        The element's share in an edge of the tape; None where the source is no element.
    scale
        What ``source`` is multiplied by on its way to the element that it is a part of.
    arrivals
        Empty: it brings nothing back.
    reads
        Cells of whose values the local derivative is made.
    """

    index: int
    source: Cell
    target: Cell
    edge: Edge | None = None
    scale: float = 1.0
    arrivals: list[Arrival] = field(default_factory=list)
    reads: list[Cell] = field(default_factory=list)


@dataclass(eq=False)
class Circuit:
    """A unit, or one of its weights, as scalars; for one sample.

    Attributes
    ----------
    row, count
        Which sample it is, and how many there are.
    """

    row: int
    count: int
    cells: list[Cell] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    def add(self, cell: Cell) -> Cell:
        """Put a cell last."""
        cell.index = len(self.cells)
        self.cells.append(cell)
        return cell

    def wire(self, source: Cell, target: Cell, edge: Edge | None = None, scale: float = 1.0) -> Wire:
        """A wire as the last argument of ``target``."""
        made = Wire(len(self.wires), source, target, edge, scale)
        self.wires.append(made)
        return made

    def into(self, cell: Cell) -> list[Wire]:
        """The wires into a cell, in order of its arguments."""
        return [wire for wire in self.wires if wire.target is cell]

    def out_of(self, cell: Cell) -> list[Wire]:
        """The wires that read a cell."""
        return [wire for wire in self.wires if wire.source is cell]
