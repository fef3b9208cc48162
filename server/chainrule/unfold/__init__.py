"""A unit of a network, or one of its weights, unfolded into its scalar circuit for one sample.

Cells hold one number each: elements of what was recorded, and what the engine's ops compute on the way to them. What no
single numbers make (the statistics of a batch) is one cell; what lies outside is gathered: other samples, other units.
"""

from __future__ import annotations

from chainrule.trace import Record
from chainrule.unfold.back import pass_back
from chainrule.unfold.cells import Cell, Circuit, Wire
from chainrule.unfold.draw import Column, Drawer, Network
from chainrule.unfold.show import Shown

__all__ = ["Cell", "Circuit", "Column", "Network", "Shown", "Wire", "unfold"]


def unfold(
    record: Record, network: Network, place: int, unit: int, row: int, source: int | None = None
) -> Circuit:
    """The circuit of a unit of ``network.columns[place]`` for one row of the batch.

    With ``source`` that of its weight for this unit of the layer before: what else is summed is gathered.
    """
    column = network.columns[place]
    with column.summed.backend.quiet():
        drawer = Drawer(record, network, place, unit, row, source)
        circuit = drawer.draw()
        last = record.positions[column.output.index]
        inner = [node for node in drawer.after if record.positions[node.index] <= last]
        pass_back(record, circuit, inner)
    return circuit
