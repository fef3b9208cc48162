"""A unit or a weight unfolded into scalars."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.model.part import Part
from chainrule.protocol.numbers import Number

CellRole = Literal[
    "input",
    "parameter",
    "given",
    "product",
    "sum",
    "function",
    "consumer",
    "outgoing",
    "loss",
    "samples",
    "units",
    "inputs",
    "penalty",
]


class UnfoldedCell(Part):
    """What a node of an unfolded unit's graph is, beside what its :class:`GraphNode` says."""

    role: CellRole = Field(
        description="``input``: what the layer before gives; ``given``: a mask, a target, a constant; ``consumer``: what "
        "reads the unit, ``outgoing`` the weight that it is read with; ``samples``, ``units``, ``inputs``, ``penalty``: "
        "all others of these, gathered."
    )
    name: str | None = Field(description="The node of the tape that it is an element of; null: of none.")
    place: list[int] | None = Field(description="Which element.")
    count: int = Field(description="How many it stands for.")
    mixed: bool = Field(description="Other samples took part in its value, so that it is no function of one.")
    layer: int | None = Field(
        description="The layer of the unit that it belongs to, by its place in the graph."
    )
    unit: int | None = None
    shares: list[Number] | None = Field(
        description="Of a parameter: what each sample of the batch adds to its gradient; null: not reached yet."
    )


class UnfoldedPart(Part):
    """What a step of the iteration does to one number: it is computed or updated, or an edge brings a contribution.

    Of several in one step, those of a lower ``level`` come first.
    """

    step: int
    level: int
    node: int
    edge: int | None
