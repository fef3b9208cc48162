"""A number explained: the terms that it is the sum of, and where each was made."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from chainrule.protocol.model.part import Cursor, Part
from chainrule.protocol.numbers import Number

Explained = Literal["value", "grad", "contribution", "detail"]
"""What is explained: a value, a gradient, what an edge contributes, an intermediate of a parameter's update."""


class Own(Part):
    """One sample of a batch, or one place of it: its own loss term in place of the loss of the batch."""

    # Clients may leave the position out, so it is the same type in both directions.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    row: int = Field(ge=0, description="The sample: a row of the batch.")
    position: int | None = Field(None, ge=0, description="One place of it, such as a token of a window.")


class Source(Part):
    """A number that one can click next.

    An element of a value or gradient, of an edge's contribution (``argument``), or of an intermediate of a
    parameter's update (``symbol``). ``place`` is where it was made, if not at the place that is explained. ``own``: of the gradient of that loss
    term alone.
    """

    name: str
    what: Explained
    index: list[int]
    argument: int | None = None
    symbol: str | None = None
    place: Cursor | None = None
    own: Own | None = None


class Factor(Part):
    """One number of a product, with where it came from (null for a constant of the formula)."""

    label: str = Field(description="LaTeX.")
    value: Number
    source: Source | None = None


class Term(Part):
    """One addend: the product of its factors is ``value``."""

    label: str = Field(
        description="For people: the nodes it is made of; or 'seed', 'before', 'step', 'decayed', 'edit', "
        "'initial', 'update'; or 'reads' for a number of a rule that is no sum."
    )
    factors: list[Factor]
    value: Number
